"""`register --with-live`: what runs is looked at before it is recorded, and its images' digests are the proof."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from registry_tool.record.yamldoc import parse
from tests.live.cloud import Cloud
from tests.live.fleet import deploy, document
from tests.live.test_status import live
from tests.programs import run_here

EXAMPLE = Path(__file__).parents[2] / "examples" / "example-transformers-vllm"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The example project, and a registry beside it."""
    run_here("init", "registry", cwd=tmp_path)
    return Path(shutil.copytree(EXAMPLE, tmp_path / "project"))


def deployed(cloud: Cloud, project: Path) -> Any:  # noqa: ANN401  the field of a record
    """Deploy what the example says, and write the names back as do/deploy does; the names."""
    image = "example-transformers-vllm-latest"
    one: dict[str, Any] = {"name": "default", "image": image, "gpuCount": 1, "copyCount": 1}
    made = document(projectName="example-transformers-vllm", icList=[one], icEnvironment={"VLLM_LOGGING_LEVEL": "INFO"})
    names: Any = deploy(cloud, made)["live"]
    with (project / "do/config").open("a") as config:
        config.write(f'export SMAI_ENDPOINT_NAME="{names["endpointName"]}"\n')
    for conf in (project / "do/ic").glob("default.conf"):
        conf.write_text(f'{conf.read_text()}\nexport IC_DEPLOYED_NAME="{names["components"]["default"]}"\n')
    return names


def register(project: Path, cloud: Cloud, *words: str) -> tuple[int, str]:
    registry = str(project.parent / "registry")
    return run_here(
        *("register", "--registry", registry, "--project-dir", str(project), *words), cwd=project, env=cloud.environment
    )


def record(project: Path) -> Any:  # noqa: ANN401  a document
    (file,) = (project.parent / "registry").glob("registry-data/records/*/*.yaml")
    return parse(file.read_bytes()).document


def test_the_digest_and_the_account_are_recorded(cloud: Cloud, project: Path) -> None:
    names = deployed(cloud, project)

    code, said = register(project, cloud, "--with-live")

    assert code == 0, said
    seen = record(project)["live"]
    assert seen["images"] == {"default": f"sha256:{'a' * 64}"}
    assert seen["accountId"] == "123456789012"
    assert seen["endpointName"] == names["endpointName"]
    assert seen["checkedAt"]


def test_another_image_below_the_same_tag_is_a_difference(cloud: Cloud, project: Path) -> None:
    deployed(cloud, project)
    register(project, cloud, "--with-live")
    for one in cloud.objects["InferenceComponentName"].values():
        image = one["Specification"]["Container"]["DeployedImage"]
        image["ResolvedImage"] = image["ResolvedImage"].replace("a" * 64, "b" * 64)

    code, said = live(project.parent / "registry", cloud, "--exit-code")

    assert "live.images.default: sha256:aaaa" in " ".join(said.split())
    assert code == 4


def test_what_is_not_there_is_not_registered(cloud: Cloud, project: Path) -> None:
    deployed(cloud, project)
    cloud.objects["EndpointName"].clear()

    code, said = register(project, cloud, "--with-live")

    assert code == 1
    assert "--with-live did not find the deployment as the project names it" in said
    assert not list((project.parent / "registry").glob("registry-data/records/*"))


def test_without_the_right_to_look_nothing_is_registered(cloud: Cloud, project: Path) -> None:
    deployed(cloud, project)
    cloud.fail = lambda *_: (400, "AccessDeniedException", "no")

    code, said = register(project, cloud, "--with-live")

    assert code == 1
    assert "not allowed: sagemaker:ListEndpoints" in said
    assert "hint: " in said


def test_without_the_option_nobody_is_asked(cloud: Cloud, project: Path) -> None:
    deployed(cloud, project)

    code, _ = register(project, cloud)

    assert (code, cloud.calls) == (0, [])
