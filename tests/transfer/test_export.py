"""The registry as files for other tools: nothing lost, nothing run, and a file that is whole or untouched."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document
from registry_tool.record.layout import record_path
from registry_tool.redact import redact_document
from registry_tool.rules.settings import Settings
from registry_tool.rules.validate import check_document, derive_config_id
from scripts.fleet import build
from tests.programs import git, run_registry
from tests.record.strategies import VALID_FILES, mutated, read_document
from tests.transfer.old import QWEN, entry, write

DOCUMENTS = list({document["configId"]: document for document in map(read_document, VALID_FILES)}.values())


def export(root: Path, *options: str) -> str:
    done = run_registry("export", *options, cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def put(root: Path, documents: list[Document]) -> None:
    """Commit records as they are: one for each configId."""
    for document in documents:
        file = root / record_path(str(document["configId"]))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(to_yaml(document))
    git("add", ".", cwd=root)
    git("commit", "--quiet", "--message", "records", cwd=root)


@contextmanager
def registries(number: int) -> Iterator[list[Path]]:
    """Registries of a hypothesis example's own."""
    with tempfile.TemporaryDirectory() as folder:
        roots = [Path(folder, str(at)) for at in range(number)]
        for root in roots:
            (root / "registry-data").mkdir(parents=True)
            (root / "registry-data/registry.yaml").write_text("registryFormat: 1\n", encoding="utf-8")
            git("init", "--quiet", cwd=root)
            git("add", ".", cwd=root)
            git("commit", "--quiet", "--message", "registry", cwd=root)
        yield roots


def round_trip(documents: list[Document]) -> tuple[str, str]:
    with registries(2) as (first, second):
        put(first, documents)
        before = export(first)
        done = run_registry("import", "-", cwd=second, stdin=before)
        assert (done.returncode, done.stderr) == (0, "")
        return before, export(second)


def test_a_round_trip_gives_the_same_bytes() -> None:
    before, after = round_trip(DOCUMENTS)

    assert before.count("\n") == len(DOCUMENTS)
    assert after == before


def acceptable(document: Document) -> bool:
    """Whether the registry would hold it: valid, and with nothing in it that redaction takes out."""
    return not check_document(document, settings=Settings()) and redact_document(document).document == document


@st.composite
def records(draw: st.DrawFn) -> list[Document]:
    found: dict[str, Document] = {}
    for document in draw(st.lists(mutated(DOCUMENTS), min_size=1, max_size=4)):
        document["configId"] = derive_config_id(document)
        if acceptable(document) and str(document["registeredAt"]) >= "1970":
            found[str(document["configId"])] = document
    return list(found.values())


