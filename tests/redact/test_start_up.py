"""What loading the package costs: no module that only its examples or a known secret need."""

from __future__ import annotations

import subprocess
import sys

from tests.programs import TIME_LIMIT


def test_redacting_a_record_loads_nothing_heavy() -> None:
    program = """
import sys
from registry_tool.redact import redact_document, scan
redact_document({"notes": "Upgraded to vLLM 0.11", "parameters": {"VLLM_MAX_MODEL_LEN": "8192"}})
scan(b"notes: fine", field="record")
print(*sorted({"base64", "email", "git", "hypothesis", "jsonschema", "random", "urllib", "yaml"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True, timeout=TIME_LIMIT
    )

    assert done.stdout == "\n"
