"""What an item of the CI table says of a record: which attributes the registry writes, and which it leaves alone.

The registry owns `OWNED`. It makes an item with `testStatus`, `lastTestTimestamp` and `createdAt`; of these it sets
only `testStatus` again, to `untested` or `suspended`. Everything else in an item belongs to the harness.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from registry_tool.ci.table import KEY, Attribute, ReadItem, Write
from registry_tool.record.identity import Document, Json
from registry_tool.record.image import image_version
from registry_tool.record.tested import compact, digest_of, tested_configuration

STATUS, TESTED_AT, CREATED_AT = "testStatus", "lastTestTimestamp", "createdAt"
UNTESTED, RUNNING, SUSPENDED = "untested", "running", "suspended"
NEVER = "1970-01-01T00:00:00Z"
"""A time that stands for: never, or before anyone kept count."""
MANAGED_BY = "registry-tool"
CONFIG, DIGEST, STRATEGY = "configJson", "contentDigest", "buildStrategy"

FOLLOWED = (
    "schemaVersion",
    CONFIG,
    "deploymentConfig",
    "baseImage",
    "baseImageVersion",
    STRATEGY,
    "projectName",
    "status",
    "notes",
    "registeredAt",
    "managedBy",
)
"""The attributes that follow the record: an item in which one of them differs is written."""
SIGNATURE = "registryDigest"
"""A digest of the registry's attributes as they were written: it tells a change by someone else from one of ours."""
SOURCE, REGISTRY_ID = "sourceCommit", "registryId"
CONTENT_AT = "contentAt"
"""When this content came into the item. An item of before this attribute gets `NEVER` when it is next written."""
FORCED_AT = "retestForcedAt"
PASSED_AT, PASSED_SOURCE = "passedAt", "passedCommit"
"""When the content before this one last passed, and the commit of the registry that it came from."""
WAS_STATUS = "suspendedStatus"
"""The `testStatus` that an item had when the registry suspended it."""
OWNED = (
    *FOLLOWED,
    DIGEST,
    SOURCE,
    REGISTRY_ID,
    SIGNATURE,
    CONTENT_AT,
    FORCED_AT,
    PASSED_AT,
    PASSED_SOURCE,
    WAS_STATUS,
)
"""All attributes that the registry owns."""

TESTED_DIGEST = "testedDigest"
"""The `contentDigest` of what was tested, of a harness that says so: any other result than the item's is outdated."""
DURATION, STAGES = "lastTestDuration", "stageResults"
STARTED_AT = "testStartedAt"
"""When a test that is `running` began, of a harness that says so."""
E2E_ID = "e2eCatalogId"
"""An attribute of the items in which the generator's end-to-end tests record their results."""
READ = (*OWNED, STATUS, TESTED_AT, CREATED_AT, TESTED_DIGEST, DURATION, STAGES, STARTED_AT, E2E_ID)
"""The attributes that every decision is made from."""

SCHEMA_VERSION = 1
"""The version of an item, whatever the version of the record."""

_NOT_IN_FORMER_DIGEST = frozenset({"status", "notes", "registeredAt", "project", "generatorVersion", "labels", "live"})
# As the version before signed them, then what is new: an old signature still holds.
_SIGNED = (*FOLLOWED[:-1], DIGEST, "managedBy", SOURCE, REGISTRY_ID)


@dataclass(frozen=True, slots=True)
class WantedItem:
    """What the item of a record is to say: the `FOLLOWED` attributes that the record has a value for, and a digest.

    `former_digest` is the one that the version before gave a record with deploy-time variables; empty without them.
    """

    config_id: str
    attributes: Mapping[str, Attribute]
    digest: str
    instance_type: str = ""
    former_digest: str = ""


def wanted(document: Document) -> WantedItem:
    """What the item of a valid record is to say."""
    image = str(document.get("baseImage", ""))
    config = compact(tested_configuration(document))
    attributes: dict[str, Attribute] = {
        "schemaVersion": SCHEMA_VERSION,
        CONFIG: config,
        "deploymentConfig": str(document["deploymentConfig"]),
        "baseImage": image,
        "baseImageVersion": image_version(image),
        STRATEGY: str(document.get("buildStrategy", "")),
        "projectName": str(document["projectName"]),
        "status": str(document["status"]),
        "registeredAt": str(document["registeredAt"]),
        "managedBy": MANAGED_BY,
    }
    if notes := document.get("notes"):
        attributes["notes"] = str(notes)
    return WantedItem(
        config_id=str(document[KEY]),
        attributes=attributes,
        digest=digest_of(config),
        instance_type=str(document.get("instanceType", "")),
        former_digest=_former_digest(document) if document.get("icEnvironment") else "",
    )


@dataclass(frozen=True, slots=True)
class ItemOrigin:
    """Where the registry's writes come from: the commit that is synced, and the registry's id, empty if it has none."""

    revision: str
    registry_id: str = ""


def owned(item: WantedItem, origin: ItemOrigin, digest: str = "") -> dict[str, Attribute]:
    """The attributes to write for an item; `digest` is the one that names its content already, if it has one."""
    attributes: dict[str, Attribute] = {**item.attributes, DIGEST: digest or item.digest, SOURCE: origin.revision}
    if origin.registry_id:
        attributes[REGISTRY_ID] = origin.registry_id
    return {**attributes, SIGNATURE: signature(attributes)}


def signature(attributes: Mapping[str, Json] | Mapping[str, Attribute]) -> str:
    """The digest that stands in `SIGNATURE` if the registry's other attributes are as it wrote them."""
    signed = [(name, attributes[name]) for name in _SIGNED if name in attributes]
    return digest_of(json.dumps(signed, ensure_ascii=False))


def making(item: WantedItem, origin: ItemOrigin, *, removed_at: str = "") -> Write:
    """The write that makes a new item. `removed_at` is when the record was last removed, if it ever was.

    A result that began before a new item was made can only be one of the same content, unless the record was there
    before: then `createdAt` is the time of its removal, so that the item's content is seen to be a later one.
    """
    attributes: dict[str, Attribute] = {KEY: item.config_id, **owned(item, origin), STATUS: UNTESTED, TESTED_AT: NEVER}
    if removed_at:
        return Write(
            key=item.config_id,
            expects={KEY: None},
            sets={**attributes, CREATED_AT: removed_at},
            stamps=(CONTENT_AT,),
        )
    return Write(key=item.config_id, expects={KEY: None}, sets=attributes, stamps=(CONTENT_AT, CREATED_AT))


def config_of(text: Json) -> dict[str, Json] | None:
    """What a `configJson` says, whatever tool wrote it; None if it is not a JSON object."""
    try:
        said: Json = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _former_digest(document: Document) -> str:
    deployed = {name: value for name, value in document.items() if name not in _NOT_IN_FORMER_DIGEST}
    text = json.dumps({**deployed, "schemaVersion": 1}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return digest_of(text)


def is_leftover(row: ReadItem) -> bool:
    """Whether an item is all that a late result made after the registry had pruned the item that was tested."""
    return not row.text("managedBy") and CONFIG not in row.attributes and E2E_ID not in row.attributes
