"""Whether a commit's signature holds, as git says with the user's own keys, programs and lists of signers.

A repository's configuration counts for nothing here: it could name any program, or call any key good.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from registry_tool.git.identity import CONFIGURATION_COMMAND, verification_options
from registry_tool.git.repository import Repository

State: TypeAlias = Literal["good", "bad", "unknown key", "expired", "revoked", "none"]

# What git's %G? says. U is a signature that holds, by a key that nothing the user has calls good.
_STATES: dict[str, State] = {
    "G": "good", "B": "bad", "U": "unknown key", "E": "unknown key", "X": "expired", "Y": "expired", "R": "revoked",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signature:
    """The state of a commit's signature; who signed and with which key, as far as it is known."""

    state: State
    signer: str = ""
    key: str = ""


def signature_reader(repository: Repository) -> Callable[[str], Signature]:
    """A function from a commit's id to the state of its signature; each is verified once."""
    options = verification_options(repository.git.run(*CONFIGURATION_COMMAND))
    git = repository.git

    @cache
    def read(revision: str) -> Signature:
        output = git.run(*options, "log", "-1", "--no-walk", "--format=%G?%x00%GS%x00%GK", "--end-of-options", revision)
        letter, signer, key = output.decode("utf-8", "replace").strip("\n").split("\0")
        if letter in _STATES:
            return Signature(_STATES[letter], signer, key)
        # Git says "none" too where it could not run what verifies.
        header = git.run("cat-file", "commit", revision).partition(b"\n\n")[0]
        return Signature("unknown key" if b"\ngpgsig" in header else "none")

    return read
