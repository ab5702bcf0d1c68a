"""`python -m compare`: see compare/cli.py."""

import sys

try:
    from compare.cli import main
except KeyboardInterrupt:
    sys.exit(130)

main()
