"""The only way to a record: redact what was captured, give it its key, check it; refuse it with every problem found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry_tool.errors import RegistryError
from registry_tool.problems import Problem
from registry_tool.record.canonical import in_order
from registry_tool.record.fields import SCHEMA_VERSION
from registry_tool.record.identity import Document, Record
from registry_tool.redact import Finding, redact_document, secret_values
from registry_tool.rules.settings import Settings
from registry_tool.rules.validate import check_and_write, derive_config_id


class RefusedError(RegistryError):
    """The deployment cannot be recorded as it is; `problems` says everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """List the problems, one a line."""
        lines = "".join(f"\n  {problem.describe()}" for problem in problems)
        super().__init__(f"the deployment breaks the registry's rules:{lines}", hint="nothing was registered")
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A record that may be committed, its exact bytes, and what was done to it on the way.

    `secrets` are the clear values that must not reach a git object: the last gate looks for them.
    """

    record: Record
    data: bytes
    findings: tuple[Finding, ...]
    secrets: frozenset[str] = field(repr=False)


def accept(submitted: Document, *, variables: Mapping[str, str], settings: Settings) -> Accepted:
    """Make a record of what was submitted: every field but `schemaVersion` and `configId`, in the clear.

    `variables` is the environment that it was captured in. Raises `RefusedError` with all problems.
    """
    document: Document = {**submitted, "schemaVersion": SCHEMA_VERSION}
    redacted = redact_document(document, allow=settings.allow)
    document = {**redacted.document, "configId": derive_config_id(document)}
    document = in_order(document)
    problems, data = check_and_write(document, settings=settings)
    if problems:
        raise RefusedError(problems)
    secrets = redacted.secrets | secret_values(variables, allow=settings.allow)
    return Accepted(record=Record(document), data=data, findings=redacted.findings, secrets=frozenset(secrets))
