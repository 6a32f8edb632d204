"""Everything that is wrong with a record is found at once, whether it is about to be written or stands in a file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document, Json
from registry_tool.record.layout import is_record_path, record_path
from registry_tool.record.yamldoc import MAX_BYTES
from registry_tool.rules.settings import Settings
from registry_tool.rules.validate import check_document, check_file, check_place, check_version, derive_config_id
from tests.record.strategies import JSON, VALID_FILES, mutated, read_document

ROOT = Path(__file__).parents[2]
DOCUMENTS = {file.stem: read_document(file) for file in VALID_FILES}
EVERY_FIELD = DOCUMENTS["every-field"]


@pytest.mark.parametrize(
    ("changes", "config_id"),
    [
        ({}, "ec3f1a0072d1b3d4"),
        ({"deploymentConfig": "http-flask", "modelName": None, "instanceType": "ml.m5.large"}, "be82fdeac39025da"),
        ({"deploymentConfig": "http-flask", "modelName": "", "instanceType": "ml.m5.large"}, "be82fdeac39025da"),
        ({"deploymentTarget": "hyperpod-eks"}, "481b49290d42fe9c"),
        ({"deploymentTarget": "batch-transform"}, "eb7598d607901ee0"),
    ],
)
def test_a_config_id_is_the_published_one(changes: Document, config_id: str) -> None:
    assert derive_config_id({**EVERY_FIELD, **changes}) == config_id


def test_a_config_id_counts_components_and_adapters() -> None:
    component: Json = {"name": "a", "image": "x", "gpuCount": 1, "copyCount": 1}
    adapter: Json = {
        "name": "b",
        "isAdapter": True,
        "baseIcName": "a",
        "artifactUrl": "s3://x",
        "gpuCount": 0,
        "copyCount": 1,
    }

    assert derive_config_id({**EVERY_FIELD, "icList": [component] * 3 + [adapter] * 2}) == "9e74d9a478e434a2"


def test_a_registry_may_require_more_fields() -> None:
    settings = Settings(required_fields=("modelName", "notes", "project"))
    document = {name: value for name, value in EVERY_FIELD.items() if name not in {"notes", "project"}}

    problems = check_document(document, settings=settings)
    assert [(problem.rule, problem.path) for problem in problems] == [
        ("settings/required", "notes"),
        ("settings/required", "project"),
    ]


def test_a_required_field_is_found_missing_in_a_file_too() -> None:
    document = {name: value for name, value in EVERY_FIELD.items() if name != "notes"}
    path = record_path("ec3f1a0072d1b3d4")

    problems = check_file(to_yaml(document), path=path, settings=Settings(required_fields=("notes",)))
    assert [(problem.rule, problem.file, problem.line, problem.column) for problem in problems] == [
        ("settings/required", path, 1, 1)
    ]


def test_a_record_for_which_a_ci_table_has_no_room_is_refused_by_its_largest_field() -> None:
    # Bytes count, not characters: each of these has three.
    document: Document = {**EVERY_FIELD, "parameters": {"SMALL": "x", "LARGE": "模" * 140_000}}

    problems = check_document(document, settings=Settings())
    assert [(problem.rule, problem.path) for problem in problems] == [("record/size", "parameters.LARGE")]


def test_a_document_too_large_to_be_read_again_is_refused() -> None:
    document: Document = {**EVERY_FIELD, "parameters": {f"A{number}": "x" * 262_144 for number in range(4)}}

    assert [problem.rule for problem in check_document(document, settings=Settings())] == ["yaml/size"]


def test_a_canonical_file_that_is_too_large_is_refused() -> None:
    document: Document = {**EVERY_FIELD, "parameters": {f"A{number}": "x" * 262_144 for number in range(4)}}
    data = to_yaml(document)

    problems = check_file(data, path=record_path("ec3f1a0072d1b3d4"), settings=Settings())
    assert (len(data) > MAX_BYTES, [problem.rule for problem in problems]) == (True, ["yaml/size"])


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        ("registry-data/registry.yaml", []),
        ("registry-data/README.md", []),
        ("registry-data/.gitattributes", []),
        ("registry-data/ec/ec3f1a0072d1b3d4.yaml", ["layout/unknown"]),
        ("registry-data/ec3f1a0072d1b3d4.yaml", ["layout/unknown"]),
    ],
)
def test_beside_the_records_only_what_belongs_there_may_stand(path: str, rules: list[str]) -> None:
    assert [problem.rule for problem in check_place(path)] == rules


def test_an_old_version_need_not_look_as_records_look_today() -> None:
    data = to_yaml(EVERY_FIELD).replace(b"status: success", b"status:   success")
    path = record_path("ec3f1a0072d1b3d4")

    assert [problem.rule for problem in check_file(data, path=path, settings=Settings())] == ["record/canonical"]
    assert check_version(data, path=path) == ()


def test_problems_come_in_the_files_order() -> None:
    text = (
        to_yaml(EVERY_FIELD)
        .decode()
        .replace("status: success", "status: done")
        .replace("backend: vllm", "backend: lmi")
    )
    problems = check_file(text.encode(), path="registry-data/records/00/ec3f1a0072d1b3d4.yaml", settings=Settings())

    lines = [problem.line for problem in problems]
    assert lines == [1, 6, 36]


def test_a_rule_between_fields_is_silent_about_a_field_that_is_wrong_already() -> None:
    document: Document = {**EVERY_FIELD, "deploymentConfig": "transfomers-vllm"}

    assert [problem.rule for problem in check_document(document, settings=Settings())] == ["schema/pattern"]


def test_the_time_of_a_leap_day_depends_on_the_year() -> None:
    days = ["2024-02-29", "2026-02-29", "0000-01-01"]
    found = [
        [
            problem.rule
            for problem in check_document({**EVERY_FIELD, "registeredAt": f"{day}T00:00:00Z"}, settings=Settings())
        ]
        for day in days
    ]

    assert found == [[], ["record/time"], ["record/time"]]


def test_a_good_file_is_checked_without_a_yaml_parser() -> None:
    code = """
