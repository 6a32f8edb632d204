"""`registry scan` finds what is in history, wherever git keeps it, says in which commit, and shows no value."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from registry_tool.record.layout import MARKER, record_path
from registry_tool.trail.scan import TAKE_OUT
from tests.programs import git, lose, run_registry

TOKEN = "hf_" + "aBc" * 12
VALID = Path(__file__).parents[1] / "record/valid/minimal.yaml"
RULE = "secret/huggingface-token"


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A registry with one file and one record."""
    assert run_registry("init", "registry", cwd=tmp_path).returncode == 0
    root = tmp_path / "registry"
    write(root, "README.md", "fine\n")
    return root


def write(root: Path, path: str, text: str, message: str = "more") -> str:
    """Commit a file with the user's own git; the commit's id."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    git("add", "--all", cwd=root)
    git("commit", "--quiet", "--allow-empty", "--message", message, cwd=root)
    return git("rev-parse", "HEAD", cwd=root)


def leaks(root: Path, *revisions: str) -> list[tuple[str, str, int, str, str]]:
    """Commit, file, line, field and rule of each leak that is reported."""
    done = run_registry("scan", "--format", "json", "--", *revisions, cwd=root)
    assert TOKEN not in done.stdout + done.stderr
    found = json.loads(done.stdout)["leaks"]
    assert done.returncode == (1 if found else 0), done.stderr
    return [(leak["revision"], leak["file"], leak["line"], leak["path"], leak["rule"]) for leak in found]


def test_a_clean_history_is_clean(registry: Path) -> None:
    done = run_registry("scan", cwd=registry)

    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(r"looked through 2 commits, \d+ versions of files and 0 tags: 0 secrets\n", done.stderr)


def test_a_secret_that_was_taken_out_again_is_named_with_its_first_commit(registry: Path) -> None:
    revision = write(registry, "README.md", f"one\ntwo {TOKEN}\n")
    write(registry, "README.md", f"zero\none\ntwo {TOKEN}\n")
    write(registry, "README.md", "one\n")

    found = leaks(registry)

    assert [leak[1:] for leak in found] == [("README.md", 2, "", RULE), ("README.md", 3, "", RULE)]
    assert found[0][0] == revision


def test_a_leak_in_a_record_names_its_field(registry: Path) -> None:
    text = VALID.read_text(encoding="utf-8").replace(
        "status:", f'parameters:\n  X: "{TOKEN}"\n  A_SECRET: "x"\nstatus:'
    )
    path = record_path(text.partition('configId: "')[2][:16])
    revision = write(registry, path, text)
    line = text[: text.index("X:")].count("\n") + 1

    found = leaks(registry)

    assert found == [
        (revision, path, line, "parameters.X", RULE),
        (revision, path, line + 1, "parameters.A_SECRET", "secret/name-literal"),
    ]


def in_message(root: Path) -> tuple[str, int]:
    write(root, "README.md", "x", message=f"one\n\nthree {TOKEN}")
    return "(message)", 3


def in_author(root: Path) -> tuple[str, int]:
    git("commit", "--quiet", "--allow-empty", "--message", "x", f"--author={TOKEN} <a@example.org>", cwd=root)
    return "(author)", 1


def in_committer(root: Path) -> tuple[str, int]:
    git("-c", f"committer.email={TOKEN}@example.org", "commit", "--quiet", "--allow-empty", "--message", "x", cwd=root)
    return "(committer)", 2


def in_tag(root: Path) -> tuple[str, int]:
    git("tag", "--annotate", "--message", f"release {TOKEN}", "v1", cwd=root)
    return "(tag)", 6


def in_link(root: Path) -> tuple[str, int]:
    (root / "link").symlink_to(TOKEN)
    write(root, "README.md", "fine\n")
    return "link", 1


def in_name_of_file(root: Path) -> tuple[str, int]:
    write(root, f"{TOKEN}.txt", "fine\n")
    return "***REDACTED***.txt", 0


def in_name_of_branch(root: Path) -> tuple[str, int]:
    git("branch", f"deploy/{TOKEN}", cwd=root)
    return "refs/heads/deploy/***REDACTED***", 0


def on_other_branch(root: Path) -> tuple[str, int]:
    git("switch", "--quiet", "--create", "other", cwd=root)
    write(root, "other.txt", TOKEN)
    git("switch", "--quiet", "main", cwd=root)
    return "other.txt", 1


def on_detached_head(root: Path) -> tuple[str, int]:
    git("switch", "--quiet", "--detach", cwd=root)
    write(root, "other.txt", TOKEN)
    return "other.txt", 1


def in_note(root: Path) -> tuple[str, int]:
    git("notes", "add", "--message", f"see {TOKEN}", cwd=root)
    return git("rev-parse", "HEAD", cwd=root), 1


def in_stash(root: Path) -> tuple[str, int]:
    (root / "README.md").write_text(TOKEN, encoding="utf-8")
    git("stash", "--quiet", cwd=root)
    return "README.md", 1


def in_merge(root: Path) -> tuple[str, int]:
    git("switch", "--quiet", "--create", "other", cwd=root)
    write(root, "other.txt", "fine\n")
    git("switch", "--quiet", "main", cwd=root)
    git("merge", "--quiet", "--no-ff", "--no-commit", "other", cwd=root)
    write(root, "evil.txt", TOKEN)
    return "evil.txt", 1


def in_first_commit(root: Path) -> tuple[str, int]:
    git("checkout", "--quiet", "--orphan", "fresh", cwd=root)
    # What the repository's configuration hides is looked at all the same.
    git("config", "log.showRoot", "false", cwd=root)
    git("config", "diff.relative", "true", cwd=root)
    write(root, "first.txt", TOKEN)
    return "first.txt", 1


def behind_a_binary(root: Path) -> tuple[str, int]:
    (root / "model.bin").write_bytes(b"\0\1\2\xff\n" * 9 + TOKEN.encode() + b"\0")
    write(root, "README.md", "fine\n")
    return "model.bin", 10


def over_the_edge_of_a_piece(root: Path) -> tuple[str, int]:
    write(root, "large.txt", "x" * ((1 << 20) - 20) + "\n" + TOKEN + "\n" + "x" * (1 << 20))
    return "large.txt", 2


@pytest.mark.parametrize(
    "plant",
    [
        in_message, in_author, in_committer, in_tag, in_link, in_name_of_file, in_name_of_branch, on_other_branch,
        on_detached_head, in_note, in_stash, in_merge, in_first_commit, behind_a_binary, over_the_edge_of_a_piece,
    ],
)  # fmt: skip
def test_wherever_git_keeps_it_a_secret_is_found(registry: Path, plant: Callable[[Path], tuple[str, int]]) -> None:
    file, line = plant(registry)

    found = {(leak[1], leak[2], leak[4]) for leak in leaks(registry)}

    assert found == {(file, line, RULE)}


def test_an_address_is_looked_at_like_a_line(registry: Path) -> None:
    address = "db.example.org:5432:app:web:kq7Xw29mLp4Z"
    git("commit", "--quiet", "--allow-empty", "--message", "x", f"--author=Ada <{address}>", cwd=registry)

    assert [leak[1:] for leak in leaks(registry)] == [("(author)", 2, "", "secret/pgpass")]


def test_only_the_revisions_that_are_named_are_looked_through(registry: Path) -> None:
    write(registry, "README.md", TOKEN)
    tip = git("rev-parse", "HEAD", cwd=registry)
    write(registry, "README.md", "fine\n")

    assert leaks(registry, "main~1..main") == []
    assert leaks(registry, "main", "^main~2") == [(tip, "README.md", 1, "", RULE)]


def test_names_say_nothing_about_program_text_but_all_about_the_registrys_own_files(registry: Path) -> None:
    write(registry, "deploy.py", "token = decode(password='x9-Qk2')\n")
    settings = "registryFormat: 1\n# password: x9-Qk2-7431\n"
    revision = write(registry, MARKER, settings)

    assert leaks(registry) == [(revision, MARKER, 2, "", "secret/assignment")]


def test_text_says_where_it_is_and_what_to_do(registry: Path) -> None:
    revision = write(registry, "README.md", f"\n{TOKEN}\n")

    done = run_registry("scan", cwd=registry)

    assert (done.returncode, done.stdout) == (1, f"{revision[:12]} README.md:2: [{RULE}]\n")
    assert done.stderr.endswith(f" versions of files and 0 tags: 1 secret\nhint: revoke each first; then {TAKE_OUT}\n")


@pytest.mark.parametrize("revision", ["nonsense", "--all=x", "--output=pwned", "-n1", "main..nonsense", ":/"])
def test_what_is_no_revision_is_refused_and_never_an_option(registry: Path, revision: str) -> None:
    done = run_registry("scan", "--", revision, cwd=registry)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 2)
    assert not (registry / "pwned").exists()


def test_an_object_that_is_missing_is_no_clean_one(registry: Path) -> None:
    blob = git("rev-parse", "HEAD:README.md", cwd=registry)
    lose(registry, blob)

    done = run_registry("scan", cwd=registry)

    assert (done.returncode, f"error: {blob} is missing" in done.stderr) == (1, True)


def test_a_shallow_clone_says_that_it_is_not_all(registry: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", "--depth=1", registry.as_uri(), "shallow", cwd=tmp_path)

    done = run_registry("scan", cwd=tmp_path / "shallow", env=dict(os.environ))

    assert done.stderr.endswith("; the clone is shallow, and what is older was not looked through\n")


def dropped_commit(root: Path) -> str:
    revision = write(root, "README.md", f"{TOKEN}\n")
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=root)
    return git("rev-parse", f"{revision}:README.md", cwd=root)


def dropped_message(root: Path) -> str:
    revision = write(root, "README.md", "fine\n", message=f"with {TOKEN}")
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=root)
    return revision


def dropped_name(root: Path) -> str:
    revision = write(root, f"{TOKEN}.txt", "fine\n")
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=root)
    return git("rev-parse", f"{revision}^{{tree}}", cwd=root)


def older_stash(root: Path) -> str:
    for text in (TOKEN, "newer"):
        (root / "README.md").write_text(f"{text}\n", encoding="utf-8")
        git("stash", "--quiet", cwd=root)
    return git("rev-parse", "stash@{1}:README.md", cwd=root)


def never_committed(root: Path) -> str:
    (root / "other.txt").write_text(f"{TOKEN}\n", encoding="utf-8")
    return git("hash-object", "-w", "other.txt", cwd=root)


@pytest.mark.parametrize("plant", [dropped_commit, dropped_message, dropped_name, older_stash, never_committed])
def test_what_no_ref_reaches_is_looked_through_when_asked(registry: Path, plant: Callable[[Path], str]) -> None:
    oid = plant(registry)

    without = leaks(registry)
    found = run_registry("scan", "--unreachable", "--format", "json", cwd=registry)

    assert without == []
    assert (found.returncode, TOKEN in found.stdout) == (1, False)
    assert (oid, RULE) in [(leak["revision"], leak["rule"]) for leak in json.loads(found.stdout)["leaks"]]
    assert re.search(r"\d objects? that no ref reaches: \d secrets?\n", found.stderr)


def test_a_reflog_that_quotes_a_secret_is_named(registry: Path) -> None:
    write(registry, "README.md", "fine\n", message=f"with {TOKEN}")
    git("reset", "--quiet", "--hard", "HEAD~1", cwd=registry)

    found = json.loads(run_registry("scan", "--unreachable", "--format", "json", cwd=registry).stdout)["leaks"]

    assert ("(reflog)", RULE) in [(leak["file"], leak["rule"]) for leak in found]
