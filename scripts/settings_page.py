"""Write docs/reference/settings.md: every setting of a registry, and what a policy is made of, from their schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from registry_tool.rules.schema import load

PAGE = Path(__file__).parents[1] / "docs/reference/settings.md"
INTRO = """\
# Settings

<!-- Made by scripts/settings_page.py from the schemas of the settings and of a policy: change those, then run it. -->

The file `registry-data/registry.yaml` makes a folder a registry, and holds what is the same for everyone. It
is reviewed like a record: what is committed is in force, not an edit that nobody has committed. Only `registryFormat`
has to be there. `registry validate` checks the file, `registry schema registry` prints its schema, and an editor
completes it. A new registry has the settings in it as comments.

"""
POLICY = """
## The policy

`registry-data/policy.schema.json` is a JSON Schema of draft 2020-12 that every record satisfies besides:
[Checking records](../guides/checking.md#the-teams-policy) shows one. It can use these keywords and no others, so no
rule is silently off: KEYWORDS.
"""
MORE = """
## What is set elsewhere

| what | where |
| --- | --- |
| which registry is meant | `--registry`, `REGISTRY_PATH`, the nearest upward, your default: `registry which` |
| labels of a project | `do/labels` in the project ([The record](record.md#labels)) |
| the CI table, for one call | `--ci-table`, `CI_TABLE_NAME` ([The CI table](../guides/ci-table.md)) |
| author, signature, remote, credentials | git |
| AWS credentials, region, endpoints | as for AWS's own tools |
"""


def page() -> str:
    """The text of the page."""
    head = "| Setting | What it says | Example |\n| --- | --- | --- |\n"
    settings: Any = load("registry-1")
    policy: Any = load("policy-1")
    keywords = ", ".join(f"`{name}`" for name in policy["$defs"]["schema"]["properties"])
    return INTRO + head + "".join(_rows("", settings["properties"])) + POLICY.replace("KEYWORDS", keywords) + MORE


def _rows(prefix: str, settings: dict[str, Any]) -> Iterator[str]:
    for name, definition in settings.items():
        if definition.get("deprecated"):
            continue
        inner = definition.get("properties", {})
        example = "" if inner else f"`{json.dumps(definition['examples'][0], ensure_ascii=False)}`"
        yield f"| `{prefix}{name}` | {definition['description']} | {example} |\n".replace("|  |", "| |")
        yield from _rows(f"{prefix}{name}.", inner)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
