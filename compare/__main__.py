"""`python -m compare`: see compare/cli.py."""

import signal
import sys

try:
    from compare.backends.worker import become_child, finish

    become_child()
    from compare.cli.app import main
except KeyboardInterrupt:
    print("interrupted", file=sys.stderr)
    sys.exit(130)

try:
    main()
except SystemExit as stopped:
    # what is pressed while Python winds up must not change how it ended
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    finish(int(stopped.code or 0))
    raise
