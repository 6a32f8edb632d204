"""Names and notes are data: in no output do they act on a terminal, a shell, a spreadsheet, a page or a workflow."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from registry_tool.printable import printable
from registry_tool.record.layout import RECORDS
from tests.programs import git, run_here

EXAMPLE = Path(__file__).parents[2] / "examples" / "example-transformers-vllm"

HOSTILE = [
    "$(touch pwned)", "`touch pwned`", "; touch pwned", "| touch pwned", "--output=pwned", "-rf", "%s%n",
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b31m", "a\rb", "\u202eevil\u202c", "zero\u200bwidth", "\U000e0041tag",
    "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](https://evil.example/p.png)", "| a | b |",
    "**bold**", "`code`", "<!-- x -->",
    "::set-output name=a::b", "::error::x", "##[error]x", "##vso[task.setvariable]x",
    "@everyone", "#1",
]  # fmt: skip

READERS = (
    "list", "list --format json", "list --format jsonl", "list --format yaml", "list --format csv", "list --removed",
    "search evil", "log", "log --changes", "log --format jsonl", "log --verify", "validate", "status", "doctor", "scan",
    *(f"{command} {{}}" for command in (
        "show", "show --format yaml", "show --format json", "blame", "blame --format json", "diff",
        "diff --format json", "diff --format markdown",
    )),
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_hostile_name_is_inert_in_every_output(tmp_path: Path, text: str) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "project")
    run_here("init", "registry", cwd=tmp_path)
    registered = ["register", "--registry", "registry", "--project-dir", "project", f"--notes={text}"]
    notes = f"{text}\n\n{text}\nConfig-Id: 0000000000000000\n\nStatus: forged\n{text}"
    environment = {"VLLM_NOTE": text, "BASE_IMAGE": text}
    with (tmp_path / "project/do/config").open("a") as config:
        config.write('MODEL_NAME="$VLLM_NOTE" HF_MODEL_ID="$VLLM_NOTE"\nPROJECT_NAME="$VLLM_NOTE"\n')
    printed = [run_here(*registered, *more, cwd=tmp_path, env=environment) for more in (["--explain"], [])]
    printed.append(run_here(*registered[:-1], f"--notes={notes}", cwd=tmp_path, env=environment))
    names = [file.stem for file in (tmp_path / "registry" / RECORDS).glob("*/*.yaml")]

    outputs = {
        command: run_here(*command.format(*names).split(), cwd=tmp_path / "registry")
        for command in READERS
        if names or "{}" not in command
    }

    for command, (status, output) in {**outputs, **{f"register {n}": one for n, one in enumerate(printed)}}.items():
        assert (status in {0, 1}, "Traceback" in output) == (True, False), command
        assert re.findall(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u200b\U000e0041]", output) == [], command
        if "yaml" not in command:
            assert re.findall(r"(?m)^\s*::|##\[|##vso\[", output) == [], command
    assert not list(tmp_path.rglob("pwned"))
    if names:
        check_formats(outputs, names[0], tmp_path / "registry")


def check_formats(outputs: dict[str, tuple[int, str]], name: str, registry: Path) -> None:
    rows = list(csv.reader(io.StringIO(outputs["list --format csv"][1])))
    assert [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []
    assert json.loads(outputs["show --format json {}"][1])["configId"] == name
    page = MarkdownIt("commonmark").enable("table").parse(outputs["diff --format markdown {}"][1])
    kinds = {token.type for block in page for token in [block, *(block.children or [])]}
    assert kinds.isdisjoint({"html_block", "html_inline", "link_open", "image", "strong_open"})
    trailers = git("log", "-1", "--format=%(trailers:key=Config-Id,valueonly,separator=%x2C)", cwd=registry)
    assert trailers == name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        ("a\n  ::error::x", "a\n  \\x3a:error::x"),
        ("std::vector", "std::vector"),
        ("##[error]x", "\\x23#[error]x"),
        ("## A heading", "## A heading"),
    ],
)
def test_what_a_workflow_takes_for_a_command_is_spelled_out(text: str, shown: str) -> None:
    assert printable(text) == shown
