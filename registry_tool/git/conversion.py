"""What git does to a file's bytes on the way from an object to the checkout and back: line ends, filters, encodings.

Most registries keep bytes (`.gitattributes` of `registry init` says so), and that is seen from a few files without
asking git. Where it is not certain, git itself converts, with the programs that the user and the machine chose; those
that only the repository's own configuration names are not run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from registry_tool.git.repository import Repository

ATTRIBUTES = ".gitattributes"
KEEP_BYTES = "registry-data/** -text -ident -filter !working-tree-encoding"
"""The line of `.gitattributes` that makes git keep the bytes of a registry's files as they are."""
KEEP_WHOLE = "registry-data/records/** -merge"
"""The line that makes git leave a record in conflict that both sides of a merge changed.

Merged line by line, two registrations would become a deployment that nobody made.
"""
# What other lines of ours say about merges changes no bytes.
_OF_MERGES = re.compile(r'(?:"[^"]*"|\S+) (?:-merge|merge=registry)')
_NAMES = ("text", "crlf", "ident", "filter", "working-tree-encoding")
_FILTER_KEYS = ("clean", "smudge", "process")


class Conversion(NamedTuple):
    """What the configuration says about it. `options` make git run no filter that only the repository names."""

    line_ends: bool = False
    attribute_files: tuple[Path, ...] = ()
    options: tuple[str, ...] = ()


def read_conversion(output: bytes, environment: Mapping[str, str]) -> Conversion:
    """What git's configuration says, from the output of `CONFIGURATION_COMMAND`."""
    every: dict[str, str] = {}
    scopes: dict[str, set[str]] = {}
    pieces = output.decode("utf-8", "surrogateescape").split("\0")
    for scope, entry in zip(pieces[::2], pieces[1::2], strict=False):
        key, _, value = entry.partition("\n")
        every[key] = value
        scopes.setdefault(key, set()).add(scope)
    home = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME") or "/nowhere") / ".config")
    own = every.get("core.attributesfile")
    files = Path(own.replace("~", environment.get("HOME", "~"), 1)) if own else Path(home) / "git/attributes"
    # The last one counts, so a repository's own stands in the way of a trusted one: then there is none.
    untrusted = {key.rpartition(".")[0] for key, where in scopes.items() if _is_filter(key) and _is_own(where)}
    options = [word for name in sorted(untrusted) for key in _FILTER_KEYS for word in ("-c", f"{name}.{key}=")]
    options += [word for name in sorted(untrusted) for word in ("-c", f"{name}.required=false")]
    return Conversion(
        line_ends=every.get("core.autocrlf", "false").lower() not in {"", "false", "no", "off", "0"},
        attribute_files=(Path("/etc/gitattributes"), files),
        options=tuple(options),
    )


def keeps_bytes(repository: Repository, conversion: Conversion, paths: Collection[str]) -> bool:
    """Whether it is certain, without asking git, that it keeps the bytes of the files at `paths` as they are."""
    top = repository.top
    folders = {""}
    for path in paths:
        while path:
            path = path.rpartition("/")[0]  # noqa: PLW2901  upward
            folders.add(path)
    files = [*conversion.attribute_files, repository.common_dir / "info/attributes"]
    files += [top / folder / ATTRIBUTES for folder in folders]
    kept = False
    for file in files:
        with suppress(FileNotFoundError, NotADirectoryError):
            lines = _lines(file.read_bytes())
            if any(line != KEEP_BYTES and not _OF_MERGES.fullmatch(line) for line in lines):
                return False
            kept = kept or (KEEP_BYTES in lines and file == repository.root / ATTRIBUTES)
    if (repository.git_dir / "info/sparse-checkout").exists():
        return False  # a file of attributes may be in the index only
    inside = repository.prefix + "registry-data/"
    return not conversion.line_ends or (kept and all(path.startswith(inside) for path in paths))


