"""What was found good is forgotten as soon as anything that decides about it is another: rules, schemas, our code."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DIGEST = "from registry_tool.rules.known import _digest; print(_digest([b'settings', b'policy']).hex())"


def test_a_change_in_any_module_or_schema_changes_the_digest(tmp_path: Path) -> None:
    for part in ("registry_tool", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    files = [*tmp_path.rglob("*.py"), *tmp_path.rglob("*.json")]
    digests = digest_with_each_changed(tmp_path, files)

    assert len(files) > 100
    assert len(set(digests)) == len(files) + 1


def test_a_module_that_moves_changes_the_digest(tmp_path: Path) -> None:
    for part in ("registry_tool", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    before = run(tmp_path, DIGEST)
    (tmp_path / "registry_tool" / "rules" / "leaks.py").rename(tmp_path / "registry_tool" / "leaks.py")

    assert run(tmp_path, DIGEST) != before


def digest_with_each_changed(tool: Path, files: list[Path]) -> list[str]:
    """The digest as the files are, and with each of them changed alone."""
    lines = [
        "import sys; from pathlib import Path; from registry_tool.rules.known import _digest",
        "def digest(): print(_digest([]).hex())",
        "digest()",
        "for file in map(Path, sys.stdin.read().split()):",
        "    data = file.read_bytes()",
        "    file.write_bytes(data + b' ')",
        "    digest()",
        "    file.write_bytes(data)",
    ]
    return run(tool, "\n".join(lines), stdin="\n".join(map(str, files))).split()


def run(tool: Path, program: str, stdin: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tool, input=stdin, capture_output=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
