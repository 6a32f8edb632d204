"""A record that several clones registered: all versions stay in the history, and who pushes first does not matter."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_tool.record.layout import RECORDS, record_path
from tests.programs import git
from tests.sharing.conftest import FLASK, QWEN, Clone, Cloner, new_remote

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize("first", ["ada", "grace"])
def test_the_later_registration_is_the_record_and_both_are_in_the_log(clone: Cloner, first: str) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN, second=1, notes="older")
    grace.register(QWEN, second=2, notes="newer")  # lesser as bytes
    order = [ada, grace] if first == "ada" else [grace, ada]

    done = [one.push() for one in order]

    ada.pull()
    assert "notes: newer\n" in ada.read(record_path(QWEN))
    assert {"older", "newer"} <= set(ada.subjects())
    assert (done[0].theirs_later, done[1].theirs_later) == ((), () if first == "ada" else (record_path(QWEN),))


def test_the_commit_that_keeps_theirs_says_so(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN, second=2, notes="later")
    ada.push()
    grace.register(QWEN, second=1, notes="earlier")

    grace.push()

    assert grace.subjects()[-2:] == ["earlier", f"Keep the later registration of {QWEN}"]
    assert grace.git("log", "-1", "--format=%(trailers:only)").split() == [
        "Config-Id:",
        QWEN,
        "Kept:",
        "later",
        "Registry-Format:",
        "1",
    ]


def test_of_two_in_the_same_second_the_greater_bytes_are_the_record(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN, notes="b")
    ada.push()
    grace.register(QWEN, notes="a")

    grace.push()

    assert "notes: b\n" in grace.read(record_path(QWEN))


@pytest.mark.parametrize("first", ["ada", "grace"])
def test_a_registration_outweighs_a_removal_that_did_not_know_of_it(clone: Cloner, first: str) -> None:
    before = clone("before")
    before.register(QWEN)
    before.push()
    ada, grace = clone("ada"), clone("grace")
    ada.remove(QWEN)
    grace.register(QWEN, second=1, notes="used again")
    for one in [ada, grace] if first == "ada" else [grace, ada]:
        one.push()

    before.pull()

    assert "notes: used again\n" in before.read(record_path(QWEN))


def test_lost_races_do_not_pile_up_commits_that_keep_theirs(clone: Cloner) -> None:
    ada, grace = clone("ada"), clone("grace")
    grace.register(QWEN, second=1, notes="ours")
    for second in (2, 3, 4):
        ada.register(QWEN, second=second, notes=f"theirs {second}")
        ada.push()
        grace.pull()

    assert grace.subjects()[-2:] == ["ours", f"Keep the later registration of {QWEN}"]
    assert grace.subjects().count(f"Keep the later registration of {QWEN}") == 1
    assert "notes: theirs 4\n" in grace.read(record_path(QWEN))


Act = tuple[str, int, str] | None
acts = st.lists(
    st.one_of(
        st.none(),  # the removal of QWEN
        st.tuples(st.sampled_from([QWEN, FLASK]), st.integers(0, 3), st.sampled_from(["a", "b", "c"])),
    ),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A remote, to be copied."""
    somebody = tmp_path_factory.mktemp("somebody")
    (somebody / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("HOME", str(somebody))
        yield new_remote(tmp_path_factory.mktemp("template"))


@settings(max_examples=8)
@given(st.tuples(acts, acts, acts), st.permutations(range(3)))
def test_the_result_does_not_depend_on_who_pushes_first(
    template: Path, sides: tuple[list[Act], list[Act], list[Act]], order: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        first, made = shared(template, Path(one), sides, range(3))
        second, _ = shared(template, Path(other), sides, order)

        assert records(first) == records(second)
        assert [blobs - all_blobs(remote) for remote in (first, second) for blobs in [made]] == [set(), set()]
        merges = [git("rev-list", "--merges", "main", cwd=remote) for remote in (first, second)]
        assert merges == ["", ""]


def shared(template: Path, folder: Path, sides: Sequence[Sequence[Act]], order: Sequence[int]) -> tuple[Path, set[str]]:
    """The remote after each side did its acts in a clone and pushed, in that order; and the blobs that they made."""
    remote = Path(shutil.copytree(template, folder / "remote.git"))
    clones: list[Clone] = []
    for number, side in enumerate(sides):
        git("clone", "--quiet", str(remote), f"clone{number}", cwd=folder)
        one = Clone(folder / f"clone{number}")
        clones.append(one)
        for act in side:
            if act is None and (one.root / record_path(QWEN)).exists():
                one.remove(QWEN)
            elif act is not None:
                one.register(act[0], second=act[1], notes=act[2])
    made = set[str]().union(*(all_blobs(one.root) for one in clones))
    for number in order:
        assert clones[number].push().error is None
    return remote, made


def records(remote: Path) -> str:
    return git("ls-tree", "-r", "main", RECORDS, cwd=remote)


def all_blobs(repository: Path) -> set[str]:
    """The blob of every version of every file in the history."""
    lines = git("log", "--format=", "--raw", "--no-abbrev", "--no-renames", "main", cwd=repository).splitlines()
    return {line.split()[3] for line in lines}
