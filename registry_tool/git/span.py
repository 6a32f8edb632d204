"""What a branch brings: where it left its target and how far it went, as a pull request shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from registry_tool.errors import RegistryError, UsageError
from registry_tool.git.repository import Repository
from registry_tool.git.revision import find_revision

_RANGE = re.compile(r"(?P<base>.*?)\.{2,3}(?P<head>.*)", re.DOTALL)
_DEEPEN = "fetch all of it: fetch-depth: 0 (actions/checkout), GIT_DEPTH: 0 (GitLab), or git fetch --unshallow"


@dataclass(frozen=True, slots=True)
class Span:
    """Everything after the commit `base`, where a branch left its target, up to its last one, `head`; both are ids.

    `other_bases` are further commits where the two parted: there are some after branches were merged crosswise.
    """

    base: str
    head: str
    other_bases: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As git's commands take it."""
        return f"{self.base}..{self.head}"


def find_span(repository: Repository, words: str) -> Span:
    """What `words`, written BASE..HEAD, means to a pull request: what HEAD brings since it and BASE parted.

    What BASE has got in the meantime is not part of it. Each end is a revision or a date, HEAD where it is left out.
    A shallow clone that could hide where the two parted is refused.
    """
    match = _RANGE.fullmatch(words)
    if not match:
        raise UsageError(f"{words!r} is not a range", hint="name both ends: BASE..HEAD, such as origin/main..HEAD")
    base, head = (_find_end(repository, name or "HEAD") for name in match.group("base", "head"))
    status, output, _ = repository.git.attempt("merge-base", "--all", base, head)
    found = output.decode().split() if status == 0 else []
    if _could_hide_a_base(repository, base, head, found):
        raise RegistryError(f"this clone is too shallow to see where the ends of {words!r} parted", hint=_DEEPEN)
    if not found:
        raise RegistryError(
            f"the ends of {words!r} have no commit in common", hint="is BASE the branch that HEAD is to be merged into?"
        )
    return Span(found[0], head, tuple(found[1:]))


def is_shallow(repository: Repository) -> bool:
    """Whether the clone's history was cut, as CI's clones are."""
    return repository.git.run("rev-parse", "--is-shallow-repository").strip() == b"true"


def read_cuts(repository: Repository) -> frozenset[str]:
    """The commits at which a shallow clone's history ends: their parents exist, but not here."""
    file = repository.common_dir / "shallow"
    return frozenset(file.read_text(encoding="ascii").split()) if file.is_file() else frozenset()


def _could_hide_a_base(repository: Repository, base: str, head: str, found: list[str]) -> bool:
    """Whether the two may have a later commit in common than those that were `found`.

    Such a commit is an ancestor of a commit that is no ancestor of those found. All of these are here if none of them
    is one at which the clone's history was cut.
    """
    if found in ([base], [head]):
        return False
    cuts = read_cuts(repository)
    if not cuts:
        return False
    apart = repository.git.run("rev-list", base, head, "--not", *found).decode().split()
    return not cuts.isdisjoint(apart)


def _find_end(repository: Repository, name: str) -> str:
    try:
        return find_revision(repository, name)
    except UsageError as err:
        if is_shallow(repository):
            raise UsageError(f"this clone is shallow and does not have {name!r}", hint=_DEEPEN) from err
        raise
