"""Handing over to the generator's own do/register, which `install` kept: it makes a SageMaker model package."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from registry_tool.capture.draft import CaptureError
from registry_tool.capture.install import KEPT


def find_script(project: Path) -> Path | None:
    """The generator's own script in a project; None if it has none."""
    script = project / "do" / KEPT
    return script if script.is_file() else None


def hand_over(
    project: Path, words: Sequence[str], environment: Mapping[str, str], *, output: int | None = None
) -> None:
    """Run the generator's script with `words`; `CaptureError` unless it succeeds.

    It prints to the file with the number `output`, else where this process does.
    """
    script = find_script(project)
    if script is None:
        raise no_script(project)
    command = ["bash", str(script), *words]
    try:
        code = subprocess.run(command, cwd=project, env=dict(environment), stdout=output, check=False).returncode
    except OSError as err:
        raise CaptureError(f"cannot run {script}: {err.strerror}", hint="bash must be on PATH") from err
    if code:
        raise CaptureError(
            f"do/{KEPT} ended with {code}, as it says above: it may have made no model package",
            hint=f"when that is mended: bash do/{KEPT}",
        )


def no_script(project: Path) -> CaptureError:
    """The error for a project that has no script of the generator's."""
    return CaptureError(
        f"there is no do/{KEPT} in {project}, so nobody makes a model package",
        hint="generate the project anew with ml-container-creator 1.6.0 or newer, then: registry install DIR",
    )
