"""Who did what, when, from where and why: written once, never changed."""
