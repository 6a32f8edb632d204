"""The schemas describe every property, both validators agree about them, and what is wrong is said in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_tool.record.fields import SCHEMA_VERSION
from registry_tool.record.identity import ARCHITECTURES, STATUSES, TARGETS, Document, Json
from registry_tool.record.yamldoc import Place
from registry_tool.rules import schema
from registry_tool.rules.conformity import compile_schema
from registry_tool.rules.schema import check_record, load
from tests.record.strategies import VALID_FILES, mutated, read_document

ROOT = Path(__file__).parents[2]
NAMES = ("record-1", "record-2", "registry-1")
CHECKS = {name: schema._own(name).check for name in NAMES}  # noqa: SLF001  each by its name, whatever a record says
DOCUMENTS: dict[str, list[Document]] = {
    "record-1": [document for document in map(read_document, VALID_FILES) if document["schemaVersion"] == 1],
    # adapters.yaml shares a GPU out, which version 1 allowed.
    "record-2": [{**read_document(file), "schemaVersion": 2} for file in VALID_FILES if file.stem != "adapters"],
    "registry-1": [
        {"registryFormat": 1},
        {
            "registryFormat": 1,
            "redaction": {"allow": ["VLLM_MAX_NUM_BATCHED_TOKENS"]},
            "enginePrefixes": {"vllm": ["MY_VLLM_"]},
            "requiredFields": ["modelName", "notes"],
            "ciTable": {"name": "mlcc-ci-table", "region": "us-east-1"},
            "environments": {"staging": {}, "production": {"description": "Serves customers"}},
            "autoPush": True,
        },
    ],
}
QUICK = {name: compile_schema(load(name)) for name in NAMES}
ORACLE = {name: jsonschema.Draft202012Validator(load(name)) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_follows_its_own_schema(name: str) -> None:
    assert (
        list(jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA).iter_errors(load(name))) == []
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_property_has_a_title_a_description_and_an_example(name: str) -> None:
    found = dict(properties(load(name)))
    lacking = [
        path for path, definition in found.items() if not {"title", "description", "examples"} <= definition.keys()
    ]

    assert (bool(found), lacking) == (True, [])


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_valid(name: str) -> None:
    definitions = load(name)["$defs"]
    wrong = [
        (path, example)
        for path, definition in properties(load(name))
        for example in entries(definition["examples"])
        if not jsonschema.Draft202012Validator({**definition, "$defs": definitions}).is_valid(example)
    ]

    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_every_object_refuses_what_it_does_not_know(name: str) -> None:
    objects = [node for node in nodes(load(name)) if node.get("type") == "object"]

    assert [node for node in objects if "additionalProperties" not in node] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_text_has_a_limit_and_no_pattern_lets_a_line_break_pass(name: str) -> None:
    texts = [node for node in nodes(load(name)) if node.get("type") == "string"]
    unlimited = [node for node in texts if not {"maxLength", "$ref"} & node.keys()]
    # To some, $ is also the place before a line break at the end.
    break_is_refused = {"not": {"type": "string", "pattern": "\n"}, "description": "holds a line break"}
    open_ended = [
        node
        for node in nodes(load(name))
        if "pattern" in node and break_is_refused not in entries(node.get("allOf", [])) and not is_of_fixed_length(node)
    ]

    assert (unlimited, open_ended) == ([], [])


@pytest.mark.parametrize("name", NAMES)
def test_every_keyword_that_a_document_can_break_has_words(name: str) -> None:
    silent = {"$schema", "$id", "$ref", "$defs", "title", "description", "examples", "properties", "items", "allOf"}
    silent |= {"deprecated"}
    silent |= {"if", "then", "else", "propertyNames", "required", "additionalProperties"}
    keywords = {keyword for node in nodes(load(name)) for keyword in node}

    assert keywords - silent - schema._MESSAGES.keys() == set()  # noqa: SLF001  the table of words is what is tested


def test_the_schema_and_the_record_know_the_same_values() -> None:
    fields = mapping(load("record-1")["properties"])  # version 2 takes any target
    enums = [entries(mapping(fields[name])["enum"]) for name in ("architecture", "deploymentTarget", "status")]

    assert enums == [list(ARCHITECTURES), list(TARGETS), list(STATUSES)]


def test_a_registry_can_require_each_field_that_a_record_can_do_without() -> None:
    record = load(f"record-{SCHEMA_VERSION}")
    optional = [name for name in mapping(record["properties"]) if name not in entries(record["required"])]
    required_fields = mapping(mapping(load("registry-1")["properties"])["requiredFields"])

    # Not every record may have a backend or an icList.
    assert entries(mapping(required_fields["items"])["enum"]) == [n for n in optional if n not in {"backend", "icList"}]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=200)
@given(st.data())
def test_the_two_validators_agree(name: str, data: st.DataObject) -> None:
    document = data.draw(mutated(DOCUMENTS[name]))

    # What JSON cannot hold the oracle takes no offence at, and the quick check cannot tell.
    tellable = not list(schema._not_json(document))  # noqa: SLF001
    assert QUICK[name](document) == (tellable and ORACLE[name].is_valid(document))


@pytest.mark.parametrize("name", NAMES)
@given(st.data())
def test_a_document_is_refused_with_reasons_exactly_if_it_is_invalid(name: str, data: st.DataObject) -> None:
    document = data.draw(mutated(DOCUMENTS[name]))
    problems = CHECKS[name](document)

    assert (not problems) == ORACLE[name].is_valid(document)
    assert all(problem.message and len(problem.found) <= 60 for problem in problems)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("configId", "ec3f1a0072d1b3d4"),
        ("deploymentConfig", "transformers-vllm"),
        ("deploymentConfig", "marketplace"),
        ("awsRegion", "us-east-1"),
        ("registeredAt", "2026-01-31T09:30:00Z"),
        ("projectName", "a"),
        ("modelName", "Qwen/Qwen3-4B"),
    ],
)
def test_a_line_break_behind_a_value_is_refused_by_both_validators(field: str, value: str) -> None:
    document = {**DOCUMENTS["record-1"][0], field: value + "\n"}

    assert (QUICK["record-1"](document), ORACLE["record-1"].is_valid(document)) == (False, False)


def test_a_keyword_that_the_quick_check_lacks_is_never_overlooked() -> None:
    with pytest.raises(NotImplementedError, match="dependentRequired"):
        compile_schema({"type": "object", "dependentRequired": {"a": ["b"]}})


def test_a_problem_says_what_was_found_what_was_expected_and_what_is_nearest() -> None:
    (problem,) = check_record({**DOCUMENTS["record-1"][0], "status": "sucess"})

    assert (problem.rule, problem.path, problem.message, problem.found, problem.expected, problem.nearest) == (
        "schema/enum",
        "status",
        "is not one of the allowed values",
        '"sucess"',
        "one of success, partial, failed",
        "success",
    )


def test_an_unknown_field_is_told_the_nearest_that_is_missing() -> None:
    document = {**DOCUMENTS["record-1"][0]}
    document["model_name"] = document.pop("modelName")

    assert [(problem.path, problem.nearest) for problem in check_record(document)] == [("model_name", "modelName")]


def test_a_problem_stands_where_its_field_does_or_what_is_around_it() -> None:
    places = {"": Place(1, 1), "icList": Place(5, 3), "icList[0].gpuCount": Place(8, 15)}
    entry: Json = {"name": "a", "gpuCount": -1, "copyCount": 1}
    document = {**DOCUMENTS["record-1"][0], "icList": [entry], "status": 1}

    problems = check_record(document, places=places, file="r.yaml")
    assert {(problem.file, problem.path, problem.line, problem.column) for problem in problems} == {
        ("r.yaml", "icList[0].image", 5, 3),
        ("r.yaml", "icList[0].gpuCount", 8, 15),
        ("r.yaml", "status", 1, 1),
    }


@pytest.mark.parametrize("field", ["parameters", "icEnvironment"])
def test_the_value_of_a_variable_is_never_shown(field: str) -> None:
    secret = "hf" + "_" + "x" * 34
    values: list[Json] = [secret + "\0", secret * 9000, [secret], {secret: secret}]
    problems = [check_record({**DOCUMENTS["record-1"][0], field: {"HF_TOKEN": value}}) for value in values]

    assert [secret in repr(problem) for (problem,) in problems] == [False] * 4


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"notes": "\udc80"}, "notes"),
        ({"parameters": {"A": "\ud800"}}, "parameters.A"),
        ({"parameters": {"\ud800": "x"}}, 'parameters["?"]'),
        ({"icConfig": {"gpuCount": float("nan")}}, "icConfig.gpuCount"),
        ({"icConfig": {"gpuCount": float("inf")}}, "icConfig.gpuCount"),
    ],
)
def test_what_json_cannot_hold_is_refused(document: Document, path: str) -> None:
    problems = check_record({**DOCUMENTS["record-1"][0], **document})

    assert ("schema/json", path) in {(problem.rule, problem.path) for problem in problems}


def test_a_document_full_of_problems_is_reported_with_a_bearable_number() -> None:
    names: Json = [0] * 1_000_000

    assert 0 < len(check_record({**DOCUMENTS["record-1"][0], "icList": names})) <= 100


def test_nesting_without_end_is_a_problem_not_a_crash() -> None:
    nested: Json = []
    for _ in range(100_000):
        nested = [nested]

    assert [problem.rule for problem in check_record({**DOCUMENTS["record-1"][0], "notes": nested})] == ["schema/json"]


def is_of_fixed_length(node: dict[str, Json]) -> bool:
    """Whether the pattern leaves no room for a line break below the limit: `^[0-9]{12}$`."""
    found = re.search(r"\{(\d+)\}\$\Z", str(node["pattern"]))
    return found is not None and int(found[1]) == node["maxLength"]


def mapping(node: Json) -> dict[str, Json]:
    assert isinstance(node, dict)
    return node


def entries(node: Json) -> list[Json]:
    assert isinstance(node, list)
    return node


def nodes(node: Json) -> Iterator[dict[str, Json]]:
    """Every schema inside the schema `node`, itself included."""
    definition = mapping(node)
    yield definition
    for keyword, child in definition.items():
        if keyword in {"properties", "$defs"}:
            for inner in mapping(child).values():
                yield from nodes(inner)
        elif keyword == "allOf":
            for inner in entries(child):
                yield from nodes(inner)
        elif isinstance(child, dict) and keyword in {
            "items",
            "additionalProperties",
            "propertyNames",
            "if",
            "then",
            "else",
        }:
            yield from nodes(child)


def properties(node: Json, path: str = "") -> Iterator[tuple[str, dict[str, Json]]]:
    """Every property that the schema `node` defines, with a path to it. Conditions only speak of properties."""
    for keyword, child in mapping(node).items():
        if keyword in {"properties", "$defs"}:
            for name, inner in mapping(child).items():
                if keyword == "properties":
                    yield f"{path}.{name}", mapping(inner)
                yield from properties(inner, f"{path}.{name}")
        elif isinstance(child, dict) and keyword in {"items", "additionalProperties"}:
            yield from properties(child, path)
