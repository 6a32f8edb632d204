"""The settings of a registry, and how `registry-data/registry.yaml` contains them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from registry_tool.errors import RegistryError
from registry_tool.printable import printable
from registry_tool.problems import Problem
from registry_tool.record.yamldoc import parse
from registry_tool.rules.published import ALLOW_LIST
from registry_tool.rules.schema import check_settings

if TYPE_CHECKING:
    from registry_tool.record.identity import Document, Json

REGISTRY_FORMAT = 1
"""The newest format of a registry that this version reads, and the one that it writes."""

_FORMAT_LINE = re.compile(r"^registryFormat:.*(?:\n|\Z)", re.MULTILINE)
_ITEM = "    - "
# With an underscore after a letter it is no word that YAML takes for something else.
_ALLOWED = re.compile(rf"{_ITEM}[A-Za-z][A-Za-z0-9]{{0,99}}_[A-Za-z0-9_]{{0,99}}")
_MOST_NAMES = 1000
_ID_LINE = re.compile(r"registryId: ([a-z][a-z0-9]{7,63})")

_EXPLAINED = """\
# This file makes the repository a registry. Its settings are reviewed like any record.
registryFormat: 1

# Fields that every record must have, beyond those that it must have anyway:
# requiredFields: [modelName, notes]

# What the names of a backend's parameters begin with, beyond what is known of it:
# enginePrefixes:
#   vllm: [MY_VLLM_]

# The DynamoDB table that a CI harness reads, which records it has, and what becomes of those that are removed:
# ciTable:
#   name: mlcc-ci-table
#   region: us-east-1
#   filter: {status: success}
#   removed: suspend
#   stuckAfterMinutes: 90

# Refuse a registration that would replace the record of another project at the same place:
# onOtherProject: refuse

# Push each registration to origin:
# autoPush: true

# Have the generator's own script make a SageMaker model package after each registration:
# modelPackage: true

# For how many hours something may wait to be pushed before `registry status` fails:
# maxUnpushedHours: 8

# Where the pages that registry site writes are published, for the links of a review:
# siteUrl: https://deployments.example.org/registry

# Lists that registry site offers by name; each is what follows "deployments?" in the address of a list:
# siteViews:
#   Failed in Europe: q=region:eu-&status=failed

# What registry live does not compare, and which endpoints are ours or somebody else's, whatever they are called:
# live:
#   ignore: [icList.*.image]
#   ours: [chat-*]
#   foreign: [team-b-*]

# Variables whose names look secret and whose values are harmless; engines publish these as their settings:
"""
STARTER = _EXPLAINED + ALLOW_LIST
"""The `registry.yaml` of a new registry: all settings explained, none changed but the allow list.

`with_id` gives it an id.
"""


class Settings(NamedTuple):
    """The settings of a registry. Each default applies where `registry.yaml` does not contain the setting.

    `allow` are names of variables that redaction leaves alone. `engine_prefixes` adds, by backend, to what the names of
    its parameters begin with. `required_fields` are names of a record's fields. Without `ci_region`, AWS's own
    configuration names the CI table's region. What has waited for
    `max_unpushed_hours` to be pushed has waited too long.

    `registry_id` tells the registry from every other one; an older registry may have none. Only records that answer to
    `ci_filter` (the filters of a list) are tested; `ci_removed` is what becomes of the items of removed ones. A test
    that runs for `ci_stuck_minutes` is stuck. `live_ignore` are globs of fields that are not compared with what runs;
    `live_ours` and `live_foreign` are globs of endpoints that are, or are not, this registry's. `on_other_project` says
    whether a registration may replace the record of another project. `site_url` is where the registry's pages are
    published; `site_views` are lists that these pages offer, each name's with its state as it stands in an address.
    `policy` is the text of the team's own policy, empty if there is none: only what checks records parses it, so that
    a broken one stops nothing else.
    """

    allow: frozenset[str] = frozenset()
    engine_prefixes: Mapping[str, tuple[str, ...]] = {}
    required_fields: tuple[str, ...] = ()
    ci_table: str = "mlcc-ci-table"
    ci_region: str = ""
    auto_push: bool = False
    model_package: bool = False
    max_unpushed_hours: int = 24
    registry_id: str = ""
    ci_filter: Mapping[str, tuple[str, ...]] = {}
    ci_removed: Literal["keep", "suspend", "prune"] = "keep"
    ci_stuck_minutes: int = 180
    live_ignore: tuple[str, ...] = ()
    live_ours: tuple[str, ...] = ()
    live_foreign: tuple[str, ...] = ()
    on_other_project: Literal["replace", "refuse"] = "replace"
    site_url: str = ""
    site_views: Mapping[str, str] = {}
    policy: bytes = b""


class SettingsError(RegistryError):
    """A `registry.yaml` that cannot be used; `problems` is what is wrong with it, and the message lists them."""

    def __init__(self, problems: tuple[Problem, ...], *, hint: str) -> None:
        """List the problems, one a line."""
        super().__init__("\n".join(printable(problem.describe_at()) for problem in problems), hint=hint)
        self.problems = problems


class PolicyError(RegistryError):
    """A policy that cannot be used; `problems` is what is wrong with it, and the message lists them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """List the problems, one a line."""
        super().__init__(
            "\n".join(printable(problem.describe_at()) for problem in problems),
            hint=f"correct {problems[0].file}: it is a JSON Schema of draft 2020-12",
        )
        self.problems = problems


