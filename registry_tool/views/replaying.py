"""How a command line looks that any POSIX shell reads back as exactly the same words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry_tool.printable import INVISIBLE, one_line

if TYPE_CHECKING:
    from registry_tool.transfer.generator import Replay


def as_text(command: Replay) -> str:
    """The command line, each word quoted where it has to be."""
    return " ".join(map(quoted, command.words)) + "\n"


def remarks(command: Replay) -> Iterator[str]:
    """What the command line does not say, one line each."""
    if command.to_supply:
        yield f"note: redacted, so supply it yourself: {one_line(', '.join(command.to_supply))}"
    if command.left_out:
        yield f"note: no option says this, so do it in the project: {one_line(', '.join(command.left_out))}"


def quoted(word: str) -> str:
    r"""One word for a POSIX shell. What a terminal would not show, or obey, is spelled out and made by `printf`.

    >>> quoted("--model-name=Qwen/Qwen3-4B"), quoted("a b")
    ('--model-name=Qwen/Qwen3-4B', "'a b'")
    >>> quoted("red\x1b[31m")
    'red"$(printf \'\\033\')"\'[31m\''
    """
    if not INVISIBLE.search(word):
        return shlex.quote(word)
    pieces = re.split(f"((?:{INVISIBLE.pattern})+)", word)
    return "".join(_spelled_out(piece) if at % 2 else shlex.quote(piece) for at, piece in enumerate(pieces) if piece)


def _spelled_out(text: str) -> str:
    octal = "".join(f"\\{byte:03o}" for byte in text.encode("utf-8", "surrogateescape"))
    return f"\"$(printf '{octal}')\""
