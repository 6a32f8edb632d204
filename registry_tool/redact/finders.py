"""Where in a text a value stands that is a secret because of its place.

A finder yields the spans of the secrets in a text. All quantifiers are bounded and no start is tried twice, so that a
hostile megabyte costs a moment, not an hour.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from collections.abc import Callable, Iterator
from typing import TypeAlias

from registry_tool.redact.names import is_credential
from registry_tool.redact.rules import Span, shape_pattern
from registry_tool.redact.values import has_kinds, is_drawn, is_harmless, is_mixed, is_placeholder, looks_random

Places: TypeAlias = Callable[[str], Iterator[Span]]
"""What yields the secrets in their places in a text."""

# Whoever has the address may post: what a service tells its users apart by.
_WEBHOOKS = (
    r"hooks\.zapier\.com/hooks/(?:catch|standard)/\d{1,12}/(?:v2/)?([\w-]{5,64})",
    r"maker\.ifttt\.com/(?:use/|trigger/[^\s/]{1,99}/(?:json/)?with/key/)([\w-]{10,64})",
    r"open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/(?:v2/)?hook/([\w-]{20,64})",
    r"events\.pagerduty\.com/integration/(\w{32})",
    r"hook\.(?:[\w-]{1,20}\.)?(?:make|integromat)\.com/(\w{20,64})",
    r"discord(?:app)?\.com/api/v\d{1,3}/webhooks/\d{17,20}/([\w-]{60,100})",
    r"api\.telegram\.org/(?:file/)?bot\d{8,12}:([\w-]{30,64})",
    r"alert\.victorops\.com/integrations/generic/\d{1,12}/alert/([0-9a-f-]{30,40})",
    # Mattermost, Rocket.Chat.
    r"://[\w.:-]{1,253}/hooks/([a-z0-9]{26}|\w{17}/\w{43})(?!\w)",
)

# A key that its service calls public begins so.
_PUBLIC = frozenset({"pk", "phc", "pub", "public"})


def signed_queries(text: str) -> Iterator[Span]:
    """The signature of a signed URL."""
    names = r"(?:X-(?:Amz|Goog|Oss|Cos|Obs)-)?Signature|X-Amz-Credential|q-signature|hmac|sig|sign"
    for match in re.finditer(rf"(?i)[?&;](?:{names})=([^\s&\"'<>#;]{{16,4096}})", text):
        if not is_placeholder(match[1]):
            yield match.span(1)


def function_keys(text: str) -> Iterator[Span]:
    """The key of a function in its URL."""
    return _found(r"[?&]code=([A-Za-z0-9_%/+-]{40,120}(?:=|%3D){0,2})", text)


def authorizations(text: str) -> Iterator[Span]:
    """The credentials of an Authorization header, and bearer tokens without one."""
    scheme = r"(?:Bearer|Basic|Token|ApiKey|Api-Key|Key|Bot|SSWS|AWS4-HMAC-SHA256[^\n]{0,400}Signature=)"
    header = r"""(?i)Authorization["']?(?:[ \t]{0,9}[:=,][ \t]{0,9}|[ \t]{1,9}(?=["']))["']?"""
    for match in re.finditer(rf"""{header}{scheme}?[ \t]{{0,9}}([^\s"'`,;&|<>]{{8,8192}})""", text):
        if not is_harmless(match[1]) and has_kinds(match[1]):
            yield match.span(1)
    for match in re.finditer(r"(?i)\bBearer[ \t]{1,9}([A-Za-z0-9._~+/=-]{16,8192})", text):
        if has_kinds(match[1]) and any(character.isdigit() for character in match[1]):
            yield match.span(1)


def basic_credentials(text: str) -> Iterator[Span]:
    """`Basic dXNlcjpwYXNz` and Docker's `"auth": "dXNlcjpwYXNz"`, if a user and a password are in it."""
    pattern = r"""(?i)(?:\bBasic[ \t]{1,9}|\bauth["'][ \t]{0,9}:\s{0,9}["'])([A-Za-z0-9+/]{8,8192}={0,2})"""
    for match in re.finditer(pattern, text):
        try:
            user, colon, password = a2b_base64(match[1]).partition(b":")
        except Error:
            continue
        if colon and password and (user + password).isascii() and (user + password).decode().isprintable():
            yield match.span(1)


def unlisted_tokens(text: str) -> Iterator[Span]:
    """Tokens of services that nobody has listed: a short prefix, then a long run in which every kind of character is.

    After a prefix that says so (`sk-`, `secret_`), a UUID or a run in hex is one, too.
    """
    of_all_kinds = r"(?=[A-Za-z0-9]{0,60}\d)(?=[A-Za-z0-9]{0,60}[A-Z])[A-Za-z0-9]{26,512}"
    mixed = rf"[a-z][a-z0-9]{{1,11}}_(?:[a-z0-9]{{1,8}}_){{0,2}}{of_all_kinds}"
    named = r"(?:sk|rk|key|pat|tok|token|secret)[_-](?:[0-9a-f]{32,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    for match in re.finditer(rf"(?<![\w.@:/-])(?:{mixed}|{named})(?![\w-])", text):
        prefix, _, run = match[0].rpartition("_")
        if prefix.split("_")[0] not in _PUBLIC and (match[0].islower() or is_drawn(run)):
            yield match.span()


def netrc(text: str) -> Iterator[Span]:
    """The password of a machine, on one line or on several."""
    host = r"(?:\S{1,253}[.]\S{1,99}|localhost)"
    login = r"(?:\s{1,99}(?:login|account)\s{1,99}\S{1,99})"
    pattern = rf"\b(?:machine\s{{1,99}}(?:({host})|\S{{1,99}}(?={login}))|default(?={login})){login}{{0,2}}"
    for match in re.finditer(rf"{pattern}\s{{1,99}}password\s{{1,99}}(\S{{1,400}})", text):
        # Of a machine that may learn, and of a default, prose speaks too.
        if not is_placeholder(match[2]) and (match[1] or has_kinds(match[2]) or looks_random(match[2])):
            yield match.span(2)


def kubeconfigs(text: str) -> Iterator[Span]:
    """The client's key in a kubeconfig."""
    return _found(r"""\bclient-key-data["']?\s{0,9}:\s{0,9}["']?([A-Za-z0-9+/]{16,16384}={0,2})""", text)


def webhooks(text: str) -> Iterator[Span]:
    """What an address to post to ends in, and nobody else knows."""
    for address in _WEBHOOKS:
        yield from _found(address, text)


def wireless_networks(text: str) -> Iterator[Span]:
    """The password in the text of a wireless network's QR code."""
    return _found(r"\bWIFI:(?:[A-OQ-Z]\w{0,2}:[^;\n]{0,99};){0,6}P:((?:[^;\\\n]|\\.){1,99});", text)


def kubernetes_secrets(text: str) -> Iterator[Span]:
    """The data of a Kubernetes secret, whatever it is called there."""
    if not re.search(r"""\bkind["']?\s{0,9}:\s{0,9}["']?Secret\b""", text):
        return
    entries = r"(?P<entries>(?P<in>\1[ ]{1,9})\w[^\n]*\n?(?:(?P=in)\w[^\n]*\n?){0,400})"
    lines = rf"(?m)^([ ]{{0,40}})(?:data|stringData):[ ]*\r?\n{entries}"
    braces = r"""["'](?:data|stringData)["']\s{0,9}:\s{0,9}\{(?P<entries>[^{}]{1,65536})\}"""
    entry = r"""["']?[\w.-]{1,253}["']?:[ ]*["']?([^\s"'`,|>{}&*!]{8,16384})"""
    for data in (*re.finditer(lines, text), *re.finditer(braces, text)):
        for match in re.finditer(entry, data["entries"]):
            is_base64 = len(match[1]) % 4 == 0 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", match[1])
            if looks_random(match[1]) or (is_base64 and is_mixed(f"{match[1]}0")):
                start = data.start("entries")
                yield start + match.start(1), start + match.end(1)


def aws_pairs(text: str) -> Iterator[Span]:
    """The 40 characters that follow an access key id, or the words for a secret access key."""
    key_id = r"""(?:AKIA|ASIA)[A-Z0-9]{16}[^\n]{0,80}?[\s,:;"'=|]"""
    words = r"""(?i:secret[_ -]?(?:access[_ -]?)?key)["']?[ \t]{0,9}[=:,]?[ \t]{0,9}["']?"""
    for match in re.finditer(rf"(?:{key_id}|{words})([A-Za-z0-9/+]{{40}})(?![A-Za-z0-9/+=])", text):
        if is_mixed(match[1]):
            yield match.span(1)


def service_keys(words: str, shape: str) -> Places:
    """A finder of keys that have no prefix of their own: they follow the service's name and a word for a key."""
    key = r"(?i:key|token|secret|login|password|auth|license)"
    gap = r"""["'\])]{0,2}[ \t]{0,9}(?:[=:,>]|is\b){0,2}[ \t]{0,9}["']?"""

    def find(text: str) -> Iterator[Span]:
        name = rf"""(?i:{words})[\w .:/"'\[\]()-]{{0,30}}?{key}"""
        for match in re.finditer(f"({name}){gap}({shape_pattern(shape)})(?![A-Za-z0-9_-])", text):
            # In MISTRAL_CACHE_KEY, the word before KEY says that it is another kind of key.
            (own_name,) = re.findall(r"[\w.-]+\Z", match[1])
            if is_credential(own_name) and not is_placeholder(match[2]):
                yield match.span(2)

    return find


def _found(pattern: str, text: str) -> Iterator[Span]:
    for match in re.finditer(pattern, text):
        if not is_placeholder(match[1]):
            yield match.span(1)
