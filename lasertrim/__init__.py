"""The site: wiring on top, foundation at the ground."""
