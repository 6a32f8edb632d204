"""`python -m tests.fuzz.run TARGET FOLDER OPTION...`: fuzz a target with atheris, guided by what it covers.

FOLDER takes what reaches new code, and starts with the target's corpus. Options are libFuzzer's.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Fuzz until an option says that it is enough, or a promise is broken."""
    import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]  # has no types, nor every machine it

    with atheris.instrument_imports(include=["registry_tool"]):
        from tests.fuzz.targets import TARGETS, corpus

    _, target, folder, *options = sys.argv
    for number, data in enumerate(corpus(target)):
        Path(folder, f"seed-{number}").write_bytes(data)
    atheris.Setup([sys.argv[0], *options, folder], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
