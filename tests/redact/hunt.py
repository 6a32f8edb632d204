"""Looking for secrets in all that a command leaves behind: every git object, every file, whatever was printed."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from tests.programs import all_objects

# A part of a secret that is shorter than this stands everywhere.
_SHORTEST = 8


def traces(secrets: Iterable[str], printed: Iterable[str], *places: Path) -> list[str]:
    """Those of `secrets` that can be read, in whatever encoding, in what was `printed` or anywhere below `places`."""
    haystack = b"\n--\n".join([*(text.encode("utf-8", "surrogateescape") for text in printed), *_contents(places)])
    haystacks = haystack, haystack.translate(None, b" \n\r\t\\"), haystack.replace("\u200b".encode(), b"")
    return [
        secret for secret in secrets if any(form in haystack for form in set(_forms(secret)) for haystack in haystacks)
    ]


def _contents(places: Iterable[Path]) -> Iterator[bytes]:
    for place in places:
        for file in [*place.rglob("*"), *place.glob(".*")]:
            yield str(file).encode("utf-8", "surrogateescape")
            if file.is_file() and not file.is_symlink():
                yield file.read_bytes()
            if file.name == "HEAD" and (file.parent / "objects").is_dir():
                yield all_objects(file.parent)


def _forms(secret: str) -> Iterator[bytes]:
    """The secret, the same without line breaks, each of its long lines: plain, in base64 (twice), for URLs and JSON."""
    lines = [line for line in secret.split("\n") if len(line) > 2 * _SHORTEST and not line.startswith("-----")]
    for text in {secret, "".join(secret.split()), *(lines if len(lines) > 1 else ())}:
        raw = text.encode()
        once = [*_in_base64(raw), *_in_base64(text.encode("utf-16-le"))]
        twice = [form for inner in once for form in _in_base64(inner)]
        url = quote(text, safe="")
        escaped = json.dumps(text)[1:-1], url, quote(url, safe="")
        for form in (raw, *once, *twice, *map(str.encode, escaped)):
            yield form
            yield form.translate(bytes.maketrans(b"+/", b"-_"))


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """What base64 of any text around `raw` must contain: one form for each way in which it can be aligned."""
    for before in range(3):
        digits = base64.b64encode(b"\0" * before + raw)
        form = digits[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        if len(form) >= _SHORTEST:
            yield form
