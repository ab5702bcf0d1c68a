"""Changes that the tests must notice: file, what stands there (once in the file), what to put there, which test."""

CHANGES: list[tuple[str, str, str, str]] = []
