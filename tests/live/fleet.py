"""Records, and what do/deploy makes of them: the same calls in the same order, with the same names."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from registry_tool.record.identity import REALTIME, Document, Json, config_id
from tests.live.cloud import ACCOUNT, REGION, Answer, Cloud

REPOSITORY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/ml-container-creator"
CANARY = "canary-9Qd2xW7vKp4sTz8m"
"""In each live environment, under several names. No output of ours may ever hold it."""
_STAMPS = itertools.count(1_795_649_010)


def document(number: int = 0, **fields: Json) -> Document:
    """A valid record of schema version 1; no two numbers share a configId."""
    target = fields.get("deploymentTarget", REALTIME)
    made: Document = {
        "schemaVersion": 1,
        "projectName": f"chat-{number}",
        "deploymentConfig": "transformers-vllm",
        "architecture": "transformers",
        "backend": "vllm",
        "modelName": f"example/model-{number}",
        "instanceType": "ml.g5.xlarge",
        "awsRegion": REGION,
        "deploymentTarget": target,
        "buildStrategy": "codebuild-submit",
        "baseImage": "vllm/vllm-openai:v0.8.5",
        "endpointConfig": {"initialInstanceCount": 1, "dataCapturePercent": 0, "variantName": "AllTraffic"},
        "status": "success",
        "registeredAt": "2026-11-26T12:00:00Z",
        **fields,
    }
    if target == REALTIME:
        made.setdefault("icList", [component(image=f"{made['projectName']}-latest")])
    made["configId"] = fields.get("configId") or _config_id(made)
    return made


def component(
    name: str = "default", image: str = "chat-latest", gpus: float = 1, copies: int = 1, **fields: Json
) -> dict[str, Json]:
    """An inference component, as a record lists it."""
    return {"name": name, "image": image, "gpuCount": gpus, "copyCount": copies, **fields}


def adapter(project: str, name: str, **fields: Json) -> dict[str, Json]:
    """A LoRA adapter, as a record lists it: do/register writes the adapter's own name into baseIcName."""
    return {
        "name": name,
        "isAdapter": True,
        "baseIcName": f"{project}-adapter-{name}",
        "artifactUrl": f"s3://bucket/{name}/",
        "gpuCount": 0,
        "copyCount": 1,
        **fields,
    }


def deploy(
    cloud: Cloud, record: Document, *, pools: Iterable[str] = (), external: str = "", account: bool = True
) -> Document:
    """Make what do/deploy and do/adapter make for the record; the record with the names that a capture finds then."""
    stamp = next(_STAMPS)
    project = str(record["projectName"])
    marketplace = record["deploymentConfig"] == "marketplace"
    if record["deploymentTarget"] == "batch-transform":
        live = _batch(cloud, record, f"{project}-{'mkt-' * marketplace}batch", stamp)
    elif record["deploymentTarget"] == "async-inference":
        live = _model_based(cloud, record, f"{project}-{'mkt-' * marketplace}async", stamp, is_async=True)
    elif marketplace:
        live = _model_based(cloud, record, f"{project}-mkt", stamp, is_async=False)
    else:
        live = _realtime(cloud, record, stamp, list(pools), external)
    known: dict[str, Json] = {"accountId": cloud.account} if account else {}
    return {**record, "schemaVersion": 2, "live": {**live, **known}}


def forget(record: Document) -> Document:
    """The record as a version without captured names registers it."""
    return {**{name: value for name, value in record.items() if name != "live"}, "schemaVersion": 1}


def environment(record: Document, entry: Mapping[str, Any], name: str) -> dict[str, str]:
    """What do/deploy puts into a component's environment: its name, secrets, then the variables, later wins."""
    extra: Any = record.get("icEnvironment") or {}
    passed = {key: _secret(value) for key, value in sorted(extra.items())[:16] if len(value) <= 1024}
    own = {key: _secret(value) for key, value in entry.get("environment", {}).items()}
    return {"INFERENCE_COMPONENT_NAME": name, "HF_TOKEN": f"hf_{CANARY}", "SETTING": CANARY, **passed, **own}


def _secret(value: str) -> str:
    """What stood where a registration redacted."""
    return value.replace("***REDACTED***", CANARY)


