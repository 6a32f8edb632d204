"""Where in a text a value stands that is a secret because of its place.

A finder yields the spans of the secrets in a text. All quantifiers are bounded and no start is tried twice, so that a
hostile megabyte costs a moment, not an hour.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from collections.abc import Callable, Iterator
from typing import TypeAlias

from registry_tool.redact.logins import HOST
from registry_tool.redact.names import assigns_credential, is_credential, is_switch, promise
from registry_tool.redact.rules import Span, shape_pattern
from registry_tool.redact.values import has_kinds, is_harmless, is_mixed, is_placeholder, is_word

Places: TypeAlias = Callable[[str], Iterator[Span]]
"""What yields the secrets in their places in a text."""

_NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,99}"
# A shell word or a bare value; a comma ends it where the next setting begins.
_BARE = r"""(?:[^\s"'`;&|<>,]|,(?![A-Za-z_][\w.-]{0,99}[=:]|\s|\Z)){1,4096}"""
# A quote before a line's end closes something; it opens nothing.
_QUOTED = {'"': r'(?![ \t]*[\r\n])(?:[^"\\]|\\.){1,16384}', "'": r"(?![ \t]*[\r\n])[^']{1,16384}", "": _BARE}
_HOST_AFTER = rf"@(?={HOST}(?:[:/]|\Z))"
_TRAILING = ".,:;!?)]"
_TOKEN_LENGTH = 16


def arguments(text: str) -> Iterator[Span]:
    """The value of `--api-key` and its like."""
    # In a command, in a JSON or Python list, in a YAML list, continued on the next line.
    gap = r"""(?:=|[ \t]{0,9},\s{0,99}|[ \t]{1,99}(?:\\\r?\n[ \t]{0,99})?|[ \t]{0,9}\\?\r?\n[ \t]{0,99}-[ \t]{1,9})"""
    for match in re.finditer(rf"""(?<![\w-])--({_NAME})["']?({gap})(["']?)""", text):
        name, gap_text, quote = match.groups()
        if is_credential(name) and (gap_text == "=" or not is_switch(name)):
            value = _value(text, match.end(), quote)
            if value and assigns_credential(name, text[slice(*value)]) and not text.startswith("-", value[0]):
                yield value


def assignments(text: str) -> Iterator[Span]:
    """The value of `password=`, `"api_key":`, `API key:` and their like."""
    signs = r"[ \t]{0,9}(=>|:[=-]|={1,3}|:(?!//)|(?<=\w)[ ]is[ ])[ \t]{0,20}"
    # "API key: ..." is one name.
    pattern = rf"""(?<![\w.$-])({_NAME}(?:[ ](?:[Kk]ey|[Tt]oken|[Ss]ecret|[Ss]tring))?)(["']?){signs}(["']?)"""
    at = 0
    for match in re.finditer(pattern, text):
        name, name_quote, sign, quote = match.groups()
        # In `arn:aws:secretsmanager:...:secret:hf` nothing is assigned.
        if match.start() < at or not is_credential(name) or (sign == ":" and text.startswith(":", match.start() - 1)):
            continue
        value = _value(text, match.end(), quote)
        if value and sign == ":" and (host := re.search(_HOST_AFTER, text[slice(*value)])):
            # `user:password@host/path`: the host is no part of it.
            value = value[0], value[0] + host.start()
        is_code = bool(name_quote or quote or sign not in {":", " is "})
        if value and _is_assigned(match, text[slice(*value)], is_code=is_code):
            at = value[1]
            yield value


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
    header = r"""(?i)Authorization["']?[ \t]{0,9}[:=,][ \t]{0,9}["']?"""
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


def netrc(text: str) -> Iterator[Span]:
    """The password of a machine, on one line or on several."""
    machine = r"\b(?:machine\s{1,99}(?:\S{1,253}[.]\S{1,99}|localhost)|default(?=\s{1,99}login))"
    login = r"(?:\s{1,99}(?:login|account)\s{1,99}\S{1,99}){0,2}"
    return _found(rf"{machine}{login}\s{{1,99}}password\s{{1,99}}(\S{{1,400}})", text)


def kubeconfigs(text: str) -> Iterator[Span]:
    """The client's key in a kubeconfig."""
    return _found(r"""\bclient-key-data["']?\s{0,9}:\s{0,9}["']?([A-Za-z0-9+/]{16,16384}={0,2})""", text)


def model_parameters(text: str) -> Iterator[Span]:
    """A parameter of a Triton model: `key: "api_key" value: { string_value: "..." }`."""
    # What follows the key is only looked at: it may hold another key.
    value = r"""\s{0,99},?\s{0,99}value\s{0,9}:?\s{0,9}\{\s{0,99}string_value\s{0,9}:\s{0,9}"([^"]{1,4096})"""
    for match in re.finditer(rf"""key\s{{0,9}}:\s{{0,9}}["']([\w.-]{{1,99}})["'](?={value})""", text):
        if assigns_credential(match[1], match[2]):
            yield match.span(2)


def named_values(text: str) -> Iterator[Span]:
    """An entry of a list of variables: `name: DB_PASSWORD`, `value: ...`, in YAML or JSON."""
    name = rf"""\bname["']?\s{{0,9}}[:=]\s{{0,9}}["']?({_NAME})["']?"""
    for match in re.finditer(rf"""{name},?\s{{1,99}}["']?value["']?\s{{0,9}}[:=]\s{{0,9}}(["']?)""", text):
        value = _value(text, match.end(), match[2]) if is_credential(match[1]) else None
        if value and assigns_credential(match[1], text[slice(*value)]):
            yield value


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


def _is_assigned(match: re.Match[str], value: str, *, is_code: bool) -> bool:
    """Whether the value that a credential's name is given is the credential: in code nearly always, in prose rarely."""
    name = match[1]
    is_line = _is_whole_line(match.string, match.start(), match.end() + len(value))
    # `API_KEY: ...` on a line of its own is a setting too: prose does not write so.
    if is_code or (is_line and re.fullmatch(r"[A-Za-z]\w*(?:_|[a-z0-9][A-Z])\w*|[A-Z]{3,}", name)):
        return assigns_credential(name, value)
    if not assigns_credential(name, value) or value[0] in "{[":
        return False
    if not promise(name).in_prose or match[3] == " is ":
        return len(value) >= _TOKEN_LENGTH and has_kinds(value)
    return not value.isalpha() or (is_line and ("pass" in name.lower() or not is_word(value)))


def _is_whole_line(text: str, start: int, end: int) -> bool:
    before = text[max(start - 80, 0) : start].rpartition("\n")[2]
    return not before.strip(" \t#>-") and not text[end : end + 80].partition("\n")[0].strip()


def _value(text: str, at: int, quote: str) -> Span | None:
    match = re.compile(_QUOTED[quote]).match(text, at)
    if match is None:
        return None
    end = match.end()
    if not quote:
        value = match[0].rstrip(_TRAILING)
        # A closing brace belongs to the value only if it was opened there.
        end = at + len(value.rstrip("}" + _TRAILING) if "{" not in value else value)
    return (at, end) if end > at else None


def _found(pattern: str, text: str) -> Iterator[Span]:
    for match in re.finditer(pattern, text):
        if not is_placeholder(match[1]):
            yield match.span(1)
