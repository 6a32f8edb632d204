"""Projects that cannot be captured, and what is said about them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from registry_tool.capture import CaptureError
from tests.capture.capturing import capture

MakeProject = Callable[..., Path]


def refusal(folder: Path, environment: dict[str, str]) -> tuple[str, str]:
    """What is said when `folder` is captured."""
    with pytest.raises(CaptureError) as caught:
        capture(folder, environment=environment)
    return str(caught.value), caught.value.hint


def test_a_folder_without_do_config_is_no_project(tmp_path: Path, environment: dict[str, str]) -> None:
    assert refusal(tmp_path, environment) == (
        f"there is no do/config in {tmp_path}",
        "run this in the folder of a do-framework project, or name one: --project-dir DIR",
    )


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_what_is_no_folder_is_no_project(tmp_path: Path, environment: dict[str, str], name: str) -> None:
    (tmp_path / "file").touch()

    said = refusal(tmp_path / name, environment)

    assert said == (f"there is no folder {tmp_path / name}", "check the path of the project")


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("PROJECT_NAME", 'name the project: export PROJECT_NAME="my-model"'),
        ("DEPLOYMENT_CONFIG", 'name architecture and backend: export DEPLOYMENT_CONFIG="transformers-vllm"'),
        ("AWS_REGION", 'export AWS_REGION="us-east-1", or whichever region it is in'),
        ("DEPLOYMENT_TARGET", 'say where the model runs: export DEPLOYMENT_TARGET="realtime-inference"'),
        ("INSTANCE_TYPE", "set it in do/config, or run do/deploy first if a pool decides it"),
    ],
)
def test_what_every_record_needs_must_be_set(
    make_project: MakeProject, environment: dict[str, str], name: str, hint: str, value: str | None
) -> None:
    folder = make_project(**{name: value})

    said = refusal(folder, environment)

    assert said == (f"{name} is not set in do/config", hint)


@pytest.mark.parametrize(
    ("deployment_config", "message", "hint"),
    [
        (
            "htp-x",
            "DEPLOYMENT_CONFIG (do/config:2) begins with no known architecture: 'htp-x' (did you mean http?)",
            "it is ARCHITECTURE-BACKEND, and the architectures are transformers, http, triton, diffusors, marketplace",
        ),
        (
            "\x1b[31m|x",
            "DEPLOYMENT_CONFIG (do/config:2) begins with no known architecture: '\\x1b[31m|x'",
            "it is ARCHITECTURE-BACKEND, and the architectures are transformers, http, triton, diffusors, marketplace",
        ),
    ],
)
def test_the_deployment_config_must_name_an_architecture(
    make_project: MakeProject, environment: dict[str, str], deployment_config: str, message: str, hint: str
) -> None:
    folder = make_project(DEPLOYMENT_CONFIG=deployment_config)

    said = refusal(folder, environment)

    assert said == (message, hint)


@pytest.mark.parametrize("file", ["do/config", "do/lib/profile.sh", "do/ic/a.conf", "do/adapters/a.conf"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["fifo", "folder"])
def test_what_should_be_a_file_must_be_one(
    make_project: MakeProject, environment: dict[str, str], file: str, make: Callable[[Path], None]
) -> None:
    folder = make_project(files={"do/lib/other": "", "do/ic/b.conf": "", "do/adapters/b.conf": ""})
    (folder / file).unlink(missing_ok=True)
    make(folder / file)

    said = refusal(folder, environment)

    assert said == (f"{file} is not a file", "remove or rename it: the do scripts read it")


def test_a_model_config_must_be_a_file(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(DEPLOYMENT_CONFIG="triton-fil", files={"model_repository/readme": ""})
    os.mkfifo(folder / "model_repository/config.pbtxt")

    said = refusal(folder, environment)

    assert said[0] == "model_repository/config.pbtxt is not a file"


def test_links_to_files_are_followed(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(files={"shared/config": "", "do/ic/README": "", "shared.conf": "IC_IMAGE_TAG=shared"})
    (folder / "do/config").rename(folder / "shared/config")
    (folder / "do/config").symlink_to("../shared/config")
    (folder / "do/ic/a.conf").symlink_to("../../shared.conf")

    document = capture(folder, environment=environment).document

    assert document["icList"] == [{"name": "a", "image": "shared", "gpuCount": 1, "copyCount": 1}]


def test_a_link_to_nowhere_is_refused(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(files={"do/ic/b.conf": ""})
    (folder / "do/ic/a.conf").symlink_to("gone.conf")

    said = refusal(folder, environment)

    assert said == ("do/ic/a.conf is a link to nowhere", "remove it, or restore what it points to")


def test_a_file_that_cannot_be_read_is_refused(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(files={"do/ic/b.conf": ""})
    (folder / "do/ic/a.conf").symlink_to("a.conf")

    said = refusal(folder, environment)

    assert said == (
        "do/ic/a.conf cannot be read: Too many levels of symbolic links",
        "check the file and its permissions",
    )


def test_a_file_larger_than_any_record_is_refused(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(
        DEPLOYMENT_CONFIG="triton-fil", files={"model_repository/m/config.pbtxt": "#" * ((1 << 20) + 1)}
    )

    said = refusal(folder, environment)

    assert said[0] == "model_repository/m/config.pbtxt is larger than 1 MiB"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (b"MODEL_NAME='caf\xe9'", "MODEL_NAME is not valid UTF-8 (do/config:1)"),
        (b"export VLLM_ARGS=$(printf '\\377')", "VLLM_ARGS is not valid UTF-8 (do/config:1)"),
        (b"IC_GPU_COUNT='\xff'", "IC_GPU_COUNT is not valid UTF-8 (do/config:1)"),
    ],
)
def test_a_value_that_is_not_text_is_refused(
    make_project: MakeProject, environment: dict[str, str], lines: bytes, message: str
) -> None:
    folder = make_project(MODEL_NAME=None)
    config = folder / "do/config"
    config.write_bytes(lines + b"\n" + config.read_bytes())

    said = refusal(folder, environment)

    assert said == (message, "set it to UTF-8 text")


def test_a_value_of_no_concern_need_not_be_text(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project("OTHER=$(printf 'caf\\351')")

    draft = capture(folder, environment={**environment, "CALLERS": "\udcff"})

    assert (draft.variables["OTHER"], draft.variables["CALLERS"]) == ("caf?", "?")


def test_a_file_name_that_is_not_text_is_refused(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(files={"do/ic/b.conf": ""})
    Path(os.fsdecode(os.fsencode(folder) + b"/do/ic/\xff.conf")).touch()

    said = refusal(folder, environment)

    assert said == ("the file name do/ic/?.conf is not valid UTF-8", "rename the file")


def test_a_file_name_is_data_too(make_project: MakeProject, environment: dict[str, str]) -> None:
    name = "$(touch pwned); `id` 'a'\n\x1b[31m"
    folder = make_project(files={f"do/ic/{name}.conf": "IC_IMAGE_TAG=odd"})

    document = capture(folder, environment=environment).document

    assert document["icList"] == [{"name": name, "image": "odd", "gpuCount": 1, "copyCount": 1}]


def test_a_file_name_is_spelled_out_in_errors(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(files={"do/ic/\n\x1b[31m.conf": "false"})

    said = refusal(folder, environment)

    assert said[0] == "do/ic/\\n\\x1b[31m.conf failed with status 1"


def test_a_draft_does_not_show_its_values_by_accident(make_project: MakeProject, environment: dict[str, str]) -> None:
    token = "t" + "0" * 8
    folder = make_project(f"export HF_TOKEN={token}; echo {token}")

    draft = capture(folder, environment=environment)

    assert token not in repr(draft)


WINDOWS_HINT = (
    "convert: perl -pi -e 's/\\r$//' do/config 'do/ic/a b.conf'; keep it so with the line 'do/** text eol=lf' in "
    ".gitattributes"
)


def test_windows_line_ends_are_named_before_bash_meets_them(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(files={"do/ic/a b.conf": "export IC_IMAGE_TAG=a\n", "do/ic/c.conf": "\n"})
    for name in ("do/config", "do/ic/a b.conf"):
        (folder / name).write_bytes((folder / name).read_bytes().replace(b"\n", b"\r\n"))

    said = refusal(folder, environment)

    assert said == (
        "do/config, do/ic/a b.conf: Windows line ends (CRLF), which bash takes for a part of every value",
        WINDOWS_HINT,
    )
    command = said[1].removeprefix("convert: ").partition(";")[0]
    subprocess.run(["bash", "-c", command], cwd=folder, check=True)
    assert capture(folder, environment=environment).document["projectName"] == "demo"


def test_one_line_with_a_windows_end_is_named_where_bash_stumbles(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project("if true; then\r\n:\nfi")

    said = refusal(folder, environment)

    assert said[0] == "do/config: Windows line ends (CRLF), which bash takes for a part of every value"


def test_a_value_that_ends_in_a_carriage_return_is_refused(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project("export AWS_REGION=$(printf 'us-east-1\\r\\n')", AWS_REGION=None)

    said = refusal(folder, environment)

    assert said == (
        "AWS_REGION ends in a carriage return (do/config:6)",
        "it came from a file with Windows line ends: convert that, or strip the value with tr -d '\\r'",
    )
