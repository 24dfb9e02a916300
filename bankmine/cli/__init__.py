"""The command line: thin commands over the API."""

from bankmine.cli.guard import program
from bankmine.cli.main import main

__all__ = ["main", "program"]
