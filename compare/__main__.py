"""`python -m compare`: see compare/cli.py."""

import sys

try:
    from compare.cli import main
except KeyboardInterrupt:
    print("interrupted", file=sys.stderr)
    sys.exit(130)

main()
