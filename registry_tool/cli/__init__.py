"""The command line: words, exit codes, and the only place that prints."""

import gc
import os
import sys


def main() -> None:
    """Run the command line of this process."""
    # A command is short, and most of its objects live until it ends: looking for garbage among them, now and once more
    # on the way out, would cost a fifth of its time.
    gc.set_threshold(100_000)
    if "_REGISTRY_COMPLETE" in os.environ:
        from registry_tool.cli.completion import answer

        answer(sys.argv[1:])
        return
    from registry_tool.cli.app import run
    from registry_tool.cli.console import open_streams

    open_streams()
    try:
        run()
    finally:
        gc.freeze()
