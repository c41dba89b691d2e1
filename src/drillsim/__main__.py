"""Run `python -m drillsim`, which works where the `drillsim` command is not on the path."""

import sys

from drillsim.cli import main

if __name__ == "__main__":  # worker processes of a comparison import this module and must not start over
    sys.exit(main())
