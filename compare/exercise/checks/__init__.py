"""Checks of published courses, to be held against ours: `python -m compare.exercise.checks`."""
