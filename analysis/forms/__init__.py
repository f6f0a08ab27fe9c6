"""What people may type: one module per page family."""
