"""What writes. Keyword-only typed arguments; no request, no HTTP."""
