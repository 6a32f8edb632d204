"""Setting up: making, joining and choosing a registry, and putting `do/register` into a project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from registry_tool.api.context import Context
from registry_tool.errors import UsageError
from registry_tool.record.layout import MARKER
from registry_tool.store.create import create, describe_surroundings, join
from registry_tool.store.create import merge_as_wholes as set_up_merging
from registry_tool.store.locate import Location, read_default, write_default

if TYPE_CHECKING:
    from registry_tool.hosts.workflows import FileWritten, Host


def write_workflows(context: Context, root: Path, host: Host) -> list[FileWritten]:
    """Write the files that switch on review and sync at `host` into the checkout of the registry in `root`."""
    from registry_tool.hosts.workflows import write_workflows as write
    from registry_tool.store.reading import Store

    with Store(context.directory / root, context.environment) as store:
        if store.repository.bare:
            raise UsageError("a bare repository has no checked-out files to add to", hint="do it in a clone")
        return list(write(store.repository, host))


def which(context: Context) -> Location:
    """The registry that is meant here, whether or not it is there yet."""
    return context.location()


def init(context: Context, root: Path, *, clone: str = "", default: bool = False, here: bool = False) -> bool:
    """Make `root` a registry, or a clone of the one at the URL `clone`; False if it was one already.

    It is a git repository of its own, or with `here` a part of the one it lies in. With `default`, it is what is used
    where nothing else is named.
    """
    root = context.directory / root
    remarks: list[str] = []
    if clone:
        made = join(clone, root, context.environment, directory=context.directory, on_progress=context.tell)
        if made:
            _note_clone(context, root)
    else:
        if not here:
            _refuse_home(root, context.environment)
        remarks.extend(describe_surroundings(root, context.environment, here=here))
        for remark in remarks:
            context.tell(f"note: {remark}")
        made = create(root, context.environment, at=context.clock(), on_wait=context.tell, here=here)
    set_up_merging(root, context.environment)
    if default:
        write_default(root.resolve(), context.environment)
    elif made and not remarks and read_default(context.environment) is None:
        context.tell("note: it is used there and below; --default makes it yours everywhere")
    return made


def _note_clone(context: Context, root: Path) -> None:
    from registry_tool.sharing.exchange import Exchange, Surroundings
    from registry_tool.store.reading import Store

    with Store(root, context.environment) as store:
        surroundings = Surroundings(clock=context.clock, tell=context.tell)
        Exchange(store, store.repository.head().branch, surroundings).note_clone()


def _refuse_home(root: Path, environment: Mapping[str, str]) -> None:
    """Refuse what is easily typed and hard to undo: all that the user has, in the registry's repository."""
    home = environment.get("HOME")
    if home and root.resolve() == Path(home).resolve() and not (root / MARKER).is_file():
        raise UsageError(
            f"{root.resolve()} is your home: all of it would be in the registry's repository",
            hint="name a folder for the registry: registry init ~/deployments",
        )


def install(context: Context, project: Path) -> bool:
    """Put `do/register` into a project; False if it is there already.

    Git merges records as wholes from then on, in the clone that is the registry here, if there is one.
    """
    from registry_tool.capture import install as script

    is_new = script.install(context.directory / project)
    set_up_merging(context.location().root, context.environment)
    return is_new


def uninstall(context: Context, project: Path) -> bool:
    """Take `do/register` out of a project, and put the script that it replaced back; False if it is not there."""
    from registry_tool.capture import install as script

    return script.uninstall(context.directory / project)
