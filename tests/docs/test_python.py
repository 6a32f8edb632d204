"""The Python face does what its page says, is complete and typed, and leaves the process as it was."""

from __future__ import annotations

import dataclasses
import doctest
import json
import logging
import pickle
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import get_type_hints

import pytest

import registry_tool
from registry_tool import Record, Registry, Summary, UsageError, face
from registry_tool.index.query import FILTERS, LABEL
from tests.docs.copies import copy_examples
from tests.programs import git, run_registry

PAGE = Path(__file__).parents[2] / "docs/reference/python.md"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """An empty registry, beside the examples."""
    copy_examples(tmp_path)
    monkeypatch.chdir(tmp_path)
    return Registry.init("deployments")


def test_the_examples_of_the_page_are_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_examples(tmp_path)
    monkeypatch.chdir(tmp_path)

    done = doctest.testfile(str(PAGE), module_relative=False)

    assert (done.failed, done.attempted > 15) == (0, True)


def test_nothing_is_printed_and_the_process_stays_as_it_was(registry: Registry) -> None:
    """With a writer to wait for and a policy that has a pattern: what else would take a signal."""
    root = registry.root
    (root / "registry-data/policy.schema.json").write_text('{"properties": {"notes": {"pattern": "^[A-Z]"}}}')
    git("commit", "--quiet", "--all", "--message", "Policy", cwd=root)
    lock = root / ".git/registry-tool.lock"
    code = f"""
        import fcntl, os, signal, sys, threading

        changed = []
        sys.addaudithook(
            lambda event, arguments: changed.append((event, arguments))
            if event in {{"os.putenv", "os.unsetenv", "os.chdir"}} else None
        )
        for name in ("signal", "setitimer", "alarm", "set_wakeup_fd"):
            setattr(signal, name, lambda *arguments, name=name: changed.append((name, arguments)))

        import registry_tool

        handle = os.open({str(lock)!r}, os.O_RDWR)
        fcntl.flock(handle, fcntl.LOCK_EX)
        threading.Timer(0.5, os.close, [handle]).start()
        registry = registry_tool.Registry.open("deployments")
        registry.register("examples/example-http-flask", notes="First")
        registry.register("examples/example-http-flask", notes="Second", status="partial")
        [registry.list(), registry.show("example-http-flask"), registry.log(changes=True), registry.search("flask")]
        [registry.diff("example-http-flask"), registry.validate(), registry.review("HEAD~1..HEAD")]
        registry_tool.Registry.clone("deployments", "copy").list(removed=True)
        registry_tool.Registry.init("another")
        sys.exit(repr(changed) if changed else 0)
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)], capture_output=True, check=False, encoding="utf-8", timeout=60
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_environment_is_the_one_that_was_given(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Path("examples/example-http-flask")
    config = project / "do/config"
    config.write_text(config.read_text() + 'export AWS_REGION="${REGION_OF_TODAY:-us-east-1}"\n')
    monkeypatch.setenv("REGION_OF_TODAY", "eu-west-1")
    opened = Registry.open(registry.root)
    monkeypatch.setenv("REGION_OF_TODAY", "eu-west-2")

    told = opened.register(project, dry_run=True), registry.register(project, dry_run=True)

    assert [done.record["awsRegion"] for done in told] == ["eu-west-1", "us-east-1"]


def test_results_cannot_change(registry: Registry) -> None:
    done = registry.register("examples/example-multi-ic", notes="First")
    registry.register("examples/example-multi-ic", notes="Second", status="failed")
    results = [
        done,
        registry.list(),
        registry.show(done.config_id),
        registry.log(changes=True),
        registry.diff(done.config_id),
        registry.search("multi"),
        registry.validate(),
        registry.review("HEAD~1..HEAD"),
    ]

    assert [where for result in results for where in changeable(result)] == []
    with pytest.raises(TypeError):
        done.record["status"] = "failed"  # type: ignore[index]
    with pytest.raises(TypeError):
        done.record["icList"][0] = None  # type: ignore[index]


def changeable(value: object) -> list[str]:
    """Where something in `value` could be changed by who gets it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        frozen = [] if value.__dataclass_params__.frozen else [type(value).__name__]  # type: ignore[attr-defined]
        parts = [getattr(value, part.name) for part in dataclasses.fields(value) if not part.name.startswith("_")]
        return frozen + [where for part in parts for where in changeable(part)]
    if isinstance(value, tuple):
        return [where for part in value for where in changeable(part)]
    return [type(value).__name__] if isinstance(value, list | set | bytearray) else []


def test_a_record_is_plain_data_when_asked(registry: Registry) -> None:
    done = registry.register("examples/example-http-flask", notes="First")
    shown = run_registry("show", done.config_id, "--format", "json", cwd=registry.root).stdout
    copy = done.record.as_dict()
    copy["status"] = "failed"

    assert json.loads(shown).items() >= done.record.as_dict().items()
    assert done.record["status"] == "success"
    assert pickle.loads(pickle.dumps(done.record)) == done.record  # noqa: S301  our own bytes


@pytest.mark.parametrize("kind", [Record, Summary])
def test_a_name_that_no_record_has_is_not_taken_for_a_missing_value(kind: type[Record | Summary]) -> None:
    empty = kind({})

    with pytest.raises(UsageError, match="has no field 'modelNme'") as caught:
        empty.get("modelNme")
    assert caught.value.hint.startswith("did you mean 'modelName'? the fields are ")
    assert (empty.get("modelName"), "modelName" in empty) == (None, False)
    with pytest.raises(KeyError):
        empty["modelName"]


def test_a_wrong_filter_names_the_right_ones(registry: Registry) -> None:
    with pytest.raises(UsageError, match="there is no filter 'instance'") as caught:
        registry.list(instance="ml.g5.xlarge")  # type: ignore[call-arg]

    names = ", ".join(name.replace("-", "_") for name in (*FILTERS, LABEL))
    assert caught.value.hint == f"did you mean 'instance_type'? the filters are {names}"


def test_the_filters_are_those_of_the_command_line() -> None:
    assert set(get_type_hints(registry_tool.Filters)) == {name.replace("-", "_") for name in (*FILTERS, LABEL)}


def test_a_url_is_cloned_not_opened() -> None:
    with pytest.raises(UsageError) as caught:
        Registry.open("https://git.example/acme/deployments.git")

    assert caught.value.hint == "clone it: Registry.clone('https://git.example/acme/deployments.git', FOLDER)"


def test_what_the_command_line_would_say_is_logged(registry: Registry, caplog: pytest.LogCaptureFixture) -> None:
    registry.register("examples/example-http-flask", notes="First")
    file = registry.root / "registry-data/records/be/be82fdeac39025da.yaml"
    file.write_text("status: [")
    git("commit", "--quiet", "--all", "--message", "Broken", cwd=registry.root)
    with caplog.at_level(logging.INFO, "registry_tool"):
        registry.diff("HEAD~1..HEAD")

    assert registry.list().unreadable == ("registry-data/records/be/be82fdeac39025da.yaml",)
    assert "cannot be read" in caplog.text


def test_the_face_shows_its_names_and_no_others() -> None:
    assert dir(registry_tool) == sorted([*face.__all__, "__version__"])
    assert [name for name in registry_tool.__all__ if not hasattr(registry_tool, name)] == []
    with pytest.raises(AttributeError, match="has no attribute 'registre'"):
        registry_tool.registre  # noqa: B018  it raises


def test_importing_the_package_loads_none_of_it() -> None:
    code = "import sys, registry_tool; print([name for name in sys.modules if name.startswith('registry_tool.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")

    assert done.stdout == "[]\n"
