"""Labels say who owns a deployment; they are kept from one registration to the next, and records are found by them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.programs import git, run_registry

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    assert run_registry("init", "registry", cwd=tmp_path).returncode == 0
    return tmp_path / "registry"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "example-transformers-vllm", tmp_path / "project"))


def register(registry: Path, project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_registry("register", "--project-dir", str(project), "--json", *arguments, cwd=registry)


def test_labels_are_kept_changed_and_taken_away(registry: Path, project: Path) -> None:
    (project / "do/labels").write_text("# who\nowner = ml-search\n\nteam=core\n")
    first = register(registry, project, "--label", "ticket=ML-1", "--label=stage=beta")
    (project / "do/labels").write_text("team=edge\n")
    second = register(registry, project, "--label", "ticket=")

    assert [json.loads(done.stdout)["labels"] for done in (first, second)] == [
        {"owner": "ml-search", "team": "core", "ticket": "ML-1", "stage": "beta"},
        {"owner": "ml-search", "team": "edge", "stage": "beta"},
    ]


def test_a_variable_labels_one_registration(registry: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "do/labels").write_text("owner=ml-search\n")
    monkeypatch.setenv("REGISTRY_LABEL_OWNER", "ml-ads")
    monkeypatch.setenv("REGISTRY_LABEL_COST_CENTER", "42")

    done = register(registry, project)

    assert json.loads(done.stdout)["labels"] == {"cost_center": "42", "owner": "ml-ads"}
    assert (
        "parameters" not in json.loads(done.stdout)
        or "REGISTRY_LABEL_OWNER" not in json.loads(done.stdout)["parameters"]
    )


def test_labels_filter_lists_and_searches(registry: Path, project: Path) -> None:
    register(registry, project, "--label", "owner=ml-search", "--label", "team=core")
    other = Path(shutil.copytree(EXAMPLES / "example-http-flask", project.parent / "other"))
    register(registry, other, "--label", "owner=ml-ads", "--label", "team=core")

    def found(*arguments: str) -> list[str]:
        done = run_registry("list", "--format", "json", "--sort", "project", *arguments, cwd=registry)
        return [record["projectName"] for record in json.loads(done.stdout)["records"]]

    assert found("--label", "owner=ml-search") == ["example-transformers-vllm"]
    assert found("--label", "owner=ML-*", "--label", "team=core") == ["example-http-flask", "example-transformers-vllm"]
    assert found("--label", "owner=ml-ads", "--label", "team=edge") == []
    assert found("--label", "ticket") == []
    assert found("--label", 'o"wner=x') == []
    exported = run_registry("export", "--label", "owner=ml-ads", cwd=registry).stdout
    assert ("example-http-flask" in exported, "example-transformers-vllm" in exported) == (True, False)
    differs = run_registry("diff", "HEAD~2..HEAD", "--format", "jsonl", "--label", "owner=ML-a*", cwd=registry).stdout
    assert [json.loads(line)["record"]["projectName"] for line in differs.splitlines()] == ["example-http-flask"]
    searched = run_registry("search", "example", "--label", "owner=ml-ads", cwd=registry).stdout
    assert ("example-http-flask" in searched, "example-transformers-vllm" in searched) == (True, False)
    assert "labels.owner" in run_registry("search", "ml-ads", cwd=registry).stdout


def test_a_policy_can_require_a_label(registry: Path, project: Path) -> None:
    policy = {"required": ["labels"], "properties": {"labels": {"required": ["owner"]}}}
    (registry / "registry-data/policy.schema.json").write_text(json.dumps(policy))
    git("add", ".", cwd=registry)
    git("commit", "--quiet", "--message", "Require an owner", cwd=registry)

    refused, done = register(registry, project), register(registry, project, "--label", "owner=ml-search")

    assert (refused.returncode, done.returncode) == (1, 0)
    assert "labels is missing" in refused.stderr


@pytest.mark.parametrize(
    ("label", "status", "said"),
    [
        ("owner", 2, "--label owner is not NAME=VALUE"),
        ("Owner=x", 1, "--label Owner is not an allowed name here"),
        ("owner=" + "x" * 300, 1, "--label owner is longer than 256 characters"),
    ],
)
def test_a_label_that_is_none_is_refused(registry: Path, project: Path, label: str, status: int, said: str) -> None:
    done = register(registry, project, "--label", label)

    assert (done.returncode, said in done.stderr) == (status, True), done.stderr


def test_a_line_of_do_labels_that_is_none_is_named(registry: Path, project: Path) -> None:
    (project / "do/labels").write_text("owner=a\nowner ml-search\n")

    done = register(registry, project)

    assert done.stderr.splitlines()[0] == "error: do/labels:2 is not NAME=VALUE but 'owner ml-search'"


def test_another_projects_record_is_replaced_loudly_or_not_at_all(registry: Path, project: Path) -> None:
    register(registry, project, "--label", "owner=ml-search")
    config = project / "do/config"
    config.write_text(config.read_text().replace('"example-transformers-vllm"', '"newcomer"'))

    rehearsed = register(registry, project, "--dry-run")
    (registry / "registry-data/registry.yaml").write_text("registryFormat: 1\nonOtherProject: refuse\n")
    git("commit", "--quiet", "--all", "--message", "Refuse", cwd=registry)
    refused = register(registry, project)
    done = register(registry, project, "--replace")

    revision = git("log", "-1", "--format=%H", "HEAD~2", cwd=registry)  # before the refusal became a setting
    words = (
        "the record of another project, 'example-transformers-vllm', registered by Ada Lovelace <ada@example.org> on "
    )
    assert f"warning: this would replace {words}" in rehearsed.stderr
    assert (refused.returncode, refused.stderr.splitlines()[1:]) == (
        1,
        ["hint: if it is the same deployment under a new name, say so: --replace"],
    )
    assert f"warning: this replaced {words}" in done.stderr
    assert f"--at {revision[:12]}\n" in done.stderr
    assert "labels" not in json.loads(done.stdout)
    replaced = run_registry("list", "--replaced", "--format", "json", cwd=registry)
    (one,) = json.loads(replaced.stdout)["records"]
    assert (one["projectName"], one["replacedProject"]) == ("newcomer", "example-transformers-vllm")


def test_a_new_place_is_said_where_one_field_made_it(registry: Path, project: Path) -> None:
    first = json.loads(register(registry, project).stdout)
    config = project / "do/config"
    config.write_text(config.read_text().replace("Qwen/Qwen3-4B", "Qwen/Qwen3-4b"))

    done = register(registry, project)

    reason = "modelName is 'Qwen/Qwen3-4b', and was 'Qwen/Qwen3-4B'"
    stays = f"the record of {first['configId']} stays"
    assert f"warning: registered as a new place, because {reason}; {stays}\n" in done.stderr


def test_a_new_place_in_a_large_registry_is_said_once_its_index_is_made(registry: Path, project: Path) -> None:
    register(registry, project)
    for shard in range(256):
        folder = registry / f"registry-data/records/{shard:02x}"
        folder.mkdir(exist_ok=True)
        (folder / "README").write_text("not a record\n")
    git("add", "registry-data", cwd=registry)
    git("commit", "--quiet", "--message", "Fill every shard", cwd=registry)
    index = registry / ".git/registry-tool/index-1.sqlite"
    index.unlink(missing_ok=True)
    config = project / "do/config"
    text = config.read_text()

    config.write_text(text.replace("Qwen/Qwen3-4B", "Qwen/Qwen3-4b"))
    without = register(registry, project, "--dry-run")
    there = index.exists()
    run_registry("list", cwd=registry)
    using_it = register(registry, project, "--dry-run")

    warning = "as a new place, because modelName is 'Qwen/Qwen3-4b', and was 'Qwen/Qwen3-4B'"
    assert (there, warning in without.stderr, warning in using_it.stderr) == (False, False, True)


def test_a_new_branch_starts_with_what_is_checked_out(registry: Path, project: Path) -> None:
    register(registry, project, "--label", "owner=ml-search")
    (registry / "registry-data/registry.yaml").write_text("registryFormat: 1\nonOtherProject: refuse\n")
    git("commit", "--quiet", "--all", "--message", "Refuse", cwd=registry)

    rehearsed = register(registry, project, "--branch", "deploy/again", "--dry-run")
    done = register(registry, project, "--branch", "deploy/again")

    assert [(one.returncode, json.loads(one.stdout or "{}").get("labels")) for one in (rehearsed, done)] == [
        (0, {"owner": "ml-search"}),
        (0, {"owner": "ml-search"}),
    ], rehearsed.stderr + done.stderr


def test_a_new_branch_has_the_records_of_other_projects(registry: Path, project: Path) -> None:
    register(registry, project)
    config = project / "do/config"
    config.write_text(config.read_text().replace('"example-transformers-vllm"', '"newcomer"'))

    rehearsed = register(registry, project, "--branch", "deploy/new", "--dry-run")
    (registry / "registry-data/registry.yaml").write_text("registryFormat: 1\nonOtherProject: refuse\n")
    git("commit", "--quiet", "--all", "--message", "Refuse", cwd=registry)
    refused = register(registry, project, "--branch", "deploy/new")

    words = "the record of another project, 'example-transformers-vllm'"
    assert (rehearsed.returncode, f"warning: this would replace {words}" in rehearsed.stderr) == (0, True)
    assert (refused.returncode, f"has {words}" in refused.stderr) == (1, True), refused.stderr


def test_the_first_registration_of_all_can_go_to_a_branch(tmp_path: Path, project: Path) -> None:
    git("init", "--quiet", "registry", cwd=tmp_path)
    (tmp_path / "registry/registry-data").mkdir()
    (tmp_path / "registry/registry-data/registry.yaml").write_text("registryFormat: 1\nonOtherProject: refuse\n")

    done = register(tmp_path / "registry", project, "--branch", "deploy/first")

    assert done.returncode == 0, done.stderr
