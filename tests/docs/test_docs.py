"""What the documentation shows is what happens: its console sessions run here, in order, and must print the same."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.docs.copies import REPOSITORY, copy_clone, copy_examples
from tests.engines import running
from tests.live.cloud import Cloud, serving

PAGES = sorted(
    page
    for page in (REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("**/*.md"))
    if "```console\n" in page.read_text(encoding="utf-8")
)

# A page with this line has DynamoDB: moto's server, which every page that wants it gets empty and of its own.
_WITH_DYNAMODB = "In this session, moto's server stands in for DynamoDB. In a clone, `make demo-ci` shows the same."
# A page with this line has SageMaker: our stand-in, with the world of live-world.json.
_WITH_SAGEMAKER = "A stand-in for SageMaker answers here. In a clone, `make demo-live` runs the real scripts."
# Any other page that is read beside the clone says where its sessions begin.
_IN_THE_PLAYGROUND = "In a clone, `make playground` opens a shell in which this page's sessions work as written."
_BEGINNINGS = {_WITH_DYNAMODB, _WITH_SAGEMAKER, _IN_THE_PLAYGROUND}
# What differs from run to run: commits, digests, times, ports and temporary folders.
_VARYING = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "ENDPOINT"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b[0-9a-f]{12}\b|\b[0-9a-f]{40}\b"), "COMMIT"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+00:00)"), "TIME"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "DAY"),
    (re.compile(r"\b[0-9a-f]{7}(?= Ada)"), "COMMIT"),
)


def sessions(page: Path) -> list[tuple[str, str]]:
    """The commands of a page's console blocks and what each is said to print."""
    steps: list[tuple[str, str]] = []
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.split("\n")
            count = 1 + sum(1 for line in lines if line.endswith("\\"))
            steps.append(("\n".join(lines[:count]), "\n".join(lines[count:])))
    return steps


def steady(text: str) -> str:
    for pattern, name in _VARYING:
        text = pattern.sub(name, text)
    return re.sub(r" +", " ", text).strip()


@pytest.fixture
def services(page: Path, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """What a page's sessions need to run beside them, as environment variables."""
    lines = page.read_text(encoding="utf-8").splitlines()
    if _WITH_DYNAMODB in lines:
        with running("moto", tmp_path) as environment:
            yield environment
    elif _WITH_SAGEMAKER in lines:
        with serving(Cloud.of_file(Path(__file__).with_name("live-world.json"))) as cloud:
            yield cloud.environment
            assert cloud.violations == []
    else:
        yield {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_console_sessions_print_what_the_page_says(
    page: Path, services: Mapping[str, str], home: Path, tmp_path: Path
) -> None:
    folder = tmp_path
    shutil.copy(home / ".gitconfig", tmp_path)  # its reader is at home
    if page == REPOSITORY / "README.md":  # its reader is in a clone
        copy_clone(folder := tmp_path / "clone")
    else:
        copy_examples(folder)

    for command, expected in sessions(page):
        done = subprocess.run(
            [
                "bash",
                "-c",
                f'cd "$0" && {{ {command}\n}}; code=$?; pwd > "$1"; exit $code',
                folder,
                tmp_path / "folder",
            ],
            cwd=tmp_path,
            env=os.environ | services | {"HOME": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            encoding="utf-8",
            timeout=60,
        )

        folder = Path((tmp_path / "folder").read_text(encoding="utf-8").strip())
        assert steady(done.stdout) == steady(expected), f"$ {command}"


def test_a_page_says_where_its_sessions_begin() -> None:
    silent = [
        page.name
        for page in PAGES
        if page.name != "README.md" and not _BEGINNINGS & set(page.read_text(encoding="utf-8").splitlines())
    ]

    assert silent == []


def test_the_playground_is_a_home_of_its_own_and_leaves_nothing(home: Path, tmp_path: Path) -> None:
    typed = "pwd; ls; registry init deployments --default; registry which 2> found; cat found; git config user.name\n"

    done = subprocess.run(
        ["bash", REPOSITORY / "scripts/playground.sh"],
        cwd=tmp_path,
        env=os.environ | {"REGISTRY_PATH": str(home / "elsewhere")},
        input=typed,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )

    place, *said = done.stdout.splitlines()
    assert said == [
        "examples",
        "deployments is now a registry and your default",
        f"{place}/deployments",
        "your default",
        "Ada Lovelace",
    ]
    assert not Path(place).exists()
    assert not (home / "elsewhere").exists()


def test_the_readme_shows_a_session() -> None:
    assert REPOSITORY / "README.md" in PAGES
