"""The schemas mean the same to validators in every language: their patterns, their keywords, their addresses."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest
import re2  # type: ignore[import-untyped]

from registry_tool.record.identity import Document, Json
from registry_tool.rules.schema import load
from tests.rules.test_schema import DOCUMENTS, NAMES

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / "tests/ci/node_modules"
EVERY_SCHEMA = sorted(file.name.removesuffix(".schema.json") for file in (ROOT / "schemas").glob("*.json"))
TEXTS = ["a", "a\n", "\n", "", "ec3f1a0072d1b3d4", "us-east-1", "us-east-1\n", "a/config.pbtxt", "x\u2028y", "\x00"]

AJV = """
const Ajv = require("ajv/dist/2020").default;
const [schema, documents] = JSON.parse(require("fs").readFileSync(0));
const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);
console.log(JSON.stringify(documents.map((document) => validate(document))));
"""


def patterns(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield str(node["pattern"])
        for inner in node.values():
            yield from patterns(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from patterns(inner)


@pytest.mark.parametrize("name", EVERY_SCHEMA)
def test_every_pattern_compiles_in_re2(name: str) -> None:
    for pattern in patterns(load(name)):
        re2.compile(pattern)
        re.compile(pattern)


def altered(name: str) -> list[Document]:
    """The documents, and each with every one of its texts replaced by each of `TEXTS`, one at a time."""
    found: list[Document] = [*DOCUMENTS[name]]
    for document in DOCUMENTS[name]:
        for path in leaves(document):
            for text in TEXTS:
                copy: Json = json.loads(json.dumps(document))
                found.append(put(copy, path, text))
    return found


def leaves(node: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(node, dict | list):
        for step, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(inner, (*path, step))
    elif isinstance(node, str):
        yield path


def put(root: Json, path: tuple[str | int, ...], text: str) -> Document:
    node = root
    for step in path[:-1]:
        node = node[step]  # type: ignore[index]
    node[path[-1]] = text  # type: ignore[index]
    assert isinstance(root, dict)
    return root


@pytest.mark.parametrize("name", NAMES)
def test_validators_in_three_languages_agree(name: str) -> None:
    schema, documents = load(name), altered(name)
    if not (shutil.which("node") and (NODE_MODULES / "ajv").is_dir()):
        (pytest.fail if "CI" in os.environ else pytest.skip)(
            "ajv is not installed: it needs node and npm; then: make engines"
        )

    python = jsonschema.Draft202012Validator(schema)
    rust = jsonschema_rs.validator_for(schema)
    done = subprocess.run(
        ["node", "-e", AJV],
        cwd=ROOT / "tests/ci",
        input=json.dumps([schema, documents]),
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")
    expected = [python.is_valid(document) for document in documents]
    assert any(expected)
    assert not all(expected)
    assert [rust.is_valid(document) for document in documents] == expected
    assert json.loads(done.stdout) == expected


@pytest.mark.parametrize("name", EVERY_SCHEMA)
def test_a_schema_is_found_at_its_id(name: str) -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    raw = urls["Source"].replace("https://github.com/", "https://raw.githubusercontent.com/")

    assert load(name)["$id"] == f"{raw}/main/schemas/{name}.schema.json"
