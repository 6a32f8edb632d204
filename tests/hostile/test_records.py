"""Hostile files in place of records: every command ends in words, in time, and shows none of what is not a record."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import chdir
from pathlib import Path

import pytest

from registry_tool.record.layout import RECORDS, record_path
from tests.programs import git, run_registry

VALID = (Path(__file__).parents[1] / "record/valid/minimal.yaml").read_bytes()
OWN = VALID.partition(b'configId: "')[2][:16].decode()
FILE = record_path("0" * 16)
BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (letter, letter, b",".join([b"*%c" % (letter - 1)] * 9)) for letter in range(98, 107)
)

CONTENTS = {
    "nothing": b"",
    "NUL": VALID + b"\0",
    "a byte order mark": b"\xef\xbb\xbf" + VALID,
    "Windows lines": VALID.replace(b"\n", b"\r\n"),
    "no UTF-8": VALID + b"notes: \xff\xfe\n",
    "UTF-16": VALID.decode().encode("utf-16"),
    "bidirectional text": VALID + "notes: a\u202eb\u2066c\u200b\n".encode(),
    "terminal escapes": VALID + b'notes: "\\e]0;title\\a\\e[2J"\n',
    "raw terminal escapes": b"\x1b]0;title\x07\x1b[2J",
    "a tag": b"!!python/object/apply:os.system [touch pwned]\n",
    "a bomb": BOMB,
    "deep nesting": b"[" * 100_000,
    "deep mappings": b"{a: " * 100_000,
    "duplicate keys": VALID + VALID,
    "merge markers": b"<<<<<<< ours\n" + VALID + b"=======\n" + VALID + b">>>>>>> theirs\n",
    "two documents": VALID + b"---\n" + VALID,
    "not a number": VALID + b"icConfig:\n  modelWeight: .nan\n",
    "a huge integer": VALID + b"icConfig:\n  cpuCount: " + b"9" * 5_000 + b"\n",
    "a huge exponent": VALID + b"icConfig:\n  cpuCount: 1e999999999\n",
    "retyped words": VALID + b"notes: no\nmodelFormat: 0777\nbackend: 12:30:45\n",
    "ten megabytes": VALID + b"notes: " + b"x" * (10 << 20) + b"\n",
    "megabytes of lines": VALID + b"# x\n" * (1 << 19),
    "megabytes of fields": b"".join(b"f%d: x\n" % number for number in range(1 << 17)),
    "path traversal": VALID.replace(OWN.encode(), b"../../../../etc/passwd"),
    "another record's id": VALID,
    "a list": b"- 1\n",
    "a scalar": b"42\n",
}

COMMANDS = (
    "list --format json", "list --removed", "search x", "log --changes", "diff HEAD~1..HEAD", "validate", "scan",
    "validate --at HEAD", "doctor", f"show {'0' * 16}", f"blame {'0' * 16}", f"diff {'0' * 16} HEAD~1 HEAD", "status",
)  # fmt: skip


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A registry with one good record."""
    run_registry("init", "registry", cwd=tmp_path)
    commit(tmp_path / "registry", {record_path(OWN): ("100644", VALID)})
    return tmp_path / "registry"


def commit(root: Path, files: dict[str, tuple[str, bytes]]) -> None:
    """Commit files as nobody's git would write them: any mode, any path."""
    stream = (
        b"commit refs/heads/main\ncommitter A <a@example.org> 1767225600 +0000\ndata 1\nx\nfrom refs/heads/main^0\n"
    )
    for path, (mode, content) in files.items():
        stream += b'M %s inline "%s"\ndata %d\n%s\n' % (mode.encode(), path.encode(), len(content), content)
    subprocess.run(["git", "fast-import", "--quiet"], input=stream, cwd=root, check=True)
    git("reset", "--quiet", cwd=root)


def run_all(root: Path) -> dict[str, subprocess.CompletedProcess[str]]:
    """Every command that reads; each must end in a second or two, by itself, and without a traceback."""
    done = {command: run_registry(*command.split(), cwd=root) for command in COMMANDS}
    assert {command: one.stderr for command, one in done.items() if one.returncode not in {0, 1}} == {}
    for one in done.values():
        assert "\x1b" not in one.stdout + one.stderr
        assert "\u202e" not in one.stdout + one.stderr
    return done


def test_whatever_is_committed_as_a_record_every_command_ends_in_words(registry: Path) -> None:
    names = {record_path(f"{number:016x}"): what for number, what in enumerate(CONTENTS)}
    commit(registry, {path: ("100644", CONTENTS[what]) for path, what in names.items()})

    done = run_all(registry)

    assert OWN in done["list --format json"].stdout
    unlisted = {path for path in names if path in done["list --format json"].stderr}
    invalid = {path for path in names if path in done["validate --at HEAD"].stdout}
    readable = {path for path, what in names.items() if what in {"not a number", "a huge integer"}}
    assert (unlisted | readable, invalid) == (set(names), set(names))
    assert not (registry / "pwned").exists()


def test_what_is_no_file_is_neither_read_nor_followed(registry: Path) -> None:
    target = registry.parent / "outside.yaml"
    target.write_bytes(VALID.replace(OWN.encode(), b"0" * 16) + b"notes: from outside\n")
    commit(
        registry,
        {
            FILE: ("120000", str(target).encode()),
            f"{RECORDS}/11": ("120000", str(target.parent).encode()),
            record_path("2" * 16): ("120000", b"/etc/passwd"),
            f"{RECORDS}/33": ("100644", VALID),
            f"{record_path('4' * 16)}/inner.yaml": ("100644", VALID),
            f"{RECORDS}/EC/{'5' * 16}.yaml": ("100644", VALID),
            f"{RECORDS}/{OWN[:2]}/{OWN.upper()}.yaml": ("100644", VALID),
        },
    )

    done = run_all(registry)

    everything = "".join(one.stdout + one.stderr for one in done.values())
    assert ("from outside" in everything, "root:" in everything) == (False, False)
    assert done["list --format json"].stdout.count('"configId"') == 1


def test_special_files_among_the_records_are_named_and_never_opened(registry: Path) -> None:
    git("checkout", "--quiet", "--", ".", cwd=registry)
    folder = registry / RECORDS / "00"
    folder.mkdir()
    os.mkfifo(registry / FILE)
    (folder / "link.yaml").symlink_to("/dev/zero")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    with socket.socket(socket.AF_UNIX) as server, chdir(folder):
        server.bind("socket.yaml")  # a socket's path must be short
    (registry / RECORDS / "link").symlink_to("/")

    done = run_all(registry)

    named = {line.partition(":")[0] for line in done["validate"].stdout.splitlines() if "layout/not-a-file" in line}
    assert named == {FILE, *(f"{RECORDS}/00/{name}.yaml" for name in ("link", "loop", "socket")), f"{RECORDS}/link"}


def test_a_registration_over_a_fifo_or_a_link_does_not_hang_or_write_elsewhere(registry: Path) -> None:
    example = Path(__file__).parents[2] / "examples/example-transformers-vllm"
    path = registry / record_path("ec3f1a0072d1b3d4")
    path.parent.mkdir(parents=True, exist_ok=True)
    outside = registry.parent / "outside"
    outside.write_text("mine")
    for is_link in (False, True):
        path.unlink(missing_ok=True)
        if is_link:
            path.symlink_to(outside)
        else:
            os.mkfifo(path)

        done = run_registry("register", "--project-dir", str(example), cwd=registry)

        assert (done.returncode in {0, 1}, outside.read_text()) == (True, "mine")
