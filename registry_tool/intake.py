"""The only way to a record: redact what was captured, give it its key, check it; refuse it with every problem found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from registry_tool.errors import RegistryError
from registry_tool.problems import Problem
from registry_tool.record.canonical import in_order
from registry_tool.record.fields import SCHEMA_VERSION
from registry_tool.record.identity import KEY_FIELDS, Document, Record
from registry_tool.redact import Finding, Kept, redact_document, rule_title
from registry_tool.rules.schema import find_nearest
from registry_tool.rules.settings import Settings
from registry_tool.rules.validate import check_and_write, derive_config_id

_NO_ORIGINS: Mapping[str, str] = MappingProxyType({})


class RefusedError(RegistryError):
    """The deployment cannot be recorded as it is; `problems` is everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...], origins: Mapping[str, str] = _NO_ORIGINS) -> None:
        """List the problems, one a line; `origins` are what the user knows the fields as, by their paths."""
        lines = "".join(
            f"\n  {replace(problem, path=origins.get(problem.path, problem.path)).describe()}" for problem in problems
        )
        super().__init__(f"the deployment breaks the rules of the registry:{lines}", hint="nothing was registered")
        self.problems = problems


class Accepted(NamedTuple):
    """A record that may be committed, its exact bytes, and what was done to it on the way.

    `secrets` are the clear values that must not reach a git object: the last gate looks for them. `kept` is what stayed
    although a variable with a secret's name has the same value.
    """

    record: Record
    data: bytes
    findings: tuple[Finding, ...]
    kept: tuple[Kept, ...]
    secrets: frozenset[str]

    def __repr__(self) -> str:
        """The class alone: what it holds may be secret."""
        return f"{type(self).__name__}(...)"


def accept(
    submitted: Document,
    *,
    variables: Mapping[str, str],
    settings: Settings,
    origins: Mapping[str, str] = _NO_ORIGINS,
    known: frozenset[str] = frozenset(),
) -> Accepted:
    """Make a record of what was submitted: every field but `configId`, in the clear.

    It is written in the newest version of the schema unless it says another, as an export of older records does.

    `variables` is the environment that it was captured in; `origins` say, by field path, what the user knows a field
    as. `known` are other clear values that are secrets. Raises `RefusedError` with all problems: a credential in a
    field that decides the configId is one, because the id would carry its hash.
    """
    document: Document = {"schemaVersion": SCHEMA_VERSION, **submitted}
    redacted = redact_document(document, allow=settings.allow, variables=variables, known=known)
    if in_the_key := [finding for finding in redacted.findings if finding.field in KEY_FIELDS]:
        raise RefusedError(tuple(map(_credential, in_the_key)), origins)
    document = in_order({**redacted.document, "configId": derive_config_id(redacted.document)})
    problems, data = check_and_write(document, settings=settings)
    if problems:
        raise RefusedError(tuple(_with_region(problem, document) for problem in problems), origins)
    return Accepted(
        record=Record(document),
        data=data,
        findings=redacted.findings,
        kept=redacted.kept,
        secrets=redacted.secrets,
    )


def _credential(finding: Finding) -> Problem:
    title = rule_title(finding.rule)
    message = f"holds a credential ({title}), and it decides the configId: take it out, it cannot be hidden"
    return Problem(rule=f"secret/{finding.rule.rpartition('/')[2]}", message=message, path=finding.field)


def _with_region(problem: Problem, document: Document) -> Problem:
    """The problem with the region that may have been meant."""
    from registry_tool.rules.regions import REGIONS  # only for what is refused

    region = document.get("awsRegion")
    if problem.path != "awsRegion" or region in REGIONS:
        return problem
    return replace(problem, nearest=find_nearest(region, REGIONS))
