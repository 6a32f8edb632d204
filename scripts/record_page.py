"""Write docs/reference/record.md: every field of a record, from the table of fields and the schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from registry_tool.capture.framework import KNOWN
from registry_tool.record.fields import FIELDS, SCHEMA_VERSION, Field
from registry_tool.record.tested import ENVIRONMENT
from registry_tool.rules.schema import load

PAGE = Path(__file__).parents[1] / "docs/reference/record.md"
INTRO = f"""\
# The record

<!-- Made by scripts/record_page.py from the table of fields and the schema: change those, then run it. -->

A record is one YAML file: `registry-data/records/<first 2 digits>/<configId>.yaml`. New records have version
{SCHEMA_VERSION} of the schema; records of older versions stay as they are until `registry fmt --upgrade` is asked to
rewrite them. `registry schema` prints the schema, and `register --explain` says where each value of a record came from.

What is *deployed* makes the content digest: two records with the same digest run the same. What *CI* sees makes the
configJson of the CI table and decides about a retest. A field counts as *said by* the variable or file that its
description names. `register` leaves out what a project does not say; nothing is made up.
"""
KINDS = {
    "text": "text",
    "number": "number",
    "flag": "true or false",
    "group": "fields",
    "variables": "variables by name",
    "texts": "texts by name",
    "entries": "list",
}


def page() -> str:
    """The text of the page."""
    schema: Any = load(f"record-{SCHEMA_VERSION}")
    parts = [INTRO, "## Fields\n", _table(FIELDS, schema["properties"], is_top=True)]
    for field in FIELDS:
        if field.inner:
            definition = schema["properties"][field.name]
            definition = definition if "properties" in definition else _item(definition, schema)
            parts += [f"## In `{field.name}`\n", _table(field.inner, definition["properties"])]
    parts += [PARAMETERS, _left_out(), MORE]
    return "\n".join(parts)


def _item(definition: Any, schema: Any) -> Any:  # noqa: ANN401  a schema is any JSON
    name = definition["items"]["$ref"].rpartition("/")[2]
    return schema["$defs"][name]


def _table(fields: tuple[Field, ...], definitions: Any, *, is_top: bool = False) -> str:  # noqa: ANN401
    head = ["Field", "Since", "Holds", "What it says, and from where", "Example"]
    rows = [[*head, "Deployed", "CI"] if is_top else head]
    rows.append(["---"] * len(rows[0]))
    for field in fields:
        definition = definitions[field.name]
        example = json.dumps(definition["examples"][0], ensure_ascii=False).replace("|", "\\|")
        row = [f"`{field.name}`", str(field.since), KINDS[field.kind], definition["description"], f"`{example}`"]
        rows.append([*row, *_marks(field)] if is_top else row)
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _marks(field: Field) -> tuple[str, str]:
    in_ci = f"as {ENVIRONMENT}" if field.name == "icEnvironment" else "yes" if field.in_ci else ""
    return "yes" if field.is_deployed else "", in_ci


PARAMETERS = """\
## What becomes a parameter

Every variable that do/config sets and exports is a parameter, for every architecture, unless it is one of the
do-framework's own. Besides, an engine's variables are parameters whoever set them: by prefix `VLLM_`, `SGLANG_`,
`TRTLLM_`, `LMI_`, `OPTION_` and `DJL_`, and `HF_MODEL_ID` and `HF_TOKEN` (redacted). Triton's `config.pbtxt` files are
parameters under their paths. Nothing else of the caller's environment is recorded.

These are left out; `register` counts them and `--explain` names each (`HP_SPECULATIVE_*` stays: it decides what runs):
"""


MORE = """\
## Labels

`register --label owner=ml-search` labels a record. So does a line `owner=ml-search` in the project's `do/labels`, and
the variable `REGISTRY_LABEL_OWNER` for one registration. Labels stay from one registration to the next until
`--label owner=` takes one away; another project at the same place does not inherit them. `list`, `search`, `compare`,
`export`, `live` and `diff A..B` take `--label owner=ml-search`, or `--label owner` for any value, and `*` for a part.
A policy can require them: `{"required": ["labels"], "properties": {"labels": {"required": ["owner"]}}}`.

## Another project at the same place

A configId has no project in it. Two projects with the same settings share one record, and the second registration
replaces the first one's. `register` says so: whose record it was, who registered it and when, and the command that
shows its last version. `list --replaced` finds such records. With `onOtherProject: refuse` in registry.yaml a
registration stops instead (exit 1), and `register --replace` goes on. A registration that makes a *new* place although
the project's last record differs in one such field alone is reported, too, because it can be a slip.

## In an editor

A new registry has a folder `.vscode` with the schemas and a `settings.json` that says which file has which. VS Code
with its YAML extension checks, completes and explains records and registry.yaml as they are typed, without a network.
Other editors take the same schemas: in a record, a first line such as
`# yaml-language-server: $schema=../../../.vscode/registry-record.schema.json` is allowed. `registry schema record`,
`registry` and `policy` print the schemas.
"""


def _left_out() -> str:
    rows = ["| Variables | Why | Set or read by |\n| --- | --- | --- |\n"]
    for entry in KNOWN:
        if entry.reason:
            names = ", ".join(
                f"`{name.replace('(?!SPECULATIVE_)', '').replace('%', '*')}`" for name in entry.names.split()
            )
            rows.append(f"| {names} | {entry.reason} | `{entry.source}` |\n")
    return "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
