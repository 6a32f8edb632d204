"""Registries as pull requests meet them: plain git, records good and bad, nothing of the tool under test."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document
from registry_tool.record.layout import MARKER, record_path
from registry_tool.rules.validate import derive_config_id
from tests.programs import git, run_registry
from tests.record.strategies import VALID_FILES, read_document

_MINIMAL = read_document(next(file for file in VALID_FILES if file.name == "minimal.yaml"))
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-south-1", "ap-northeast-1", "sa-east-1")


def new_registry(folder: Path) -> Path:
    """A git repository with a registry in it, on the branch main."""
    folder.mkdir(parents=True, exist_ok=True)
    git("init", "--quiet", cwd=folder)
    write(folder, MARKER, b"registryFormat: 1\n")
    commit(folder, "Start the registry")
    return folder


def record(number: int = 0, **fields: str) -> tuple[str, bytes]:
    """The path and the content of a valid record; no two numbers share a place."""
    document: Document = {**_MINIMAL, "awsRegion": REGIONS[number], **fields}
    document["configId"] = key = derive_config_id(document)
    return record_path(key), to_yaml(document)


def write(root: Path, path: str, content: bytes) -> Path:
    """Put a file into the checkout."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def put(root: Path, number: int = 0, **fields: str) -> str:
    """Put a valid record into the checkout; its path."""
    path, content = record(number, **fields)
    write(root, path, content)
    return path


def spoil(root: Path, number: int = 0, *, status: str = "done") -> str:
    """Put a record into the checkout that the schema refuses; its path."""
    path, content = record(number)
    write(root, path, content.replace(b"status: success", f"status: {status}".encode()))
    return path


def commit(root: Path, message: str = "Change") -> str:
    """Commit all that is in the checkout; the commit's id."""
    git("add", "--all", cwd=root)
    git("commit", "--quiet", "--allow-empty", "-m", message, cwd=root)
    return git("rev-parse", "HEAD", cwd=root)


def branch(root: Path, name: str, start: str = "HEAD") -> None:
    """Start a branch and check it out."""
    git("switch", "--quiet", "--create", name, start, cwd=root)


def validate(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`registry validate ARGUMENTS` in the registry."""
    return run_registry("validate", *arguments, cwd=root)


def found(root: Path, *arguments: str) -> list[tuple[str, str]]:
    """The rule and the file of each problem that `registry validate ARGUMENTS` finds."""
    return [(problem["rule"], problem["file"]) for problem in problems(root, *arguments)]


def problems(root: Path, *arguments: str) -> list[dict[str, str]]:
    """The problems that `registry validate ARGUMENTS` finds, as its JSON says them."""
    done = validate(root, *arguments, "--format", "json")
    assert done.returncode in {0, 1}, done.stderr
    listed: list[dict[str, str]] = json.loads(done.stdout)["problems"]
    assert done.returncode == bool(listed)
    return listed
