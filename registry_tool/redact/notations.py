"""Where a name and its value stand together without a sign between them: options, elements, calls, list entries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry_tool.redact.extents import NAME, begins_line, line_after, rest_of_line, value_at
from registry_tool.redact.names import Evidence, assigns_credential, is_credential, is_switch, is_telling, promise
from registry_tool.redact.rules import Span
from registry_tool.redact.values import has_digit, has_kinds, is_word, looks_random

# Of a header: words, and nothing that a setting or a sentence would have.
_CELL = r"[^\n\r,;\t|=:(){}<>]{0,60}"
_SEPARATORS = frozenset(",;\t|")
_AROUND = " \"'`\r"
_STRING = r"""(?:"((?:[^"\\\n]|\\.){1,4096})"|'([^'\n]{1,4096})')"""
_SEPARATOR = r"""["']?[ \t]{0,9}[:=][ \t]{0,9}"""
_ENTRY_NAME = rf"""["']?\b(?:\w{{0,30}}[Kk]ey|[Nn]ame|NAME|variable|id){_SEPARATOR}["']?([\w./:-]{{1,120}})["']?"""
_ENTRY_VALUE = rf"""["']?\b(?:\w{{0,30}}[Vv]alue|VALUE){_SEPARATOR}"""
_GAP = r"(?:,\s{0,99}|\s{1,99})"
# Up to two entries may be in between: `"type": "SecureString"`.
_BETWEEN = rf"""{_GAP}(?:["']?\w{{1,30}}{_SEPARATOR}["']?[\w.-]{{0,60}}["']?{_GAP}){{0,2}}"""


def arguments(text: str) -> Iterator[Span]:
    """The value of `--api-key`, `-password`, `-Ddb.password=` and their like."""
    # In a command, in a JSON or Python list, in a YAML list, continued on the next line.
    gap = r"""(?:=|[ \t]{0,9},\s{0,99}|[ \t]{1,99}(?:\\\r?\n[ \t]{0,99})?|[ \t]{0,9}\\?\r?\n[ \t]{0,99}-[ \t]{1,9})"""
    for match in re.finditer(rf"""(?<![\w-])--?(?:D(?=[\w.]{{1,99}}=))?({NAME})["']?({gap})(["']?)""", text):
        name, gap_text, quote = match.groups()
        if is_credential(name) and (gap_text == "=" or not is_switch(name)):
            value = value_at(text, match.end(), quote)
            if value and assigns_credential(name, text[slice(*value)]) and not text.startswith("-", value[0]):
                yield value


def model_parameters(text: str) -> Iterator[Span]:
    """A parameter of a Triton model: `key: "api_key" value: { string_value: "..." }`."""
    # What follows the key is only looked at: it may hold another key.
    value = r"""\s{0,99},?\s{0,99}value\s{0,9}:?\s{0,9}\{\s{0,99}string_value\s{0,9}:\s{0,9}"([^"]{1,4096})"""
    for match in re.finditer(rf"""key\s{{0,9}}:\s{{0,9}}["']([\w.-]{{1,99}})["'](?={value})""", text):
        if assigns_credential(match[1], match[2]):
            yield match.span(2)


def named_values(text: str) -> Iterator[Span]:
    """An entry of a list of variables, in YAML, JSON or XML: `name: DB_PASSWORD`, `value: ...`, in any order."""
    for match in re.finditer(rf"""{_ENTRY_NAME}{_BETWEEN}{_ENTRY_VALUE}(["']?)""", text):
        value = value_at(text, match.end(), match[2]) if is_credential(match[1]) else None
        if value and assigns_credential(match[1], text[slice(*value)]):
            yield value
    for match in re.finditer(rf"{_ENTRY_VALUE}{_STRING}{_BETWEEN}{_ENTRY_NAME}", text):
        yield from _if_telling(match, match[3], 1, 2)


def elements(text: str) -> Iterator[Span]:
    """The text of `<password>...</password>`, of the string after `<key>password</key>`, of a Markdown table's row."""
    for match in re.finditer(
        rf"<(?:\w{{1,40}}:)?({NAME})(?:\s[^<>]{{0,400}})?>\s{{0,99}}([^<>]{{1,4096}}?)\s{{0,99}}</", text
    ):
        yield from _if_telling(match, match[1], 2)
    for match in re.finditer(
        rf"""<\w[^<>]{{0,200}}\s(?:key|name|id)=["']({NAME})["'][^<>]{{0,200}}>([^<>]{{1,4096}})</""", text
    ):
        # On a web page such an element is a label or a line of text.
        if has_kinds(match[2]) and (promise(match[1]).in_prose or looks_random(match[2])):
            yield from _if_telling(match, match[1], 2)
    for match in re.finditer(rf"<key>({NAME})</key>\s{{0,99}}<\w{{1,40}}>([^<>]{{1,4096}})</", text):
        yield from _if_telling(match, match[1], 2)
    for match in re.finditer(
        rf"\|[ \t*`]{{0,20}}({NAME}(?:[ ][Kk]ey)?)[ \t*`]{{0,20}}\|[ \t*`]{{0,20}}([^|\n]{{1,400}}?)[ \t*`]{{0,20}}\|",
        text,
    ):
        yield from _if_telling(match, match[1], 2)


