"""`python -m compare`, and the command `softmax-twice`: see compare/cli/app.py."""

import sys


def main() -> None:
    """Run the command line. Ctrl-C while Python is still importing ends it in one line too."""
    try:
        from compare.cli import app
        from compare.signals import ignore_signals
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    try:
        app.main()
    except SystemExit:
        # what comes while Python winds up must not change how it ended
        ignore_signals()
        raise


if __name__ == "__main__":
    main()