def with_attributes(content: bytes | None) -> bytes:
    """The content of `.gitattributes` with the lines that make git keep the bytes of files, and records whole."""
    before = content or b""
    missing = [line for line in (KEEP_BYTES, KEEP_WHOLE) if line.encode() not in before.splitlines()]
    if missing and before and not before.endswith(b"\n"):
        before += b"\n"
    return before + "".join(f"{line}\n" for line in missing).encode()


def converted_paths(repository: Repository, conversion: Conversion, paths: Collection[str]) -> set[str]:
    """Those of `paths` (in the repository) whose bytes git may change; it is asked only where that is uncertain."""
    if not paths or keeps_bytes(repository, conversion, paths):
        return set()
    asked = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    top = repository.git.at(repository.top)
    answer = top.run("check-attr", "--stdin", "-z", *_NAMES, data=asked).decode("utf-8", "surrogateescape").split("\0")
    changing: dict[str, dict[str, str]] = {}
    for path, name, value in zip(answer[::3], answer[1::3], answer[2::3], strict=False):
        changing.setdefault(path, {})[name] = value
    return {path for path, values in changing.items() if _may_change(values, conversion)}


def clean_ids(repository: Repository, conversion: Conversion, paths: Collection[str]) -> dict[str, str]:
    """The id of the blob that git would make of each checked-out file, by its path in the repository."""
    output = _hash(repository, conversion, paths, ())
    return dict(zip(paths, output.decode().split(), strict=True))


def clean_contents(
    repository: Repository, conversion: Conversion, paths: Collection[str]
) -> Iterator[tuple[str, bytes]]:
    """The bytes that git would commit of each checked-out file, by its path in the repository."""
    from tempfile import TemporaryDirectory  # it loads what few registrations need

    from registry_tool.git.objects import ObjectReader

    # Objects that nobody asked for are not left behind: they go to a folder of their own.
    with TemporaryDirectory(prefix="registry-tool-") as folder:
        store = {
            "GIT_OBJECT_DIRECTORY": folder,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(repository.common_dir / "objects"),
        }
        ids = _hash(repository, conversion, paths, ("-w",), store).decode().split()
        with ObjectReader(repository.git, store) as reader:
            for path, content in zip(paths, reader.read_many(ids), strict=True):
                yield path, content or b""


def _hash(
    repository: Repository,
    conversion: Conversion,
    paths: Collection[str],
    options: tuple[str, ...],
    variables: Mapping[str, str] | None = None,
) -> bytes:
    if any("\n" in path for path in paths):
        return b"".join(_hash_one(repository, conversion, path, options, variables) for path in paths)
    asked = "".join(f"{path}\n" for path in paths).encode("utf-8", "surrogateescape")
    top = repository.git.at(repository.top)
    return top.run(*conversion.options, "hash-object", *options, "--stdin-paths", data=asked, variables=variables)


def _hash_one(
    repository: Repository,
    conversion: Conversion,
    path: str,
    options: tuple[str, ...],
    variables: Mapping[str, str] | None,
) -> bytes:
    top = repository.git.at(repository.top)
    return top.run(*conversion.options, "hash-object", *options, "--", path, variables=variables)


def _may_change(values: Mapping[str, str], conversion: Conversion) -> bool:
    text = values["text"] if values["text"] != "unspecified" else values["crlf"]
    ends = conversion.line_ends if text == "unspecified" else text != "unset"
    others = (values["ident"], values["filter"], values["working-tree-encoding"])
    return ends or any(value not in {"unspecified", "unset"} for value in others)


def _lines(content: bytes) -> set[str]:
    lines = (line.strip() for line in content.decode("utf-8", "replace").splitlines())
    return {line for line in lines if line and not line.startswith("#")}


def _is_filter(key: str) -> bool:
    return key.startswith("filter.") and key.rpartition(".")[2] in _FILTER_KEYS


def _is_own(scopes: Collection[str]) -> bool:
    return not set(scopes) <= {"system", "global"}