def columns(text: str) -> Iterator[Span]:
    """The cells below a credential's name, in CSV, in text parted by tabs, in a Markdown table."""
    header = re.compile(rf"(?m)(?:^|(?<=[=:\"']))({_CELL}(?:[,;\t|]{_CELL}){{1,20}})\r?\n")
    at = 0
    while found := header.search(text, at):
        at = found.end()
        signs = _SEPARATORS.intersection(found[1])
        sign = min(signs)
        names = [cell.strip(_AROUND) for cell in found[1].split(sign)] if len(signs) == 1 else []
        places = [place for place, name in enumerate(names) if name and is_credential(name)]
        while places and at < len(text):
            line = text[at : (text.find("\n", at) + 1 or len(text) + 1) - 1]
            cells = line.split(sign)
            if len(cells) != len(names):
                break
            for place in places:
                cell = cells[place].strip(_AROUND)
                if has_kinds(cell) and assigns_credential(names[place], cell):
                    start = at + len(sign.join(cells[:place])) + bool(place) + cells[place].index(cell)
                    yield start, start + len(cell)
            at += len(line) + 1


def calls(text: str) -> Iterator[Span]:
    """What a call or a pair binds to a name: `put("password", "...")`, `setPassword("...")`, `.password("...")`."""
    for match in re.finditer(rf"""\(\s{{0,99}}["']({NAME})["']\s{{0,99}},\s{{0,99}}{_STRING}""", text):
        yield from _if_telling(match, match[1], 2, 3)
    for match in re.finditer(rf"""(\.|\b(?:[Ss]et|[Ww]ith)_?)({NAME})\(\s{{0,99}}{_STRING}""", text):
        # `.token("...")` may as well read a text.
        if match[1] != "." or promise(match[2]).in_prose:
            yield from _if_telling(match, match[2], 3, 4)
    for match in re.finditer(rf"ConvertTo-SecureString[ ](?:-String[ ])?{_STRING}", text):
        yield from _if_telling(match, "password", 1, 2)


def directives(text: str, joins: frozenset[int] = frozenset()) -> Iterator[Span]:
    """A name and a value side by side: `requirepass ...`, `ENV DB_PASSWORD ...`, `PASSWORD '...'`, or in prose."""
    # Where lines were joined, the next line's first word would be a part of the value.
    if joins or (" " not in text and "\t" not in text):
        return
    setting = r"(?:config|configure)[ ](?:--)?set[ \t]+(?:\S{0,200}[/:])?"
    command = rf"((?:ENV|ARG|set|set[ ]-g?x|setenv|setx|SET|proxy_set_header|add_header)[ \t]+|{setting})"
    named = rf"(?:(?<![\w-]){command})?(?<![\w.$-])({NAME}(?:[ ][Kk]ey)?)"
    for match in re.finditer(rf"""{named}[ \t]{{1,20}}(?!is[ ])(["'`]?)""", text):
        if is_credential(match[2]):
            is_line = (match[1] or "").rstrip() == "ENV" and not match[3] and begins_line(text, match.start())
            value = rest_of_line(text, match.end()) if is_line else value_at(text, match.end(), match[3])
            if value and _is_bound(match, value):
                yield value


def sql_passwords(text: str) -> Iterator[Span]:
    """The password in `CREATE USER ... IDENTIFIED BY '...'`."""
    # In a shell's word, the quotes of the statement stand in quotes themselves.
    by = r"(?i)\bidentified\s{1,9}(?:with\s{1,9}\S{1,60}\s{1,9})?by\s{1,9}(?:'\"'\"|'\\)?"
    pattern = by + _STRING
    for match in re.finditer(pattern, text):
        yield from _if_telling(match, "password", 1, 2)


def _is_bound(match: re.Match[str], span: Span) -> bool:
    """Whether the word after a credential's name is the credential."""
    text, command, name, quote = match.string, (match[1] or "").rstrip(), match[2], match[3]
    value = text[slice(*span)]
    if not assigns_credential(name, value):
        return False
    if command and (command != "set" or not name.islower()):
        return True
    evidence = promise(name)
    is_sure = looks_random(value) and has_digit(value)
    if quote:
        is_password = evidence.in_text is Evidence.NOT_PLAIN and evidence.in_prose
        return is_sure or (is_password and (name.isupper() or not is_word(value)))
    if value[0] in "([{":  # prose says more of the name: `API_KEY (do/config:12)`
        return False
    is_line = begins_line(text, match.start()) and not line_after(text, span[1]).strip()
    return (is_line and (is_sure or has_kinds(value))) or (evidence.in_prose and is_sure)


def _if_telling(match: re.Match[str], name: str, *groups: int) -> Iterator[Span]:
    """The group of the match that took part, if under this name it is a credential."""
    group = next(group for group in groups if match[group])
    if is_credential(name) and is_telling(name, match[group]):
        yield match.span(group)
