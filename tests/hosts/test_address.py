"""One place knows where the tool lives, and what is written or advised follows it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from registry_tool import __version__

ROOT = Path(__file__).parents[2]


def test_only_the_metadata_knows_the_address_of_the_project() -> None:
    """Besides the jobs for GitLab, which another test holds to what is written from it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, encoding="utf-8")
    names = [name for name in listed.stdout.split("\0") if (ROOT / name).is_file() and not name.startswith("tests/")]

    knowing = {name for name in names if b"github.com/OWNER" in (ROOT / name).read_bytes()}
    assert knowing == {"pyproject.toml", "gitlab/registry.yml"}


def test_nothing_names_an_index_that_does_not_have_the_tool() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("registry_tool/**/*.py"), *ROOT.glob("**/*.sh")]
    texts = {page: page.read_text(encoding="utf-8") for page in pages if ".venv" not in page.parts}

    wrong = re.compile(r"pip install (?:--upgrade )?'?registry-tool(?:\[\w+\])?(?! *(?:\[\w+\] )?@)")
    assert [str(page) for page, text in texts.items() if wrong.search(text)] == []


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of packages in which the tool's metadata says that pip installed it from a git address."""
    folder = tmp_path / "site" / f"registry_tool-{__version__}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: registry-tool\nVersion: {__version__}\n"
        "Project-URL: Source, https://github.com/OWNER/registry-tool\n"
        "Requires-Dist: botocore>=9; extra == 'dynamodb'\nRequires-Dist: other; extra == 'live'\n"
    )
    return folder


def ask(installed: Path, expression: str) -> str:
    code = f"from registry_tool import address as module; print(module.{expression})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(installed.parent), str(ROOT)])},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return done.stdout.strip()


def test_a_tool_from_a_git_address_names_that_address(installed: Path) -> None:
    origin = {"url": "https://git.acme.example/ml/registry-tool.git", "vcs_info": {"vcs": "git", "commit_id": "0"}}
    (installed / "direct_url.json").write_text(json.dumps(origin))

    assert ask(installed, "address()") == "https://git.acme.example/ml/registry-tool"
    assert ask(installed, "is_known()") == "True"


@pytest.mark.parametrize("origin", [None, {"url": "file:///somewhere", "dir_info": {"editable": True}}])
def test_any_other_names_the_projects_own(installed: Path, origin: dict[str, object] | None) -> None:
    if origin:
        (installed / "direct_url.json").write_text(json.dumps(origin))

    assert ask(installed, "address()") == "https://github.com/OWNER/registry-tool"
    assert ask(installed, "is_known()") == "False"


def test_an_extra_is_completed_by_the_packages_that_it_asks_for(installed: Path) -> None:
    assert ask(installed, "packages_of('dynamodb')") == "'botocore>=9'"
