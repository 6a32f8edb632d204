"""A file dropped into `valid/` or `invalid/` is a test.

Beside `invalid/NAME.yaml` stands `NAME.expected`: one line `RULE PATH LINE:COLUMN` for each problem, in the file's
order, with `-` for the path of the whole document. It may begin with `at PATH`, which says where in its registry the
record lies; otherwise it lies where its configId says.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import registry_tool
from registry_tool.record.canonical import parse_canonical, to_yaml
from registry_tool.record.layout import record_path
from registry_tool.record.load import load
from registry_tool.rules.settings import Settings
from registry_tool.rules.validate import check_document, check_file
from tests.record.strategies import INVALID_FILES, VALID_FILES, read_document

HERE = Path(__file__).parent
PACKAGE = Path(registry_tool.__file__).parent


def name(file: Path) -> str:
    return file.stem


@pytest.mark.parametrize("file", VALID_FILES, ids=name)
def test_a_valid_file_has_no_problem(file: Path) -> None:
    data = file.read_bytes()

    assert check_file(data, path=own_path(data), settings=Settings()) == ()


@pytest.mark.parametrize("file", VALID_FILES, ids=name)
def test_a_valid_document_has_no_problem_before_it_is_written(file: Path) -> None:
    document = read_document(file)

    assert check_document(document, settings=Settings()) == ()


@pytest.mark.parametrize("file", VALID_FILES, ids=name)
def test_a_valid_file_is_what_its_document_is_written_as(file: Path) -> None:
    document = read_document(file)

    assert to_yaml(document) == file.read_bytes()


@pytest.mark.parametrize("file", INVALID_FILES, ids=name)
def test_an_invalid_file_has_exactly_the_problems_that_are_listed(file: Path) -> None:
    data = file.read_bytes()
    expected = file.with_suffix(".expected").read_text(encoding="utf-8").splitlines()
    path = expected.pop(0).removeprefix("at ") if expected[0].startswith("at ") else own_path(data)

    problems = check_file(data, path=path, settings=Settings())

    lines = [f"{problem.rule} {problem.path or '-'} {problem.line}:{problem.column}" for problem in problems]
    assert lines == expected


def test_every_rule_is_named_in_a_test() -> None:
    modules = (PACKAGE / "record" / "yamldoc.py", PACKAGE / "rules" / "validate.py")
    sources = "".join(module.read_text(encoding="utf-8") for module in modules)
    rules = set(re.findall(r'"((?:yaml|layout|record|settings)/[a-z0-9-]+)"', sources))
    files = [*HERE.glob("*/*.expected"), *HERE.glob("test_*.py"), *(HERE.parent / "rules").glob("test_*.py")]
    tests = "".join(file.read_text(encoding="utf-8") for file in files)

    assert rules
    assert {rule for rule in rules if rule not in tests} == set()


def own_path(data: bytes) -> str:
    """Where the record in `data` belongs; a place that may hold any record if it does not say."""
    match = re.search(rb'^configId: "?([0-9a-f]{16})\b', data, re.MULTILINE)
    return record_path(match[1].decode() if match else "0" * 16)


def test_a_list_entry_without_a_field_of_a_record_is_written_and_refused() -> None:
    document = read_document(VALID_FILES[0])
    by_hand = to_yaml({**document, "icList": [{"name": "a"}]}).replace(b"- name: a", b"- named: a")

    assert yaml.safe_load(to_yaml({**document, "icList": [{}]}))["icList"] == [{}]
    assert parse_canonical(by_hand) is None
    assert [problem.path for problem in check_document(load(by_hand).document or {}, settings=Settings())]
