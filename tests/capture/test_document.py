"""Which variable or file becomes which field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry_tool.capture import CaptureError
from tests.capture.capturing import capture

MakeProject = Callable[..., Path]


def test_everything_a_project_can_say_is_captured_in_the_records_order(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(
        """
        BUILD_TARGET=codebuild
        export BASE_IMAGE=vllm/vllm-openai:v0.8.5 MODEL_FORMAT=safetensors
        export ENDPOINT_INITIAL_INSTANCE_COUNT=2 ENDPOINT_DATA_CAPTURE_PERCENT=12.5
        export ENDPOINT_VARIANT_NAME=AllTraffic ENDPOINT_VOLUME_SIZE=256
        export IC_CPU_COUNT=1.5 IC_MEMORY_SIZE=2048 IC_GPU_COUNT=1 IC_COPY_COUNT=2 IC_MODEL_WEIGHT=1.0
        export VLLM_MAX_MODEL_LEN=8192 HF_MODEL_ID="$MODEL_NAME"
        export IC_ENV_LOG_LEVEL=debug
        """,
        files={"do/ic/main.conf": "IC_IMAGE_TAG=demo-main\nIC_GPU_COUNT=4"},
    )

    draft = capture(folder, environment=environment)

    assert list(draft.document.items()) == [
        ("projectName", "demo"),
        ("deploymentConfig", "transformers-vllm"),
        ("architecture", "transformers"),
        ("backend", "vllm"),
        ("modelName", "Qwen/Qwen3-4B"),
        ("modelFormat", "safetensors"),
        ("instanceType", "ml.g5.xlarge"),
        ("awsRegion", "us-east-1"),
        ("deploymentTarget", "realtime-inference"),
        ("buildTarget", "codebuild"),
        ("baseImage", "vllm/vllm-openai:v0.8.5"),
        (
            "endpointConfig",
            {"initialInstanceCount": 2, "dataCapturePercent": 12.5, "variantName": "AllTraffic", "volumeSize": 256},
        ),
        (
            "icConfig",
            {"cpuCount": 1.5, "memorySize": 2048, "gpuCount": 1, "copyCount": 2, "modelWeight": 1},
        ),
        ("icList", [{"name": "main", "image": "demo-main", "gpuCount": 4, "copyCount": 2}]),
        ("parameters", {"HF_MODEL_ID": "Qwen/Qwen3-4B", "VLLM_MAX_MODEL_LEN": "8192"}),
        ("icEnvironment", {"LOG_LEVEL": "debug"}),
    ]


def test_what_a_project_does_not_set_is_left_out(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project("export BASE_IMAGE= ENDPOINT_VARIANT_NAME=''", MODEL_NAME=None)

    draft = capture(folder, environment=environment)

    assert list(draft.document) == [
        "projectName",
        "deploymentConfig",
        "architecture",
        "backend",
        "instanceType",
        "awsRegion",
        "deploymentTarget",
        "icList",
    ]


@pytest.mark.parametrize(
    ("deployment_config", "architecture", "backend"),
    [
        ("transformers-vllm", "transformers", "vllm"),
        ("transformers-tensorrt-llm", "transformers", "tensorrt-llm"),
        ("http-flask", "http", "flask"),
        ("triton-fil", "triton", "fil"),
        ("diffusors-vllm-omni", "diffusors", "vllm-omni"),
        ("marketplace", "marketplace", None),
    ],
)
def test_the_deployment_config_is_split_at_its_first_dash(
    make_project: MakeProject,
    environment: dict[str, str],
    deployment_config: str,
    architecture: str,
    backend: str | None,
) -> None:
    folder = make_project(DEPLOYMENT_CONFIG=deployment_config)

    document = capture(folder, environment=environment).document

    assert (document["architecture"], document.get("backend")) == (architecture, backend)


@pytest.mark.parametrize("target", ["async-inference", "batch-transform", "hyperpod-eks"])
def test_only_realtime_inference_has_an_ic_list(
    make_project: MakeProject, environment: dict[str, str], target: str
) -> None:
    folder = make_project(DEPLOYMENT_TARGET=target, files={"do/ic/a.conf": "", "do/adapters/b.conf": ""})

    document = capture(folder, environment=environment).document

    assert "icList" not in document


def test_hyperpod_needs_no_instance_type(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(DEPLOYMENT_TARGET="hyperpod-eks", INSTANCE_TYPE=None)

    document = capture(folder, environment=environment).document

    assert "instanceType" not in document


def test_a_batch_project_may_use_variables_that_nobody_set(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(
        'export HF_MODEL_ID="from $BATCH_INPUT_PATH to $BATCH_OUTPUT_PATH"', DEPLOYMENT_TARGET="batch-transform"
    )

    draft = capture(folder, environment=environment)

    assert draft.document["parameters"] == {"HF_MODEL_ID": "from  to "}


@pytest.mark.parametrize("name", ["DEPLOYED_INSTANCE_TYPE", "BENCHMARK_INSTANCE_TYPE"])
def test_the_instance_type_of_a_pool_is_the_one_that_was_deployed(
    make_project: MakeProject, environment: dict[str, str], name: str
) -> None:
    folder = make_project(f"export {name}=ml.p5.48xlarge", INSTANCE_TYPE="")

    document = capture(folder, environment=environment).document

    assert document["instanceType"] == "ml.p5.48xlarge"


def test_the_projects_own_libraries_complete_what_do_config_leaves_open(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(
        AWS_REGION=None,
        INSTANCE_TYPE=None,
        files={
            "do/lib/profile.sh": "_PROFILE_awsRegion=eu-west-1",
            "do/lib/resolve-instance.sh": "AWS_REGION=$_PROFILE_awsRegion INSTANCE_TYPE=ml.g6.xlarge\nreturn 0",
        },
    )

    document = capture(folder, environment=environment).document

    assert (document["awsRegion"], document["instanceType"]) == ("eu-west-1", "ml.g6.xlarge")


def test_files_find_their_folder_as_they_do_under_the_projects_own_scripts(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(
        """
        . "$SCRIPT_DIR/region.sh"
        . "$(dirname "${BASH_SOURCE[0]}")/model.sh"
        . "$(dirname "$0")/image.sh"
        . do/target.sh
        """,
        files={
            "do/region.sh": "AWS_REGION=r",
            "do/model.sh": "MODEL_NAME=m",
            "do/image.sh": "BASE_IMAGE=i",
            "do/target.sh": "BUILD_TARGET=t",
        },
    )

    document = capture(folder, environment=environment).document

    assert [document[name] for name in ("awsRegion", "modelName", "baseImage", "buildTarget")] == ["r", "m", "i", "t"]


def test_ics_and_adapters_are_listed_by_name_adapters_last(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(
        "export IC_GPU_COUNT=2",
        files={
            "do/ic/b.conf": "export IC_IMAGE_TAG=b-image IC_GPU_COUNT=4 IC_COPY_COUNT=3",
            "do/ic/a.conf": "",
            "do/ic/.hidden.conf": "exit 1",
            "do/ic/notes.txt": "exit 1",
            "do/adapters/1.conf": "ADAPTER_NAME=y ADAPTER_IC_NAME=b ADAPTER_WEIGHTS_URI=s3://bucket/y/",
            "do/adapters/x.conf": "ADAPTER_WEIGHTS_URI=s3://bucket/x/",
        },
    )

    document = capture(folder, environment=environment).document

    assert document["icList"] == [
        {"name": "a", "gpuCount": 2, "copyCount": 1},
        {"name": "b", "image": "b-image", "gpuCount": 4, "copyCount": 3},
        {"name": "x", "isAdapter": True, "artifactUrl": "s3://bucket/x/", "gpuCount": 0, "copyCount": 1},
        {
            "name": "y",
            "isAdapter": True,
            "baseIcName": "b",
            "baseComponent": "b",
            "artifactUrl": "s3://bucket/y/",
            "gpuCount": 0,
            "copyCount": 1,
        },
    ]


def test_an_ic_sees_do_config_but_no_other_ic(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(
        "IC_COPY_COUNT=2; IFS=,; shopt -s extglob",
        files={
            "do/ic/a.conf": 'IC_IMAGE_TAG=$(set -- a,b; printf %s "$*") IC_GPU_COUNT=8; cd /; IFS=:; shopt -u extglob',
            "do/ic/b.conf": 'IC_IMAGE_TAG="$IFS${PWD##*/}$(shopt -q extglob && echo on)"',
        },
    )

    document = capture(folder, environment=environment).document

    assert document["icList"] == [
        {"name": "a", "image": "a,b", "gpuCount": 8, "copyCount": 2},
        {"name": "b", "image": ",projecton", "gpuCount": 1, "copyCount": 2},
    ]


def test_without_an_ic_folder_there_is_one_ic(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project("export IC_GPU_COUNT=4 IC_IMAGE_TAG=ignored")

    document = capture(folder, environment=environment).document

    assert document["icList"] == [{"name": "default", "image": "demo-latest", "gpuCount": 4, "copyCount": 1}]


def test_an_empty_ic_folder_means_no_ic(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(files={"do/ic/.gitkeep": "", "do/adapters/a.conf": "ADAPTER_IC_NAME=elsewhere"})

    document = capture(folder, environment=environment).document

    assert document["icList"] == [
        {"name": "a", "isAdapter": True, "baseIcName": "elsewhere", "gpuCount": 0, "copyCount": 1}
    ]


@pytest.mark.parametrize(
    ("written", "number"),
    [("1", 1), ("1.0", 1), ("0.5", 0.5), (".5", 0.5), ("0", 0), ("08", 8), ("16384", 16384)],
)
def test_a_number_is_an_integer_where_it_is_whole(
    make_project: MakeProject, environment: dict[str, str], written: str, number: float
) -> None:
    folder = make_project(f"export IC_CPU_COUNT='{written}'")

    document = capture(folder, environment=environment).document

    assert repr(document["icConfig"]) == repr({"cpuCount": number})


@pytest.mark.parametrize(
    "written",
    ["abc", "nan", "inf", "1e3", "0x10", "1_000", "1,5", "9" * 16, "1 2", " 1 ", "-1", "--1", ".", "٣", "$(id)"],
)
def test_what_is_not_a_plain_number_is_refused(
    make_project: MakeProject, environment: dict[str, str], written: str
) -> None:
    folder = make_project(IC_CPU_COUNT=written)

    with pytest.raises(CaptureError) as caught:
        capture(folder, environment=environment)

    assert str(caught.value) == f"IC_CPU_COUNT is not a number from 0 but '{written}' (do/config:7)"


@pytest.mark.parametrize("written", ["1.5", " 4 ", "-1", "two"])
@pytest.mark.parametrize("file", ["do/config", "do/ic/a.conf"])
def test_a_count_is_a_whole_number(
    make_project: MakeProject, environment: dict[str, str], file: str, written: str
) -> None:
    folder = make_project(files={"do/ic/a.conf": ""})
    with (folder / file).open("a") as stream:
        stream.write(f"#\nexport IC_GPU_COUNT='{written}'\n")
    line = {"do/config": 9, "do/ic/a.conf": 2}[file]

    with pytest.raises(CaptureError) as caught:
        capture(folder, environment=environment)

    assert str(caught.value) == f"IC_GPU_COUNT is not a whole number from 0 but '{written}' ({file}:{line})"


@pytest.mark.parametrize(("file", "line"), [("do/config", 7), ("do/ic/a.conf", 1)])
def test_an_empty_gpu_count_is_refused_where_it_is_written(
    make_project: MakeProject, environment: dict[str, str], file: str, line: int
) -> None:
    folder = make_project(files={"do/ic/a.conf": ""})
    text = (folder / file).read_text().rstrip("\n") + "\nexport IC_GPU_COUNT=\n"
    (folder / file).write_text(text.lstrip("\n"))

    with pytest.raises(CaptureError) as caught:
        capture(folder, environment=environment)

    assert (str(caught.value), caught.value.hint) == (
        f"IC_GPU_COUNT is empty ({file}:{line})",
        "write a whole number, such as 1, or take the line out",
    )


@pytest.mark.parametrize(
    ("line", "callers", "ic_config"),
    [
        ('export IC_GPU_COUNT="${IC_GPU_COUNT:-1}"', {}, None),
        ("export IC_GPU_COUNT=${IC_GPU_COUNT:-1}", {}, None),
        ('export IC_GPU_COUNT="${IC_GPU_COUNT:-1}"', {"IC_GPU_COUNT": "4"}, {"gpuCount": 4}),
        ('export IC_GPU_COUNT="${IC_GPU_COUNT:-4}"', {}, {"gpuCount": 4}),
        ('export IC_GPU_COUNT="1"', {}, {"gpuCount": 1}),
        ('export IC_GPU_COUNT="${IC_GPU_COUNT:-}"', {}, None),
    ],
)
def test_a_gpu_count_that_is_only_the_scripts_own_default_is_not_the_projects_word(
    make_project: MakeProject,
    environment: dict[str, str],
    line: str,
    callers: dict[str, str],
    ic_config: dict[str, int] | None,
) -> None:
    folder = make_project(line)

    document = capture(folder, environment={**environment, **callers}).document

    assert document.get("icConfig") == ic_config


def test_a_long_text_in_a_numbers_place_is_cut_short(make_project: MakeProject, environment: dict[str, str]) -> None:
    folder = make_project(IC_CPU_COUNT="x" * 1000)

    with pytest.raises(CaptureError) as caught:
        capture(folder, environment=environment)

    assert str(caught.value) == f"IC_CPU_COUNT is not a number from 0 but '{'x' * 40}' (do/config:7)"


def test_a_number_that_an_ics_file_breaks_is_found_in_that_file(
    make_project: MakeProject, environment: dict[str, str]
) -> None:
    folder = make_project(IC_GPU_COUNT="1", files={"do/ic/a.conf": '#\nexport IC_GPU_COUNT="two\nand more"\n'})

    with pytest.raises(CaptureError) as caught:
        capture(folder, environment=environment)

    assert str(caught.value) == "IC_GPU_COUNT is not a whole number from 0 but 'two\\nand more' (do/ic/a.conf:2)"
