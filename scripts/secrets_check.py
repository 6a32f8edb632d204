"""What published rule sets know and our table does not: for whoever keeps redact/formats.py up to date.

It installs the rule sets into build/secrets-check, makes texts up that each of their patterns matches, and asks our
redaction about them. It only prints: a pattern that is broad (any 32 hex digits) is no row of ours.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from yaml import safe_load

from registry_tool.redact import redact_text

PACKAGES = ("detect-secrets", "trufflehog3", "credsweeper")
FOLDER = Path("build/secrets-check")
_EXAMPLES = 5


class Pattern(NamedTuple):
    """A pattern of a rule set."""

    package: str
    name: str
    text: str


def main() -> int:
    """Print each pattern whose matches we let pass; always 0, unless the packages cannot be had."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-qq", "--upgrade", "--no-deps", "--target", str(FOLDER), *PACKAGES],
        check=False,
    )
    if done.returncode != 0:
        print("not compared: the package index cannot be reached")
        return 0
    unknown, skipped, known = [], 0, 0
    for pattern in patterns():
        texts = list(made_up(pattern.text))
        if not texts:
            skipped += 1
        elif missed := [text for text in texts if redact_text(text) == text]:
            unknown.append(
                f"{pattern.package}: {pattern.name}: {len(missed)} of {len(texts)} pass, such as {missed[0]!r}"
            )
        else:
            known += 1
    print("\n".join(unknown))
    print(f"{known} patterns are known, {len(unknown)} not, {skipped} could not be tried")
    return 0


def patterns() -> Iterator[Pattern]:
    """The patterns of all packages that stand for one kind of token: those with a prefix of their own."""
    for module in sorted((FOLDER / "detect_secrets/plugins").glob("*.py")):
        for text in _compiled(module.read_text(encoding="utf-8")):
            yield Pattern("detect-secrets", module.stem, text)
    for rule in safe_load((FOLDER / "trufflehog3/static/rules.yml").read_text(encoding="utf-8")):
        if "pattern" in rule:
            yield Pattern("trufflehog3", str(rule.get("message", rule.get("id"))), rule["pattern"])
    for rule in safe_load((FOLDER / "credsweeper/rules/config.yaml").read_text(encoding="utf-8")):
        if rule.get("type") == "pattern" and not rule.get("use_ml"):
            yield from (Pattern("credsweeper", rule["name"], text) for text in rule["values"])


def made_up(pattern: str) -> Iterator[str]:
    """Texts that the pattern matches as a whole, less what only looks around; none if it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            strategy = st.from_regex(
                re.compile(_alone(pattern), re.ASCII), fullmatch=True, alphabet=st.characters(codec="ascii")
            )
            found: list[str] = []

            @seed(1)
            @settings(max_examples=_EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
            @given(strategy)
            def take(text: str) -> None:
                found.append(text)

            take()
    except (re.error, HypothesisException, OverflowError):
        return
    yield from found


def _alone(pattern: str) -> str:
    """The pattern without the lookarounds that ask for a place of its own."""
    return re.sub(r"\(\?<?[!=](?:[^()]|\([^()]*\))*\)", "", pattern)


def _compiled(source: str) -> Iterator[str]:
    """The literal patterns of the `re.compile` calls in a module, which is read and never run."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) == "re.compile"
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value)


if __name__ == "__main__":
    sys.exit(main())
