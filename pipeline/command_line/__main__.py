"""`python -m pipeline.command_line` is `besshi`."""

import sys

from pipeline.command_line.cli import main

if __name__ == "__main__":
    sys.exit(main())
