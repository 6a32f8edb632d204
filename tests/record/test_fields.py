"""The table of fields is the only place that knows them: the schema, every writer and the documents agree with it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from registry_tool.cli.filters import _OPTIONS
from registry_tool.index.query import FILTERS
from registry_tool.record.fields import FIELDS, SCHEMA_VERSION, Field
from registry_tool.record.identity import Json
from registry_tool.rules.schema import load
from registry_tool.transfer import generator, mlcc
from tests.programs import TIME_LIMIT

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "example-transformers-vllm"
VERSIONS = range(1, SCHEMA_VERSION + 1)

# What a harness is given, without a CI table to ask.
SEEN_BY_CI = """
import json
from registry_tool.record.tested import seen_by_ci
print(json.dumps(seen_by_ci(json.load(open("record.json")))))
"""


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_of_the_schema_has_the_fields_of_the_table_in_its_order(version: int) -> None:
    schema = load(f"record-{version}")

    assert known_to(schema, schema) == in_version(FIELDS, version)


def test_no_field_is_newer_than_the_version_that_is_written() -> None:
    assert {field.since for field in every(FIELDS)} <= set(VERSIONS)


def test_each_filter_of_the_table_is_an_option_with_a_help() -> None:
    assert set(FILTERS) == set(_OPTIONS)


def test_what_other_tools_call_a_field_is_a_field() -> None:
    names = {field.name for field in FIELDS}
    inner = {field.name: {one.name for one in field.inner} for field in FIELDS}

    assert set(mlcc._PLACES) <= names  # noqa: SLF001  the tables of names are what is tested
    assert set(generator._OPTIONS) <= names  # noqa: SLF001
    assert all(set(options) == inner[group] for group, options in generator._GROUPED_OPTIONS.items())  # noqa: SLF001


def test_the_page_about_the_ci_table_names_the_fields_that_ci_does_not_see() -> None:
    page = (ROOT / "docs/guides/ci-table.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| `configJson` "))

    assert set(re.findall(r"`(\w+)`", row)) - {"configJson"} == {field.name for field in FIELDS if not field.in_ci}


def test_a_new_field_is_a_row_a_property_and_its_capture(tmp_path: Path) -> None:
    """What docs/explanation/architecture.md promises: a copy of the tool knows the field with three files changed."""
    tool = tmp_path / "tool"
    for part in ("registry_tool", "schemas"):
        shutil.copytree(ROOT / part, tool / part, ignore=shutil.ignore_patterns("__pycache__"))
    edit(tool / "registry_tool" / "record" / "fields.py", add_row)
    edit(tool / "schemas" / f"record-{SCHEMA_VERSION}.schema.json", add_property)
    edit(tool / "registry_tool" / "capture" / "document.py", add_capture)
    project = tmp_path / "project"
    shutil.copytree(EXAMPLE, project)
    with (project / "do" / "config").open("a", encoding="utf-8") as config:
        config.write('export MODEL_SERVER="aurora7"\n')

    def run(*arguments: str) -> str:
        return python("-m", "registry_tool", "--registry", "registry", *arguments)

    def python(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(tool), "AWS_REGION": "us-east-1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=TIME_LIMIT,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("init", "registry")
    said = run("register", "--project-dir", "project", "--json")
    (tmp_path / "record.json").write_text(said)
    in_ci = json.loads(python("-c", SEEN_BY_CI))
    run("export", "--format", "sqlite", "--output", "all.sqlite")
    run("validate")

    assert json.loads(said)["modelServer"] == "aurora7"
    assert in_ci["modelServer"] == "aurora7"
    assert "\nmodelServer: aurora7\n" in run("show", "example-transformers-vllm", "--format", "yaml")
    assert re.search(r"(?m)^modelServer +aurora7$", run("show", "example-transformers-vllm"))
    assert "modelServer: aurora7" in run("search", "aurora7")
    assert json.loads(run("list", "--format", "json"))["records"][0]["modelServer"] == "aurora7"
    assert next(csv.DictReader(io.StringIO(run("export", "--format", "csv"))))["modelServer"] == "aurora7"
    with closing(sqlite3.connect(tmp_path / "all.sqlite")) as database:
        assert database.execute("SELECT model_server FROM records").fetchall() == [("aurora7",)]


def add_row(text: str) -> str:
    return re.sub(
        r'(?m)^( *Field\("modelFormat".*\n)', r'\1    Field("modelServer", in_summary=True, weight=1),\n', text
    )


def add_property(text: str) -> str:
    schema = json.loads(text)
    rows = list(schema["properties"].items())
    at = [name for name, _ in rows].index("modelFormat") + 1
    rows.insert(at, ("modelServer", {"$ref": "#/$defs/name"}))
    return json.dumps({**schema, "properties": dict(rows)})


def add_capture(text: str) -> str:
    return re.sub(r'(?m)^( *)("modelFormat": .*\n)', r'\1\2\1"modelServer": shared.text("MODEL_SERVER"),\n', text)


def edit(file: Path, change: Callable[[str], str]) -> None:
    before = file.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    file.write_text(after, encoding="utf-8")


def every(fields: Iterable[Field]) -> Iterable[Field]:
    for field in fields:
        yield field
        yield from every(field.inner)


def in_version(fields: Iterable[Field], version: int) -> list[tuple[str, str, Json]]:
    """Name, kind and inner fields of each field, in order."""
    return [
        (field.name, field.kind, [list(one) for one in in_version(field.inner, version)])
        for field in fields
        if field.since <= version
    ]


def known_to(node: Json, schema: Json) -> list[tuple[str, str, Json]]:
    """The same, as a JSON Schema says it."""
    found = mapping(resolved(node, schema).get("properties", {}))
    return [
        (name, kind_of(definition, schema), [list(one) for one in known_to(inside(definition, schema), schema)])
        for name, definition in found.items()
    ]


def kind_of(node: Json, schema: Json) -> str:
    definition = resolved(node, schema)
    kind = definition.get("type")
    if kind is None:
        kind = type(definition["const"] if "const" in definition else list_of(definition["enum"])[0]).__name__
    kinds = {"string": "text", "str": "text", "integer": "number", "int": "number", "number": "number"}
    kinds |= {"boolean": "flag", "bool": "flag", "array": "entries"}
    if "properties" in definition or kind in kinds:
        return kinds.get(str(kind), "group")
    names = str(mapping(definition["propertyNames"])["$ref"])
    return "variables" if names.endswith(("/variableName", "/parameterName")) else "texts"


def inside(node: Json, schema: Json) -> Json:
    definition = resolved(node, schema)
    return definition.get("items", definition)


def resolved(node: Json, schema: Json) -> dict[str, Json]:
    definition = mapping(node)
    if "$ref" in definition:
        name = str(definition["$ref"]).rpartition("/")[2]
        return {**mapping(mapping(mapping(schema)["$defs"])[name]), **definition}
    return definition


def mapping(node: Json) -> dict[str, Json]:
    assert isinstance(node, dict)
    return node


def list_of(node: Json) -> list[Json]:
    assert isinstance(node, list)
    return node
