"""Putting the thin `do/register` into a project and taking it out again; a script that was there is never lost."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from registry_tool.errors import RegistryError
from registry_tool.wholefile import write_whole

KEPT = "register.generator"
"""The name that the generator's own script has while ours stands in its place."""


def install(project: Path) -> bool:
    """Put `do/register` into `project`, keeping a script of another hand beside it. False if it is there already."""
    folder = _do_folder(project)
    script, kept = folder / "register", folder / KEPT
    data = _script()
    if script.is_file() and script.read_bytes() == data:
        return False
    if script.exists() and not _is_ours(script):
        if kept.exists():
            raise RegistryError(
                f"both {script} and {kept} hold a script of another hand", hint="remove the one you do not want"
            )
        script.rename(kept)
    write_whole(script, data, mode=0o755)
    return True


def uninstall(project: Path) -> bool:
    """Take our `do/register` out of `project` and put the script that it replaced back. False if it is not there."""
    folder = _do_folder(project)
    script, kept = folder / "register", folder / KEPT
    if not script.is_file() or not _is_ours(script):
        return False
    if kept.exists():
        kept.replace(script)
    else:
        script.unlink()
    return True


def _do_folder(project: Path) -> Path:
    folder = project / "do"
    if not project.is_dir():
        raise RegistryError(f"there is no folder {project}", hint="check the path of the project")
    if not (folder / "config").is_file():
        raise RegistryError(
            f"{project} is not a do-framework project: it has no do/config", hint="name the project's folder"
        )
    return folder


def _script() -> bytes:
    return files("registry_tool.capture").joinpath("do_register.sh").read_bytes()


def _is_ours(script: Path) -> bool:
    """Whether it is this tool's script, of this version or another."""
    return b"(registry-tool)" in script.read_bytes()[:200]
