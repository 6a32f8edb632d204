"""A value is text from end to end, whatever it looks like."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.capture.capturing import capture

# What a bash string can hold and a record can: anything but NUL, and no half of a character.
# A value that ends in a carriage return is refused: do/config then has Windows line ends.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1).filter(
    lambda text: not text.endswith("\r")
)


def captured(config: str, environment: dict[str, str], ic: str = "", adapter: str = "") -> dict[str, object]:
    """The document of a project with these files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"config": config, "ic/a.conf": ic, "adapters/b.conf": adapter}.items():
            file = Path(folder, "do", name)
            file.parent.mkdir(exist_ok=True, parents=True)
            file.write_text(text, encoding="utf-8", newline="")
        return dict(capture(Path(folder), environment=environment).document)


@given(texts)
@settings(max_examples=60)
@example("'\"`$(touch /tmp/pwned)`\"'")
@example("a|b;c&d>e<f*?[g]{h}~!#\\")
@example("\x1b[31mred\x1b[0m \x07 \x7f \x01\x02 \u202e \u2028")
@example("line\nline\r\n\n")
@example("${HOME} $$ $0 ${PWD@Q} !!")
@example("--option=1")
def test_a_quoted_value_arrives_unchanged(text: str) -> None:
    quoted = shlex.quote(text)
    config = f"""
        export PROJECT_NAME={quoted} DEPLOYMENT_CONFIG=transformers-vllm DEPLOYMENT_TARGET=realtime-inference
        export MODEL_NAME={quoted} AWS_REGION={quoted} INSTANCE_TYPE={quoted} VLLM_X={quoted} IC_ENV_Y={quoted}
    """

    document = captured(
        config,
        {"PATH": "/usr/local/bin:/usr/bin:/bin"},
        ic=f"IC_IMAGE_TAG={quoted}",
        adapter=f"ADAPTER_NAME={quoted}\nADAPTER_IC_NAME={quoted}\nADAPTER_WEIGHTS_URI={quoted}",
    )

    assert document == {
        "projectName": text,
        "deploymentConfig": "transformers-vllm",
        "architecture": "transformers",
        "backend": "vllm",
        "modelName": text,
        "instanceType": text,
        "awsRegion": text,
        "deploymentTarget": "realtime-inference",
        "icList": [
            {"name": "a", "image": text, "gpuCount": 1, "copyCount": 1},
            {
                "name": text,
                "isAdapter": True,
                "baseIcName": text,
                "artifactUrl": text,
                "gpuCount": 0,
                "copyCount": 1,
            },
        ],
        "parameters": {"VLLM_X": text},
        "icEnvironment": {"Y": text},
    }
