"""Random operations on a registry, then the same questions to us and to plain git with PyYAML: the answers agree.

FUZZ_EXAMPLES says how many histories `make fuzz` tries; `make test` tries a few with fixed seeds.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs import git, run_here, run_registry
from tests.reliability.changes import registry_in

SEEDS = range(int(os.environ.get("FUZZ_EXAMPLES", "0")) // 100 or 3)
STEPS = 12


def project(folder: Path, chance: random.Random) -> None:
    (folder / "do").mkdir(parents=True, exist_ok=True)
    settings = {
        "PROJECT_NAME": f"p{chance.randrange(4)}",
        "DEPLOYMENT_CONFIG": "transformers-vllm",
        "MODEL_NAME": f"org/m{chance.randrange(6)}",
        "AWS_REGION": chance.choice(["us-east-1", "eu-west-1"]),
        "INSTANCE_TYPE": "ml.g5.xlarge",
        "DEPLOYMENT_TARGET": "batch-transform",
    }
    (folder / "do/config").write_text("".join(f'export {name}="{value}"\n' for name, value in settings.items()))


def step(root: Path, folder: Path, chance: random.Random, number: int) -> None:
    """One of what people do, chosen by chance."""
    ids = sorted(records_at(root, "HEAD"))
    kind = chance.choice(["register"] * 5 + ["remove", "restore", "commit", "edit", "maintain", "gc"])
    if kind == "register" or not ids:
        project(folder, chance)
        words = ["register", "--project-dir", str(folder), "--notes", f"word{chance.randrange(5)} in note {number}"]
        code, said = run_here("--registry", str(root), *words, cwd=root)
        assert code == 0, said
    elif kind == "remove":
        assert run_here("--registry", str(root), "remove", chance.choice(ids), cwd=root)[0] == 0
    elif kind == "restore":
        run_here("--registry", str(root), "restore", chance.choice(ids), cwd=root)
    elif kind == "commit":
        git("commit", "--quiet", "--allow-empty", "--message", f"theirs {number}", cwd=root)
    elif kind == "edit":
        file = root / f"registry-data/records/{ids[0][:2]}/{ids[0]}.yaml"
        file.write_text(file.read_text().replace("status: success", "status: partial"))
        git("commit", "--quiet", "--all", "--allow-empty", "--message", f"by hand {number}", cwd=root)
    elif kind == "maintain":
        assert run_here("--registry", str(root), "maintain", cwd=root)[0] == 0
    else:
        git("gc", "--quiet", cwd=root)


def records_at(root: Path, revision: str) -> dict[str, dict[str, Any]]:
    """The records at a revision, as plain git and PyYAML read them."""
    names = git("ls-tree", "-r", "--name-only", revision, "registry-data/records", cwd=root).split()
    return {Path(name).stem: yaml.safe_load(git("show", f"{revision}:{name}", cwd=root)) for name in names}


def answer(root: Path, *words: str) -> Any:  # noqa: ANN401  any JSON
    done = run_registry("--registry", str(root), *words, "--format", "json", cwd=root)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("seed", SEEDS)
def test_we_and_plain_git_give_the_same_answers(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  the same history again
    root = registry_in(tmp_path / "registry")
    for number in range(STEPS):
        step(root, tmp_path / "project", chance, number)
    revisions = git("log", "--format=%H", cwd=root).split()
    past = chance.choice(revisions)

    for revision in ("HEAD", past):
        ours = {one["configId"]: one for one in answer(root, "list", "--at", revision)["records"]}
        theirs = records_at(root, revision)
        assert {key: (one["modelName"], one["status"]) for key, one in ours.items()} == {
            key: (one["modelName"], one["status"]) for key, one in theirs.items()
        }
    now = records_at(root, "HEAD")
    word = f"word{chance.randrange(5)}"
    found = run_registry("--registry", str(root), "search", word, "--format", "json", cwd=root)
    hits = json.loads(found.stdout or '{"records": []}')["records"]
    assert {hit["configId"] for hit in hits} == {key for key, one in now.items() if word in str(one.get("notes"))}
    for key in now:
        path = f"registry-data/records/{key[:2]}/{key}.yaml"
        shown = run_registry("--registry", str(root), "show", key, "--format", "yaml", cwd=root)
        assert (
            shown.stdout
            == subprocess.run(
                ["git", "show", f"HEAD:{path}"], cwd=root, capture_output=True, text=True, check=True
            ).stdout
        )
        logged = [entry["revision"] for entry in answer(root, "log", key)["entries"]]
        assert logged == git("log", "--format=%H", "--", path, cwd=root).split()
    assert git("status", "--porcelain", cwd=root) == ""
    assert git("fsck", "--strict", "--no-dangling", cwd=root) == ""
