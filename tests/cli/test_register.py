"""`./do/register` and `registry register`, run as users run them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.programs import all_objects, git, run_registry

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(folder.name for folder in EXAMPLES.glob("example-*"))


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A new registry."""
    assert run_registry("init", "registry", cwd=tmp_path).returncode == 0
    return tmp_path / "registry"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the vLLM example."""
    return Path(shutil.copytree(EXAMPLES / "example-transformers-vllm", tmp_path / "project"))


def do_register(project: Path, registry: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [project / "do/register", *arguments],
        env=os.environ | {"REGISTRY_PATH": str(registry)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_example_registers_and_reads_back_valid(tmp_path: Path, registry: Path, name: str) -> None:
    project = Path(shutil.copytree(EXAMPLES / name, tmp_path / "project"))

    done = do_register(project, registry, "--json", "--notes=An example")

    record = json.loads(done.stdout)
    shown = run_registry("show", name, "--format", "json", cwd=registry)
    assert (json.loads(shown.stdout), record["projectName"]) == (record, name)
    assert run_registry("validate", cwd=registry).returncode == 0
    assert git("log", "-1", "--format=%s|%an", cwd=registry) == "An example|Ada Lovelace"


@pytest.mark.parametrize(
    ("arguments", "field", "value"),
    [
        (["--status", "partial"], "status", "partial"),
        (["--status=failed"], "status", "failed"),
        (["--notes", "--faster than before"], "notes", "--faster than before"),
        (["--notes=a=b"], "notes", "a=b"),
        (["--build-strategy", "local"], "buildStrategy", "local"),
        ([], "buildStrategy", "codebuild-submit"),
    ],
)
def test_flags_decide_fields(project: Path, registry: Path, arguments: list[str], field: str, value: str) -> None:
    assert json.loads(do_register(project, registry, "--json", *arguments).stdout)[field] == value


def test_json_prints_the_record_and_nothing_else(project: Path, registry: Path) -> None:
    done = do_register(project, registry, "--json", "--explain")

    assert json.loads(done.stdout)["configId"] == "ec3f1a0072d1b3d4"


def test_project_metadata_comes_without_credentials(project: Path, registry: Path) -> None:
    git("init", "--quiet", cwd=project)
    git("add", ".", cwd=project)
    git("commit", "--quiet", "--message", "project", cwd=project)
    git("remote", "add", "origin", "https://ada:" + "opensesame@example.org/qwen.git", cwd=project)

    record = json.loads(do_register(project, registry, "--json", "--project").stdout)

    assert record["project"] == {
        "remote": "https://example.org/qwen.git",
        "commit": git("rev-parse", "HEAD", cwd=project),
        "branch": "main",
        "dirty": False,
    }


def test_a_dry_run_shows_the_change_and_makes_none(project: Path, registry: Path) -> None:
    do_register(project, registry)
    config = project / "do/config"
    config.write_text(config.read_text().replace("v0.8.5", "v0.9.0"))

    done = do_register(project, registry, "--dry-run")

    assert "~ baseImage.tag: v0.8.5 -> v0.9.0" in done.stdout
    assert git("rev-list", "--count", "HEAD", cwd=registry) == "2"


def test_explain_names_the_file_and_line_of_a_field(project: Path, registry: Path) -> None:
    lines = (project / "do/config").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if text.startswith("export BASE_IMAGE="))

    done = do_register(project, registry, "--explain")

    assert f"do/config:{line} (BASE_IMAGE)" in done.stdout


def test_explain_never_writes(project: Path, registry: Path) -> None:
    done = do_register(project, registry, "--explain")

    assert (done.returncode, "\nwould register ec3f1a0072d1b3d4 " in f"\n{done.stdout}") == (0, True)
    assert git("rev-list", "--count", "HEAD", cwd=registry) == "1"


def test_a_secret_is_redacted_and_named_but_never_shown(project: Path, registry: Path) -> None:
    secret = "hunter2-" + "hunter2"
    with (project / "do/config").open("a") as config:
        config.write(f'export VLLM_API_KEY="{secret}"\n')

    explained = do_register(project, registry, "--explain")
    done = do_register(project, registry)

    assert (explained.returncode, done.returncode) == (0, 0)
    assert "parameters.VLLM_API_KEY" in explained.stdout
    shown = (explained.stdout + explained.stderr + done.stdout + done.stderr).encode()
    assert (secret.encode() in shown, secret.encode() in all_objects(registry)) == (False, False)


def test_what_its_name_alone_hides_is_said_in_a_line_and_can_be_released(project: Path, registry: Path) -> None:
    with (project / "do/config").open("a") as config:
        config.write('export VLLM_MY_TOKEN_COUNT="8192"\nexport VLLM_EOS_TOKEN="</s>"\n')

    hidden = do_register(project, registry)
    settings = "registryFormat: 1\nredaction:\n  allow: [VLLM_MY_TOKEN_COUNT]\n"
    (registry / "registry-data/registry.yaml").write_text(settings)
    git("commit", "--quiet", "--all", "--message", "Release the number of tokens", cwd=registry)
    released = do_register(project, registry, "--json")

    assert hidden.stderr.splitlines()[-1] == (
        "note: hidden for their names: parameters.VLLM_EOS_TOKEN, parameters.VLLM_MY_TOKEN_COUNT; release a "
        "harmless one by naming it under redaction.allow in registry-data/registry.yaml"
    )
    parameters = json.loads(released.stdout)["parameters"]
    names = ("VLLM_MY_TOKEN_COUNT", "VLLM_EOS_TOKEN")
    assert [parameters[name] for name in names] == ["8192", "***REDACTED***"]
    assert "hidden for their names: parameters.VLLM_EOS_TOKEN;" in released.stderr


def test_a_value_from_the_environment_that_decides_the_key_is_reported(project: Path, registry: Path) -> None:
    config = project / "do/config"
    config.write_text(config.read_text() + "\nexport INSTANCE_TYPE=${INSTANCE_TYPE:-ml.g5.xlarge}\n")
    text = config.read_text().replace('export INSTANCE_TYPE="ml.g5.xlarge"\n', "")
    config.write_text(text)

    done = subprocess.run(
        [project / "do/register"],
        env=os.environ | {"REGISTRY_PATH": str(registry), "INSTANCE_TYPE": "ml.p5.48xlarge"},
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )

    assert "instanceType is 'ml.p5.48xlarge'" in done.stderr


def test_the_first_registration_makes_a_personal_registry(project: Path, home: Path) -> None:
    done = run_registry("register", "--project-dir", str(project), cwd=project)

    assert (done.returncode, (home / ".local/share/registry-tool/registry/.git").is_dir()) == (0, True)
    assert "example-transformers-vllm" in run_registry("list", cwd=project).stdout


def test_the_registry_can_be_named_before_and_after_the_command(project: Path, registry: Path) -> None:
    do_register(project, registry)
    elsewhere = registry.parent

    before = run_registry("--registry", "registry", "list", cwd=elsewhere)
    after = run_registry("list", "--registry", "registry", cwd=elsewhere)

    assert before.stdout == after.stdout != ""


def test_a_table_without_ci_is_a_usage_error(project: Path, registry: Path) -> None:
    done = do_register(project, registry, "--ci-table", "other")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --ci-table names the table for --ci\nhint: add --ci, or leave out --ci-table\n"


def test_what_is_left_out_is_counted_in_a_line_and_named_by_explain(project: Path, registry: Path) -> None:
    with (project / "do/config").open("a") as config:
        config.write("export BENCHMARK_CONCURRENCY=10\nexport NCCL_DEBUG=INFO\n")

    done = do_register(project, registry, "--explain")

    (line,) = [line for line in done.stderr.splitlines() if "left out" in line]
    assert line.endswith("of the project left out of the record; --explain names each with its reason")
    assert "BENCHMARK_CONCURRENCY  a setting of do/benchmark (do/benchmark)\n" in done.stdout
    assert "parameters.NCCL_DEBUG" in done.stdout


def test_a_refusal_names_the_variable_and_its_place(project: Path, registry: Path) -> None:
    config = project / "do/config"
    text = config.read_text().replace('AWS_REGION="us-east-1"', "AWS_REGION=${AWS_REGION:-us-east-1}")
    config.write_text(text)

    done = subprocess.run(
        [project / "do/register"],
        env=os.environ | {"REGISTRY_PATH": str(registry), "AWS_REGION": "us-east1"},
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )

    said = done.stderr.splitlines()[1]
    assert (done.returncode, said.partition(", expected")[0], said.partition(" (did")[2]) == (
        1,
        '  AWS_REGION (the environment) does not have the required form, found "us-east1"',
        " you mean us-east-1?)",
    )


@pytest.mark.parametrize("name", ["MODEL_NAME", "INSTANCE_TYPE"])
def test_a_credential_that_would_decide_the_config_id_is_refused_by_its_variable(
    project: Path, registry: Path, name: str
) -> None:
    secret = "s3cr3t" + "Passw0rd"
    config = project / "do/config"
    config.write_text(config.read_text() + f'export {name}="https://user:{secret}@host.example.com/m.gguf"\n')

    done = do_register(project, registry)

    assert (done.returncode, done.stdout, secret in done.stderr) == (1, "", False)
    assert f"  {name} (do/config:" in done.stderr
    assert "holds a credential" in done.stderr
    assert "configId is not" not in done.stderr
    assert git("rev-list", "--count", "HEAD", cwd=registry) == "1"
