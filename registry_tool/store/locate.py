"""Where the registry is: what the user says, else the nearest one, else the default, else a personal one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from registry_tool.errors import RegistryError
from registry_tool.record.layout import MARKER
from registry_tool.wholefile import write_whole

Finding: TypeAlias = Literal["named", "variable", "nearest", "default", "personal"]
"""How a registry was found. A `personal` one is made on first use."""

_WORDS: Mapping[Finding, str] = {
    "named": "as it was named",
    "variable": "REGISTRY_PATH names it",
    "nearest": "found upward from here",
    "default": "your default",
    "personal": "your personal one",
}
_ADVICE: Mapping[Finding, str] = {
    "variable": "REGISTRY_PATH names it: correct that variable, or unset it",
    "default": "it is your default: bring it back, or choose another: registry init PATH --default",
}


class Location(NamedTuple):
    """The folder of a registry, and how it was found."""

    root: Path
    found: Finding = "named"

    @property
    def personal(self) -> bool:
        """Whether it is the user's own."""
        return self.found == "personal"

    @property
    def reason(self) -> str:
        """How it was found, in words."""
        return _WORDS[self.found]

    @property
    def advice(self) -> str:
        """What to do if there is no registry; empty where nothing follows from how it was found."""
        return _ADVICE.get(self.found, "")


def locate(named: Path | None, environment: Mapping[str, str], directory: Path) -> Location:
    """The registry to use in `directory`.

    That is `named`, else `REGISTRY_PATH`, else the nearest `registry-data/registry.yaml` upward, else the user's
    default, else the personal one.
    """
    if named is not None:
        return Location(_absolute(named, environment, directory))
    if path := environment.get("REGISTRY_PATH"):
        return Location(_absolute(Path(path), environment, directory), "variable")
    for folder in (directory, *directory.parents):
        if (folder / MARKER).is_file():
            return Location(folder, "nearest")
    if default := read_default(environment):
        return Location(default, "default")
    return Location(personal_registry(environment), "personal")


def describe(location: Location, environment: Mapping[str, str], directory: Path) -> str:
    """Where the registry is and how it was found, in words; and which one the user's default is, if that is another.

    A registry found upward from the folder one happens to be in is easily taken for the default.
    """
    words = f"{_short(location.root, environment)}, {location.reason}"
    default = read_default(environment) if location.found == "nearest" else None
    if default and (directory / default).resolve() != location.root.resolve():
        words += f"; your default is {_short(default, environment)}"
    return words


def read_default(environment: Mapping[str, str]) -> Path | None:
    """The registry that `registry init --default` set; None if there is none."""
    try:
        text = _default_file(environment).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as err:
        raise RegistryError(f"cannot read {_default_file(environment)}", hint="remove it, or fix it") from err
    return Path(text) if text else None


def write_default(root: Path, environment: Mapping[str, str]) -> Path:
    """Make `root` the user's default registry; the file that now says so."""
    file = _default_file(environment)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, f"{root}\n".encode("utf-8", "surrogateescape"))
    return file


def personal_registry(environment: Mapping[str, str]) -> Path:
    """The folder of the user's personal registry (XDG base directories)."""
    data = environment.get("XDG_DATA_HOME") or str(_home(environment) / ".local" / "share")
    return Path(data) / "registry-tool" / "registry"


def _default_file(environment: Mapping[str, str]) -> Path:
    configuration = environment.get("XDG_CONFIG_HOME") or str(_home(environment) / ".config")
    return Path(configuration) / "registry-tool" / "default-registry"


def _home(environment: Mapping[str, str]) -> Path:
    home = environment.get("HOME")
    if not home:
        raise RegistryError("HOME is not set, so there is no personal registry", hint="name one: --registry PATH")
    return Path(home)


def _short(path: Path, environment: Mapping[str, str]) -> str:
    """The path as a person would write it: without `..`, and from `~` where it is at home."""
    plain = path.resolve() if ".." in path.parts else path
    home = environment.get("HOME")
    return f"~/{plain.relative_to(home)}" if home and plain.is_relative_to(home) and plain != Path(home) else str(plain)


def _absolute(path: Path, environment: Mapping[str, str], directory: Path) -> Path:
    if path.parts[:1] == ("~",):
        path = _home(environment).joinpath(*path.parts[1:])
    return directory / path