@settings(max_examples=8, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(records().filter(bool))
def test_a_round_trip_of_any_records_gives_the_same_bytes(documents: list[Document]) -> None:
    before, after = round_trip(documents)

    assert after == before


@pytest.fixture
def moved(root: Path, tmp_path: Path) -> Path:
    """A registry with two registrations of one record and one of another, and one that was removed."""
    entries = [
        entry("2026-03-01T10:00:00Z", notes="first", baseImage="vllm:1"),
        entry("2026-03-02T10:00:00Z", notes="second", baseImage="vllm:2"),
        entry("2026-03-03T10:00:00Z", notes='=HYPERLINK("http://example.org")', modelName="-2+3", status="failed"),
        entry("2026-03-04T10:00:00Z", modelName="gone"),
    ]
    assert run_registry("import", str(write(tmp_path / "old.json", entries)), cwd=root).returncode == 0
    gone = next(row["configId"] for row in rows(export(root)) if row["modelName"] == "gone")
    assert run_registry("remove", gone, cwd=root).returncode == 0
    return root


def rows(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]


def test_filters_and_the_past_are_those_of_list(moved: Path) -> None:
    assert [row["modelName"] for row in rows(export(moved, "--status", "failed"))] == ["-2+3"]
    assert [row["baseImage"] for row in rows(export(moved, "--at", "HEAD~3"))] == ["vllm:2"]


def test_formulas_are_inert_in_csv(moved: Path) -> None:
    cells = [cell for row in csv.reader(io.StringIO(export(moved, "--format", "csv"))) for cell in row]

    assert {'\'=HYPERLINK("http://example.org")', "'-2+3"} < set(cells)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_the_old_format_comes_back_as_the_same_records(moved: Path, root: Path, tmp_path: Path) -> None:
    text = export(moved, "--format", "mlcc")
    again = tmp_path / "again"
    run_registry("init", str(again), cwd=tmp_path)

    done = run_registry("import", "-", cwd=again, stdin=text)

    exported = json.loads(text)
    assert (exported["version"], exported["exportedBy"], len(exported["entries"])) == ("1.0", "anonymous", 2)
    assert (done.returncode, export(again)) == (0, export(root))


def test_the_old_format_has_what_its_reader_requires(moved: Path) -> None:
    first = json.loads(export(moved, "--format", "mlcc", "--status", "success"))["entries"][0]

    assert first == {
        **entry("2026-03-02T10:00:00Z", notes="second", baseImage="vllm:2"),
        "id": QWEN[:8],
        "infrastructure": {"instanceType": "ml.g5.xlarge", "region": "us-east-1"},
    }


def test_the_database_has_records_and_every_registration(moved: Path, tmp_path: Path) -> None:
    export(moved, "--format", "sqlite", "--output", str(tmp_path / "registry.db"))

    with closing(sqlite3.connect(tmp_path / "registry.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("SELECT model_name, status FROM records ORDER BY registered_at").fetchall() == [
            ("Qwen/Qwen3-4B", "success"),
            ("-2+3", "failed"),
        ]
        assert database.execute(
            "SELECT name, value FROM parameters WHERE config_id = ? ORDER BY name", (QWEN,)
        ).fetchall() == [("HF_MODEL_ID", "Qwen/Qwen3-4B"), ("VLLM_MAX_MODEL_LEN", "4096")]
        assert database.execute(
            "SELECT name, image, gpu_count FROM components WHERE config_id = ?", (QWEN,)
        ).fetchall() == [("default", "qwen-chat-latest", 1)]
        trail = database.execute(
            "SELECT kind, notes, author, at, record IS NULL FROM registrations ORDER BY at"
        ).fetchall()
        assert [row[:2] for row in trail[:3]] == [
            ("registered", "first"),
            ("updated", "second"),
            ("registered", '=HYPERLINK("http://example.org")'),
        ]
        assert trail[1][2:] == ("Ada Lovelace", "2026-03-02T10:00:00+00:00", 0)
        assert [(row[0], row[4]) for row in trail[3:]] == [("registered", 1), ("removed", 1)]
        assert database.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall() == []


def test_a_filtered_database_has_the_registrations_of_its_records(moved: Path, tmp_path: Path) -> None:
    export(moved, "--format", "sqlite", "--status", "failed", "--output", str(tmp_path / "some.db"))

    with closing(sqlite3.connect(tmp_path / "some.db")) as database:
        assert database.execute("SELECT count(*), count(record) FROM registrations").fetchall() == [(1, 1)]


def test_a_database_needs_a_file(moved: Path) -> None:
    done = run_registry("export", "--format", "sqlite", cwd=moved)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: a database cannot go to standard output\nhint: name a file: --output FILE\n"


@pytest.mark.parametrize("form", ["sqlite", "jsonl", "csv", "mlcc"])
def test_an_output_file_is_replaced_as_a_whole(moved: Path, tmp_path: Path, form: str) -> None:
    target = tmp_path / "out" / "file"
    target.parent.mkdir()
    target.write_text("before")

    export(moved, "--format", form, "--output", str(target))

    assert target.read_bytes() != b"before"
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_an_output_that_cannot_be_written_leaves_nothing(moved: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "file").mkdir(parents=True)

    done = run_registry("export", "--output", str(tmp_path / "out" / "file"), cwd=moved)

    assert (done.returncode, done.stderr.splitlines()[0]) == (
        1,
        f"error: cannot write {tmp_path / 'out' / 'file'}: Is a directory",
    )
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["file"]


def test_what_cannot_be_read_is_named_and_the_rest_exported(moved: Path) -> None:
    (moved / record_path(QWEN)).write_text("not: [a record\n")
    git("commit", "--quiet", "--all", "--message", "break", cwd=moved)

    done = run_registry("export", cwd=moved)

    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert done.stderr.startswith(f"warning: {record_path(QWEN)} is not exported: line ")


def test_it_opens_in_datasette(moved: Path, tmp_path: Path) -> None:
    export(moved, "--format", "sqlite", "--output", str(tmp_path / "registry.db"))
    command = ["datasette", "--get", "/registry/records.json?_shape=array", str(tmp_path / "registry.db")]

    done = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"DATASETTE_LOAD_PLUGINS": ""})

    assert len(json.loads(done.stdout)) == 2


def test_a_reader_that_leaves_early_is_no_complaint(tmp_path: Path) -> None:
    build(tmp_path / "registry", 400, is_checked_out=False)
    command = f"{sys.executable} -m registry_tool --registry registry export | head -1 >/dev/null"

    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, check=False, encoding="utf-8")

    assert done.stderr == ""
