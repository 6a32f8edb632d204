"""A write that lost its race once, while a user's git packs the repository anew: the second attempt keeps its objects.

Git writes no object that it has already. What the first attempt left is such an object, and belongs to no branch: a
`git repack -ad` that has looked at the branches already takes it away with its pack.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from pathlib import Path
from typing import Literal

import pytest

from tests.programs import IN_FILES, git, run_registry
from tests.reliability.test_writers import make_project

REAL = shutil.which("git") or "git"


def script(file: Path, *lines: str) -> Path:
    """An executable for sh."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(("#!/bin/sh", *lines, "")))
    file.chmod(0o755)
    return file


def slow_repack(place: Path, root: Path) -> str:
    """A command for sh that packs the repository anew, and returns when that waits, having looked at the branches."""
    programs = place / "exec"
    shutil.copytree(git("--exec-path", cwd=place), programs, symlinks=True)
    (programs / "git").unlink(missing_ok=True)
    waits = f'if [ "$1" = pack-objects ]; then touch {place}/seen; while [ ! -e {place}/go ]; do sleep 0.02; done; fi'
    script(programs / "git", f'{shlex.quote(REAL)} "$@"; code=$?', waits, "exit $code")
    repack = f"GIT_EXEC_PATH={programs} {REAL} -C {root} repack -a -d -q"
    return (
        f"({repack}; touch {place}/ended) </dev/null >/dev/null 2>&1 & while [ ! -e {place}/seen ]; do sleep 0.02; done"
    )


