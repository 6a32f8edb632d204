"""The do-framework's own variables: what do/config sets that is not a parameter of the deployment, and why.

Everything else that a project sets and exports is a parameter. The names were read from the generator
ml-container-creator, versions 1.5.2 and 1.6.0; each entry names the file of the generated project that sets or reads
them. A name is listed only if it is the framework's own: a user's TUNE_THREADS or ADAPTER_MODE is a parameter.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple


class FrameworkNames(NamedTuple):
    """Variables that are not parameters.

    `names` are patterns of whole names, in which `%` stands for one or more characters. `reason` says why they are left
    out of the record; it is empty if the record says them in a field of its own. `source` is the file of a generated
    project that sets or reads them.
    """

    names: str
    reason: str
    source: str


KNOWN = (
    FrameworkNames(
        "PROJECT_NAME DEPLOYMENT_CONFIG DEPLOYMENT_TARGET MODEL_NAME MODEL_FORMAT INSTANCE_TYPE AWS_REGION BUILD_TARGET"
        " BASE_IMAGE GENERATOR_VERSION ENDPOINT_INITIAL_INSTANCE_COUNT ENDPOINT_DATA_CAPTURE_PERCENT"
        " ENDPOINT_VARIANT_NAME ENDPOINT_VOLUME_SIZE IC_CPU_COUNT IC_MEMORY_SIZE IC_GPU_COUNT IC_COPY_COUNT"
        " IC_MODEL_WEIGHT IC_ENV_%",
        "",
        "do/config",
    ),
    FrameworkNames("IC_IMAGE_TAG IC_MIN_MEMORY_MB IC_CONTAINER_ENV_EXTRA IC_MODEL_DATA", "", "do/ic/default.conf"),
    FrameworkNames("REGISTRY_LABEL_%", "", "registry-tool"),
    FrameworkNames("FRAMEWORK MODEL_SERVER", "DEPLOYMENT_CONFIG says it", "do/config"),
    FrameworkNames("ENABLE_LORA", "it only unlocks do/adapter; the engine's own setting is in the image", "do/adapter"),
    FrameworkNames(
        "IC_STARTUP_TIMEOUT IC_MODEL_NAME IC_MULTI_SPEC IC_SPEC_COUNT IC_SPEC_%_INSTANCE_TYPE IC_SPEC_%_GPU_COUNT"
        " IC_SPEC_%_MIN_MEMORY_MB",
        "do/deploy reads it from do/ic/*.conf only",
        "do/ic/default.conf",
    ),
    FrameworkNames(
        "ENDPOINT_NAME ENDPOINT_CONFIG_NAME INFERENCE_COMPONENT_NAME SMAI_ENDPOINT_NAME ASYNC_ENDPOINT_NAME"
        " SAGEMAKER_MODEL_NAME TRANSFORM_JOB_NAME IC_DEPLOYED_NAME IC_DEPLOYED_AT HP_DEPLOYMENT_NAME ENDPOINT_EXTERNAL",
        "a name in the cloud, new on every deployment: see the field live",
        "do/deploy.d/*",
    ),
    FrameworkNames(
        "DEPLOYMENT_TARGET_% DEPLOYED_INSTANCE_TYPE DEPLOYED_GPU_COUNT ENDPOINT_STATUS ENDPOINT_STRATEGY"
        " SMAI_INSTANCE_TYPE ASYNC_INSTANCE_TYPE BATCH_INSTANCE_TYPE HP_INSTANCE_TYPE INSTANCE_TYPES"
        " BATCH_MAX_CONCURRENT",
        "written back by do/deploy",
        "do/deploy",
    ),
    # HP_SPECULATIVE_* decides what runs, and nothing else says it.
    FrameworkNames(
        "HP_(?!SPECULATIVE_)%", "do/deploy does not apply it: hyperpod/deployment.yaml says what runs", "do/config"
    ),
    FrameworkNames("FSX_VOLUME_HANDLE", "do/deploy does not apply it: hyperpod/pvc.yaml says what runs", "do/config"),
    FrameworkNames("BENCHMARK_% CI_BENCHMARK_RESULTS_BUCKET", "a setting of do/benchmark", "do/benchmark"),
    FrameworkNames(
        "OPTIMIZE_JOB_NAME OPTIMIZE_MODEL_PACKAGE_ARN OPTIMIZE_INFERENCE_SPEC",
        "written back by do/optimize",
        "do/optimize",
    ),
    FrameworkNames("CODEBUILD_%", "it decides where the image is built, not what runs", "do/submit"),
    FrameworkNames(
        "TUNE_SUPPORTED TUNE_MODEL_ID TUNE_S3_BUCKET TUNE_TECHNIQUE TUNE_TRAINING_TYPE TUNE_LAST_JOB_NAME"
        " TUNE_OUTPUT_PATH_LATEST TUNE_OUTPUT_TYPE_LATEST TUNE_ADAPTER_PATH_% TUNE_MODEL_PATH_% TUNE_JOB_NAME_%"
        " TUNE_DATASET_PATH TUNE_DATASET_SOURCE TUNE_DATASET_SOURCE_% TUNE_DATASET_S3_URI TUNE_DATASET_S3_URI_%"
        " TUNE_DATASET_ROW_COUNT TUNE_DATASET_ROW_COUNT_% TUNE_DATASET_VERSION TUNE_DATASET_VERSION_%"
        " MLFLOW_APP_ARN",
        "a setting or a result of do/tune",
        "do/tune",
    ),
    FrameworkNames(
        "TRAIN_TECHNIQUE TRAIN_JOB_NAME TRAIN_OUTPUT_PATH TRAIN_OUTPUT_PATH_LATEST TRAIN_ADAPTER_PATH_% TRAIN_DATASET"
        " TRAIN_DATASET_S3_URI_% TRAIN_IMAGE TRAIN_INSTANCE_TYPE TRAIN_INSTANCE_COUNT TRAIN_VOLUME_SIZE"
        " TRAIN_MAX_RUNTIME TRAIN_MAX_WAIT TRAIN_ENABLE_SPOT TRAIN_CHECKPOINT_PATH TRAIN_ENVIRONMENT TRAIN_HYPERPARAMS"
        " TRAIN_METRIC_DEFINITIONS TRAIN_TAGS TRAIN_SCRIPT TRAIN_SCRIPT_PATH",
        "a setting or a result of do/train",
        "do/train",
    ),
    FrameworkNames(
        "ADAPTER_NAME ADAPTER_IC_NAME ADAPTER_WEIGHTS_URI ADAPTER_CREATED_AT ADAPTER_SOURCE ADAPTER_HF_REPO"
        " ADAPTER_TECHNIQUE ADAPTER_TUNE_TECHNIQUE ADAPTER_TUNE_DATASET ADAPTER_TRAIN_JOB ADAPTER_REGISTRY_ARN"
        " ADAPTER_PARENT_MODEL_ARN ADAPTER_PARENT_MODEL_SLUG ADAPTER_S3_BUCKET STAGED_MODEL_PATH",
        "written back by do/adapter or do/stage",
        "do/adapter",
    ),
    FrameworkNames(
        "ROLE_ARN ECR_REPOSITORY_NAME HF_TOKEN_ARN NGC_API_KEY_ARN MODELS_S3_BUCKET ASYNC_S3_OUTPUT_PATH"
        " ASYNC_SNS_SUCCESS_TOPIC ASYNC_SNS_ERROR_TOPIC ASYNC_SNS_TOPIC BATCH_INPUT_PATH BATCH_OUTPUT_PATH AWS_PROFILE",
        "it belongs to the AWS account, not to what runs",
        "do/lib/profile.sh",
    ),
    FrameworkNames(
        "PATH PYTHONPATH HOME OLDPWD PWD SHLVL COLUMNS LINES _ KUBECONFIG VIRTUAL_ENV SCRIPT_DIR",
        "it belongs to the machine that registers",
        "the shell",
    ),
)
"""A whole name decides before a pattern, and else the first entry that has the name."""


def known(name: str) -> FrameworkNames | None:
    """The entry of a variable of the framework; None for any other name."""
    whole, patterns = _tables()
    if name in whole:
        return whole[name]
    match = patterns.fullmatch(name)
    return KNOWN[int(str(match.lastgroup)[1:])] if match else None


@cache
def _tables() -> tuple[dict[str, FrameworkNames], re.Pattern[str]]:
    """The whole names, and a pattern for the others with one group for each entry: `kNUMBER`.

    Hundreds of whole names in a pattern take Python ten times as long to compile.
    """
    whole: dict[str, FrameworkNames] = {}
    groups = []
    for number, entry in enumerate(KNOWN):
        names = entry.names.split()
        whole |= {name: entry for name in names if "%" not in name and name not in whole}
        if parts := [name.replace("%", ".+") for name in names if "%" in name]:
            groups.append(f"(?P<k{number}>{'|'.join(parts)})")
    return whole, re.compile("|".join(groups))
