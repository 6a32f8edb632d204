"""What is a secret, and what is left of a document without it.

Two gates: `redact_document` takes secrets out of what was captured; `scan` looks at the exact bytes of what is about to
become a git object, and whoever calls it refuses to write them. `formats` and `contexts` list what is known.
"""

from __future__ import annotations

from registry_tool.redact.document import Redacted, find_named, redact_document, redact_text, secret_values
from registry_tool.redact.finding import REDACTED, Finding
from registry_tool.redact.gate import locate, scan
from registry_tool.redact.search import rule_title

__all__ = [
    "REDACTED",
    "Finding",
    "Redacted",
    "find_named",
    "locate",
    "redact_document",
    "redact_text",
    "rule_title",
    "scan",
    "secret_values",
]
