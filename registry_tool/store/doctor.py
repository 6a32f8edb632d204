"""What is wrong with a registry as a whole, each fault by its code; and mending what is safe to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from registry_tool.errors import RegistryError
from registry_tool.git.conversion import ATTRIBUTES, with_attributes
from registry_tool.git.maintenance import find_damage
from registry_tool.git.objects import FOLDER_MODE, MissingObjectError, TreeEntry
from registry_tool.git.repository import Repository
from registry_tool.git.upkeep import paths
from registry_tool.git.upkeep.checkout import announced_ids
from registry_tool.git.upkeep.leftovers import Leftover, find_leftovers, untracked_files
from registry_tool.record.canonical import to_yaml
from registry_tool.record.layout import MARKER, RECORDS, is_config_id, is_record_path, record_path
from registry_tool.record.load import load
from registry_tool.rules.published import PUBLISHED, with_published
from registry_tool.rules.settings import Settings, with_id
from registry_tool.rules.validate import check_file
from registry_tool.store.acknowledged import Note, TakenBack, find_lost, find_taken_back
from registry_tool.store.create import new_registry_id
from registry_tool.store.gate import Change
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer

CODES: Mapping[str, str] = {
    "unfinished": "a writer died in the middle of its work",
    "stale-lock": "a dead process left a lock",
    "orphan-temp": "a dead process left a temporary file",
    "wrong-shard": "a record is in the wrong folder",
    "name-mismatch": "a file's name is not what its content says",
    "not-canonical": "a record is not in canonical form",
    "invalid": "a record breaks the registry's rules",
    "unreadable": "a file cannot be read as a record",
    "not-committed": "a record is checked out and in no commit",
    "index-broken": "the cache of summaries is damaged or wrong",
    "damaged": "git misses objects, or cannot read them",
    "taken-back": "a commit that is not the registry's has undone a registration",
    "overwritten": "another git has put the index back to before a registration",
    "attributes": "git may change the bytes of records on the way to a checkout",
    "unpushed": "the remote does not have what is committed here",
    "no-registry-id": "nothing tells this registry from others that share its CI table",
    "published-hidden": "settings that engines publish are hidden for their names alone",
}
"""Every code, and what it means."""

# What rewriting a record in its place mends, if nothing else is wrong with it.
_OF_FORM: Mapping[str, str] = {
    "layout/shard": "wrong-shard",
    "layout/name": "name-mismatch",
    "record/canonical": "not-canonical",
}
_GIFTS: Mapping[str, str] = {
    "no-registry-id": "give the registry an id",
    "published-hidden": "release the settings that engines publish",
}
_OTHERS: Mapping[str, str] = {"record/config-id": "name-mismatch", "layout/not-a-file": "unreadable"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong. `place` is a path, or what else has the fault; `mendable` is what `mend` mends."""

    code: str
    place: str
    message: str
    hint: str = ""
    mendable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found; `files` are the contents that mend the records, None for a file that goes.

    `offers` are no faults: an older registry is as good as it was, and better with what is new.
    """

    faults: tuple[Fault, ...]
    offers: tuple[Fault, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    broken_indexes: tuple[Path, ...] = ()
    taken_back: tuple[TakenBack, ...] = ()
    overwritten: tuple[Note, ...] = ()
    files: Mapping[str, bytes | None] = field(default_factory=dict, repr=False)


def examine(store: Store) -> Examination:
    """Everything that is wrong with the registry at its tip, in its git directory and among its checked-out files."""
    repository = store.repository
    found = find_leftovers(repository, repository.root / RECORDS)
    leftovers = tuple(found)
    broken = tuple(_broken_indexes(store))
    records, files = _examine_records(store)
    taken_back = tuple(find_taken_back(store))
    overwritten = tuple(find_lost(store))
    attributes = _examine_attributes(store)
    faults = [
        *map(_of_leftover, leftovers),
        *records,
        *(
            Fault("taken-back", one.path, f"was {one}", "registry log says who did it", mendable=True)
            for one in taken_back
        ),
        *(
            Fault("overwritten", one.path, CODES["overwritten"], "before your next commit", mendable=True)
            for one in overwritten
        ),
        *(Fault("attributes", path, CODES["attributes"], mendable=True) for path in attributes),
        *(_of_untracked(path) for path in untracked_files(repository, RECORDS) if _is_not_committed(path, overwritten)),
        *(Fault("index-broken", str(path), "does not hold what is committed", mendable=True) for path in broken),
        *(Fault("damaged", "objects", line, "copy them from another clone") for line in _damage(repository)),
    ]
    offers, settings_file = _offers(store)
    return Examination(
        faults=tuple(faults),
        offers=offers,
        leftovers=leftovers,
        broken_indexes=broken,
        taken_back=taken_back,
        overwritten=overwritten,
        files={**files, **settings_file, **attributes},
    )


def mend(store: Store, found: Examination, *, at: datetime, on_wait: Callable[[str], None]) -> str:
    """Mend what is safe: finish, remove, rebuild, and move or rewrite records in one commit; its id, or nothing."""
    with Writer(store) as writer:
        if found.leftovers:
            with writer.turn(on_wait=on_wait):
                for left in found.leftovers:
                    if left.cure == "remove":
                        left.path.unlink(missing_ok=True)
        revision = ""
        if found.files:
            change = Change(files=found.files, message=_message(found), at=at)
            revision = writer.write([change], on_wait=on_wait).revisions[0]
    if found.overwritten:
        with Writer(store) as writer:
            writer.restage(on_wait=on_wait)
    if found.taken_back:
        changes = [Change(files={one.path: one.content}, message=one.message, at=at) for one in found.taken_back]
        with Writer(store) as writer:
            revision = writer.write(changes, on_wait=on_wait).revisions[-1]
    for path in found.broken_indexes:
        path.unlink(missing_ok=True)
    return revision


def _offers(store: Store) -> tuple[tuple[Fault, ...], Mapping[str, bytes | None]]:
    """What a registry of before can be given, an id and the published settings, and its settings with both."""
    text = (store.reader.read(f"HEAD:{store.repository.prefix}{MARKER}") or b"").decode(errors="surrogateescape")
    settings, offers, after = store.settings(), [], text
    if not settings.registry_id and with_id(text, "r") != text:
        after = with_id(after, new_registry_id())
        offers.append(Fault("no-registry-id", MARKER, CODES["no-registry-id"], mendable=True))
    # A list that has some of them was made by people who knew what they released.
    if not settings.allow & set(PUBLISHED):
        try:
            after = with_published(after)
            offers.append(Fault("published-hidden", MARKER, CODES["published-hidden"], mendable=True))
        except RegistryError as err:
            offers.append(Fault("published-hidden", MARKER, CODES["published-hidden"], err.hint))
    return tuple(offers), {MARKER: after.encode(errors="surrogateescape")} if after != text else {}


def _damage(repository: Repository) -> list[str]:
    """What git misses or cannot read, less the objects that a dead writer had announced and not written yet."""
    announced = announced_ids(repository)
    return [line for line in find_damage(repository) if not any(oid in line for oid in announced)]


def _examine_attributes(store: Store) -> Mapping[str, bytes | None]:
    """The `.gitattributes` that would make git keep the bytes of records; nothing if what is committed does that."""
    repository = store.repository
    committed = store.reader.read(f"HEAD:{repository.prefix}{ATTRIBUTES}")
    wanted = with_attributes(committed)
    return {} if wanted == committed else {ATTRIBUTES: wanted}


def _examine_records(store: Store) -> tuple[list[Fault], Mapping[str, bytes | None]]:
    """The faults of the committed records, and the files that mend those of mere form."""
    settings = store.settings()
    faults: list[Fault] = []
    files: dict[str, bytes | None] = {}
    contents = dict(_committed_files(store))
    for path, data in contents.items():
        if data is None:
            faults.append(Fault("unreadable", path, "is not a regular file"))
            continue
        problems = check_file(data, path=path, settings=settings)
        codes = {_code(problem.rule): problem for problem in reversed(problems)}
        target, content = "", b""
        if problems and all(problem.rule in _OF_FORM for problem in problems):
            target, content = _in_form(data, settings)
        mendable = bool(target) and (target == path or (target not in contents and target not in files))
        if mendable:
            files |= {path: None, target: content}
        faults += [
            Fault(code, path, _first_line(f"{problem.path} {problem.message}"), _hint(path, mendable), mendable)
            for code, problem in codes.items()
        ]
    return faults, files


def _committed_files(store: Store, folder: str = RECORDS) -> Iterator[tuple[str, bytes | None]]:
    """Path and content of each file at the tip; None for what is no regular file. What git misses is left out."""
    found = store.reader.tree(f"HEAD:{store.repository.prefix}{folder}")
    for name, entry in sorted((found[1] if found else {}).items()):
        path = f"{folder}/{name}"
        if entry.mode == FOLDER_MODE:
            yield from _committed_files(store, path)
        elif not entry.mode.startswith("100"):
            yield path, None
        elif (content := store.reader.read(entry.oid)) is not None:
            yield path, content


def _in_form(data: bytes, settings: Settings) -> tuple[str, bytes]:
    """Where the record in `data` belongs and its canonical bytes; nothing if it is not valid even so."""
    document = load(data).document
    own = str(document.get("configId", "")) if document else ""
    if document is None or not is_config_id(own):
        return "", b""
    path, content = record_path(own), to_yaml(document)
    return ("", b"") if check_file(content, path=path, settings=settings) else (path, content)


def _code(rule: str) -> str:
    known = _OF_FORM.get(rule) or _OTHERS.get(rule)
    return known or ("unreadable" if rule.startswith("yaml/") else "invalid")


def _hint(path: str, mendable: bool) -> str:  # noqa: FBT001  a fact about the path
    return "" if mendable else f"see: registry validate {path}"


def _of_leftover(left: Leftover) -> Fault:
    mendable = left.cure != ""
    hint = "" if mendable else f"if no git is running: rm {left.path}"
    return Fault(left.kind, str(left.path), CODES[left.kind], hint, mendable)


def _is_not_committed(path: str, overwritten: Iterable[Note]) -> bool:
    return is_record_path(path) and not any(note.path.endswith(path) for note in overwritten)


def _of_untracked(path: str) -> Fault:
    hint = f"if it belongs there: git add {path}, then commit; if a commit took it back: registry log, then restore"
    return Fault("not-committed", path, CODES["not-committed"], hint)


def _broken_indexes(store: Store) -> Iterator[Path]:
    """The caches that are damaged, or do not hold what a fresh one does."""
    import sqlite3

    from registry_tool.index.seal import is_as_left

    path = paths.summaries(store.repository)
    if path.exists():
        try:
            # The connection's own context manager ends a transaction; it does not close.
            connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
            try:
                sound = connection.execute("PRAGMA quick_check").fetchone() == ("ok",) and is_as_left(path)
            finally:
                connection.close()
        except sqlite3.OperationalError:
            return  # another process is writing it
        except sqlite3.Error:
            sound = False
        if not sound or not _agrees(store):
            yield path


def _agrees(store: Store) -> bool:
    """Whether the cache has the same summaries as one that is made of all records now, if git has them all."""
    from registry_tool.index import Index
    from registry_tool.index.rows import SUMMARY, IndexedFile

    try:
        files = [
            IndexedFile(f"{RECORDS}/{shard}/{name}", shard, entry.oid)
            for shard, entries in _shards(store)
            for name, entry in entries.items()
            if entry.mode.startswith("100")
        ]
        with Index(store.repository, store.reader) as cached, Index.of_files(store.reader, files) as fresh:
            return cached.select(SUMMARY, "1", (), "config_id", -1) == fresh.select(SUMMARY, "1", (), "config_id", -1)
    except MissingObjectError:
        return True  # git's damage is named for itself, and the cache is not what is wrong


def _shards(store: Store) -> Iterator[tuple[str, Mapping[str, TreeEntry]]]:
    """Name and entries of each folder of records at the tip; a `MissingObjectError` for one that git does not have."""
    found = store.reader.tree(f"HEAD:{store.repository.prefix}{RECORDS}")
    for name, entry in (found[1] if found else {}).items():
        if entry.mode == FOLDER_MODE:
            inner = store.reader.tree(entry.oid)
            if inner is None:
                raise MissingObjectError(f"{RECORDS}/{name}", entry.oid)
            yield name, inner[1]


def _message(found: Examination) -> str:
    mended = [fault for fault in (*found.faults, *found.offers) if fault.place in found.files]
    if mended and all(fault in found.offers for fault in mended):
        done = [_GIFTS[offer.code] for offer in found.offers if offer.mendable]
        return f"{' and '.join(done).capitalize()}\n"
    return f"Mend {_count(mended)}\n\n" + "".join(f"- {fault.place}: {fault.code}\n" for fault in mended)


def _count(faults: Iterable[Fault]) -> str:
    number = len({fault.place for fault in faults})
    return f"{number} file{'' if number == 1 else 's'}"


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
