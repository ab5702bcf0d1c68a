"""One file a concern."""