import sys
from pathlib import Path
from registry_tool.rules.settings import Settings
from registry_tool.rules.validate import check_file
data = Path("tests/record/valid/every-field.yaml").read_bytes()
problems = check_file(data, path="registry-data/records/ec/ec3f1a0072d1b3d4.yaml", settings=Settings())
print(problems, {"yaml", "jsonschema", "git"} & sys.modules.keys())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, encoding="utf-8")

    assert done.stdout == "() set()\n"


@given(mutated(list(DOCUMENTS.values())))
def test_what_is_accepted_before_it_is_written_is_accepted_when_it_is_read(document: Document) -> None:
    document["configId"] = config_id = derive_config_id(document)
    refused = check_document(document, settings=Settings())

    assert refused or check_file(to_yaml(document), path=record_path(config_id), settings=Settings()) == ()


@given(st.dictionaries(st.sampled_from(list(EVERY_FIELD)), JSON | st.just("\ud800")))
def test_a_config_id_can_be_derived_from_whatever_a_document_holds(document: Document) -> None:
    assert is_record_path(record_path(derive_config_id(document)))


@given(st.sampled_from([file.read_bytes() for file in VALID_FILES]), st.data())
def test_whatever_is_done_to_a_file_checking_it_ends_in_problems(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data) - 1), label="where")
    edited = data[:at] + draw.draw(st.binary(max_size=4), label="what") + data[at + 1 :]

    problems = check_file(edited, path="registry-data/records/00/0000000000000000.yaml", settings=Settings())
    assert problems
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


@given(st.text("0123456789abcdefABCg/.ym\n", max_size=24))
def test_only_the_path_of_a_record_is_taken_for_one(text: str) -> None:
    path = record_path(text)

    assert is_record_path(path) == (len(text) == 16 and set(text) <= set("0123456789abcdef"))
