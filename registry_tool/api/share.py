"""Sharing a registry: pushing, pulling, and what the remote is not known to have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from registry_tool.api.context import Context
from registry_tool.errors import RegistryError, UsageError
from registry_tool.git.branch import check_branch_name, on_no_branch
from registry_tool.git.process import GitError
from registry_tool.git.replay import StoredCommit
from registry_tool.hosts.pullrequest import pull_request_url
from registry_tool.record.layout import MARKER, POLICY
from registry_tool.sharing.contact import Contact, read_contact
from registry_tool.sharing.exchange import Exchange, Exchanged, Surroundings
from registry_tool.store.acknowledged import TakenBack, find_taken_back
from registry_tool.store.reading import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOutcome:
    """What a push or a pull did in the registry `place`, or would do in a dry run.

    If it failed, `error` says why, and everything stays committed.
    `pull_request` is the page where one is opened, if the remote's host is known and a branch was named; if `is_open`,
    it is the page of the one that is open.
    """

    place: str = ""
    upstream: str = ""
    pushed: tuple[str, ...] = ()
    received: int = 0
    replayed: Mapping[str, str] = field(default_factory=dict)
    theirs_later: tuple[str, ...] = ()
    pull_request: str = ""
    is_open: bool = False
    dry_run: bool = False
    error: RegistryError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where the registry is and how it was `found`, and what the remote is not known to have.

    Without a remote, `upstream` is empty and nothing is expected of it. `behind` counts commits that were fetched and
    not brought in. `error` says that something has not been pushed for longer than the registry's settings allow.
    """

    root: Path
    found: str
    branch: str
    upstream: str = ""
    unpushed: tuple[StoredCommit, ...] = ()
    behind: int = 0
    taken_back: tuple[TakenBack, ...] = ()
    contact: Contact = field(default_factory=Contact)
    error: RegistryError | None = None


def push(context: Context, branch: str = "", *, dry_run: bool = False, show_progress: bool = False) -> ShareOutcome:
    """Push the branch that is checked out, or `branch`. A dry run says what the remote is not known to have."""
    with context.open_registry() as store:
        done = push_branch(context, store, branch, dry_run=dry_run, show_progress=show_progress)
        return replace(done, place=context.place())


def push_branch(
    context: Context, store: Store, branch: str = "", *, dry_run: bool = False, show_progress: bool = False
) -> ShareOutcome:
    """Push a branch of an open registry; one that is named gets the remote's as its upstream."""
    full_name = _full_name(store, branch)
    try:
        exchange = Exchange(store, full_name, _surroundings(context, show_progress=show_progress))
        if dry_run:
            waiting = tuple(stored.revision for stored in exchange.unpushed())
            return ShareOutcome(upstream=str(exchange.remote.upstream), pushed=waiting, dry_run=True)
        done = exchange.push()
        if branch:
            exchange.remote.follow()
        return _shared(done, pull_request=pull_request_url(exchange.remote.url(), branch) if branch else "")
    except RegistryError as err:
        return ShareOutcome(error=err)


def propose(context: Context, store: Store, branch: str, message: str) -> ShareOutcome:
    """Push `branch` and open a pull request of it into what is checked out, named by the first line of `message`."""
    from registry_tool.hosts.opening import Proposal, open_pull_request

    shared = push_branch(context, store, branch)
    if shared.error:
        return shared
    title, _, body = message.partition("\n")
    base = _full_name(store, "").removeprefix("refs/heads/")
    try:
        remote = Exchange(store, _full_name(store, branch), _surroundings(context, show_progress=False)).remote
        page = open_pull_request(remote.url(), Proposal(branch, base, title, body.strip()), context.environment)
    except RegistryError as err:
        hint = f"open it by hand: {shared.pull_request}" if shared.pull_request else err.hint
        return replace(
            shared, error=RegistryError(f"{branch} is pushed, but no pull request is open: {err}", hint=hint)
        )
    if not page and not shared.pull_request:
        unknown = RegistryError(
            f"{branch} is pushed, but no pull request is open: {remote.upstream.remote} is on no host that is known",
            hint=f"open one there, of {branch} into {base}",
        )
        return replace(shared, error=unknown)
    return replace(shared, pull_request=page, is_open=True) if page else shared


