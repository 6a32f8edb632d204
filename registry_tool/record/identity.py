"""What a record is: its fields in their order, its key, and the digest of what it deploys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, NamedTuple, TypeAlias

from registry_tool.record.fields import NOT_DEPLOYED

ARCHITECTURES = ("transformers", "http", "triton", "diffusors", "marketplace")
TARGETS = ("realtime-inference", "async-inference", "batch-transform", "hyperpod-eks")
STATUSES = ("success", "partial", "failed")
REALTIME = "realtime-inference"

KEY_FIELDS = ("deploymentConfig", "modelName", "instanceType", "awsRegion", "deploymentTarget")
"""The fields whose texts decide the configId, in its order; the two counts of icList are the rest of it."""

Status: TypeAlias = Literal["success", "partial", "failed"]
Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Document: TypeAlias = dict[str, Json]
"""A record as plain data, keyed by the schema's field names. Lives only at the edges."""


class Record(NamedTuple):
    """One accepted registration: a document that has passed every check. Only `intake` and `load` make one."""

    document: Document

    def text(self, field: str) -> str:
        """The text of a top-level field, empty if the record does not have it."""
        value = self.document.get(field, "")
        return value if isinstance(value, str) else ""

    @property
    def config_id(self) -> str:
        """The record's key."""
        return self.text("configId")


def split_deployment_config(deployment_config: str) -> tuple[str, str]:
    """The architecture and backend: the parts before and after the first `-`.

    >>> split_deployment_config("transformers-tensorrt-llm")
    ('transformers', 'tensorrt-llm')
    >>> split_deployment_config("marketplace")
    ('marketplace', '')
    """
    architecture, _, backend = deployment_config.partition("-")
    return architecture, backend


def config_id(  # noqa: PLR0913  the seven parts of the published format
    *,
    deployment_config: str,
    model_name: str,
    instance_type: str,
    aws_region: str,
    deployment_target: str,
    ic_count: int,
    adapter_count: int,
) -> str:
    """The record's key: the first 16 hex digits of a SHA-256 over the place that is deployed to.

    Existing CI tables are keyed by it, so the format never changes. Any target but realtime-inference counts as one
    inference component without adapters.

    >>> config_id(deployment_config="http-flask", model_name="", instance_type="ml.m5.large", aws_region="us-east-1",
    ...           deployment_target="realtime-inference", ic_count=1, adapter_count=0)
    'be82fdeac39025da'
    """
    if deployment_target != REALTIME:
        ic_count, adapter_count = 1, 0
    from hashlib import sha256  # readers do without, and without OpenSSL

    place = (
        f"{deployment_config}:{model_name or 'none'}:{instance_type}:{aws_region}:{deployment_target}"
        f":ic{ic_count}:adapt{adapter_count}"
    )
    return sha256(place.encode()).hexdigest()[:16]


def text_of(value: Json) -> str:
    """A single value as people read it; nothing for nothing.

    >>> text_of(True), text_of(0.5), text_of(None)
    ('true', '0.5', '')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def timestamp(at: datetime) -> str:
    """An aware time as records hold it: UTC, to the second.

    >>> timestamp(datetime(2026, 3, 1, 12, 30, tzinfo=UTC))
    '2026-03-01T12:30:00Z'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def content_digest(document: Mapping[str, Json]) -> str:
    """SHA-256 (hex) over the canonical JSON of what is deployed: `document` without its `NOT_DEPLOYED` fields.

    The schema's version is not deployed, but it was in the digests of version 1: it counts as 1 for ever.
    """
    import json
    from hashlib import sha256

    deployed = {name: value for name, value in document.items() if name not in NOT_DEPLOYED} | {"schemaVersion": 1}
    text = json.dumps(deployed, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return sha256(text.encode()).hexdigest()
