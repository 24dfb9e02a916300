"""`python -m bankmine`."""

import sys

from bankmine.cli import main

if __name__ == "__main__":
    sys.exit(main())
