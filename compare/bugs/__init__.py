"""The classic mistakes, which check detects which, and what a difference looks like."""
