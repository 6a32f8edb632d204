"""A record as the generator's command line: every word arrives as it is, and none of them is anything else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from registry_tool.record.canonical import to_yaml
from registry_tool.record.layout import record_path
from registry_tool.rules.validate import derive_config_id
from registry_tool.transfer.generator import PROGRAM
from tests.programs import git, run_registry
from tests.record.strategies import VALID_FILES, read_document

HOSTILE = [
    "x; rm -rf ~",
    "$(touch pwned) `touch pwned`",
    "it's \"quoted\" \\ and 'more'",
    "--help",
    "-rf",
    "a b\tc",
    "* ? [a-z] ~ {1,2} #x !x",
    "${HOME} $HOME %HOME%",
    "\u202egnp.exe\u200b\u2066",
    "é ü 模型 \U0001f680",
]
LINES = [
    "one\ntwo\n\n",
    "\n",
    "\r\n",
    "\x1b[2J\x1b]0;title\x07",
    "'\n'; touch pwned\n'",
    "\x7f\x01 tail",
    "trailing \x1b\n",
]


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """A folder with a stand-in for the generator, which writes down its arguments and exits with 7."""
    folder = tmp_path / "programs"
    folder.mkdir()
    program = folder / PROGRAM
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        "words = [os.fsencode(word).decode() for word in sys.argv[1:]]\n"
        "open(os.environ['RECORD_TO'], 'w').write(json.dumps([words, os.getcwd()]))\nsys.exit(7)\n"
    )
    program.chmod(0o755)
    return folder


def environment(recorder: Path) -> dict[str, str]:
    return {"PATH": f"{recorder}{os.pathsep}{os.environ['PATH']}", "RECORD_TO": str(recorder / "record")}


def recorded(recorder: Path) -> list[str]:
    words, _ = json.loads((recorder / "record").read_text())
    return list(words)


def put(root: Path, **fields: object) -> str:
    """Commit a record with these fields; its configId."""
    document = read_document(next(file for file in VALID_FILES if file.stem == "minimal"))
    document |= {"deploymentConfig": "transformers-vllm", "architecture": "transformers", "backend": "vllm"}
    document |= fields  # type: ignore[arg-type]
    document["configId"] = derive_config_id(document)
    file = root / record_path(str(document["configId"]))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(to_yaml(document))
    git("add", ".", cwd=root)
    git("commit", "--quiet", "--message", "put", cwd=root)
    return str(document["configId"])


def test_the_command_line_of_a_record(root: Path) -> None:
    config_id = put(
        root,
        projectName="qwen",
        modelName="Qwen/Qwen3-4B",
        modelFormat="pkl",
        baseImage="vllm/vllm-openai:v0.8.5",
        endpointConfig={"initialInstanceCount": 2, "variantName": "AllTraffic"},
        icConfig={"gpuCount": 1, "modelWeight": 0.5},
        parameters={"HF_MODEL_ID": "Qwen/Qwen3-4B", "HF_TOKEN": "***REDACTED***", "VLLM_MAX_MODEL_LEN": "4096"},
        icEnvironment={"OMP_NUM_THREADS": "4"},
    )

    done = run_registry("replay", config_id, cwd=root)

    assert done.returncode == 0
    assert done.stdout == (
        "ml-container-creator --project-name=qwen --deployment-config=transformers-vllm --model-name=Qwen/Qwen3-4B "
        "--instance-type=ml.m5.large --region=us-east-1 --deployment-target=realtime-inference "
        "--base-image=vllm/vllm-openai:v0.8.5 --endpoint-initial-instance-count=2 --endpoint-variant-name=AllTraffic "
        "--ic-gpu-count=1 --ic-model-weight=0.5 --model-env=VLLM_MAX_MODEL_LEN=4096 --ic-env=OMP_NUM_THREADS=4\n"
    )
    assert done.stderr == "note: redacted, so supply it yourself: HF_TOKEN\n"


def test_what_no_option_says_is_named(root: Path) -> None:
    component = {"image": "i", "gpuCount": 1, "copyCount": 1}
    adapter = {"isAdapter": True, "baseIcName": "a", "artifactUrl": "s3://b/c/", "gpuCount": 0, "copyCount": 1}
    listed = [{"name": "a", **component}, {"name": "b", **component}, {"name": "c", **adapter}]
    config_id = put(root, icList=listed, baseImage="https://u:***REDACTED***@example.org/i")

    done = run_registry("replay", config_id, cwd=root)

    assert "base-image" not in done.stdout
    assert done.stderr == (
        "note: redacted, so supply it yourself: --base-image\n"
        "note: no option says this, so do it in the project: "
        "2 inference components (do/add-ic), 1 adapter (do/adapter)\n"
    )


def test_an_http_project_makes_its_variables_itself(root: Path) -> None:
    config_id = put(
        root,
        deploymentConfig="http-flask", architecture="http", backend="flask", modelFormat="pkl",
        parameters={"AWS_REGION": "us-east-1", "MY_SECRET": "***REDACTED***"},
    )  # fmt: skip

    done = run_registry("replay", config_id, cwd=root)

    assert ("--model-format=pkl" in done.stdout, "AWS_REGION" in done.stdout) == (True, False)
    assert done.stderr == "note: redacted, so supply it yourself: MY_SECRET\n"


@pytest.mark.parametrize("value", HOSTILE)
def test_any_name_arrives_through_a_shell_and_without_one(root: Path, recorder: Path, value: str) -> None:
    config_id = put(root, modelName=value, projectName=value, parameters={"VLLM_X": value})
    printed = run_registry("replay", config_id, cwd=root)
    assert printed.returncode == 0
    assert printed.stdout.isprintable() or printed.stdout.count("\n") == 1

    through_shell = subprocess.run(
        ["sh", "-c", printed.stdout], cwd=root, env=os.environ | environment(recorder), check=False, timeout=60
    )
    first = recorded(recorder)
    executed = run_registry("replay", config_id, "--exec", cwd=root, env=environment(recorder))

    assert (through_shell.returncode, executed.returncode) == (7, 7)
    assert {f"--model-name={value}", f"--project-name={value}", f"--model-env=VLLM_X={value}"} < set(first)
    assert recorded(recorder) == first
    assert not (root / "pwned").exists()


def test_lines_and_escapes_arrive_too_and_do_not_reach_the_terminal(root: Path, recorder: Path) -> None:
    parameters = {f"VLLM_{number}": value for number, value in enumerate([*LINES, *HOSTILE])}
    config_id = put(root, parameters=parameters)
    printed = run_registry("replay", config_id, cwd=root)

    for shell in ("sh", "bash"):
        subprocess.run([shell, "-c", printed.stdout], cwd=root, env=os.environ | environment(recorder), check=False)

        assert {f"--model-env={name}={value}" for name, value in parameters.items()} < set(recorded(recorder))
    assert not set("\x1b\x07\x7f\x01\r\u202e\u200b") & set(printed.stdout)
    assert not (root / "pwned").exists()


def test_a_record_is_replayed_as_it_was(root: Path) -> None:
    config_id = put(root, baseImage="vllm:1")
    put(root, baseImage="vllm:2")

    assert "--base-image=vllm:1" in run_registry("replay", config_id, "--at", "HEAD~1", cwd=root).stdout


def test_without_the_generator_exec_says_how_to_get_it(root: Path, tmp_path: Path) -> None:
    config_id = put(root)
    (tmp_path / "bin").mkdir()
    for name in ("git",):
        found = subprocess.run(["which", name], capture_output=True, check=True, encoding="utf-8").stdout.strip()
        (tmp_path / "bin" / name).symlink_to(found)

    done = run_registry("replay", config_id, "--exec", cwd=root, env={"PATH": str(tmp_path / "bin")})

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: cannot run ml-container-creator: No such file or directory\n"
        "hint: npm install --global @aws/ml-container-creator\n"
    )


def test_a_record_that_is_not_there_is_an_error(root: Path) -> None:
    done = run_registry("replay", "nothing", cwd=root)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: no record answers to 'nothing'")
