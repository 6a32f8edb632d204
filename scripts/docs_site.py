"""What the site of the documentation has beside docs/: the commands' help, mermaid, and links to the repository.

mkdocs calls these functions by their names, as mkdocs.yml says.
"""

from __future__ import annotations

import logging
import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File
from pymdownx.superfences import fence_code_format
from typer.testing import CliRunner

from registry_tool.address import address
from registry_tool.cli.app import GROUPS, app
from registry_tool.hosts.links import find_links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
MERMAID = ROOT / "tests/docs/mermaid/node_modules/mermaid/dist/mermaid.min.js"
"""From the npm package that the tests pin. Without it, the theme loads mermaid from a server when a page opens."""
_SCRIPT = "assets/mermaid.min.js"
_WIDTH = "96"
_LINK = re.compile(r"(?<=\]\()\.\./[^)\s]*")

_ALL: Mapping[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]

log = logging.getLogger(f"mkdocs.{__name__}")


def on_config(config: MkDocsConfig) -> None:
    """Have diagrams drawn if mermaid is here. Without it they are shown as the text that they are written as."""
    if MERMAID.exists():
        fence = {"name": "mermaid", "class": "mermaid", "format": fence_code_format}
        config.mdx_configs.setdefault("pymdownx.superfences", {})["custom_fences"] = [fence]
    elif os.environ.get("CI"):
        raise PluginError("mermaid is not installed, so no diagram would be drawn: make pictures")
    else:
        log.info("mermaid is not installed: diagrams are shown as text. `make pictures` installs it with npm.")


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add the page about the commands, and mermaid."""
    files.append(File.generated(config, "reference/commands.md", content=commands_page()))
    if MERMAID.exists():
        files.append(File.generated(config, _SCRIPT, abs_src_path=str(MERMAID)))


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Lead what a page links to outside of docs/ to the repository, where its reader finds it."""

    def lead(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page.file.src_uri), found[0]))
        return found[0] if target.startswith("docs/") else _in_repository(target)

    return _LINK.sub(lead, markdown)


def on_post_page(output: str, page: Page, **_: object) -> str:
    """Load mermaid where there is a diagram, and nowhere else: it is large."""
    if '<pre class="mermaid">' not in output:
        return output
    source = posixpath.relpath(_SCRIPT, posixpath.dirname(page.url) or ".")
    return output.replace("</head>", f'<script src="{source}" defer></script></head>', 1)


def _in_repository(path: str) -> str:
    """Where a file can be read: where this CI job's repository is, else where the tool itself comes from."""
    return find_links(os.environ, prefix="", site="").file(path, "main") or f"{address()}/blob/main/{path}"


def commands_page() -> str:
    """The help of every command, as `registry help COMMAND` prints it."""
    return "\n".join(
        [
            "# Commands\n",
            "What `registry help COMMAND` prints, of each command in the tool that made this site.\n",
            *_sections(),
        ]
    )


def _sections() -> Iterator[str]:
    for group, names in GROUPS.items():
        yield f"## {group}\n"
        for name in names:
            for words in _commands(name):
                yield f"### registry {' '.join(words)}\n\n```text\n{_help(words)}```\n"


def _commands(name: str) -> list[list[str]]:
    """The command of this name, and those behind it, such as `sync plan` behind `sync`."""
    behind = getattr(_ALL[name], "commands", {})
    return [[name], *([name, word] for word in behind)]


def _help(words: list[str]) -> str:
    done = CliRunner().invoke(app, ["help", *words], prog_name="registry", env={"COLUMNS": _WIDTH})
    if done.exit_code:
        raise PluginError(f"registry help {' '.join(words)}: {done.output}")
    return done.output
