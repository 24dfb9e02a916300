"""The command line: thin commands over the API."""

from bankmine.cli.main import main

__all__ = ["main"]
