"""Writers register while a user's git works in a loop in the same repository; then plain git says what is left.

`python -m tests.reliability.storm PLACE SECONDS OPERATION [OPERATION ...]` runs one of them for as long as you like.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Literal, NamedTuple, TypeAlias, get_args

import yaml

Place: TypeAlias = Literal["plain", "link", "pidns", "worktree", "sparse", "autocrlf", "sha256", "bare"]
PLACES: tuple[Place, ...] = get_args(Place)
WRITERS = 2
_BIG = 2_000
_EDIT = 'f=user$((RANDOM % 5)); echo "$RANDOM$RANDOM" > $f;'

OPERATIONS: Mapping[str, str] = {
    "commit -a": f"{_EDIT} git commit -qam theirs",
    "commit": f"{_EDIT} git add $f && git commit -qm theirs",
    "paths": f"{_EDIT} git commit -qm theirs $f",
    "stash": f"{_EDIT} git stash -q && git stash pop -q; git checkout -q -- 'user*'; git stash clear",
    "amend": f"{_EDIT} git commit -q --amend -a --no-edit",
    "merge": (
        "c=$(git commit-tree -p side -m side $(git rev-parse side^{tree})) && git update-ref refs/heads/side $c"
        " && { git merge -q -m merged side || git merge --abort; }"
    ),
    "cherry-pick": f"{_EDIT} git commit -qam theirs -- $f && {{ git cherry-pick --allow-empty -x HEAD || "
    "git cherry-pick --abort; }",
    "revert": f"{_EDIT} git commit -qm theirs -- $f && {{ git revert --no-edit $(git log -1 --format=%h -- $f)"
    " || git revert --abort; }",
    "rebase": "git rebase -q --onto HEAD HEAD~1 || git rebase --abort",
    "checkout -f": "git checkout -qf",
    "switch": "git switch -q side; git switch -q $BRANCH || git checkout -qf $BRANCH",
    "reset": "git reset -q --hard",
    "clean": "git clean -qfdx registry-data",
    "worktree": 'w=$(mktemp -d -u); git worktree add -q --detach "$w"; git worktree remove --force "$w"',
    "gc": "git gc -q --prune=now",
    "repack": "git repack -adq",
    "maintenance": "git maintenance run --quiet",
    "status": "git status -s",
}
"""What the user does, in bash."""
WITHOUT_WORKTREE = frozenset({"gc", "repack", "maintenance"})
"""The operations that a bare repository can stand."""


class Acknowledged(NamedTuple):
    """A registration that the command said is in."""

    config_id: str
    note: str
    model: str


def storm(folder: Path, place: Place, operations: Sequence[str], seconds: float) -> list[str]:
    """Everything that is wrong after `seconds` of writers against the user's `operations`; what happened is printed."""
    root, named, branch = _prepare(folder, place)
    stop = Event()
    with ThreadPoolExecutor() as pool:
        users = [pool.submit(_repeat, stop, root, OPERATIONS[operation], branch) for operation in operations]
        deadline = time.monotonic() + seconds
        words = ["--registry", str(named), "register", *(["--branch", branch] if "switch" in operations else [])]
        before = ["unshare", "--pid", "--fork", "--mount-proc"] if place == "pidns" else []
        command = [*before, sys.executable, "-m", "registry_tool", *words]
        projects = [folder / f"project-{number}" for number in range(WRITERS)]
        writers = [pool.submit(_write, project, command, deadline) for project in projects]
        acknowledged = [one for writer in writers for one in writer.result()]
        stop.set()
        rounds = [user.result() for user in users]
    wrong = _examine(root, branch, acknowledged)
    print(f"{place}, {', '.join(operations)}: {len(acknowledged)} acknowledged, the user's rounds {rounds}, {wrong}")  # noqa: T201  pytest shows it beside a failure
    if not acknowledged:
        wrong.append("nothing was acknowledged")
    return wrong


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, check=False, timeout=120)
    if done.returncode:
        raise AssertionError(f"git {' '.join(words)}: {done.stderr.decode()}")
    return done.stdout.decode()


