"""What was registered, what was live, what was removed and who set it: held to a plain reckoning over random histories.

The histories have branches, merges of two and three, merges that take one side, neither or something new, removals,
restorations, cherry-picks and reverts, and clocks that are wrong. The reckoning knows each commit's parents and files
because it made them, and asks git nothing.
"""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from registry_tool.record.canonical import to_yaml
from registry_tool.record.diff import Scalar, flatten
from registry_tool.record.identity import Document
from registry_tool.record.layout import MARKER, record_path
from registry_tool.trail.blame import blame
from registry_tool.trail.history import read_dropped, read_history, read_live, read_removals
from tests.programs import git
from tests.trail.registries import NOON, minimal, opened

IDS = [f"{number}{number}" + "0" * 14 for number in range(3)]
START = int(NOON.timestamp())


@dataclass(frozen=True)
class Commit:
    """A commit of a made-up history: its parents' places and what every record is in it."""

    parents: tuple[int, ...]
    records: dict[str, Document]


@dataclass
class World:
    """A made-up history, all of which the last commit reaches through `HEAD`; `ids` are git's own."""

    commits: list[Commit] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def reached(self, place: int) -> set[int]:
        """The commit and all that came before it."""
        found, open_ = set(), [place]
        while open_:
            one = open_.pop()
            if one not in found:
                found.add(one)
                open_ += self.commits[one].parents
        return found

    def own(self, place: int) -> list[int]:
        """The commit and its first parents, newest first."""
        line = [place]
        while parents := self.commits[line[-1]].parents:
            line.append(parents[0])
        return line


def some_record(chance: random.Random, config_id: str) -> Document:
    status = chance.choice(["success", "failed", "partial"])
    return minimal(configId=config_id, status=status, baseImage=f"vllm:{chance.randrange(3)}")


def make_world(seed: int) -> World:
    chance = random.Random(seed)  # noqa: S311  a history to try, no secret
    world = World([Commit((), {})])
    for place in range(1, 28):
        wanted = 1 if place < 3 else chance.choice([1, 1, 1, 2, 2, 3])
        recent = range(max(0, place - 6), place)
        parents = tuple(chance.sample(recent, min(wanted, len(recent))))
        records: dict[str, Document] = {}
        for config_id in IDS:
            versions = [world.commits[parent].records.get(config_id) for parent in parents]
            new = some_record(chance, config_id)
            old = chance.choice(world.commits).records.get(config_id)  # a cherry-pick, a revert or a restoration
            choices = [*versions * 3, new, None, old] if len(parents) > 1 else [*versions * 6, new, new, None, old]
            version = chance.choice(choices)
            if version:
                records[config_id] = version
        world.commits.append(Commit(parents, records))
    loose = set(range(28)) - {parent for commit in world.commits for parent in commit.parents}
    last = (27, *sorted(loose - {27})[:3])
    world.commits.append(Commit(last, dict(world.commits[27].records)))
    return world


def write_world(world: World, folder: Path, chance: random.Random) -> None:
    """Make the history in a new repository. No two clocks agree."""
    git("init", "--quiet", str(folder), cwd=folder.parent)
    lines = []
    for place, commit in enumerate(world.commits):
        made, written = (START + place * 3600 + chance.randrange(-40_000, 40_000) for _ in range(2))
        lines += [f"commit refs/heads/main\nmark :{place + 1}\nauthor A <a@example.org> {written} +0000"]
        lines += [f"committer A <a@example.org> {made} +0000\ndata <<E\n{place}\nE"]
        lines += [f"from :{commit.parents[0] + 1}"] if commit.parents else []
        lines += [f"merge :{parent + 1}" for parent in commit.parents[1:]]
        lines += ["deleteall", f"M 100644 inline {MARKER}\ndata <<E\nregistryFormat: 1\nE"]
        for config_id, record in commit.records.items():
            lines += [f"M 100644 inline {record_path(config_id)}\ndata <<EOF\n{to_yaml(record).decode()}EOF"]
    marks = folder / ".git" / "marks"
    stream = "\n".join([*lines, ""]).encode()
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force", f"--export-marks={marks}"], cwd=folder, input=stream, check=True
    )
    found = dict(line.split() for line in marks.read_text().splitlines())
    world.ids = [found[f":{place + 1}"] for place in range(len(world.commits))]