def starter_policy() -> bytes:
    """The policy of a new registry: rules to choose from, none in force."""
    return (Path(__file__).parent / "starter.policy.json").read_bytes()


def in_force(policy: bytes) -> bytes:
    """The text of a policy, or nothing if it is that of a new registry, which restricts nothing."""
    return b"" if policy and policy == starter_policy() else policy


def parse_settings(data: bytes, *, file: str, policy: bytes = b"") -> Settings:
    """The settings in the text of a `registry.yaml`; `SettingsError` if it breaks the rules. `file` names it.

    `policy` is the text of the policy that goes with it.
    """
    policy = in_force(policy)
    if (plain := _read_plain(data)) is not None:
        return plain._replace(policy=policy)
    parsed = parse(data, file=file)
    document = parsed.attempt if parsed.document is None else parsed.document
    version = document.get("registryFormat") if document else None
    if isinstance(version, int) and version > REGISTRY_FORMAT:
        message = f"has registryFormat {version}, and this registry-tool reads formats up to {REGISTRY_FORMAT}"
        from registry_tool.address import address  # only on the way to an error

        raise SettingsError(
            (Problem(rule="settings/format", message=message, file=file),),
            hint=f"upgrade it: pip install --upgrade 'git+{address()}'",
        )
    problems = parsed.problems
    if document is not None:
        problems += check_settings(document, places=parsed.places, file=file)
    if document is None or problems:
        raise SettingsError(
            tuple(sorted(problems, key=lambda problem: problem.line)),
            hint=f"correct {file}; registry schema registry describes each setting",
        )
    return _from_document(document)._replace(policy=policy)


def with_id(text: str, registry_id: str) -> str:
    """The text of a valid `registry.yaml` without an id, with this one right below the format."""
    return _FORMAT_LINE.sub(lambda line: f"{line[0]}registryId: {registry_id}\n", text, count=1)


def _read_plain(data: bytes) -> Settings | None:
    """The settings if there is no more than an id and an allow list beside the format, as in most registries.

    Every registration reads this file first, and importing a YAML parser costs more than the commit that it makes.
    """
    try:
        lines = data.decode().split("\n")
    except UnicodeDecodeError:
        return None
    said = [line for line in lines if line and not line.startswith("#")]
    if said[:1] != [f"registryFormat: {REGISTRY_FORMAT}"] or not all(line.isprintable() for line in lines):
        return None
    match = _ID_LINE.fullmatch(said[1]) if said[1:] else None
    rest = said[2:] if match else said[1:]
    names = [line.removeprefix(_ITEM) for line in rest[2:]]
    is_list = rest[:2] == ["redaction:", "  allow:"] and bool(names) and len(set(names)) == len(names)
    if rest and not (is_list and len(names) <= _MOST_NAMES and all(map(_ALLOWED.fullmatch, rest[2:]))):
        return None
    return Settings(registry_id=match[1] if match else "", allow=frozenset(names))


def _from_document(document: Document) -> Settings:
    """The settings in a valid document: the schema has checked the types."""

    def part(name: str) -> Mapping[str, Json]:
        return cast("Mapping[str, Json]", document.get(name, {}))

    prefixes = cast("Mapping[str, list[str]]", part("enginePrefixes"))
    return Settings(
        allow=frozenset(cast("list[str]", part("redaction").get("allow", []))),
        engine_prefixes={backend: tuple(names) for backend, names in prefixes.items()},
        required_fields=tuple(cast("list[str]", document.get("requiredFields", []))),
        ci_table=str(part("ciTable").get("name", Settings().ci_table)),
        ci_region=str(part("ciTable").get("region", "")),
        on_other_project="refuse" if document.get("onOtherProject") == "refuse" else "replace",
        auto_push=document.get("autoPush") is True,
        model_package=document.get("modelPackage") is True,
        max_unpushed_hours=cast("int", document.get("maxUnpushedHours", Settings().max_unpushed_hours)),
        registry_id=str(document.get("registryId", "")),
        ci_filter=_filter(part("ciTable").get("filter", {})),
        ci_removed=cast('Literal["keep", "suspend", "prune"]', part("ciTable").get("removed", Settings().ci_removed)),
        ci_stuck_minutes=cast("int", part("ciTable").get("stuckAfterMinutes", Settings().ci_stuck_minutes)),
        site_url=str(document.get("siteUrl", "")),
        site_views=cast("Mapping[str, str]", part("siteViews")),
        live_ignore=tuple(cast("list[str]", part("live").get("ignore", []))),
        live_ours=tuple(cast("list[str]", part("live").get("ours", []))),
        live_foreign=tuple(cast("list[str]", part("live").get("foreign", []))),
    )


def _filter(said: Json) -> Mapping[str, tuple[str, ...]]:
    """A filter as a list takes it: each name has one value, or several: any of them will do."""
    named = cast("Mapping[str, str | list[str]]", said)
    return {name: (value,) if isinstance(value, str) else tuple(value) for name, value in named.items() if value}
