"""`python -m compare`: see compare/cli.py."""

import sys

try:
    from compare.isolation import become_child, finish

    become_child()
    from compare.cli import main
except KeyboardInterrupt:
    print("interrupted", file=sys.stderr)
    sys.exit(130)

try:
    main()
except SystemExit as stopped:
    finish(int(stopped.code or 0))
    raise
