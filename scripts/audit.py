"""Ask the package index for known vulnerabilities of what requirements/dev.txt pins: exit 1 if there are any.

An index that cannot be reached, or that knows nothing of any package, is said and fails nothing: a mirror inside a
company often has no advisories. What is known and cannot be mended is named in `ACCEPTED`, with the reason.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = "requirements/dev.txt"
ACCEPTED: dict[str, str] = {}
"""Ids of advisories, and why each does not concern this project."""

_LIMIT_SECONDS = 300


def main() -> int:
    """Print what is known, and return the exit code."""
    words = [
        "--requirement",
        LOCK,
        "--require-hashes",
        "--disable-pip",
        "--format",
        "json",
        "--progress-spinner",
        "off",
    ]
    ignored = [word for advisory in ACCEPTED for word in ("--ignore-vuln", advisory)]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", *words, *ignored],
            cwd=Path(__file__).parents[1],
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=_LIMIT_SECONDS,
        )
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        print("not audited: the package index cannot be reached")
        return 0
    audited = [package for package in packages if "skip_reason" not in package]
    if not audited:
        print(f"not audited: the package index has no advisories for any of {len(packages)} packages")
        return 0
    for package in audited:
        for found in package["vulns"]:
            mended = ", ".join(found["fix_versions"]) or "no version"
            print(f"{package['name']} {package['version']}: {found['id']}, mended in {mended}")
    for advisory, reason in ACCEPTED.items():
        print(f"accepted: {advisory}: {reason}")
    print(f"audited {len(audited)} of {len(packages)} packages")
    return 1 if any(package["vulns"] for package in audited) else 0


if __name__ == "__main__":
    sys.exit(main())
