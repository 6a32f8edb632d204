"""How a registration looks: what was registered, what changed, what was hidden, and where each field came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry_tool.printable import json_text, one_line
from registry_tool.record.canonical import public_document
from registry_tool.record.diff import FieldChange, diff, flatten
from registry_tool.record.fields import FIELDS
from registry_tool.record.identity import text_of
from registry_tool.views.forms import columns, left_alone, shortened
from registry_tool.views.record import change_lines

if TYPE_CHECKING:
    from registry_tool.api.register import Registered
    from registry_tool.capture import Source

_WIDTH = 60


def as_text(done: Registered) -> str:
    """What was registered and in which file; for a dry run, what would be."""
    text = {field.name: one_line(done.accepted.record.text(field.name)) for field in FIELDS}
    place = " in ".join(part for part in (text["instanceType"], text["awsRegion"]) if part)
    subject = text["modelName"] or text["deploymentConfig"]
    committed = "".join(
        f" in {revision[:12]} on {one_line(done.written.branch)}" for revision in done.written.revisions
    )
    changes = _changes(done)
    head = (
        f"{_verb(done, has_changed=bool(changes))} {text['configId']} {text['projectName']} ({text['status']})\n"
        f"  {subject} on {place}, {text['deploymentTarget']}\n"
        f"  {done.path}{committed}\n"
        f"  in {one_line(done.place)}\n"
    )
    if done.previous and not changes:
        return f"{head}    nothing changed since {one_line(str(done.previous.get('registeredAt', '')))}\n"
    if done.previous:
        return head + change_lines(changes, indent="    ")
    if not committed:
        return head + "".join(f"    {one_line(line)}\n" for line in done.accepted.data.decode().splitlines())
    return head


def place(done: Registered) -> str:
    """What was done in which registry, for whoever reads the record as data."""
    return f"{_verb(done, has_changed=bool(_changes(done)))} in {one_line(done.place)}"


def as_json(done: Registered, *, for_ci: bool = False) -> str:
    """The record; `for_ci`, as the CI table's readers see it."""
    document = done.accepted.record.document
    if for_ci:
        from registry_tool.record.tested import seen_by_ci  # a registration without CI does without

        document = seen_by_ci(document)
    return json_text(public_document(document), indent=2) + "\n"


def explanation(done: Registered) -> str:
    """Each field with its value and where it came from, then what was left out, then each redaction that fired."""
    leaves = flatten(done.accepted.record.document, by_name=False)
    rows = [
        (path, shortened(one_line(text_of(value)), _WIDTH), _origin(done.sources.get(path))) for path, value in leaves
    ]
    text = columns([("FIELD", "VALUE", "FROM"), *rows])
    if done.left_out:
        text += "\n" + columns([("LEFT OUT", "REASON"), *done.left_out])
    if done.accepted.findings:
        redacted = [(finding.field, finding.rule) for finding in done.accepted.findings]
        text += "\n" + columns([("REDACTED", "RULE"), *redacted])
    return text


def remarks(done: Registered) -> Iterator[str]:
    """What the user should know besides, one line each."""
    yield from (f"warning: {one_line(warning)}" for warning in done.warnings)
    if other := done.replaced:
        who = f", registered by {other.author} on {other.at[:10]}" if other.author else ""
        verb = "replaced" if done.written.revisions else "would replace"
        yield one_line(
            f"warning: this {verb} the record of another project, '{other.project}'{who}; its last version stays: "
            f"registry show {done.accepted.record.config_id} --at {other.revision[:12]}"
        )
    if left_out := len(done.left_out):
        variables = "1 variable" if left_out == 1 else f"{left_out} variables"
        yield f"note: {variables} of the project left out of the record; --explain names each with its reason"
    hidden = [finding.field for finding in done.accepted.findings if finding.rule.startswith("name/")]
    if hidden:
        yield (
            f"note: hidden for their names: {one_line(', '.join(hidden))}; release a harmless one by naming it under "
            "redaction.allow in registry-data/registry.yaml"
        )
    others = sorted(
        {f"{finding.field} ({finding.rule})" for finding in done.accepted.findings if finding.field not in hidden}
    )
    if others:
        yield f"note: a secret was redacted in {one_line(', '.join(others))}"
    if done.hands_over and not done.written.revisions:
        yield "note: do/register.generator would make a model package"
    if done.accepted.kept:
        kept = ", ".join(f"{kept.field} (the same as {kept.variable})" for kept in done.accepted.kept)
        yield (
            f"note: kept, because the name of a deployment's part is not a secret: {one_line(kept)}; "
            "the variable itself is hidden"
        )
    if done.written.left_alone:
        yield left_alone(done.path)


def _changes(done: Registered) -> list[FieldChange]:
    return [one for one in diff(done.previous, done.accepted.record.document) if one.path != "registeredAt"]


def _verb(done: Registered, *, has_changed: bool) -> str:
    if not done.previous:
        return "registered" if done.written.revisions else "would register"
    if not has_changed:
        return "registered again" if done.written.revisions else "would register again"
    return "updated" if done.written.revisions else "would update"


def _origin(source: Source | None) -> str:
    if source is None:
        return "registry"
    place: str = source.kind
    if source.kind == "file":
        place = f"{source.file}:{source.line}" if source.line else source.file
    return f"{place} ({source.detail})" if source.detail else place
