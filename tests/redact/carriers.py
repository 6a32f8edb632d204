"""Where a secret may hide: ways to wrap a text, and documents that carry the wrapped text.

Wrappers are deterministic; a document's other values are those of a real record.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

if TYPE_CHECKING:
    from registry_tool.record.identity import Document

Wrapper: TypeAlias = Callable[[str], str]


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def folded(text: str, width: int, fold: str = "\n  ") -> str:
    return fold.join(text[at : at + width] for at in range(0, len(text), width))


def _unless_lined(fold: Wrapper) -> Wrapper:
    # Lines within lines cannot be told from the text's own.
    return lambda text: text if "\n" in text else fold(text)


WRAPPERS: dict[str, Wrapper] = {
    "alone": lambda text: text,
    "in a sentence": lambda text: f"We tried it with {text} and it worked, 20% faster.",
    "between lines": lambda text: f"See\n{text}\nNext line here",
    "indented": lambda text: text.replace("\n", "\n    "),
    "in Windows lines": lambda text: f"See\r\n{text}\r\n".replace("\n", "\r\n").replace("\r\r", "\r"),
    "in JSON": lambda text: json.dumps({"env": {"value": text, "count": 4}}),
    "in JSON in JSON": lambda text: json.dumps({"config": json.dumps({"x": text})}),
    "in a pbtxt": lambda text: f'parameters: {{\n  key: "note"\n  value: {{ string_value: {json.dumps(text)} }}\n}}\n',
    "URL-encoded": lambda text: f"https://example.org/?q={quote(text, safe='')}",
    "URL-encoded twice": lambda text: f"https://example.org/?q={quote(quote(text, safe=''), safe='')}",
    "base64": base64_of,
    "URL-safe base64": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 of base64": lambda text: base64_of(base64_of(f"pre {text}")),
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "base64 behind a path": lambda text: f"s3://bucket/a/{base64_of(text)}",
    "base64 in a data URL": lambda text: f"data:text/plain;base64,{base64_of(' ' + text)}",
    "folded base64": lambda text: folded(base64_of(text), 60),
    "folded": _unless_lined(lambda text: folded(text, 23)),
    "folded by a shell": _unless_lined(lambda text: folded(text, 31, "\\\n")),
    "with an invisible character": lambda text: f"{text[:6]}\u200b{text[6:]}",
}


def document_with(field: str, text: str) -> Document:
    """A record's document that carries `text` in one of `FIELDS`."""
    document: Document = {
        "schemaVersion": 1,
        "configId": "ec3f1a0072d1b3d4",
        "projectName": "vllm-rt",
        "deploymentConfig": "transformers-vllm",
        "modelName": "Qwen/Qwen3-4B",
        "baseImage": "vllm/vllm-openai:v0.11.0",
        "icList": [
            {"name": "default", "image": "vllm-rt-latest", "gpuCount": 1, "copyCount": 1},
            {"name": "fr", "isAdapter": True, "artifactUrl": "s3://bucket/fr/", "gpuCount": 0, "copyCount": 1},
        ],
        "parameters": {"HF_MODEL_ID": "Qwen/Qwen3-4B", "VLLM_MAX_MODEL_LEN": "8192"},
        "status": "success",
        "notes": "Upgraded to vLLM 0.11, 20% less latency",
        "project": {"remote": "https://git.example.org/models.git", "branch": "main", "dirty": False},
    }
    FIELDS[field](document, text)
    return document


def _set(*path: str | int) -> Callable[[Document, str], None]:
    *parents, last = path

    def set_in(document: Document, text: str) -> None:
        target: Any = document
        for part in parents:
            target = target.setdefault(part, {}) if isinstance(target, dict) else target[part]
        target[last] = text

    return set_in


FIELDS = {
    "notes": _set("notes"),
    "baseImage": _set("baseImage"),
    "artifactUrl": _set("icList", 1, "artifactUrl"),
    "image": _set("icList", 0, "image"),
    "parameter": _set("parameters", "VLLM_ARGS"),
    "pbtxt": _set("parameters", "config.pbtxt"),
    "icEnvironment": _set("icEnvironment", "SETTINGS"),
    "remote": _set("project", "remote"),
    "branch": _set("project", "branch"),
}
