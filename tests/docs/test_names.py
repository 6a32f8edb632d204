"""What the documentation names is there: files, modules, what they hold, and the pages that it links to."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/README.md")]
FOLDERS = "registry_tool|tests|docs|scripts|schemas|examples|requirements|bench|gitlab"
PACKAGES = "|".join(init.parent.name for init in ROOT.glob("registry_tool/*/__init__.py"))

# `tests/conftest.py`, `registry_tool/cli/`; a * or an upper-case word stands for a name.
_FILE = re.compile(rf"(?:{FOLDERS})(?:/[a-z0-9_.-]+)+/?")
# `record/canonical.FIELDS`, `git/upkeep/`, `registry_tool.api.register.register`.
_MODULE = re.compile(rf"(?:registry_tool[./])?((?:{PACKAGES})(?:[./][a-z_]+)*)(?:\.([A-Z]\w*))?/?")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_only_what_is_there(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)

    assert [name for name in re.findall(r"`([^`\n]+)`", text) if not is_there(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_links_only_to_what_is_there(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize(
    "name", ["tests/gone.py", "git/gone.FIELDS", "record/canonical.GONE", "registry_tool.api.gone", "docs/gone.md"]
)
def test_a_name_that_is_not_there_is_seen(name: str) -> None:
    assert not is_there(name)


def is_there(name: str) -> bool:
    """Whether `name` is there, if it is the name of a file or of something in a module at all."""
    if _FILE.fullmatch(name):
        return (ROOT / name).exists()
    if re.fullmatch(rf"(?:{PACKAGES})/(?:\w+/)*\w+\.py", name):
        return (ROOT / "registry_tool" / name).exists()
    if not (found := _MODULE.fullmatch(name)) or not ("/" in name or name.startswith("registry_tool.")):
        return True
    steps = re.split("[./]", found[1])
    # The longest part that is a module; what remains is something in it.
    for count in range(len(steps), 0, -1):
        try:
            holder: object = import_module(".".join(["registry_tool", *steps[:count]]))
        except ModuleNotFoundError:
            continue
        for step in filter(None, [*steps[count:], found[2]]):
            holder = getattr(holder, step, None)
        return holder is not None
    return False
