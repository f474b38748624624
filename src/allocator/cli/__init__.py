"""The command line: parses calls and prints results; each command has a file of its own."""

from allocator.cli.main import main

__all__ = ["main"]
