"""A record that was edited by hand is welcome: its canonical form is offered, and nothing but form is changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry_tool.api.fmt import canonical_form
from registry_tool.record.canonical import in_order, to_yaml
from registry_tool.record.identity import content_digest
from registry_tool.record.layout import MARKER, POLICY, RECORDS, record_path
from registry_tool.record.load import load
from registry_tool.rules.settings import Settings
from tests.programs import git, run_registry
from tests.record.strategies import INVALID_FILES, VALID_FILES, read_document
from tests.rules.registries import commit, found, new_registry, put, record, spoil, write

IN = " in {}, found upward from here\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return new_registry(tmp_path / "registry")


def edited(root: Path, number: int = 0) -> str:
    """Put a valid record into the checkout as a person writes it; its path."""
    path, content = record(number)
    lines = content.decode().splitlines()
    text = "# our deployment\n" + "\n".join([*lines[3:], *lines[:3]]).replace("status: success", "status:   'success'")
    write(root, path, text.encode() + b"\n\n")
    return path


def test_an_edited_record_is_rewritten_and_then_valid(root: Path) -> None:
    path = edited(root)
    before = found(root)

    done = run_registry("fmt", cwd=root)
    assert before == [("record/canonical", path)]
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        f"rewrote {path}\n",
        f"1 rewritten, 0 left alone, 0 fine{IN.format(root)}",
    )
    assert (root / path).read_bytes() == record()[1]
    assert found(root) == []


def test_a_check_only_says_what_would_be_rewritten(root: Path) -> None:
    path = edited(root)
    put(root, 1)
    before = (root / path).read_bytes()

    done = run_registry("fmt", "--check", cwd=root)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        f"would rewrite {path}\n",
        f"1 to rewrite, 0 left alone, 1 fine{IN.format(root)}",
    )
    assert (root / path).read_bytes() == before


def test_a_registry_in_form_passes_the_check(root: Path) -> None:
    put(root)

    done = run_registry("fmt", "--check", cwd=root)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "",
        f"0 to rewrite, 0 left alone, 1 fine{IN.format(root)}",
    )


def test_only_what_is_named_is_rewritten(root: Path) -> None:
    one, other = edited(root, 0), edited(root, 1)

    done = run_registry("fmt", one, cwd=root)
    assert done.stdout == f"rewrote {one}\n"
    assert found(root) == [("record/canonical", other)]


def test_what_is_wrong_otherwise_is_said_and_left_alone(root: Path) -> None:
    path, content = record()
    text = content.replace(b"status: success", b"status:   done")
    write(root, path, text)
    good = edited(root, 1)

    done = run_registry("fmt", cwd=root)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"rewrote {good}",
        (
            f"{path}:11:11: status is not one of the allowed values, "
            'found "done", expected one of success, partial, failed [schema/enum]'
        ),
    ]
    assert (root / path).read_bytes() == text


def test_a_forged_config_id_is_caught_and_not_rewritten(root: Path) -> None:
    path, content = record()
    text = content.replace(b"instanceType: ml.m5.large", b"instanceType:   ml.g5.xlarge")
    assert text != content
    write(root, path, text)

    done = run_registry("fmt", cwd=root)
    assert (done.returncode, "configId is not the id that the record's fields give" in done.stdout) == (1, True)
    assert (root / path).read_bytes() == text
    assert found(root) == [("record/config-id", path)]


def test_a_record_under_another_name_is_caught(root: Path) -> None:
    _, content = record()
    path = record_path("00" * 8)
    write(root, path, content)

    assert found(root) == [("layout/name", path)]
    assert run_registry("fmt", cwd=root).returncode == 1


def test_what_breaks_the_policy_is_not_rewritten(root: Path) -> None:
    path = edited(root)
    write(root, POLICY, b'{"required": ["notes"]}')

    done = run_registry("fmt", cwd=root)
    assert (done.returncode, "notes is missing [policy/required]" in done.stdout) == (1, True)
    assert (root / path).read_bytes() != record()[1]


def test_nothing_else_is_touched(root: Path, tmp_path: Path) -> None:
    kept = {
        MARKER: b"registryFormat:   1\n",
        "notes.yaml": b"a:   1\n",
        "registry-data/README.md": b"#  x\n",
        "registry-data/records/README.md": b"#  x\n",
    }
    for path, content in kept.items():
        write(root, path, content)
    target = write(tmp_path, "outside.yaml", record()[1].replace(b"status: success", b"status:   success"))
    link = root / record()[0]
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
    before = target.read_bytes()

    run_registry("fmt", cwd=root)
    assert {path: (root / path).read_bytes() for path in kept} == kept
    assert (link.is_symlink(), target.read_bytes()) == (True, before)


def test_the_mode_of_a_file_stays_and_nothing_is_left_beside_it(root: Path) -> None:
    file = root / edited(root)
    file.chmod(0o755)

    run_registry("fmt", cwd=root)
    assert (file.stat().st_mode & 0o777, [one.name for one in file.parent.iterdir()]) == (0o755, [file.name])


def test_a_file_that_cannot_be_written_stays_as_it_was(root: Path) -> None:
    file = root / edited(root)
    before = file.read_bytes()
    shutil.rmtree(root / ".git/registry-tool", ignore_errors=True)
    (root / ".git/registry-tool").write_bytes(b"where our folder should be")

    done = run_registry("fmt", cwd=root)
    assert (done.returncode, done.stderr.startswith(f"error: cannot write {file}"), file.read_bytes()) == (
        1,
        True,
        before,
    )


def test_a_record_edited_by_hand_becomes_a_commit(root: Path) -> None:
    path = put(root)
    commit(root)
    file = root / path
    file.write_bytes(file.read_bytes().replace(b"status: success", b"status:   failed"))
    run_registry("fmt", path, cwd=root)
    commit(root, "The endpoint failed")

    shown = run_registry("show", Path(path).stem, "--format", "yaml", cwd=root)
    assert b"status: failed\n" in file.read_bytes()
    assert shown.stdout.encode() == file.read_bytes()
    assert git("status", "--porcelain", cwd=root) == ""
    assert run_registry("validate", "--changed", "HEAD~1..HEAD", cwd=root).returncode == 0


def test_a_spoiled_record_does_not_stop_the_others(root: Path) -> None:
    spoil(root, 0)
    write(root, record(1)[0], b"\t[")
    paths = [edited(root, 2), edited(root, 3)]

    done = run_registry("fmt", cwd=root)
    assert sorted(done.stdout.splitlines()[:2]) == sorted(f"rewrote {path}" for path in paths)
    assert done.stderr == f"2 rewritten, 2 left alone, 0 fine{IN.format(root)}"


@settings(suppress_health_check=[HealthCheck.differing_executors])
@given(st.sampled_from([*INVALID_FILES, *VALID_FILES]))
def test_the_canonical_form_says_what_the_file_said_and_is_its_own(file: Path) -> None:
    data = file.read_bytes()
    own = str((load(data).document or {}).get("configId", "0" * 16))
    canonical = canonical_form(data, path=record_path(own), settings=Settings())

    if canonical is not None:
        assert in_order(read_document(file)) == load(canonical).document
        assert canonical_form(canonical, path=record_path(own), settings=Settings()) == canonical


def test_an_upgrade_is_one_commit_that_moves_no_digest(tmp_path: Path) -> None:
    assert run_registry("init", "registry", cwd=tmp_path).returncode == 0
    root = tmp_path / "registry"
    for name in ("minimal", "every-field", "adapters", "other-target"):
        (example,) = [file for file in VALID_FILES if file.stem == name]
        document = read_document(example)
        file = root / record_path(str(document["configId"]))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(to_yaml(document))
    git("add", ".", cwd=root)
    git("commit", "--quiet", "--message", "Records", cwd=root)
    before = {file: content_digest(read_document(file)) for file in (root / RECORDS).glob("*/*.yaml")}

    rehearsed = run_registry("fmt", "--upgrade", "--check", cwd=root)
    done = run_registry("fmt", "--upgrade", cwd=root)

    versions = [read_document(file)["schemaVersion"] for file in before]
    assert rehearsed.stdout.startswith("2 records to upgrade\n")
    assert (done.returncode, done.stdout.startswith("upgraded 2 records in ")) == (1, True)
    # An adapter's component with half a GPU is allowed in version 1 alone.
    assert "gpuCount is a number, not a whole number" in done.stdout
    assert versions.count(1) == 1
    assert {file: content_digest(read_document(file)) for file in before} == before
    assert git("rev-list", "--count", "HEAD", cwd=root) == "3"
    assert run_registry("fmt", "--upgrade", "--check", cwd=root).stdout.startswith("0 records to upgrade\n")
