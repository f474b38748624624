"""The command line: thin, one file a command."""

from allocator.cli.main import main

__all__ = ["main"]
