"""What a branch brings: where it left its target and how far it went, as a pull request shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from registry_tool.errors import RegistryError, UsageError
from registry_tool.git.repository import Repository
from registry_tool.git.revision import find_revision

_RANGE = re.compile(r"(?P<base>.*?)\.{2,3}(?P<head>.*)", re.DOTALL)
_DEEPEN = "fetch more of it: fetch-depth: 0 (actions/checkout), GIT_DEPTH: 0 (GitLab), or git fetch --unshallow"


@dataclass(frozen=True, slots=True)
class Span:
    """Everything after the commit `base`, where a branch left its target, up to its last one, `head`; both are ids."""

    base: str
    head: str

    def __str__(self) -> str:
        """As git's commands take it."""
        return f"{self.base}..{self.head}"


def find_span(repository: Repository, words: str) -> Span:
    """What `words`, written BASE..HEAD, means to a pull request: what HEAD brings since it and BASE parted.

    What BASE has got in the meantime is not part of it. Each end is a revision or a date, HEAD where it is left out.
    """
    match = _RANGE.fullmatch(words)
    if not match:
        raise UsageError(f"{words!r} is no range", hint="name both ends: BASE..HEAD, such as origin/main..HEAD")
    base, head = (_find_end(repository, name or "HEAD") for name in match.group("base", "head"))
    status, output, _ = repository.git.attempt("merge-base", base, head)
    if status == 0:
        return Span(output.decode().split()[0], head)
    if is_shallow(repository):
        raise RegistryError(f"this clone is too shallow to see where the ends of {words!r} parted", hint=_DEEPEN)
    raise RegistryError(
        f"the ends of {words!r} have no commit in common", hint="is BASE the branch that HEAD is to be merged into?"
    )


def is_shallow(repository: Repository) -> bool:
    """Whether the clone's history was cut, as CI's clones are."""
    return repository.git.run("rev-parse", "--is-shallow-repository").strip() == b"true"


def _find_end(repository: Repository, name: str) -> str:
    try:
        return find_revision(repository, name)
    except UsageError as err:
        if is_shallow(repository):
            raise UsageError(f"this clone is shallow and does not have {name!r}", hint=_DEEPEN) from err
        raise
