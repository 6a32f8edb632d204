"""Where a key or a signed token stands that is written in several parts: PEM, PuTTY, PKCS #8, JSON Web Tokens."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from typing import TYPE_CHECKING

from registry_tool.redact.views import STANDARD_BASE64

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registry_tool.redact.finders import Places
    from registry_tool.redact.rules import Span

_LONGEST_KEY = 16384
_BODIES = (
    # In PKCS #8: RSA, then two curves of NIST, then Ed25519 and X25519; RSA in PKCS #1; a curve of SEC 1; OpenSSH.
    r"MII[A-Za-z0-9+/]{6,12}ANBgkqhkiG9w0BAQEFAASC",
    "MIGHAgEAMBMGByqGSM49AgEG",
    "MIG2AgEAMBAGByqGSM49AgEG",
    "MC4CAQAwBQYDK2V[wu]BCIEI",
    r"MII[A-Za-z0-9+/]{3}IBAAKC[AB]",
    "MHcCAQEEI",
    "b3BlbnNzaC1rZXktdjEA",
)
_CLAIMS = (b'"alg"', b'"enc"', b'"typ"', b'"kid"')


def private_keys(label: str) -> Places:
    """A finder of key blocks with this label: whole, or, if the end is missing, as far as it reads like a key."""

    def find(text: str) -> Iterator[Span]:
        at = closing = 0
        begin = re.compile(rf"-----?\s{{0,4}}BEGIN\s{{1,4}}{label}\s{{0,4}}-----?")
        while match := begin.search(text, at):
            if closing < match.end():
                closing = text.find("-----END", match.end())
                closing = len(text) if closing < 0 else closing
            at = _end_of_block(text, match.end(), closing)
            yield match.start(), at

    return find


def key_bodies(text: str) -> Iterator[Span]:
    """Keys without their header lines: how the base64 of such a file begins is the same for all keys of one kind."""
    for match in re.finditer(rf"(?:{'|'.join(_BODIES)})[\sA-Za-z0-9+/]{{16,65536}}={{0,2}}", text):
        yield match.start(), match.start() + len(match[0].rstrip())


def web_keys(text: str) -> Iterator[Span]:
    """The private members of a JSON Web Key."""
    for match in re.finditer(r"""["'](?:d|dp|dq|k|p|q|qi)["']\s{0,9}:\s{0,9}["']([A-Za-z0-9_-]{16,4096})["']""", text):
        near = text[max(match.start() - _LONGEST_KEY, 0) : match.end() + _LONGEST_KEY]
        if '"kty"' in near or "'kty'" in near:
            yield match.span(1)


def putty_keys(text: str) -> Iterator[Span]:
    """The private lines of PuTTY's key files."""
    # All in one line, where line breaks cannot be.
    line = r"[A-Za-z0-9+/=]{1,4096}"
    # The next field's name reads like a line, but for its colon.
    lines = rf"({line}(?:\s{{1,20}}{line}(?![\w-]{{0,20}}:)){{0,400}})"
    for match in re.finditer(rf"Private-Lines: \d{{1,4}}\s{{0,20}}{lines}", text):
        yield match.span(1)


def web_tokens(text: str) -> Iterator[Span]:
    """JSON Web Tokens, signed or encrypted, whose header is the JSON of one."""
    part = "[A-Za-z0-9_-]"
    body = rf"\.{part}{{8,65536}}\.{part}{{0,8192}}(?:\.{part}{{1,8192}}){{0,2}}"
    for match in re.finditer(rf"(?<![A-Za-z0-9])(eyJ{part}{{8,4096}}){body}", text):
        header = match[1].translate(STANDARD_BASE64)
        try:
            claims = a2b_base64(header + "=" * (-len(header) % 4))
        except Error:
            continue
        if any(claim in claims for claim in _CLAIMS):
            yield match.span()


def _end_of_block(text: str, at: int, closing: int) -> int:
    """The end of the block whose first line ends at `at`; `closing` is where the next closing line starts."""
    if closing - at <= _LONGEST_KEY and closing < len(text) and text.find("-----BEGIN", at, closing) < 0:
        end = text.find("-----", closing + len("-----END"), closing + 80)
        return end + len("-----") if end > 0 else closing + len("-----END")
    line = r"(?:[A-Za-z-]{3,20}: [^\n]{1,99}|[A-Za-z0-9+/]{20,16384}={0,2})"
    last = r"[A-Za-z0-9+/]{1,76}={1,2}"
    body = re.compile(rf"(?:\s{{0,99}}{line}){{0,2000}}(?:\s{{0,99}}{last})?").match(text, at)
    return body.end() if body else at
