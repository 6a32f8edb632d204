"""A secret in a record's file is a problem that names field, line and rule; nothing that is said shows the value."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.record.canonical import to_yaml
from registry_tool.record.layout import record_path
from registry_tool.redact.rules import Rule
from registry_tool.redact.search import RULES
from registry_tool.rules.leaks import find_leaks
from registry_tool.rules.settings import Settings
from registry_tool.rules.validate import check_file
from tests.redact.carriers import FIELDS, WRAPPERS, document_with
from tests.redact.examples import example

RECORD = (Path(__file__).parents[1] / "record/valid/minimal.yaml").read_text(encoding="utf-8")
TOKEN = "hf_" + "aBc" * 12


def own_path(text: str) -> str:
    return record_path(text.partition('configId: "')[2][:16])


def secrets_in(text: str, allow: frozenset[str] = frozenset()) -> list[tuple[str, str, int]]:
    """Rule, field and line of each secret that a check of the file reports."""
    problems = check_file(text.encode(), path=own_path(text), settings=Settings(allow=allow))
    assert TOKEN not in str([asdict(problem) for problem in problems])
    return [(problem.rule, problem.path, problem.line) for problem in problems if problem.rule.startswith("secret/")]


def with_line(line: str, before: str) -> tuple[str, int]:
    """The record with another line before the one that starts with `before`, and the number of that line."""
    lines = RECORD.split("\n")
    at = next(number for number, text in enumerate(lines) if text.startswith(before))
    return "\n".join([*lines[:at], line, *lines[at:]]), at + 1


@pytest.mark.parametrize(
    ("line", "rule", "field"),
    [
        (f"notes: {TOKEN}", "secret/huggingface-token", "notes"),
        (f"notes: |-\n  fine\n  {TOKEN}", "secret/huggingface-token", "notes"),
        (f"unknown: {TOKEN}", "secret/huggingface-token", "unknown"),
        (f"{TOKEN}: text", "secret/huggingface-token", ""),
        (f"# {TOKEN}", "secret/huggingface-token", ""),
        (f"notes: [{TOKEN}", "secret/huggingface-token", ""),
        ('parameters:\n  EOS_TOKEN: "</s>"', "secret/name-literal", "parameters.EOS_TOKEN"),
        ('parameters:\n  DB_PASSWORD: "open sesame"', "secret/name-credential", "parameters.DB_PASSWORD"),
        ('icEnvironment:\n  HF_TOKEN: "abc"', "secret/name-literal", "icEnvironment.HF_TOKEN"),
    ],
)
def test_a_secret_is_a_problem_with_its_field_and_line(line: str, rule: str, field: str) -> None:
    text, number = with_line(line, "status:")
    number += 1 if field.startswith(("parameters", "icEnvironment")) else 0

    assert secrets_in(text) == [(rule, field, number)]


def test_a_variable_on_the_allow_list_is_none() -> None:
    text, line = with_line('parameters:\n  VLLM_MAX_NUM_BATCHED_TOKENS: "8192"', "status:")

    assert secrets_in(text, frozenset({"VLLM_MAX_NUM_BATCHED_TOKENS"})) == []
    assert secrets_in(text) == [("secret/name-literal", "parameters.VLLM_MAX_NUM_BATCHED_TOKENS", line + 1)]


def test_no_problem_of_a_file_with_a_secret_quotes_it() -> None:
    for line in (f"status: {TOKEN}", f"instanceType: {TOKEN} {TOKEN[:20]}", f"{TOKEN}: 1"):
        text = RECORD.replace("status: success", line)
        problems = check_file(text.encode(), path=own_path(text), settings=Settings())

        assert len(problems) > 1
        assert TOKEN[:20] not in str([asdict(problem) for problem in problems])


@given(
    st.sampled_from(RULES), st.integers(0, 10**6), st.sampled_from(sorted(WRAPPERS)), st.sampled_from(sorted(FIELDS))
)
def test_every_kind_in_every_carrier_is_found_in_a_record_written_by_hand(
    rule: Rule, seed: int, wrapper: str, field: str
) -> None:
    text, secret = example(rule, seed)
    data = to_yaml(document_with(field, WRAPPERS[wrapper](text)))

    problems = check_file(data, path=record_path("ec3f1a0072d1b3d4"), settings=Settings())

    assert any(problem.rule.startswith("secret/") for problem in problems)
    assert secret not in str([asdict(problem) for problem in problems])


def test_a_file_that_is_no_record_is_searched_too() -> None:
    found = find_leaks(f"harmless\n\n{TOKEN}\n".encode(), file="README.md")

    assert [(leak.file, leak.line, leak.rule) for leak in found] == [("README.md", 3, "secret/huggingface-token")]
