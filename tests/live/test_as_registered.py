"""Whatever do/deploy makes, registered, is as registered; and one field changed in the world is that one difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_tool.live.compare import Terms
from registry_tool.record.identity import REALTIME, Document
from tests.live.cloud import Cloud
from tests.live.fleet import adapter, component, deploy, document, forget
from tests.live.looking import look_at, verdicts

_NAMES = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,5})?", fullmatch=True)
_VARIABLES = st.dictionaries(
    st.from_regex(r"[A-Z][A-Z0-9_]{0,12}", fullmatch=True),
    st.one_of(st.just("***REDACTED***"), st.from_regex(r"[a-zA-Z0-9 =./:-]{1,30}", fullmatch=True)),
    max_size=20,
)
_OF_COMPONENT: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional={"minMemorySize": st.integers(128, 9999), "environment": _VARIABLES, "modelData": st.just("s3://b/m")}
)
_TYPES = st.sampled_from(["ml.g5.xlarge", "ml.g5.12xlarge", "ml.m5.large", "ml.g6.xlarge"])


def _project(record: Document) -> str:
    return str(record["projectName"])


@st.composite
def records(draw: st.DrawFn) -> Document:
    """Records of every target, with settings that do/deploy ignores, odd counts, adapters and redacted variables."""
    project = draw(_NAMES)
    target = draw(st.sampled_from([REALTIME, "async-inference", "batch-transform"]))
    marketplace = draw(st.booleans())
    fields: dict[str, Any] = {"projectName": project, "deploymentTarget": target, "instanceType": draw(_TYPES)}
    if marketplace:
        package = f"arn:aws:sagemaker:us-east-1:123456789012:model-package/{project}"
        fields |= {"deploymentConfig": "marketplace", "architecture": "marketplace", "backend": ""}
        fields["parameters"] = {"MODEL_PACKAGE_ARN": package}
    else:
        fields["icEnvironment"] = draw(_VARIABLES)
        fields["parameters"] = draw(_VARIABLES)
    fields["endpointConfig"] = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "initialInstanceCount": st.integers(1, 4),
                "dataCapturePercent": st.integers(0, 100),
                "variantName": st.sampled_from(["AllTraffic", "Blue"]),
                "volumeSize": st.integers(1, 512),
            },
        )
    )
    if target == REALTIME:
        names = draw(st.lists(st.sampled_from(["default", "second", "a-b"]), min_size=1, max_size=3, unique=True))
        gpus = st.sampled_from([1, 2, 8])
        fields["icList"] = [
            *(
                component(name, f"{project}-latest", draw(gpus), draw(st.integers(1, 3)), **draw(_OF_COMPONENT))
                for name in names
            ),
            *(
                adapter(project, name, **draw(st.sampled_from([{}, {"baseComponent": names[-1]}])))
                for name in draw(st.lists(_NAMES, max_size=2, unique=True))
                if not marketplace
            ),
        ]
    return document(draw(st.integers(0, 10**6)), **fields)


@settings(max_examples=20)
@given(st.lists(records(), min_size=1, max_size=6, unique_by=_project), st.data())
def test_what_was_deployed_and_registered_is_as_registered(fleet: list[Document], data: st.DataObject) -> None:
    cloud = Cloud()
    pools = [data.draw(st.lists(_TYPES, max_size=3, unique=True)) for _ in fleet]
    registered = [deploy(cloud, one, pools=pool) for one, pool in zip(fleet, pools, strict=True)]

    expected = ["finished" if one["deploymentTarget"] == "batch-transform" else "as-registered" for one in registered]
    assert verdicts(look_at(cloud, *registered)) == expected
    assert verdicts(look_at(cloud, *registered, quick=True)) == [
        "present" if one == "as-registered" else one for one in expected
    ]


@settings(max_examples=20)
@given(st.lists(records(), min_size=1, max_size=6, unique_by=_project))
def test_what_was_registered_without_its_names_is_found_by_name(fleet: list[Document]) -> None:
    cloud = Cloud()
    registered = [forget(deploy(cloud, one)) for one in fleet]

    looks = look_at(cloud, *registered)

    # Project `a` with component `b-c` makes the same names as project `a-b` with component `c`: never on one endpoint.
    assert {one.match for one in looks} <= {"as-registered", "finished"}


def _config(cloud: Cloud) -> Any:  # noqa: ANN401  as AWS describes it
    return next(iter(cloud.objects["EndpointConfigName"].values()))


def _endpoint(cloud: Cloud) -> Any:  # noqa: ANN401
    return next(iter(cloud.objects["EndpointName"].values()))


def _component(cloud: Cloud) -> Any:  # noqa: ANN401
    return next(iter(cloud.objects["InferenceComponentName"].values()))


def _adapter(cloud: Cloud) -> Any:  # noqa: ANN401
    return list(cloud.objects["InferenceComponentName"].values())[-1]


def _set(of: Any, *path: Any, to: Any) -> None:  # noqa: ANN401
    for name in path[:-1]:
        of = of[name]
    of[path[-1]] = to


def _reconfigure(cloud: Cloud) -> None:
    _set(cloud.objects["EndpointConfigName"], "other", to={**_config(cloud), "EndpointConfigName": "other"})
    _set(_endpoint(cloud), "EndpointConfigName", to="other")


_SPECIFICATION = "Specification"
CHANGES: Mapping[str, Callable[[Cloud], None]] = {
    "instanceType": lambda cloud: _set(_config(cloud), "ProductionVariants", 0, "InstanceType", to="ml.g5.48xlarge"),
    "deploymentTarget": lambda cloud: _set(
        _config(cloud), "AsyncInferenceConfig", to={"OutputConfig": {"S3OutputPath": "s3://b/o"}}
    ),
    "endpointConfig.dataCapturePercent": lambda cloud: _set(
        _endpoint(cloud),
        "DataCaptureConfig",
        to={
            "EnableCapture": True,
            "CaptureStatus": "Started",
            "CurrentSamplingPercentage": 50,
            "DestinationS3Uri": "s3://b/c",
            "KmsKeyId": "k",
        },
    ),
    "endpointConfig.variantName": lambda cloud: _set(
        _endpoint(cloud), "ProductionVariants", 0, "VariantName", to="Blue"
    ),
    "icList.default.gpuCount": lambda cloud: _set(
        _component(cloud),
        _SPECIFICATION,
        "ComputeResourceRequirements",
        "NumberOfAcceleratorDevicesRequired",
        to=4.0,
    ),
    "icList.default.minMemorySize": lambda cloud: _set(
        _component(cloud), _SPECIFICATION, "ComputeResourceRequirements", "MinMemoryRequiredInMb", to=4096
    ),
    "icList.default.environment.OWN": lambda cloud: _set(
        _component(cloud), _SPECIFICATION, "Container", "Environment", "OWN", to="2"
    ),
    "icList.default.image": lambda cloud: _set(
        _component(cloud), _SPECIFICATION, "Container", "DeployedImage", "SpecifiedImage", to="host:5000/repo:other"
    ),
    "icList.default.endpoint": lambda cloud: _set(_component(cloud), "EndpointName", to="another"),
    "icEnvironment.MAX_LEN": lambda cloud: _set(
        _component(cloud), _SPECIFICATION, "Container", "Environment", "MAX_LEN", to="8192"
    ),
    "icEnvironment.HF_TOKEN_X": lambda cloud: _component(cloud)[_SPECIFICATION]["Container"]["Environment"].pop(
        "HF_TOKEN_X"
    ),
    "parameters.DTYPE": lambda cloud: _set(
        _component(cloud), _SPECIFICATION, "Container", "Environment", "DTYPE", to="float16"
    ),
    "icList.adapters.fr.artifactUrl": lambda cloud: _set(
        _adapter(cloud), _SPECIFICATION, "Container", "ArtifactUrl", to="s3://bucket/other"
    ),
    "icList.adapters.fr.base": lambda cloud: _set(
        _adapter(cloud), _SPECIFICATION, "BaseInferenceComponentName", to="another"
    ),
    "icList.adapters.fr": lambda cloud: _set(
        cloud.objects, "InferenceComponentName", to=dict(list(cloud.objects["InferenceComponentName"].items())[:-1])
    ),
    "live.endpointConfigName": _reconfigure,
}


@pytest.mark.parametrize("path", CHANGES)
def test_one_change_in_the_world_is_one_difference(path: str) -> None:
    cloud = Cloud()
    record = deploy(
        cloud,
        document(
            projectName="chat",
            icList=[
                component(minMemorySize=2048, environment={"OWN": "1", "MAX_LEN_OF_ALL": "2"}),
                *([adapter("chat", "fr")] if ".adapters." in path else []),
            ],
            icEnvironment={"MAX_LEN": "4096", "HF_TOKEN_X": "***REDACTED***", "MAX_LEN_OF_ALL": "1"},
            parameters={"DTYPE": "auto"},
        ),
    )
    CHANGES[path](cloud)

    assert verdicts(look_at(cloud, record)) == [f"differs {path}"]


def test_what_looks_like_drift_and_is_none() -> None:
    cloud = Cloud()
    scaled = deploy(cloud, document(1, projectName="scaled"))
    _component(cloud)["RuntimeConfig"]["DesiredCopyCount"] = 5
    _endpoint(cloud)["ProductionVariants"][0]["DesiredInstanceCount"] = 3

    assert verdicts(look_at(cloud, scaled)) == ["as-registered"]
    assert verdicts(look_at(cloud, scaled, terms=Terms(strict_counts=True))) == [
        "differs endpointConfig.initialInstanceCount icList.default.copyCount"
    ]


def test_somebody_elses_endpoint_is_theirs_to_change() -> None:
    cloud = Cloud()
    deploy(cloud, document(1, projectName="theirs", instanceType="ml.p5.48xlarge"))
    (endpoint,) = cloud.objects["EndpointName"]
    ours = deploy(cloud, document(2, projectName="ours"), external=endpoint)

    assert verdicts(look_at(cloud, ours)) == ["as-registered"]
    assert verdicts(look_at(cloud, forget(ours))) == ["differs instanceType"]  # nothing says whose it is


def test_a_component_of_a_project_without_a_do_ic_folder_gets_no_ic_env_variable() -> None:
    cloud = Cloud()
    record = deploy(cloud, document(1, projectName="old", icEnvironment={"LEN": "4096"}))
    (name,) = cloud.objects["InferenceComponentName"]
    one = cloud.objects["InferenceComponentName"].pop(name)
    legacy = name.replace("old-default-", "old-ic-")
    one["InferenceComponentName"] = legacy
    del one["Specification"]["Container"]["Environment"]
    cloud.objects["InferenceComponentName"][legacy] = one

    assert verdicts(look_at(cloud, forget(record))) == ["as-registered"]


def test_two_records_that_may_mean_the_same_endpoint_are_both_ambiguous() -> None:
    cloud = Cloud()
    small = deploy(cloud, document(1, projectName="chat"))
    large = document(2, projectName="chat", instanceType="ml.g5.48xlarge")

    looks = look_at(cloud, forget(small), large)

    assert [one.match for one in looks] == ["ambiguous", "ambiguous"]
    assert looks[0].candidates == looks[1].candidates == tuple(cloud.objects["EndpointName"])


def test_names_that_another_deployment_left_in_do_config_are_no_drift() -> None:
    cloud = Cloud()
    realtime = deploy(cloud, document(1, projectName="chat"))
    later = deploy(cloud, document(2, projectName="chat", deploymentTarget="async-inference"))
    names: Any = later["live"]
    mixed: Any = realtime["live"]
    stale = {"endpointConfigName": names["endpointConfigName"], "modelName": names["modelName"]}

    assert verdicts(look_at(cloud, {**realtime, "live": {**mixed, **stale}}, later)) == ["as-registered"] * 2


def test_components_whose_names_two_projects_make_are_ambiguous() -> None:
    cloud = Cloud()
    theirs = deploy(cloud, document(1, projectName="theirs"))
    (endpoint,) = cloud.objects["EndpointName"]
    one = document(2, projectName="foo", icList=[component("bar-default")])
    other = document(3, projectName="foo-bar", icList=[component("default")])
    deploy(cloud, one, external=endpoint)

    assert [found.match for found in look_at(cloud, theirs, one, other)][1:] == ["ambiguous", "ambiguous"]


def test_a_captured_name_takes_the_endpoint_out_of_question_for_the_others() -> None:
    cloud = Cloud()
    small = deploy(cloud, document(1, projectName="chat"))
    large = document(2, projectName="chat", instanceType="ml.g5.48xlarge")

    assert [one.match for one in look_at(cloud, small, large)] == ["as-registered", "not-found-here"]


def test_a_name_that_begins_like_another_is_another() -> None:
    cloud = Cloud()
    longer = deploy(cloud, document(1, projectName="foo-bar"))
    shorter = document(2, projectName="foo")

    assert [one.match for one in look_at(cloud, forget(longer), shorter)] == ["as-registered", "not-found-here"]
