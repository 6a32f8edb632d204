"""YAML is read the way that every reader agrees about, or not at all, and every field's place is known."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from registry_tool.record.canonical import parse_canonical, to_yaml
from registry_tool.record.yamldoc import MAX_BYTES, MAX_DEPTH, MOST_PROBLEMS, Place, parse
from tests.record.strategies import VALID_FILES, read_document


class Yaml12Loader(yaml.CSafeLoader):
    """A reader that follows the core schema of YAML 1.2, where PyYAML's own follow YAML 1.1."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  PyYAML's own registry, replaced


for tag, pattern in {
    "null": r"(?:~|null|Null|NULL|)",
    "bool": r"(?:true|True|TRUE|false|False|FALSE)",
    "int": r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)",
    "float": r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))",
}.items():
    Yaml12Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern + r"\Z"), None)

DISPUTED = re.findall(
    r"\S+",
    """
    yes Yes no NO on Off y N True TRUE False Null NULL .inf -.Inf .nan = << 0x1F 0o17 017 0b11 1e3 1E+3 1_000 +1 .5 1.
    12:30 12:30:00 1:2.5 2026-01-01 2026-01-01T00:00:00Z 9007199254740992 123456789012345678901234567890
    """,
)
SCALARS = st.text("0123456789abcdefxo_+-.:eETZyYnN ~=<", max_size=8) | st.sampled_from(DISPUTED)
FRAGMENTS = (
    st.sampled_from("a1[]{},#'\"\\\n\t\r\x00\x85\ufeff\u2028\N{ROCKET}@`")
    | st.sampled_from(["\n  ", "\r\n", "|\n", ">-\n", "---\n", "...\n", "%YAML 1.2\n", '"\\ud800"', '"\\UFFFFFFFF"'])
    | st.sampled_from(["b: ", "- ", "? ", "&x ", "*x", "!t ", "<<: ", "<<<<<<< ", "no"])
)


@given(st.lists(FRAGMENTS, max_size=30).map("".join).map(str.encode) | st.binary(max_size=60))
def test_whatever_the_bytes_are_they_end_in_a_document_or_in_problems(data: bytes) -> None:
    parsed = parse(data)

    assert (parsed.document is not None) or parsed.problems


@given(SCALARS)
@example("12:30:00")
@example("1e3")
@example("9007199254740992")
def test_a_plain_scalar_without_a_problem_means_the_same_to_every_reader(text: str) -> None:
    data = f"a: [{text}]\n".encode()
    parsed = parse(data)

    assert parsed.problems or seen_by_others(data) == [json.dumps(parsed.document)] * 2


@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_a_document_without_a_problem_is_what_other_readers_see(text: str) -> None:
    data = f"k: {text}\n".encode()
    parsed = parse(data)

    assert parsed.problems or seen_by_others(data) == [json.dumps(parsed.document)] * 2


@pytest.mark.parametrize("text", DISPUTED)
def test_a_value_in_dispute_stays_text_and_is_reported(text: str) -> None:
    parsed = parse(f"a: {text}\n".encode())

    assert (parsed.document, [problem.rule for problem in parsed.problems]) == ({"a": text}, ["yaml/ambiguous"])


@pytest.mark.parametrize(
    ("text", "value"),
    [("null", None), ("~", None), ("true", True), ("-3", -3), ("0.50", 0.5), ("1.2.3", "1.2.3"), ("'no'", "no")],
)
def test_a_value_beyond_dispute_is_taken_as_it_is(text: str, value: object) -> None:
    parsed = parse(f"a: {text}\n".encode())

    assert (parsed.document, parsed.problems) == ({"a": value}, ())


def test_every_field_has_the_place_of_its_value() -> None:
    text = 'a: 1\nb:\n  - c: "x"\n    d: |\n      text\n\N{ROCKET}: {e: [1, \N{ROCKET}, 2]}\nf:\n'

    assert parse(text.encode()).places == {
        "": Place(1, 1),
        "a": Place(1, 4),
        "b": Place(3, 3),
        "b[0]": Place(3, 5),
        "b[0].c": Place(3, 8),
        "b[0].d": Place(4, 8),
        '["\N{ROCKET}"]': Place(6, 4),
        '["\N{ROCKET}"].e': Place(6, 8),
        '["\N{ROCKET}"].e[0]': Place(6, 9),
        '["\N{ROCKET}"].e[1]': Place(6, 12),
        '["\N{ROCKET}"].e[2]': Place(6, 15),
        "f": Place(7, 1),
    }


