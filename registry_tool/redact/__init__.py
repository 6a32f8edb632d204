"""What is a secret, and what is left of a document without it.

Two gates: `redact_document` takes secrets out of what was captured; `scan` looks at the exact bytes of what is about to
become a git object, and whoever calls it refuses to write them. `formats` and `contexts` list what is known.
"""

from __future__ import annotations

from registry_tool.redact.document import Redacted, redact_document, secret_values
from registry_tool.redact.finding import REDACTED, Finding
from registry_tool.redact.gate import scan

__all__ = ["REDACTED", "Finding", "Redacted", "redact_document", "scan", "secret_values"]
