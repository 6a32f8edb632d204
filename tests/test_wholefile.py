"""A file is there as a whole or as it was, and nothing but a regular file is ever replaced."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from registry_tool.errors import RegistryError
from registry_tool.wholefile import replacing, write_whole


def test_a_new_file_has_its_content_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "export.csv", b"a,b\n")

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("export.csv", b"a,b\n")]


def test_what_was_there_stays_until_all_is_written(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(b"old")

    def fail_half_way() -> None:
        with replacing(file) as temporary:
            temporary.write_bytes(b"half of the n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("export.csv", b"old")]


def test_a_file_keeps_its_permissions_unless_others_are_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(b"old")
    file.chmod(0o640)

    write_whole(file, b"new")
    kept = stat.S_IMODE(file.stat().st_mode)
    write_whole(file, b"new", mode=0o755)

    assert (kept, stat.S_IMODE(file.stat().st_mode)) == (0o640, 0o755)


def test_a_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "export.csv"
    link.symlink_to("elsewhere/real.csv")

    write_whole(link, b"new")

    assert (link.is_symlink(), (tmp_path / "elsewhere/real.csv").read_bytes()) == (True, b"new")


def test_a_link_that_was_laid_where_the_temporary_file_goes_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / f".export.csv.{os.getpid()}.tmp").symlink_to(victim)

    write_whole(tmp_path / "export.csv", b"new")

    assert (victim.read_bytes(), (tmp_path / "export.csv").read_bytes()) == (b"precious", b"new")


def test_a_fifo_is_written_to_and_stays_one(tmp_path: Path) -> None:
    fifo = tmp_path / "export.csv"
    os.mkfifo(fifo)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()

    write_whole(fifo, b"a,b\n")
    reader.join(10)

    assert (read, stat.S_ISFIFO(fifo.stat().st_mode)) == ([b"a,b\n"], True)


def test_a_device_is_written_to_and_stays_one() -> None:
    write_whole(Path("/dev/null"), b"a,b\n")
    with pytest.raises(RegistryError, match="cannot write /dev/full: No space left on device"):
        write_whole(Path("/dev/full"), b"a,b\n")

    assert all(stat.S_ISCHR(Path(device).stat().st_mode) for device in ("/dev/null", "/dev/full"))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="Is a directory"):
        write_whole(tmp_path, b"a,b\n")