def sign(place: Path, root: Path) -> None:
    """Let the user's git sign commits."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / "key"], check=True, timeout=60)
    for name, value in {"gpg.format": "ssh", "user.signingKey": str(place / "key"), "commit.gpgSign": "true"}.items():
        git("config", "--global", name, value, cwd=root)


def part(place: Path, root: Path) -> None:
    """Let the registry in `root` and its remote each have a registration that the other one has not."""
    git("clone", "--quiet", str(root), str(place / "remote"), cwd=place)
    git("remote", "add", "origin", str(place / "remote"), cwd=root)
    git("fetch", "--quiet", "origin", cwd=root)
    git("branch", "--quiet", "--set-upstream-to=origin/main", cwd=root)
    assert register(place, place / "remote", make_project(place / "theirs", "org/theirs")).returncode == 0
    assert register(place, root, make_project(place / "ours", "org/ours")).returncode == 0


def register(place: Path, root: Path, project: Path) -> subprocess.CompletedProcess[str]:
    words = ("--registry", str(root), "register", "--project-dir", str(project), "--notes", f"of {project.name}")
    return run_registry(*words, cwd=place)


@IN_FILES
@pytest.mark.parametrize("how", ["plain", "signed", "pulled"])
def test_a_second_attempt_keeps_its_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Literal["plain", "signed", "pulled"]
) -> None:
    root, first = tmp_path / "registry", tmp_path / "first"
    run_registry("init", "registry", cwd=tmp_path)
    if how == "signed":
        sign(tmp_path, root)
    if how == "pulled":
        part(tmp_path, root)
    moves = "fast-import" if how == "plain" else "update-ref -m"
    lock = root / ".git/refs/heads/main.lock"
    stream = tmp_path / "stream"  # when that is whole, nobody looks for the lock any more but git
    script(
        tmp_path / "bin/git",
        f'if [ ! -e {first} ]; then case "$*" in',
        f'  *" {moves} "*) cat > {stream}; touch {first} {lock}',
        f'    {REAL} "$@" < {stream}; code=$?; rm {lock}; exit $code;;',
        f'esac; else case "$*" in *fast-import*) {slow_repack(tmp_path, root)};; esac; fi',
        f'exec {REAL} "$@"',
    )
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")

    if how == "pulled":
        done = run_registry("--registry", str(root), "pull", cwd=tmp_path)
    else:
        done = register(tmp_path, root, make_project(tmp_path / "ours", "org/ours"))

    (tmp_path / "go").touch()
    while not (tmp_path / "ended").exists():
        time.sleep(0.02)
    assert done.returncode == 0, done.stderr
    monkeypatch.undo()
    assert git("log", "-1", "--format=%s", cwd=root) == "of ours"
    assert git("fsck", "--strict", "--no-dangling", cwd=root) == ""
    assert list((root / ".git/objects/pack").glob("*.keep")) == []
    assert git("for-each-ref", "refs/registry-tool", cwd=root) == ""


@pytest.mark.parametrize("before", ["rev-list", "update-ref -m"])
def test_a_signed_commit_outlives_a_git_gc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    root, first = tmp_path / "registry", tmp_path / "first"
    run_registry("init", "registry", cwd=tmp_path)
    sign(tmp_path, root)
    collect = f"touch {first}; {REAL} -C {root} gc --quiet --prune=now </dev/null >/dev/null 2>&1"
    script(
        tmp_path / "bin/git",
        f'if [ ! -e {first} ]; then case "$*" in *" {before} "*) {collect};; esac; fi',
        f'exec {REAL} "$@"',
    )
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")

    done = register(tmp_path, root, make_project(tmp_path / "ours", "org/ours"))

    assert done.returncode == 0, done.stderr
    assert first.exists()
    monkeypatch.undo()
    assert git("log", "-1", "--format=%s", cwd=root) == "of ours"
    assert git("fsck", "--strict", "--no-dangling", cwd=root) == ""
    assert list((root / ".git/objects/pack").glob("*.keep")) == []


def test_no_commit_is_an_object_of_its_own(tmp_path: Path) -> None:
    run_registry("init", "registry", cwd=tmp_path)
    root = tmp_path / "registry"
    before = git("count-objects", cwd=root)
    register(tmp_path, root, make_project(tmp_path / "ours", "org/ours"))
    (record,) = (root / "registry-data/records").rglob("*.yaml")

    run_registry("remove", record.stem, "--notes", "gone", cwd=root)  # back to trees that git has already

    assert git("log", "-1", "--format=%s", cwd=root) == "gone"
    assert git("count-objects", cwd=root) == before


def test_a_pack_that_was_taken_away_half_written_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git prune --expire=now` takes it for what a dead git left."""
    root, first = tmp_path / "registry", tmp_path / "first"
    run_registry("init", "registry", cwd=tmp_path)
    wait = f"until ls {root}/.git/objects/pack/tmp_pack_* >&2; do sleep 0.02; done"
    prune = f"{wait}; {REAL} -C {root} prune --expire=now"
    feed = f"{{ head -c -5 {tmp_path}/stream; {prune}; tail -c 5 {tmp_path}/stream; }} 2>/dev/null"
    script(
        tmp_path / "bin/git",
        f'if [ ! -e {first} ]; then case "$*" in *" fast-import "*)',
        f'  touch {first}; cat > {tmp_path}/stream; {feed} | {REAL} "$@"; exit;; esac; fi',
        f'exec {REAL} "$@"',
    )
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")

    done = register(tmp_path, root, make_project(tmp_path / "ours", "org/ours"))

    assert (done.returncode, first.exists()) == (0, True), done.stderr
    monkeypatch.undo()
    assert git("log", "--format=%s", cwd=root).split("\n") == ["of ours", "Create the registry"]
    assert git("fsck", "--strict", "--no-dangling", cwd=root) == ""
    assert list((root / ".git/objects/pack").glob("*.keep")) == []


@IN_FILES
def test_a_broken_branch_of_somebody_else_stops_no_signed_registration(tmp_path: Path) -> None:
    run_registry("init", "registry", cwd=tmp_path)
    root = tmp_path / "registry"
    sign(tmp_path, root)
    (root / ".git/refs/heads/theirs").write_text("1" * len(git("rev-parse", "HEAD", cwd=root)) + "\n")

    done = register(tmp_path, root, make_project(tmp_path / "ours", "org/ours"))

    assert done.returncode == 0, done.stderr
    assert git("log", "-1", "--format=%s", "main", cwd=root) == "of ours"