def _registry(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "registry_tool", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def _prepare(folder: Path, place: Place) -> tuple[Path, Path, str]:
    """The registry, the path that writers name it by, and the branch that is checked out there."""
    seed = folder / "seed"
    _git(
        folder,
        "init",
        "-q",
        "--initial-branch=main",
        *(["--object-format=sha256"] if place == "sha256" else []),
        str(seed),
    )
    _registry("init", str(seed), cwd=folder)
    for number in range(5):
        (seed / f"user{number}").write_text("0\n")
    for number in range(_BIG):
        file = seed / f"big/{number // 100}/f{number}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{number}\n")
    _git(seed, "add", ".")
    _git(seed, "commit", "-qm", "the user's files")
    _git(seed, "branch", "side")
    if place == "worktree":
        _git(seed, "worktree", "add", "-q", "-b", "deploy", str(folder / "tree"))
        return folder / "tree", folder / "tree", "deploy"
    if place == "bare":
        _git(folder, "clone", "-q", "--bare", str(seed), str(folder / "bare"))
        return folder / "bare", folder / "bare", "main"
    if place == "sparse":
        _git(seed, "sparse-checkout", "set", "--cone", "big")
    if place == "autocrlf":
        (seed / ".gitattributes").unlink()
        _git(seed, "commit", "-qam", "without attributes")
        _git(seed, "config", "core.autocrlf", "true")
    if place == "link":
        (folder / "link").symlink_to(seed)
        return seed, folder / "link", "main"
    return seed, seed, "main"


def _repeat(stop: Event, root: Path, script: str, branch: str) -> int:
    rounds = 0
    while not stop.is_set():
        environment = {**os.environ, "BRANCH": branch}
        subprocess.run(["bash", "-c", script], cwd=root, env=environment, capture_output=True, check=False, timeout=120)
        rounds += 1
    return rounds


def _write(project: Path, command: Sequence[str], deadline: float) -> list[Acknowledged]:
    """Register one deployment after another; those that were acknowledged."""
    (project / "do").mkdir(parents=True)
    told: list[Acknowledged] = []
    count = 0
    while time.monotonic() < deadline:
        model, note = f"org/{project.name}-{count}", f"{project.name}, {count}"
        settings = {
            "PROJECT_NAME": project.name,
            "DEPLOYMENT_CONFIG": "transformers-vllm",
            "MODEL_NAME": model,
            "AWS_REGION": "us-east-1",
            "INSTANCE_TYPE": "ml.g5.xlarge",
            "DEPLOYMENT_TARGET": "batch-transform",
        }
        (project / "do/config").write_text("".join(f'export {name}="{value}"\n' for name, value in settings.items()))
        words = [*command, "--project-dir", str(project), "--json", "--notes", note]
        done = subprocess.run(words, cwd=project, capture_output=True, text=True, check=False, timeout=120)
        if done.returncode == 0:
            told.append(Acknowledged(json.loads(done.stdout)["configId"], note, model))
        elif "a bug in" in done.stderr or "Traceback" in done.stderr:
            raise AssertionError(done.stderr)
        count += 1
    return told


def _examine(root: Path, branch: str, acknowledged: Sequence[Acknowledged]) -> list[str]:
    """What plain git and PyYAML find wrong."""
    wrong: list[str] = []
    if said := subprocess.run(
        ["git", "fsck", "--strict", "--no-dangling", "--no-progress"], cwd=root, capture_output=True, check=False
    ).stdout:
        wrong.append(f"fsck: {said[:300]!r}")
    subjects = Counter(_git(root, "log", "--format=%s", branch).split("\n"))
    wrong += [f"{subjects[one.note]} commits of {one.note}" for one in acknowledged if subjects[one.note] != 1]
    names = _git(root, "ls-tree", "-r", "--name-only", branch, "registry-data/records").split()
    there = {Path(name).stem: name for name in names}
    for one in acknowledged:
        if one.config_id not in there:
            wrong.append(f"{one} is gone")
        elif yaml.safe_load(_git(root, "show", f"{branch}:{there[one.config_id]}"))["modelName"] != one.model:
            wrong.append(f"{one} has another content")
    listed = _registry("--registry", str(root), "list", "--format", "json", "--at", branch, cwd=root)
    ids = sorted(record["configId"] for record in json.loads(listed.stdout or '{"records": []}')["records"])
    if ids != sorted(there):
        wrong.append(f"list says {len(ids)} of {len(there)}: {listed.stderr}")
    locks = [path for path in root.glob(".git/*.lock") if not path.name.startswith("registry-tool")]
    wrong += [f"left: {path}" for path in locks]
    return wrong


if __name__ == "__main__":
    place = next(name for name in PLACES if name == sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(bool(storm(Path(scratch), place, sys.argv[3:], float(sys.argv[2]))))
