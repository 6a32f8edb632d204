"""Any words and any bytes on the command line end in an exit code that means something: no traceback, no hang.

Left out are the commands whose words name places to write to (`init`, `install`) or machines to speak to.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry_tool.cli.app import GROUPS
from tests.programs import run_here, run_registry

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
EXAMPLE = Path(__file__).parents[2] / "examples" / "example-transformers-vllm"
COMMANDS = sorted(
    {name for group, names in GROUPS.items() if group not in {"Share", "CI table"} for name in names}
    - {"init", "install", "live", "sync", "ci", "table"}
)
MEANINGFUL = {0, 1, 2, 4}

OPTIONS = [
    "--notes", "--status", "--json", "--project", "--project-dir", "--branch", "--dry-run", "--explain", "--at",
    "--format", "--limit", "--sort", "--model", "--region", "--since", "--until", "--author", "--changes", "--verify",
    "--exit-code", "--registry", "--removed", "--build-strategy", "--", "-h", "--version", "--fix",
]  # fmt: skip
TEXTS = [
    "ec3f1a0072d1b3d4", "ec3f", "example-transformers-vllm", "HEAD", "HEAD~1", "main..HEAD", "..", "...", "^HEAD",
    "@{-1}", ":/", "-1", "--all", "--output=x", "yesterday", "9999-99-99", "2026-02-30", "99999999999 years ago",
    "table", "json", "jsonl", "yaml", "text", "markdown", "success", "registered:desc", "*", "[", "\\", "%s", "$(id)",
    "\x1b[31m", "\u202e", "\N{ROCKET}", "\udcff", "a\nb", "' OR 1=1 --", "x" * 5000, "", " ", "9" * 400, "nan", "1e9",
]  # fmt: skip
WORDS = st.sampled_from(OPTIONS) | st.sampled_from(TEXTS) | st.text(st.characters(exclude_characters="\0/"), max_size=8)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a registry and a project."""
    return tmp_path_factory.mktemp("place")


def make_place(folder: Path) -> None:
    if not (folder / "registry").exists():
        shutil.copytree(EXAMPLE, folder / "project")
        run_registry("init", "registry", cwd=folder)
        run_registry("register", "--project-dir", "../project", cwd=folder / "registry")


@given(st.sampled_from(COMMANDS), st.lists(WORDS, max_size=6))
@settings(
    max_examples=EXAMPLES, derandomize=EXAMPLES == 60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_words_of_a_command_line_end_in_words(place: Path, command: str, words: list[str]) -> None:
    make_place(place)

    status, printed = run_here(command, *words, cwd=place / "registry")

    assert (status in MEANINGFUL, "Traceback" in printed) == (True, False), printed
    assert "\x1b" not in printed


@given(st.dictionaries(st.sampled_from(["REGISTRY_PATH", "COLUMNS", "TERM", "NO_COLOR", "LC_ALL", "TZ", "XDG_DATA_HOME",
    "XDG_CONFIG_HOME", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "EMAIL", "VLLM_X", "BASH_ENV", "PS4", "IFS"]),
    st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), max_size=8)), st.sampled_from(
    ["list", "show ec3f", "validate", "register --project-dir ../project --dry-run"]))  # fmt: skip
@settings(
    max_examples=EXAMPLES, derandomize=EXAMPLES == 60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_environment_ends_in_words(place: Path, variables: dict[str, str], command: str) -> None:
    make_place(place)

    status, printed = run_here(*command.split(), cwd=place / "registry", env=variables)

    assert (status in MEANINGFUL, "Traceback" in printed) == (True, False), printed
