"""Repositories as users have them: line ends, filters, other object formats, shared groups, links, branches in hand."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from registry_tool.errors import RegistryError
from registry_tool.git.branch import branch_head, check_branch_name
from registry_tool.git.repository import Repository, open_repository
from registry_tool.git.upkeep.reflock import note_move
from registry_tool.live.cache import Cache
from registry_tool.rules.known import KnownGood
from tests.programs import IN_FILES, git, lose, run_registry
from tests.reliability.changes import record_path, registry_in, write, write_record

CONVERSIONS = {
    "autocrlf": ("core.autocrlf", "true", ""),
    "eol": ("core.autocrlf", "false", "*.yaml text eol=crlf\n"),
    "encoding": ("core.autocrlf", "false", "*.yaml working-tree-encoding=UTF-16\n"),
    "ident": ("core.autocrlf", "false", "*.yaml ident\n"),
    "filter": ("core.autocrlf", "false", "*.yaml filter=swap\n"),
}
EXAMPLES = Path(__file__).parents[2] / "examples"
RECORD = "registry-data/records/ec/ec3f1a0072d1b3d4.yaml"


def register(root: Path, example: str, *more: str) -> subprocess.CompletedProcess[str]:
    words = ["--registry", str(root), "--project-dir", str(EXAMPLES / example), *more]
    return run_registry("register", *words, cwd=root.parent)


def opened(root: Path) -> Repository:
    repository = open_repository(root, os.environ)
    assert repository
    return repository


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry with one real record."""
    root = registry_in(tmp_path / "registry")
    assert register(root, "example-transformers-vllm").returncode == 0
    return root


@pytest.mark.parametrize("kind", CONVERSIONS)
def test_a_clone_whose_bytes_git_changes_is_no_edit(root: Path, tmp_path: Path, kind: str) -> None:
    key, value, attributes = CONVERSIONS[kind]
    git("config", "--global", "filter.swap.clean", "tr abc bca", cwd=root)
    git("config", "--global", "filter.swap.smudge", "tr bca abc", cwd=root)
    git("config", "--global", key, value, cwd=root)
    (root / ".gitattributes").write_text(attributes or "# none\n")
    git("add", ".gitattributes", cwd=root)
    git("commit", "--quiet", "--message", "attributes", cwd=root)
    git("clone", "--quiet", str(root), str(tmp_path / "clone"), cwd=tmp_path)
    clone = tmp_path / "clone"
    if kind == "ident":
        path, content = record_path(1), b"number: $Id$\n"
        write(clone, path, content)

    validated = run_registry("validate", RECORD, cwd=clone)
    done = register(clone, "example-transformers-vllm", "--notes", "again")
    status = git("status", "--porcelain", cwd=clone)
    git("commit", "--quiet", "--allow-empty", "--all", "--message", "theirs", cwd=clone)

    assert (validated.returncode, done.returncode, "left as it was" in done.stderr) == (0, 0, False), validated.stdout
    assert (status, "again" in git("show", f"HEAD:{RECORD}", cwd=clone)) == ("", True)
    assert run_registry("fmt", "--check", RECORD, cwd=clone).returncode == 0


def test_a_filter_that_only_the_repository_names_is_not_run(root: Path, tmp_path: Path) -> None:
    git("config", "filter.trap.clean", f"touch {tmp_path}/sprung; cat", cwd=root)
    git("config", "filter.trap.smudge", f"touch {tmp_path}/sprung; cat", cwd=root)
    (root / ".git/info/attributes").write_text("*.yaml filter=trap\n")
    (root / RECORD).write_text((root / RECORD).read_text() + "# mine\n")
    (tmp_path / "sprung").unlink(missing_ok=True)

    register(root, "example-transformers-vllm", "--notes", "again")
    run_registry("validate", cwd=root)

    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("cone", ["--cone", "--no-cone"])
def test_a_sparse_checkout_stays_sparse_and_takes_nothing_back(root: Path, cone: str) -> None:
    (root / "src").mkdir()
    (root / "src/f").write_text("1\n")
    git("add", "src", cwd=root)
    git("commit", "--quiet", "--message", "src", cwd=root)
    git("sparse-checkout", "set", cone, "src", cwd=root)

    done = register(root, "example-transformers-vllm", "--notes", "again")
    status = git("status", "--porcelain", cwd=root)
    git("commit", "--quiet", "--allow-empty", "--all", "--message", "theirs", cwd=root)

    assert (done.returncode, status, (root / RECORD).exists()) == (0, "", False)
    assert "again" in git("show", f"HEAD:{RECORD}", cwd=root)
    assert run_registry("--registry", str(root), "validate", cwd=root).returncode == 0
    assert git("ls-files", "-t", RECORD, cwd=root) == f"S {RECORD}"