def pull(context: Context, *, dry_run: bool = False, show_progress: bool = False) -> ShareOutcome:
    """Bring in what others pushed. A dry run fetches it and counts it."""
    with context.open_folder() as store:  # may become a registry by this
        branch = _full_name(store, "")
        try:
            exchange = Exchange(store, branch, _surroundings(context, show_progress=show_progress))
            if dry_run:
                upstream, number = str(exchange.remote.upstream), exchange.look()
                return ShareOutcome(place=context.place(), upstream=upstream, received=number, dry_run=True)
            return replace(_shared(exchange.pull()), place=context.place())
        except RegistryError as err:
            return ShareOutcome(error=err)


def status(context: Context) -> Status:
    """What the remote is not known to have; nobody is asked."""
    with context.open_registry() as store:
        branch = _full_name(store, "")
        name = branch.removeprefix("refs/heads/")
        root, found = store.repository.root, context.location().reason
        taken_back = tuple(find_taken_back(store))
        for path in _changed_settings(store):
            context.tell(f"note: {path} was changed here, which is not in force until it is committed")
        try:
            exchange = Exchange(store, branch, _surroundings(context))
        except GitError:
            return Status(root=root, found=found, branch=name, taken_back=taken_back, error=_undone(taken_back))
        upstream = exchange.remote.upstream
        unpushed = tuple(exchange.unpushed())
        return Status(
            root=root,
            found=found,
            branch=name,
            upstream=str(upstream),
            unpushed=unpushed,
            behind=exchange.behind(),
            taken_back=taken_back,
            contact=read_contact(store.repository, str(upstream)),
            error=_undone(taken_back) or _overdue(context, unpushed, store.settings().max_unpushed_hours),
        )


def _changed_settings(store: Store) -> list[str]:
    """The files of settings whose checked-out state is not the committed one."""
    if store.repository.bare:
        return []
    worktree, prefix = store.worktree(), store.repository.prefix
    return [one for one in (MARKER, POLICY) if worktree.read(one) != store.reader.read(f"HEAD:{prefix}{one}")]


def _full_name(store: Store, branch: str) -> str:
    if branch:
        full_name = check_branch_name(store.repository, branch)
        if not store.repository.tip(full_name):
            raise UsageError(f"there is no branch {branch}", hint=f"see: {store.repository.git.by_hand('branch')}")
        return full_name
    head = store.repository.head()
    if not head.branch:
        raise on_no_branch(store.repository, "no branch is meant")
    return head.branch


def _surroundings(context: Context, *, show_progress: bool = False) -> Surroundings:
    return Surroundings(clock=context.clock, tell=context.tell, on_progress=context.tell if show_progress else None)


def _shared(done: Exchanged, *, pull_request: str = "") -> ShareOutcome:
    return ShareOutcome(
        upstream=str(done.upstream),
        pushed=done.pushed,
        received=done.received,
        replayed={before: done.now(before) for before, _ in done.replayed},
        theirs_later=done.theirs_later,
        pull_request=pull_request,
    )


def _undone(taken_back: tuple[TakenBack, ...]) -> RegistryError | None:
    if not taken_back:
        return None
    first, *others = taken_back
    more = f" and {len(others)} more" if others else ""
    return RegistryError(f"{first.path}{more} was {first}", hint="registry doctor --fix registers it again")


def _overdue(context: Context, unpushed: tuple[StoredCommit, ...], hours: int) -> RegistryError | None:
    times = [stored.commit.committed_at for stored in unpushed if stored.commit.committed_at]
    if not times or context.clock() - min(times) <= timedelta(hours=hours):
        return None
    return RegistryError(
        f"something has not been pushed for more than {hours} h, which is what registry.yaml allows (maxUnpushedHours)",
        hint="registry push",
    )
