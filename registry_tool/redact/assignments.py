"""Which settings in a text hold a credential: `password=`, `"api_key":`, `API key:`, lines of YAML and of ini files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry_tool.redact.extents import (
    NAME,
    SETTING_LINE,
    begins_line,
    block,
    items,
    line_after,
    rest_of_line,
    value_at,
)
from registry_tool.redact.logins import HOST
from registry_tool.redact.names import Evidence, assigns_credential, is_credential, is_telling, promise
from registry_tool.redact.rules import Span
from registry_tool.redact.values import has_kinds, is_sentence, is_word, looks_random

# "API key: ..." is one name, and `os.environ["API_KEY"] =`, `**API key:**` and `api_key: str =` set it, too.
_NAMED = rf"({NAME}(?:[ ](?:[Kk]ey|[Tt]oken|[Ss]ecret|[Ss]tring|[Pp]hrase))?)"
_CLOSED = r"""(["'`]?[\])]?(?:\*\*|</\w{1,9}>)?)"""
_TYPE = r"&?(?:'\w{1,9}[ ])?[A-Za-z][\w.:]{0,30}(?:[\[<][\w., |]{1,40}[\]>])?(?:[ ]\|[ ]\w{1,20})?"
_SIGN = r"[ \t]{0,9}(=>|:[=-]|={1,3}|:(?!//)|(?<=\w)[ ]is[ ])(?:\*\*[ \t])?[ \t]{0,20}"
_OPENED = r"""((?:\$(?=["']))?["'`]?)"""
_SETTING = rf"(?<![\w.$-]){_NAMED}{_CLOSED}(?:[ ]?:[ ]?{_TYPE}[ ]?(?==))?{_SIGN}{_OPENED}"
# Prose does not write names so.
_TECHNICAL = r"[A-Za-z]\w*(?:[_.-]|[a-z0-9][A-Z])[\w.-]*|[A-Z]{2,}"
_HOST_AFTER = rf"@(?={HOST}(?:[:/]|\Z))"
_TOKEN_LENGTH = 16
_LONGEST_STRING = 4096


def assignments(text: str, joins: frozenset[int] = frozenset()) -> Iterator[Span]:
    """The credentials among the settings of a text."""
    at = 0
    for match in re.finditer(_SETTING, text):
        # In `arn:aws:secretsmanager:...:secret:hf` nothing is assigned.
        is_inner = match[3] == ":" and text.startswith(":", match.start() - 1)
        if match.start() >= at and not is_inner and is_credential(match[1]):
            for value in _values(match, is_unfolded=bool(joins)):
                at = value[1]
                yield value


def _values(match: re.Match[str], *, is_unfolded: bool) -> Iterator[Span]:
    """The credentials that one setting holds: one, or those of a list."""
    text, name, quote, at = match.string, match[1], match[4][-1:].strip("$"), match.end()
    is_line = not is_unfolded and begins_line(text, match.start())
    if not quote and text[at : at + 1] in {"[", "("} and not match[4]:
        found = [item for item in items(text, at) if is_telling(name, text[slice(*item)])]
        if found:
            yield from found
            return
    if not quote and is_line and match[3] == ":" and re.fullmatch(r"[|>][+-]?\d?\s*|\s*", line_after(text, at)):
        lines = block(text, text.rfind("\n", 0, match.start()) + 1, at)
        yield from (line for line in lines if is_telling(name, text[slice(*line)]))
        return
    value = None if quote else _whole_value(match, rest_of_line(text, at) if is_line else _rest_of_string(match))
    if value is None:
        value = value_at(text, at, quote)
    if value and match[3] == ":" and "@" in text and (host := re.search(_HOST_AFTER, text[slice(*value)])):
        # `user:password@host/path`: the host is no part of it.
        value = value[0], value[0] + host.start()
    if value and _is_assigned(match, value, is_line=is_line):
        yield value


def _rest_of_string(match: re.Match[str]) -> Span | None:
    """What follows in the string that the setting begins: `-H "X-Api-Key: ..."`."""
    text, start, at = match.string, match.start(), match.end()
    if match[3] != ":" or text[max(start - 1, 0) : start] not in {'"', "'"}:
        return None
    end = text.find(text[start - 1], at, at + _LONGEST_STRING)
    return (at, end) if end > at and "\n" not in text[at:end] else None


def _whole_value(match: re.Match[str], span: Span | None) -> Span | None:
    """The span, if all of it is the setting's value; of a sentence or a command only the first word is."""
    text, at = match.string, match.end()
    if span is None or " " not in text[slice(*span)]:
        return span
    said = text[slice(*span)]
    evidence = promise(match[1]).in_text
    if is_sentence(said) or (evidence < Evidence.NOT_PLAIN and not any(map(looks_random, said.split()))):
        return None
    # `PASSWORD=x command` in a shell.
    is_command = match[3] == "=" and text[at - 1] == "=" and not said.replace(" ", "").isalpha()
    return None if is_command and not _is_among_settings(text, match.start(), span[1]) else span


def _is_assigned(match: re.Match[str], span: Span, *, is_line: bool) -> bool:
    """Whether the value that a credential's name is given is the credential: in code nearly always, in prose rarely."""
    text, name, (start, end) = match.string, match[1], span
    value = text[start:end]
    is_whole = is_line and not line_after(text, end).strip("\"'`,; \t\r")
    # A header, or an entry of a list: `-H "X-Api-Key: ..."`.
    opening = text[max(match.start() - 1, 0) : match.start()]
    is_quoted = opening in {'"', "'", "`"} and text[end : end + 1] == opening
    is_setting = is_whole and (
        re.fullmatch(_TECHNICAL, name) is not None or _is_among_settings(text, match.start(), end)
    )
    # A bracket alone closes a remark in prose as well: `(the value of another secret): take it out`.
    is_code = bool(match[2].strip("*)") or match[4] or match[3] not in {":", " is "} or is_quoted or is_setting)
    if (value[0] in "{[" and _is_structure(value)) or not assigns_credential(name, value):
        return False
    if is_code or looks_random(value):
        return True
    if not promise(name).in_prose or match[3] == " is ":
        return len(value) >= _TOKEN_LENGTH and has_kinds(value)
    return not value.isalpha() or (is_whole and ("pass" in name.lower() or not is_word(value)))


def _is_structure(value: str) -> bool:
    """Whether what begins with a bracket is a map or a list, or the start of one."""
    inner = value[1:].rstrip("}],")
    return not re.search(r"[}\]]", value) or not inner or re.search(r"[\s:,\"']|\w=\w", inner) is not None


def _is_among_settings(text: str, start: int, end: int) -> bool:
    """Whether the line before or after this one is a setting too."""
    line = text.rfind("\n", 0, start)
    before = text.rfind("\n", 0, max(line, 0)) + 1
    after = text.find("\n", end) + 1
    setting = re.compile(SETTING_LINE)
    return (line > 0 and setting.match(text, before) is not None) or (
        after > 0 and setting.match(text, after) is not None
    )
