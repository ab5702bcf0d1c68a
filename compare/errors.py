"""The one kind of error a user can mend."""


class InputError(Exception):
    """Bad input: its message is one line that says what is wrong, where, and what to do. Exit code 2."""
