"""What stands at the place of a registration, and which record of its project is almost at it.

A configId has no project in it, so a registration can replace the record of another project. That is allowed, but
never silent. A slip in a field that decides the configId makes a new place; that is said as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from registry_tool.errors import RegistryError
from registry_tool.printable import one_line
from registry_tool.record.identity import KEY_FIELDS, Document
from registry_tool.record.load import load

if TYPE_CHECKING:
    from registry_tool.record.identity import Json
    from registry_tool.rules.settings import Settings
    from registry_tool.store.reading import Store


class OtherProjectError(RegistryError):
    """The place has the record of another project, and the registry wants that to be said."""


class Replaced(NamedTuple):
    """The record of another project that a registration replaced: who registered it when, and its last revision."""

    project: str
    author: str
    at: str
    revision: str


def read_previous(store: Store, config_id: str, revision: str) -> tuple[bytes | None, Document]:
    """What stands at the place at `revision`: its bytes, None if nothing does, and the record in them."""
    data = store.read(config_id, revision)
    return data, (load(data).document or {}) if data is not None else {}


def is_other_project(previous: Mapping[str, Json], document: Mapping[str, Json]) -> bool:
    """Whether the record that stood there is another project's."""
    return bool(previous) and previous.get("projectName") != document.get("projectName")


def refuse_other_project(previous: Mapping[str, Json], document: Mapping[str, Json], settings: Settings) -> None:
    """Raise `OtherProjectError` if the registry does not want another project's record replaced."""
    if settings.on_other_project == "refuse" and is_other_project(previous, document):
        theirs, ours = (one_line(str(one.get("projectName"))) for one in (previous, document))
        raise OtherProjectError(
            f"the place of '{ours}' has the record of another project, '{theirs}', which this registry does not let "
            "anyone replace (onOtherProject)",
            hint="if it is the same deployment under a new name, say so: --replace",
        )


def find_replaced(store: Store, config_id: str, project: str, revision: str) -> Replaced:
    """Who registered the record of `project` that stood at `revision`, and when."""
    from registry_tool.trail.history import read_history  # few registrations replace anything of others

    entry = next(read_history(store.repository, config_id, revision=revision), None)
    if entry is None:
        return Replaced(project, "", "", revision)
    return Replaced(project, f"{entry.author} <{entry.email}>", entry.at, entry.revision)


def find_near(store: Store, document: Mapping[str, Json]) -> str:
    """A warning if the project's last record differs in no more than one of the fields that decide the configId.

    Empty if it does not. Looked for in the index, which is made only where that is quick.
    """
    from registry_tool.index import Index, is_quick  # only a new record needs it
    from registry_tool.index.query import find_related

    if not is_quick(store.repository, store.reader):
        return ""
    with Index(store.repository, store.reader) as index:
        others = find_related(
            index, [str(document["projectName"])], [], fields=("configId", "registeredAt", *KEY_FIELDS)
        )
    others = [one for one in others if one["configId"] != document["configId"]]
    if not others:
        return ""
    last = max(others, key=lambda one: one["registeredAt"])
    apart = [name for name in KEY_FIELDS if last[name] != document.get(name, "")]
    if len(apart) > 1:
        return ""
    if apart:
        name = apart[0]
        what = f"{name} is '{one_line(str(document.get(name, '')))}', and was '{one_line(last[name])}'"
    else:
        what = "it has another number of inference components or adapters"
    return f"registered as a new place, because {what}; the record of {last['configId']} stays"
