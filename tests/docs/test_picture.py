"""The picture of the layers is the contract that import-linter holds, and mermaid itself can draw it."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MERMAID = Path(__file__).parent / "mermaid"
PAGES = [
    page
    for page in (ROOT / "README.md", *ROOT.glob("docs/**/*.md"))
    if "```mermaid\n" in page.read_text(encoding="utf-8")
]


def diagrams(page: Path) -> list[str]:
    return re.findall(r"^```mermaid\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_picture_shows_the_layers_that_imports_are_held_to() -> None:
    (picture,) = diagrams(ROOT / "docs/explanation/architecture.md")
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    names = dict(re.findall(r'(\w+)\["([^"]+)"\]', picture))
    below = {above: under for line in picture.splitlines() for above, under in steps(line)}

    order = [next(iter(names.keys() - below.values()))]
    while order[-1] in below:
        order.append(below[order[-1]])

    assert [set(names[node].split(" · ")) for node in order] == [set(layer.split(" | ")) for layer in layers]


def steps(line: str) -> list[tuple[str, str]]:
    """The arrows of a line such as `a["A"] --> b --> c`, as pairs."""
    nodes = [re.sub(r"\[.*\]", "", part).strip() for part in line.split("-->")]
    return list(pairwise(nodes))


def test_the_architecture_describes_every_package() -> None:
    text = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")
    table = text[text.index("## The parts") : text.index("Imports go downward")]
    cells = re.findall(r"(?m)^\| (`.*?) \|", table)
    named = {name.rstrip("/").removesuffix(".py") for cell in cells for name in re.findall("`(.+?)`", cell)}
    entries = (ROOT / "registry_tool").iterdir()
    packages = {entry.stem for entry in entries if entry.suffix == ".py" or (entry / "__init__.py").exists()}

    assert named == packages - {"__init__", "__main__"}


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_mermaid_reads_the_picture(page: Path) -> None:
    if not (MERMAID / "node_modules/.installed").exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("mermaid is not installed: make pictures")
    for picture in diagrams(page):
        done = subprocess.run(
            ["node", MERMAID / "parse.js"], input=picture, capture_output=True, check=False, encoding="utf-8"
        )

        assert (done.returncode, done.stdout) == (0, "flowchart-v2\n"), done.stderr


@pytest.mark.long
def test_mermaid_refuses_what_is_no_picture() -> None:
    if not (MERMAID / "node_modules/.installed").exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("mermaid is not installed: make pictures")
    done = subprocess.run(
        ["node", MERMAID / "parse.js"], input="flowchart TB\n a -->", capture_output=True, check=False, encoding="utf-8"
    )

    assert (done.returncode, done.stdout) == (1, "")
