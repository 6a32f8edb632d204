"""The web site of a registry: made once, or served and made again whenever the registry moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from registry_tool.api.context import Context
from registry_tool.api.hiding import Hiding
from registry_tool.errors import RegistryError
from registry_tool.site.content import Content, LiveDifference, ShownLook, Test
from registry_tool.site.past import Past, read_past

if TYPE_CHECKING:
    from registry_tool.git.repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRequest:
    """The site to make: in the folder or (with `single`) the file `out`, of the revision or date `at`.

    With `table` None the CI table is not asked; an empty one means the registry's own. With `live`, it says how each
    record stood at the last look at what really runs; nobody is asked for that.
    """

    out: Path = Path()
    at: str = ""
    single: bool = False
    table: str | None = None
    live: bool = False


@dataclass(frozen=True, slots=True)
class SiteMade:
    """Where a site was written, of which revision, and of how many records."""

    path: Path
    revision: str
    records: int


def make_site(context: Context, request: SiteRequest) -> SiteMade:
    """Write the site."""
    from registry_tool.site.files import folder_files, single_file
    from registry_tool.site.output import check_folder, write_folder
    from registry_tool.wholefile import write_whole

    out = context.directory / request.out
    if not request.single:
        check_folder(out)
    content = read_content(context, request)
    if request.single:
        write_whole(out, single_file(content))
    else:
        write_folder(out, folder_files(content))
    present = sum(not past.is_removed for past in content.records)
    return SiteMade(request.out, content.revision, present)


def serve_site(context: Context, request: SiteRequest, *, port: int, on_ready: Callable[[str], object]) -> None:
    """Serve the site on the loopback until interrupted, made anew after each change; `on_ready` gets its address."""
    from registry_tool.git.revision import find_revision
    from registry_tool.site.files import folder_files
    from registry_tool.site.serving import Server

    def revision() -> str:
        with context.open_registry() as store:
            return find_revision(store.repository, request.at or "HEAD")

    def make() -> Mapping[str, bytes]:
        return dict(folder_files(read_content(context, request)))

    try:
        server = Server(port, revision=revision, make=make)
    except OSError as err:
        raise RegistryError(f"cannot use port {port}: {err.strerror}", hint="name another one: --port PORT") from err
    with server:
        on_ready(server.address)
        server.serve_forever()


def read_content(context: Context, request: SiteRequest) -> Content:
    """All that a site of the registry is made of."""
    from registry_tool.git.revision import find_revision

    with context.open_registry() as store:
        revision = find_revision(store.repository, request.at or "HEAD")
        records = read_past(store.repository, revision, hiding=Hiding(store), on_progress=context.progress)
        return Content(
            name=store.repository.root.resolve().name,
            revision=revision,
            at=_committed_at(store.repository, revision),
            records=records,
            views=store.settings(revision).site_views,
            tests=None if request.table is None else _tests(context, records, request.table, revision),
            looks=_looks(context, records, revision) if request.live else None,
            joined_at=int(context.clock().timestamp()),
        )


def _committed_at(repository: Repository, revision: str) -> int:
    return int(repository.git.run("show", "--no-patch", "--format=%ct", "--end-of-options", revision))


def _tests(context: Context, records: Sequence[Past], table: str, at: str) -> Mapping[str, Test]:
    from registry_tool.api.ci import outcomes

    known = outcomes(context, [past.config_id for past in records], table, at=at)
    return {
        config_id: Test(outcome["testStatus"], _seconds(outcome["lastTestTimestamp"]))
        for config_id, outcome in known.items()
    }


def _looks(context: Context, records: Sequence[Past], revision: str) -> Mapping[str, ShownLook]:
    from registry_tool.api.live import last_seen

    seen = last_seen(context, [past.config_id for past in records], at=revision)
    if not seen:
        context.tell("note: nobody has looked at what really runs yet: registry live status does")
    return {
        config_id: ShownLook(
            "failed" if one.has_failed else one.match,
            one.is_wrong,
            _seconds(one.at),
            one.reason,
            [LiveDifference(field.path, field.recorded, field.live, field.why) for field in one.differences],
        )
        for config_id, one in seen.items()
    }


def _seconds(timestamp: str) -> int:
    return max(0, int(datetime.fromisoformat(timestamp).timestamp())) if timestamp else 0
