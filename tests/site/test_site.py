"""What `registry site` writes, without a browser."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import signal
import struct
import subprocess
import sys
from array import array
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from registry_tool.api.context import Context
from registry_tool.api.site import SiteRequest, read_content
from registry_tool.record.identity import Document, Json
from registry_tool.site.columns import PackedTable, encode
from registry_tool.site.files import folder_files
from tests.programs import TIME_LIMIT, git, run_registry
from tests.site.sites import commit_documents, log, make_site
from tests.trail.registries import NOON

SECRET = "hf_" + "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"[:34]
DOCUMENT: Document = {
    "schemaVersion": 1,
    "configId": "ec3f1a0072d1b3d4",
    "projectName": "rag",
    "deploymentConfig": "transformers-vllm",
    "modelName": "Qwen/Qwen3-4B",
    "instanceType": "ml.g5.xlarge",
    "awsRegion": "us-east-1",
    "deploymentTarget": "realtime-inference",
    "baseImage": "vllm/vllm-openai:v0.8.5",
    "status": "success",
    "registeredAt": "2026-03-01T12:00:00Z",
}


def test_a_packed_table_reads_back() -> None:
    table = PackedTable()
    table.add_numbers("small", [0, 255])
    table.add_numbers("large", [70_000, 1, 4_294_967_295])
    table.add_texts("text", ["b", "a", "b"])
    table.add_lists("words", [["x", "y"], [], ["x"]])

    packed = table.packed({"name": "a fleet"})

    assert _unpacked(packed) == {
        "name": "a fleet",
        "small": [0, 255],
        "large": [70_000, 1, 4_294_967_295],
        "text": ["b", "a", "b"],
        "words.start": [0, 2, 2, 3],
        "words": ["x", "y", "x"],
    }


def test_the_same_data_gives_the_same_text() -> None:
    assert encode(b"deployments") == encode(b"deployments")
    assert gzip.decompress(base64.b64decode(encode(b"deployments"))) == b"deployments"


def test_the_same_commit_gives_the_same_bytes(fleet: Path, built: Path, tmp_path: Path) -> None:
    again = make_site(fleet, tmp_path / "again")

    assert _files(again) == _files(built)


def test_the_site_of_an_older_revision_is_the_site_as_it_was(tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    commit_documents(registry, [DOCUMENT])
    before = make_site(registry, tmp_path / "before")
    revision = git("rev-parse", "HEAD", cwd=registry)
    commit_documents(registry, [{**DOCUMENT, "status": "failed"}])

    then = make_site(registry, tmp_path / "then", "--at", revision)

    assert _files(then) == _files(before)
    assert _files(make_site(registry, tmp_path / "now")) != _files(before)


def test_every_commit_of_the_log_is_in_the_site_with_its_changes(fleet: Path, built: Path) -> None:
    found = {
        (step["revision"], key, step["kind"], tuple(map(tuple, step["changes"])))
        for shard in (built / "data/r").iterdir()
        for key, record in json.loads(_data(shard)).items()
        for step in record["history"]
    }

    assert found == {
        (
            str(entry["revision"])[:12],
            entry["configId"],
            entry["kind"],
            tuple((change["path"], change["before"], change["after"]) for change in entry.get("changes", [])),
        )
        for entry in log(fleet)
    }


def test_the_table_holds_the_records_that_list_shows(fleet: Path, built: Path) -> None:
    done = run_registry("--registry", str(fleet), "list", "--format", "json", cwd=fleet)
    listed = {one["configId"]: one for one in json.loads(done.stdout)["records"]}
    table = _unpacked(_data(built / "data/records.js"))
    ids = bytes(table["id"]).hex()
    rows = {ids[row * 16 : row * 16 + 16]: row for row, removed in enumerate(table["removed"]) if not removed}

    assert set(rows) == set(listed)
    for key, row in rows.items():
        assert (table["project"][row], table["model"][row], table["status"][row]) == (
            listed[key]["projectName"],
            listed[key].get("modelName", ""),
            listed[key]["status"],
        )


def test_a_record_that_a_merge_brought_back_is_there(tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    commit_documents(registry, [DOCUMENT])
    git("checkout", "-q", "-b", "side", cwd=registry)
    commit_documents(registry, [{**DOCUMENT, "status": "failed"}])
    git("checkout", "-q", "main", cwd=registry)
    git("rm", "-q", "-r", "registry-data/records", cwd=registry)
    git("commit", "-q", "-m", "Remove", cwd=registry)
    git("merge", "-q", "-s", "ours", "-m", "Merge", "side", cwd=registry)
    git("checkout", "-q", "side", "--", "registry-data", cwd=registry)
    git("commit", "-q", "-m", "Bring it back", cwd=registry)

    table = _unpacked(_data(make_site(registry, tmp_path / "site") / "data/records.js"))

    assert (table["removed"], table["status"]) == ([0], ["failed"])


def test_a_secret_that_was_committed_by_hand_is_in_no_file(tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    commit_documents(registry, [{**DOCUMENT, "parameters": {"VLLM_ARGS": f"--key {SECRET}"}}], message=f"Try {SECRET}")

    site = make_site(registry, tmp_path / "site")
    single = make_site(registry, tmp_path / "site.html", "--single")

    everything = b"".join(_texts(site)) + b"".join(_single_texts(single))
    assert b"VLLM_ARGS" in everything
    assert SECRET.encode() not in everything


def test_that_a_secret_was_changed_is_said_as_log_says_it_and_the_secret_is_not(tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    other = f"hf_{SECRET[:2:-1]}"
    commit_documents(registry, [{**DOCUMENT, "parameters": {"HF_TOKEN": "sunshine-42", "ARGS": f"--key {SECRET}"}}])
    changed: dict[str, Json] = {"HF_TOKEN": "moonshine-43", "ARGS": f"--key {other}", SECRET: "1"}
    commit_documents(registry, [{**DOCUMENT, "baseImage": "vllm/vllm-openai:v0.9.0", "parameters": changed}])

    site = make_site(registry, tmp_path / "site")
    (record,) = json.loads(_data(site / "data/r/all.js")).values()
    newest = log(registry)[0]

    assert record["history"][0]["changes"] == [
        [change["path"], change["before"], change["after"]] for change in newest["changes"]
    ]
    assert [change["path"] for change in newest["changes"]] == [
        "baseImage.tag",
        "parameters.ARGS",
        "parameters.HF_TOKEN",
        "parameters.***REDACTED***",
    ]
    told = b"".join(_texts(site)) + json.dumps(newest).encode()
    assert not [one for one in (SECRET, other, "sunshine-42", "moonshine-43") if one.encode() in told]


def test_what_a_spreadsheet_would_run_is_inert_in_the_csv(tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    commit_documents(registry, [{**DOCUMENT, "projectName": '=HYPERLINK("https://evil.invalid")'}])

    site = make_site(registry, tmp_path / "site")

    assert "\"'=HYPERLINK(" in (site / "records.csv").read_text(encoding="utf-8")


def test_a_large_table_for_people_without_javascript_is_compressed(
    fleet: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry_tool.site.files._LARGE_TABLE", 1000)
    context = Context(
        environment=dict(os.environ), directory=fleet, registry=fleet, clock=lambda: NOON, tell=pytest.fail
    )

    files = dict(folder_files(read_content(context, SiteRequest())))

    assert gzip.decompress(files["records.csv.gz"]) == (built / "records.csv").read_bytes()
    assert b'<a href="records.csv.gz">' in files["index.html"]
    assert "records.csv" not in files


@pytest.mark.parametrize("content", ["thesis.txt", "index.html"])
def test_a_folder_that_is_not_a_site_is_refused(fleet: Path, tmp_path: Path, content: str) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / content).write_text("mine", encoding="utf-8")

    done = run_registry("--registry", str(fleet), "site", str(folder), cwd=tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: {folder} holds something that is not a site\n"
        "hint: name an empty folder, a new one, or an earlier site\n"
    )
    assert [file.name for file in folder.iterdir()] == [content]


def test_an_earlier_site_is_replaced_as_a_whole(fleet: Path, built: Path, tmp_path: Path) -> None:
    site = make_site(fleet, tmp_path / "site")
    (site / "data/r/zz.js").write_text("left over", encoding="utf-8")

    make_site(fleet, site)

    assert _files(site) == _files(built)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_served_site_follows_the_registry_and_answers_no_other_name(tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    commit_documents(registry, [DOCUMENT])
    command = [sys.executable, "-m", "registry_tool", "--registry", str(registry), "site", "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path) as server:
        assert server.stdout
        url = server.stdout.readline().decode().strip()
        try:
            first = _fetched(url + "data/records.js")
            commit_documents(registry, [{**DOCUMENT, "status": "failed"}])
            page = _fetched(url)
            second = _fetched(url + "data/records.js")
            refused = _status(url, host="evil.invalid")
            missing = _status(url + "../registry/registry-data/registry.yaml")
        finally:
            server.terminate()

    assert url.startswith("http://127.0.0.1:")
    assert b"<!doctype html>" in page
    assert first != second
    assert (refused, missing, server.returncode) == (404, 404, -signal.SIGTERM)


@pytest.mark.parametrize("words", [["out"], ["--single"]])
def test_what_is_served_is_not_written(fleet: Path, tmp_path: Path, words: list[str]) -> None:
    done = run_registry("--registry", str(fleet), "site", "--serve", *words, cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "error: --serve writes nothing\nhint: give either --serve, or the place to write to\n",
    )


def test_where_to_write_must_be_said(fleet: Path, tmp_path: Path) -> None:
    done = run_registry("--registry", str(fleet), "site", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (
        2,
        "error: no folder is named\nhint: say where to write the site: registry site OUT, or give --serve\n",
    )


def _status(url: str, *, host: str = "") -> int:
    try:
        _fetched(url, host=host)
    except HTTPError as err:
        err.close()
        return err.code
    return 200


def _fetched(url: str, *, host: str = "") -> bytes:
    request = Request(url, headers={"Host": host} if host else {})  # noqa: S310  our own server
    with urlopen(request, timeout=TIME_LIMIT) as answer:  # noqa: S310
        data: bytes = answer.read()
        return data


def test_no_script_parses_text_as_code_or_html() -> None:
    assets = Path(__file__).parents[2] / "registry_tool/site/assets"
    forbidden = re.compile(
        r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function|setTimeout\(['\"])\b"
    )

    assert [file.name for file in assets.rglob("*.js") if forbidden.search(file.read_text(encoding="utf-8"))] == []


def _files(site: Path) -> dict[str, bytes]:
    return {str(file.relative_to(site)): file.read_bytes() for file in site.rglob("*") if file.is_file()}


def _data(script: Path) -> bytes:
    """What a data file holds."""
    (text,) = re.findall(r'registry\.data\.take\("[^"]+", "([^"]+)"\);', script.read_text(encoding="utf-8"))
    return gzip.decompress(base64.b64decode(text))


def _texts(site: Path) -> list[bytes]:
    return [_data(file) if "data/" in str(file) else file.read_bytes() for file in site.rglob("*") if file.is_file()]


def _single_texts(file: Path) -> list[bytes]:
    page = file.read_text(encoding="utf-8")
    return [
        gzip.decompress(base64.b64decode(text)) for text in re.findall(r'type="text/plain" id="[^"]+">([^<]+)<', page)
    ]


def _unpacked(packed: bytes) -> dict[str, Any]:
    """The head and the columns of a packed table, read as the page reads it."""
    (length,) = struct.unpack_from("<I", packed)
    head: dict[str, Any] = json.loads(packed[4 : 4 + length])
    layout, values = head.pop("layout"), head.pop("values")
    for name, kind, offset, count in layout:
        numbers = array(kind)
        numbers.frombytes(packed[4 + length + offset :][: numbers.itemsize * count])
        head[name] = [values[name][number] for number in numbers] if name in values else list(numbers)
    return head
