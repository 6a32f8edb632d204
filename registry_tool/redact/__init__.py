"""What is a secret, and what is left of a document without it.

Two gates: `redact_document` takes secrets out of what was captured; `scan` and `scan_file` look at the exact bytes of
what is about to become a git object, and whoever calls them refuses to write these. `formats` and `contexts` list what
is known.
"""

from __future__ import annotations

from registry_tool.redact.document import Redacted, redact_document, redact_text, redact_texts, secret_values
from registry_tool.redact.finding import REDACTED, Finding, Kept
from registry_tool.redact.gate import locate, scan, scan_file
from registry_tool.redact.search import KNOWN_VALUE, rule_title

__all__ = [
    "KNOWN_VALUE",
    "REDACTED",
    "Finding",
    "Kept",
    "Redacted",
    "locate",
    "redact_document",
    "redact_text",
    "redact_texts",
    "rule_title",
    "scan",
    "scan_file",
    "secret_values",
]
