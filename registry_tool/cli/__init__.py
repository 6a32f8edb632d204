"""The command line: words, exit codes, and the only place that prints."""

from registry_tool.cli.app import main

__all__ = ["main"]
