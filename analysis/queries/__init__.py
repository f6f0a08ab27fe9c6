"""What reads, for pages and scripts; one module per page family."""