@pytest.mark.parametrize("bare", [False, True])
def test_a_sha256_repository_is_written_to_like_any_other(tmp_path: Path, bare: bool) -> None:  # noqa: FBT001
    root = tmp_path / "registry"
    git("init", "--quiet", "--object-format=sha256", str(root), cwd=tmp_path)
    registry_in(root)
    assert register(root, "example-transformers-vllm").returncode == 0
    if bare:
        git("clone", "--quiet", "--bare", str(root), str(tmp_path / "bare"), cwd=tmp_path)
        root = tmp_path / "bare"

    removed = run_registry("--registry", str(root), "remove", Path(RECORD).stem, cwd=tmp_path)
    again = register(root, "example-triton-fil")
    branch = register(root, "example-triton-fil", "--branch", "deploy/x")

    assert (removed.returncode, again.returncode, branch.returncode) == (0, 0, 0), removed.stderr
    assert git("fsck", "--strict", "--no-dangling", cwd=root) == ""
    if not bare:
        assert git("status", "--porcelain", cwd=root) == ""


def test_what_we_write_in_a_shared_repository_is_shared(tmp_path: Path) -> None:
    seed = registry_in(tmp_path / "seed")
    root = tmp_path / "shared.git"
    git("clone", "--quiet", "--bare", str(seed), str(root), cwd=tmp_path)
    git("config", "core.sharedRepository", "group", cwd=root)
    for folder in (root, *root.rglob("*")):
        folder.chmod(folder.stat().st_mode | 0o020)
    before = os.umask(0o022)
    try:
        assert register(root, "example-transformers-vllm").returncode == 0
        assert run_registry("--registry", str(root), "list", cwd=tmp_path).returncode == 0
        known = KnownGood(opened(root), [])
        known.add(RECORD, "0" * 40)
        known.save()
        Cache(opened(root)).close()
    finally:
        os.umask(before)

    databases = {path.name.partition("-")[0] for path in root.rglob("*.sqlite")}
    assert databases == {"index", "known", "live"}
    own = [root / "registry-tool.lock", *(root / "registry-tool").rglob("*"), root / "registry-tool"]
    assert [str(path) for path in own if not path.stat().st_mode & 0o020] == []


def test_nothing_is_written_through_a_link(root: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious\n")
    folder = (root / RECORD).parent
    for name in (".registry-tool.tmp", f".registry-tool.{os.getpid()}.tmp", "file"):
        (folder / name).symlink_to(precious)
    (root / ".git/registry-tool/out").mkdir(exist_ok=True)
    (root / ".git/registry-tool/out/file").symlink_to(precious)

    done = register(root, "example-transformers-vllm", "--notes", "again")

    assert (done.returncode, precious.read_text()) == (0, "precious\n")
    assert git("status", "--porcelain", "--untracked-files=no", cwd=root) == ""


def rebase_main(root: Path) -> None:
    git("commit", "--quiet", "--allow-empty", "--message", "more", cwd=root)
    os.environ["GIT_SEQUENCE_EDITOR"] = "sed -i s/^pick/edit/"
    git("rebase", "--quiet", "--keep-empty", "--interactive", "HEAD~1", cwd=root)


def rebase_main_elsewhere(root: Path) -> None:
    git("switch", "--quiet", "--create", "other", cwd=root)
    git("worktree", "add", "--quiet", str(root.parent / "tree"), "main", cwd=root)
    rebase_main(root.parent / "tree")


def bisect_main(root: Path) -> None:
    git("commit", "--quiet", "--allow-empty", "--message", "more", cwd=root)
    git("bisect", "start", "HEAD", "HEAD~2", cwd=root)
    git("checkout", "--quiet", "--detach", cwd=root)


@pytest.mark.parametrize("make", [rebase_main, rebase_main_elsewhere, bisect_main])
def test_a_branch_that_will_be_put_back_takes_no_registration(
    root: Path, monkeypatch: pytest.MonkeyPatch, make: object
) -> None:
    monkeypatch.setenv("GIT_SEQUENCE_EDITOR", "true")
    assert callable(make)
    make(root)
    tip = git("rev-parse", "main", cwd=root)

    done = register(root, "example-triton-fil", "--branch", "main")

    assert (done.returncode, git("rev-parse", "main", cwd=root)) == (1, tip)
    assert "main is being" in done.stderr


def test_a_branch_that_stands_for_the_one_checked_out_is_that_one(root: Path) -> None:
    git("symbolic-ref", "refs/heads/latest", "refs/heads/main", cwd=root)

    done = register(root, "example-triton-fil", "--branch", "latest")

    assert (done.returncode, git("status", "--porcelain", cwd=root)) == (0, "")
    assert git("symbolic-ref", "refs/heads/latest", cwd=root) == "refs/heads/main"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("origin/main", "last seen of the remote origin"),
        ("deploy/a", "beside the branch deploy"),
        ("a..b", "cannot be"),
    ],
)
def test_a_name_that_cannot_be_a_branch_is_refused_with_the_true_reason(root: Path, name: str, why: str) -> None:
    git("branch", "deploy", cwd=root)
    git("update-ref", "refs/remotes/origin/main", "HEAD", cwd=root)

    with pytest.raises(RegistryError, match=why):
        check_branch_name(opened(root), name)


