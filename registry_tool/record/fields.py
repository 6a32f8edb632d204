"""The fields of a record: the one table that says what each of them is, and what the rest of the tool does with it.

A row is all that a field needs beside its place in the JSON Schema and whoever captures it. The order of the rows is
the order in the file.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

SCHEMA_VERSION = 2
"""The version of the schema that new records are written in."""
RECORD_VERSIONS = range(1, SCHEMA_VERSION + 1)
"""The versions of the schema that records can have: every version ever used keeps loading."""

Kind: TypeAlias = Literal["text", "number", "flag", "group", "variables", "texts", "entries"]
"""What a field holds.

A group has fields of its own. Variables are environment variables, whose names can give a secret away; texts are other
texts by name. Entries are a list of groups.
"""

Role: TypeAlias = Literal["format", "key", "derived", "identity", "content", "registration"]
"""What a field is about.

`format` says how the record is written, and `key` is its configId. `derived` follows from another field. The fields of
`identity` tell people which record is meant and where it runs. `content` is the rest of what is deployed.
`registration` is about the act of registering: it does not change what runs.
"""


class Field(NamedTuple):
    """One field of a record, or of a group inside one.

    `since` is the first schema version that has it. `is_quoted` texts are always quoted in YAML, because some of them
    could be read as a number or a date. `is_always_said` texts are "" in `--json` and in the CI table where a record
    lacks them, because readers expect a text. `is_free` fields are what people wrote: they can hold a secret, so no
    problem quotes their values. `in_summary` fields are what the index holds; `heading` and `filter` are their names in
    the table of `list` and among its options. `weight` is how much a match counts in a search; without one, the field
    is not searched. `in_ci` fields are part of the CI table's configJson.
    """

    name: str
    kind: Kind = "text"
    inner: tuple[Field, ...] = ()
    role: Role = "content"
    since: int = 1
    is_quoted: bool = False
    is_always_said: bool = False
    is_free: bool = False
    in_summary: bool = False
    heading: str = ""
    filter: str = ""
    weight: float = 0
    in_ci: bool = True

    @property
    def column(self) -> str:
        """The name of its column in a database.

        >>> Field("awsRegion").column
        'aws_region'
        """
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in self.name)

    @property
    def is_deployed(self) -> bool:
        """Whether it is part of what runs, and so of the content digest."""
        return self.role not in {"registration", "format"}


_ENDPOINT = (
    Field("initialInstanceCount", "number"),
    Field("dataCapturePercent", "number"),
    Field("variantName"),
    Field("volumeSize", "number"),
)
_COMPONENT_DEFAULTS = (
    Field("cpuCount", "number"),
    Field("memorySize", "number"),
    Field("gpuCount", "number"),
    Field("copyCount", "number"),
    Field("modelWeight", "number"),
)
_COMPONENT = (
    Field("name"),
    Field("isAdapter", "flag"),
    Field("baseIcName"),
    Field("baseComponent", since=2, in_ci=False),
    Field("image"),
    Field("artifactUrl"),
    Field("modelData", since=2, in_ci=False),
    Field("gpuCount", "number"),
    Field("copyCount", "number"),
    Field("minMemorySize", "number", since=2, in_ci=False),
    Field("environment", "variables", since=2, in_ci=False),
)
_PROJECT = (
    Field("remote"),
    Field("commit", is_quoted=True),
    Field("branch"),
    Field("dirty", "flag"),
    Field("path"),
)
_POOL = (
    Field("instanceType"),
    Field("priority", "number"),
)
_LIVE = (
    Field("accountId", is_quoted=True),
    Field("endpointName"),
    Field("endpointExternal", "flag"),
    Field("endpointConfigName"),
    Field("modelName"),
    Field("transformJobName"),
    Field("components", "texts"),
    Field("images", "texts"),
    Field("cluster"),
    Field("namespace"),
    Field("deployment"),
    Field("replicas", "number"),
    Field("gpuCount", "number"),
    Field("nodeType"),
    Field("instancePools", "entries", _POOL),
    Field("checkedAt", is_quoted=True),
)

FIELDS = (
    Field("schemaVersion", "number", role="format", in_ci=False),
    Field("configId", role="key", is_quoted=True, in_summary=True, heading="CONFIG ID", weight=4, in_ci=False),
    Field("projectName", role="identity", in_summary=True, heading="PROJECT", filter="project", weight=10),
    Field("deploymentConfig", in_summary=True, heading="DEPLOYMENT CONFIG", filter="deployment-config", weight=4),
    Field("architecture", role="derived", in_summary=True, filter="architecture"),
    Field("backend", role="derived", is_always_said=True, in_summary=True, filter="backend"),
    Field(
        "modelName", role="identity", is_always_said=True, in_summary=True, heading="MODEL", filter="model", weight=8
    ),
    Field("modelFormat", weight=1),
    Field("instanceType", role="identity", in_summary=True, heading="INSTANCE", filter="instance-type", weight=2),
    Field("awsRegion", role="identity", in_summary=True, heading="REGION", filter="region", weight=2),
    Field("deploymentTarget", role="identity", in_summary=True, heading="TARGET", filter="target", weight=2),
    Field("buildTarget", weight=1),
    Field("buildStrategy", weight=1),
    Field("baseImage", is_always_said=True, in_summary=True, weight=3),
    Field("endpointConfig", "group", _ENDPOINT, weight=1),
    Field("icConfig", "group", _COMPONENT_DEFAULTS, weight=1),
    Field("icList", "entries", _COMPONENT, weight=2),
    Field("parameters", "variables", is_free=True, weight=2),
    Field("icEnvironment", "variables", is_free=True, weight=2, in_ci=False),
    Field("status", role="registration", in_summary=True, heading="STATUS", filter="status", weight=1, in_ci=False),
    Field("notes", role="registration", is_free=True, in_summary=True, weight=5, in_ci=False),
    Field("labels", "texts", role="registration", since=2, is_free=True, weight=3, in_ci=False),
    Field("generatorVersion", role="registration", is_quoted=True, weight=1, in_ci=False),
    Field("registeredAt", role="registration", is_quoted=True, in_summary=True, heading="REGISTERED", in_ci=False),
    Field("project", "group", _PROJECT, role="registration", is_free=True, weight=1, in_ci=False),
    Field("live", "group", _LIVE, role="registration", since=2, weight=1, in_ci=False),
)
"""The fields of a record, in the order in which they are written."""

NOT_DEPLOYED = frozenset(field.name for field in FIELDS if not field.is_deployed)
"""The fields about the registration rather than about what runs."""

VARIABLES = tuple(field.name for field in FIELDS if field.kind == "variables")
"""The fields that hold variables by name."""
VARIABLE_MAPS = frozenset(
    {*VARIABLES, *(one.name for field in FIELDS for one in field.inner if one.kind == "variables")}
)
"""The names of all fields that hold variables by name, also of those inside others."""


def names(*roles: Role) -> tuple[str, ...]:
    """The names of the fields that have one of these roles, in the file's order.

    >>> names("format", "key")
    ('schemaVersion', 'configId')
    """
    return tuple(field.name for field in FIELDS if field.role in roles)