def test_problems_come_in_the_files_order_and_name_the_file() -> None:
    parsed = parse(b"a: no\nb: !t x\na: 1\nc: \xff\n", file="r.yaml")

    assert [(problem.file, problem.line, problem.column, problem.rule) for problem in parsed.problems] == [
        ("r.yaml", 1, 4, "yaml/ambiguous"),
        ("r.yaml", 2, 4, "yaml/tag"),
        ("r.yaml", 3, 1, "yaml/duplicate-key"),
        ("r.yaml", 4, 4, "yaml/utf-8"),
    ]


def test_a_duplicate_key_leaves_no_document_but_an_attempt_with_the_first_value() -> None:
    parsed = parse(b"a: 1\na: 2\n")

    assert (parsed.document, parsed.attempt) == (None, {"a": 1})


def test_a_tag_is_reported_and_makes_nothing() -> None:
    parsed = parse(b"a: !!python/object/apply:os.getcwd []\n")

    assert (parsed.attempt, [problem.rule for problem in parsed.problems]) == ({"a": []}, ["yaml/tag"])


@pytest.mark.parametrize(
    ("levels", "rules"), [(MAX_DEPTH, []), (MAX_DEPTH + 1, ["yaml/depth"]), (100_000, ["yaml/depth"])]
)
def test_the_depth_has_a_limit(levels: int, rules: list[str]) -> None:
    lists = levels - 1
    data = b"a: " + b"[" * lists + b"]" * lists

    assert [problem.rule for problem in parse(data).problems] == rules


@pytest.mark.parametrize(("size", "rules"), [(MAX_BYTES, []), (MAX_BYTES + 1, ["yaml/size"])])
def test_the_size_has_a_limit(size: int, rules: list[str]) -> None:
    data = b"a: ".ljust(size, b"x")

    assert [problem.rule for problem in parse(data).problems] == rules


@pytest.mark.parametrize(
    "line", [b"\x00", b"a: no\n", b"<<<<<<< \n", b"- ", b"? ", b"{a: ", b"1:", b"&x ", b"a: !t x\n", b'"a": ']
)
def test_a_file_full_of_problems_is_reported_with_a_bearable_number(line: bytes) -> None:
    data = line * (MAX_BYTES // 8 // len(line))

    assert 0 < len(parse(data).problems) <= MOST_PROBLEMS


@pytest.mark.parametrize("text", ['a: "\\UFFFFFFFF"\n', "a: [\n", "a: b: c\n"])
def test_without_libyaml_bad_yaml_is_a_problem_just_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader")

    assert [problem.rule for problem in parse(text.encode()).problems] == ["yaml/syntax"]


@pytest.mark.parametrize("file", VALID_FILES, ids=lambda file: file.stem)
def test_without_libyaml_documents_and_places_are_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = parse(file.read_bytes())
    monkeypatch.delattr(yaml, "CSafeLoader")

    assert parse(file.read_bytes()) == fast


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text("ab:#-'\"\\|> \t\n\r\x85\u2028\ufeff", max_size=12))
def test_what_is_written_canonically_is_read_back_without_a_problem(text: str, layout: str) -> None:
    document = read_document(VALID_FILES[0])
    document |= {"projectName": text or "x", "notes": layout or "x", "parameters": {"A": text, "B": layout}}
    parsed = parse(to_yaml(document))

    assert (parsed.document, parsed.problems) == (document, ())


@given(st.sampled_from([file.read_bytes() for file in VALID_FILES]), st.data())
def test_what_passes_for_canonical_is_read_the_same_by_the_strict_reader(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data)), label="where")
    piece = draw.draw(FRAGMENTS, label="what").encode()
    edited = data[:at] + piece + data[at + draw.draw(st.integers(0, 3), label="instead of") :]
    document = parse_canonical(edited)
    parsed = parse(edited)

    assert document is None or (parsed.document, parsed.problems) == (document, ())


def seen_by_others(data: bytes) -> list[str]:
    """The document in `data` as JSON, first by YAML 1.1's rules, then by YAML 1.2's."""
    return [json.dumps(yaml.load(data, loader)) for loader in (yaml.CSafeLoader, Yaml12Loader)]  # noqa: S506  both are safe