def test_a_branch_may_have_any_name_that_git_takes(root: Path) -> None:
    name = "deploy/\u00a0caf\u00e9\udcff"
    raw = name.encode("utf-8", "surrogateescape")
    subprocess.run([b"git", b"switch", b"--quiet", b"--create", raw], cwd=root, check=True)

    write_record(root, 2)

    assert opened(root).head().branch == f"refs/heads/{name}"
    assert git("status", "--porcelain", cwd=root) == ""
    assert branch_head(opened(root), "refs/heads/main").tip


@IN_FILES
def test_what_cannot_be_read_is_no_empty_registry(root: Path) -> None:
    tip = git("rev-parse", "HEAD", cwd=root)
    (root / ".git/refs/heads/main").write_bytes(b"")
    empty = run_registry("list", cwd=root)
    (root / ".git/refs/heads/main").write_text(f"{tip}\n")
    lose(root, tip)
    missing = run_registry("list", cwd=root)

    assert (empty.returncode, empty.stdout, missing.returncode, missing.stdout) == (1, "", 1, "")
    assert "the branch main cannot be read" in empty.stderr
    assert f"the commit {tip[:12]}, where main is, is missing" in missing.stderr


def test_a_record_that_was_missing_is_listed_once_it_is_back(root: Path) -> None:
    oid = git("rev-parse", f"HEAD:{RECORD}", cwd=root)
    content = (root / RECORD).read_bytes()
    lose(root, oid)
    (root / ".git/registry-tool/index-1.sqlite").unlink(missing_ok=True)
    without = run_registry("list", cwd=root)
    subprocess.run(["git", "hash-object", "-w", "--stdin"], cwd=root, input=content, capture_output=True, check=True)

    assert (without.returncode, oid[:12] in without.stderr) == (1, True)
    assert Path(RECORD).stem in run_registry("list", cwd=root).stdout


def test_a_forbidden_folder_on_path_stops_nothing(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir(mode=0)
    monkeypatch.setenv("PATH", f"{tmp_path}/secret:{os.environ['PATH']}")

    assert register(root, "example-triton-fil").returncode == 0


@IN_FILES
def test_a_copy_of_a_repository_goes_on_after_the_writer_that_died_in_it(root: Path, tmp_path: Path) -> None:
    header, _, message = git("cat-file", "commit", "HEAD", cwd=root).partition("\n\n")
    author = next(line.removeprefix("author ") for line in header.split("\n") if line.startswith("author "))
    note = note_move(opened(root), "refs/heads/main", author.encode(), message + "\n")
    (root / ".git/registry-tool.lock").write_bytes(b"%10d\n%b" % (999_999, note))
    (root / ".git/refs/heads/main.lock").write_text(git("rev-parse", "HEAD", cwd=root) + "\n", encoding="ascii")
    shutil.copytree(root, tmp_path / "copy", symlinks=True)

    done = register(tmp_path / "copy", "example-triton-fil")

    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "copy/.git/refs/heads/main.lock").exists()
    assert (root / ".git/refs/heads/main.lock").exists()


@IN_FILES
def test_the_lock_of_a_git_that_is_in_a_hook_is_left_to_it(root: Path) -> None:
    note = f'{{"locks": ["{root}/.git/refs/heads/main.lock", "{root}/.git/HEAD.lock"], "mark": "{"0" * 64}"}}'
    (root / ".git/registry-tool.lock").write_bytes(b"%10d\n%b" % (999_999, note.encode()))
    hook = root / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\n[ "$1" = prepared ] && sleep 3\nexit 0\n')
    hook.chmod(0o755)
    user = subprocess.Popen(["git", "commit", "--quiet", "--allow-empty", "--message", "theirs"], cwd=root)
    while not (root / ".git/HEAD.lock").exists():
        assert user.poll() is None

    done = register(root, "example-triton-fil")

    assert (user.wait(timeout=60), "theirs" in git("log", "--format=%s", cwd=root)) == (0, True)
    assert done.returncode == 0 or "another git process holds" in done.stderr


def test_a_new_registry_has_the_object_format_that_the_user_chose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")

    assert run_registry("init", "chosen", cwd=tmp_path).returncode == 0
    assert git("rev-parse", "--show-object-format", cwd=tmp_path / "chosen") == "sha256"
