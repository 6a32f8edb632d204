"""The files that a new registry has for editors, tried with the YAML language server of VS Code over its protocol."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import jsonschema
import pytest

from registry_tool.record.canonical import to_yaml
from registry_tool.record.layout import RECORDS, record_path
from registry_tool.rules import policy
from registry_tool.rules.editors import any_record, editor_files
from registry_tool.rules.schema import load
from registry_tool.rules.settings import starter_policy
from tests.programs import run_registry
from tests.record.strategies import VALID_FILES, read_document

SERVER = Path(__file__).parents[1] / "ci/node_modules/yaml-language-server/bin/yaml-language-server"


class Editor:
    """A client of the language server that answers its questions with the settings of the folder."""

    def __init__(self, root: Path) -> None:
        """Start the server for the folder `root`."""
        self._settings = json.loads((root / ".vscode/settings.json").read_text(encoding="utf-8"))
        self._process = subprocess.Popen(
            ["node", str(SERVER), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9"),  # no way out
        )
        self._number = 0
        folder = {"uri": root.as_uri(), "name": root.name}
        self.ask("initialize", processId=None, rootUri=root.as_uri(), workspaceFolders=[folder], capabilities=CAN)
        self.tell("initialized")
        self.tell("workspace/didChangeConfiguration", settings=self._sections())

    def _sections(self) -> dict[str, Any]:
        yaml = {"schemas": self._settings["yaml.schemas"], "schemaStore": {"enable": False}, "completion": True}
        return {"yaml": {**yaml, "hover": True, "validate": True}, "http": {"proxy": "", "proxyStrictSSL": False}}

    def ask(self, method: str, **parameters: object) -> Any:  # noqa: ANN401  whatever the server answers
        """The server's answer to a request."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": parameters})
        return next(message["result"] for message in self._messages() if message.get("id") == self._number)

    def tell(self, method: str, **parameters: object) -> None:
        """Send a notification."""
        self._send({"method": method, "params": parameters})

    def open(self, file: Path) -> list[dict[str, Any]]:
        """Open a file; the diagnostics of it."""
        text = file.read_text(encoding="utf-8")
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)
        for message in self._messages():
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == file.as_uri():
                return cast("list[dict[str, Any]]", message["params"]["diagnostics"])
        raise AssertionError

    def close(self) -> None:
        """End the server, and close its pipes."""
        self._process.kill()
        self._process.communicate()

    def _messages(self) -> Iterator[dict[str, Any]]:
        stream = cast("IO[bytes]", self._process.stdout)
        while line := stream.readline():
            length = int(line.partition(b":")[2])
            while stream.readline().strip():
                pass
            message = json.loads(stream.read(length))
            if "method" in message and "id" in message:  # a question of the server
                sections = self._sections()
                asked = message["params"].get("items", []) if message["method"] == "workspace/configuration" else []
                answer = [sections.get(item.get("section", "")) for item in asked] if asked else None
                self._send({"id": message["id"], "result": answer})
            else:
                yield message

    def _send(self, message: dict[str, object]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = cast("IO[bytes]", self._process.stdin)
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        stream.flush()


CAN = {
    "workspace": {"configuration": True, "workspaceFolders": True, "didChangeConfiguration": {}},
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True}},
        "hover": {"contentFormat": ["plaintext", "markdown"]},
        "publishDiagnostics": {},
    },
}


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    assert run_registry("init", "registry", cwd=tmp_path).returncode == 0
    return tmp_path / "registry"


@pytest.fixture
def editor(registry: Path) -> Iterator[Editor]:
    if not (shutil.which("node") and SERVER.is_file()):
        (pytest.fail if "CI" in os.environ else pytest.skip)(
            "yaml-language-server is not installed: it needs node and npm; then: make engines"
        )
    editor = Editor(registry)
    yield editor
    editor.close()


def put(registry: Path, name: str, **changed: object) -> Path:
    (file,) = [file for file in VALID_FILES if file.stem == name]
    document = {**read_document(file), **changed}
    path = registry / record_path(str(document["configId"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_yaml(document))  # type: ignore[arg-type]
    return path


def test_an_editor_checks_completes_and_explains_without_a_network(registry: Path, editor: Editor) -> None:
    older, newer = put(registry, "every-field"), put(registry, "external-endpoint")
    wrong = put(registry, "other-target", status="sucess", gpu=1)
    line = wrong.read_text().splitlines().index("status: sucess")

    problems = {file: editor.open(file) for file in (older, newer, wrong, registry / "registry-data/registry.yaml")}

    assert [len(found) for file, found in problems.items() if file != wrong] == [0, 0, 0]
    assert [problem["range"]["start"]["line"] for problem in problems[wrong]] == [line]
    at = {"textDocument": {"uri": wrong.as_uri()}, "position": {"line": line, "character": 8}}
    offered = editor.ask("textDocument/completion", **at)["items"]
    assert {"success", "partial", "failed"} <= {item["label"] for item in offered}
    hover = editor.ask("textDocument/hover", textDocument=at["textDocument"], position={"line": line, "character": 2})
    assert "How the deployment went" in json.dumps(hover)


@pytest.mark.parametrize("file", VALID_FILES, ids=lambda file: file.stem)
def test_the_editors_schema_agrees_with_the_records_own(file: Path) -> None:
    document = read_document(file)
    schema = any_record()

    jsonschema.Draft202012Validator.check_schema(schema)
    assert jsonschema.Draft202012Validator(schema).is_valid(document)
    assert not jsonschema.Draft202012Validator(schema).is_valid({**document, "status": "sucess"})


def test_what_a_user_has_for_editors_stays(tmp_path: Path) -> None:
    (tmp_path / "registry/.vscode").mkdir(parents=True)
    (tmp_path / "registry/.vscode/settings.json").write_text("{}")

    run_registry("init", "registry", cwd=tmp_path)

    assert (tmp_path / "registry/.vscode/settings.json").read_text() == "{}"
    assert all((tmp_path / "registry" / path).is_file() for path in editor_files())


def test_the_schema_of_a_policy_knows_the_keywords_that_are_checked() -> None:
    schema = load("policy-1")
    validator = jsonschema.Draft202012Validator(schema)

    rule: Any = schema["$defs"]
    assert set(rule["schema"]["properties"]) == policy._KEYWORDS  # noqa: SLF001  the keywords are what is tested
    assert validator.is_valid(json.loads(starter_policy()))
    assert not validator.is_valid({"require": ["notes"]})


@pytest.mark.parametrize("name", ["record", "registry", "policy"])
def test_registry_schema_prints_each(tmp_path: Path, name: str) -> None:
    printed = json.loads(run_registry("schema", name, cwd=tmp_path).stdout)

    assert printed["$id"].endswith(
        {"record": "record-2", "registry": "registry-1", "policy": "policy-1"}[name] + ".schema.json"
    )


def test_a_line_for_editors_is_no_fault_and_fmt_keeps_it(registry: Path) -> None:
    file = put(registry, "every-field")
    line = b"# yaml-language-server: $schema=../../../.vscode/registry-record.schema.json\n"
    canonical = file.read_bytes()
    file.write_bytes(line + canonical)
    fine = run_registry("validate", RECORDS, cwd=registry)
    file.write_bytes(line + canonical.replace(b"status: success", b'status: "success"'))
    run_registry("fmt", cwd=registry)

    assert (fine.returncode, file.read_bytes()) == (0, line + canonical)