@pytest.fixture(params=range(10))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[World, Path]:
    made = make_world(request.param)
    write_world(made, tmp_path / "registry", random.Random(request.param))  # noqa: S311  likewise
    return made, tmp_path / "registry"


def test_a_registration_is_a_commit_that_made_a_record_unlike_all_its_parents(world: tuple[World, Path]) -> None:
    made, root = world
    tip = len(made.commits) - 1
    expected = {
        (made.ids[place], config_id)
        for place in made.reached(tip)
        for config_id in IDS
        if is_new(made, place, config_id)
    }

    found = [(entry.revision, entry.config_id) for entry in read_history(opened(root))]

    assert (len(found), set(found)) == (len(expected), expected)
    for config_id in IDS:
        order = [made.ids.index(entry.revision) for entry in read_history(opened(root), config_id)]
        assert all(
            made.reached(older).isdisjoint({newer}) for at, newer in enumerate(order) for older in order[at + 1 :]
        )


def is_new(made: World, place: int, config_id: str) -> bool:
    """Whether a commit made a record unlike what it was in each of its parents."""
    commit = made.commits[place]
    before = [made.commits[parent].records.get(config_id) for parent in commit.parents] or [None]
    return all(commit.records.get(config_id) != version for version in before)


def test_what_was_live_is_what_the_branch_itself_had(world: tuple[World, Path]) -> None:
    made, root = world
    line = made.own(len(made.commits) - 1)
    for config_id in IDS:
        versions = [made.commits[place].records.get(config_id) for place in line] + [None]
        expected = [
            (made.ids[place], newer)
            for place, newer, older in zip(line, versions, versions[1:], strict=False)
            if newer != older
        ]

        found = [(entry.revision, content(root, entry.after)) for entry in read_live(opened(root), config_id)]

        assert found == [(revision, to_yaml(record).decode() if record else "") for revision, record in expected]


def test_what_was_removed_was_live_and_comes_back_as_it_was_live_last(world: tuple[World, Path]) -> None:
    made, root = world
    for place in made.own(len(made.commits) - 1):
        gone = {}
        for config_id in set(IDS) - set(made.commits[place].records):
            last = next((one for one in made.own(place) if config_id in made.commits[one].records), None)
            if last is not None:
                gone[config_id] = to_yaml(made.commits[last].records[config_id]).decode()

        removals = list(read_removals(opened(root), revision=made.ids[place]))

        assert {one.config_id: content(root, one.before) for one in removals} == gone
        known = {
            config_id
            for one in made.reached(place)
            for config_id in made.commits[one].records
            if config_id not in made.commits[place].records and config_id not in gone
        }
        assert {
            one.config_id
            for config_id in IDS
            for one in read_dropped(opened(root), config_id, revision=made.ids[place])
        } == known


def test_a_field_is_put_down_to_whoever_set_it_on_the_branch_or_the_one_that_was_merged(
    world: tuple[World, Path],
) -> None:
    made, root = world
    tip = len(made.commits) - 1
    for config_id in made.commits[tip].records:
        expected = {path: made.ids[origin(made, tip, config_id, path)] for path in fields(made, tip, config_id)}

        assert {one.path: one.entry.revision for one in blame(opened(root), config_id)} == expected


def fields(made: World, place: int, config_id: str) -> dict[str, Scalar]:
    return dict(flatten(made.commits[place].records.get(config_id, {})))


def origin(made: World, place: int, config_id: str, path: str) -> int:
    """Where a field got its value: the oldest commit of the branch since which it had no other, or a merged side's."""
    value = fields(made, place, config_id)[path]
    since = place
    for one in made.own(place):
        found = fields(made, one, config_id)
        if found and found.get(path) != value:
            break
        since = one if found else since
    for side in made.commits[since].parents[1:]:
        if fields(made, side, config_id).get(path) == value:
            return origin(made, side, config_id, path)
    return since


def content(root: Path, blob: str) -> str:
    return git("cat-file", "blob", blob, cwd=root) + "\n" if blob else ""
