"""`python -m bankmine`."""

import sys

from bankmine.cli import program

if __name__ == "__main__":
    sys.exit(program())