def _realtime(cloud: Cloud, record: Document, stamp: int, pools: list[str], external: str) -> dict[str, Json]:
    project = str(record["projectName"])
    endpoint = external or f"{project}-endpoint-{stamp}"
    live: dict[str, Json] = {"endpointName": endpoint}
    if external:
        live["endpointExternal"] = True
    else:
        config = f"{project}-epc-{stamp + 1}"
        kind: Answer = (
            {"InstancePools": [{"InstanceType": one, "Priority": place} for place, one in enumerate(pools, start=1)]}
            if pools
            else {"InstanceType": record["instanceType"]}
        )
        variant = {"VariantName": "AllTraffic", "InitialInstanceCount": 1, **kind}
        role = f"arn:aws:iam::{ACCOUNT}:role/sagemaker"
        _make(
            cloud,
            "CreateEndpointConfig",
            EndpointConfigName=config,
            ExecutionRoleArn=role,
            ProductionVariants=[variant],
        )
        _make(cloud, "CreateEndpoint", EndpointName=endpoint, EndpointConfigName=config)
        live["endpointConfigName"] = config
    names: dict[str, Json] = {}
    entries: Any = record.get("icList") or []
    for one in (entry for entry in entries if not entry.get("isAdapter")):
        names[one["name"]] = name = f"{project}-{one['name']}-{stamp + 2}"
        _make(
            cloud,
            "CreateInferenceComponent",
            InferenceComponentName=name,
            EndpointName=endpoint,
            VariantName="AllTraffic",
            Specification={
                "Container": {"Image": f"{REPOSITORY}:{one['image']}", "Environment": environment(record, one, name)},
                "StartupParameters": {"ContainerStartupHealthCheckTimeoutInSeconds": 900},
                "ComputeResourceRequirements": {
                    "NumberOfAcceleratorDevicesRequired": float(one["gpuCount"]),
                    "MinMemoryRequiredInMb": one.get("minMemorySize", 1024),
                },
            },
            RuntimeConfig={"CopyCount": one["copyCount"]},
        )
    for one in (entry for entry in entries if entry.get("isAdapter")):
        _make(
            cloud,
            "CreateInferenceComponent",
            InferenceComponentName=one["baseIcName"],
            EndpointName=endpoint,
            Specification={
                "BaseInferenceComponentName": names.get(one.get("baseComponent"), next(iter(names.values()))),
                "Container": {"ArtifactUrl": one["artifactUrl"]},
            },
        )
    if pools:
        live["instancePools"] = [{"instanceType": one, "priority": place} for place, one in enumerate(pools, start=1)]
    return {**live, "components": names}


def _model_based(cloud: Cloud, record: Document, prefix: str, stamp: int, *, is_async: bool) -> dict[str, Json]:
    model, config, endpoint = (f"{prefix}-{word}-{stamp}" for word in ("model", "epc", "ep"))
    role = f"arn:aws:iam::{ACCOUNT}:role/sagemaker"
    _make(cloud, "CreateModel", ModelName=model, PrimaryContainer=_container(record), ExecutionRoleArn=role)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": model,
        "InstanceType": record["instanceType"],
        "InitialInstanceCount": 1,
    }
    extra: Answer = {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://bucket/out"}}} if is_async else {}
    _make(cloud, "CreateEndpointConfig", EndpointConfigName=config, ProductionVariants=[variant], **extra)
    _make(cloud, "CreateEndpoint", EndpointName=endpoint, EndpointConfigName=config)
    return {"endpointName": endpoint, "endpointConfigName": config, "modelName": model}


def _batch(cloud: Cloud, record: Document, prefix: str, stamp: int) -> dict[str, Json]:
    model, job = f"{prefix}-model-{stamp}", f"{prefix}-job-{stamp}"
    role = f"arn:aws:iam::{ACCOUNT}:role/sagemaker"
    _make(cloud, "CreateModel", ModelName=model, PrimaryContainer=_container(record), ExecutionRoleArn=role)
    _make(
        cloud,
        "CreateTransformJob",
        TransformJobName=job,
        ModelName=model,
        TransformInput={"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}},
        TransformOutput={"S3OutputPath": "s3://bucket/out"},
        TransformResources={"InstanceType": record["instanceType"], "InstanceCount": 1},
    )
    return {"transformJobName": job, "modelName": model}


def _container(record: Document) -> Answer:
    parameters: Mapping[str, Json] = record.get("parameters") or {}  # type: ignore[assignment]
    if "MODEL_PACKAGE_ARN" in parameters:
        return {"ModelPackageName": parameters["MODEL_PACKAGE_ARN"]}
    variables = {"HF_TOKEN": f"hf_{CANARY}", "SETTING": CANARY}
    return {"Image": f"{REPOSITORY}:{record['projectName']}-latest", "Environment": variables}


def _make(cloud: Cloud, operation: str, **request: Any) -> None:  # noqa: ANN401  as AWS takes them
    answer = cloud.answer(operation, request)
    assert isinstance(answer, dict), answer


def _config_id(made: Document) -> str:
    entries: Any = made.get("icList") or []
    return config_id(
        deployment_config=str(made["deploymentConfig"]),
        model_name=str(made["modelName"]),
        instance_type=str(made["instanceType"]),
        aws_region=str(made["awsRegion"]),
        deployment_target=str(made["deploymentTarget"]),
        ic_count=sum(not one.get("isAdapter") for one in entries),
        adapter_count=sum(bool(one.get("isAdapter")) for one in entries),
    )
