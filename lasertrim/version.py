"""The site's version, as pyproject.toml says it too."""

VERSION = "0.1.0"
