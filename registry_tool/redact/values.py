"""What a value looks like: plainly harmless, a stand-in for another one, or made by a machine."""

from __future__ import annotations

import re

from registry_tool.redact.finding import REDACTED

# Sets of words read best as text.
# ruff: noqa: SIM905
# fmt: off
_SETTINGS = frozenset((
    "auto", "basic", "bearer", "bool", "bytes", "cognito", "default", "digest", "disabled", "empty", "enabled", "false",
    "header", "iam", "instance-profile", "int", "jwt", "kerberos", "lax", "ldap", "mtls", "n/a", "nil", "no", "none",
    "not-needed", "null", "oauth2", "off", "oidc", "on", "optional", "required", "rotated", "saml", "sigv4", "str",
    "strict", "string", "true", "unchanged", "undefined", "unset", "yes",
))
_STAND_INS = frozenset((
    "change-me", "change_me", "changeme", "changethis", "dummy", "example", "fixme", "hidden", "masked",
    "placeholder", "redacted", "replace-me", "replace_me", "replaceme", "tbd", "todo",
))
# fmt: on

# `your-openai-api-key-here`: words, one of which says what is to be put there.
_YOURS = r"your(?=[-_ ])(?:[-_ ][a-z]+)*[-_ ](?:credentials?|here|keys?|passw(?:or)?d|secret|token)(?:[-_ ][a-z]+)*"
_WHOLE_REFERENCE = (
    r"arn:[\w-]+:[\w-]+:[\w-]*:\d*:\S+|op://\S+|(?:keyring|secretref|secretsmanager|sops|ssm|vault):[\w./#@:-]+"
    r"|alias/[\w/-]+|os\.environ/\w+|os\.environ\[[\"']?"
    r"|!(?:ENV|ImportValue|Ref|Sub|env|env_var|secret|vault)[ ][\w./${}:-]+"
)
_REFERENCES = ("!", "alias/", "arn:", "keyring:", "op://", "os.", "secret", "sops:", "ssm:", "vault:")
_VARIABLE = r"\$\{[A-Za-z_][\w.]*\}|\$(?:[A-Z_][A-Z0-9_]*|[a-z_]+)|\$\{\{[^{}]*\}\}|\$\([^()]*\)"
_TEMPLATE = r"\{\{[^{}]*\}\}|%[A-Z_]+%|<[A-Za-z_ .-]+>|\[[A-Z]*_[A-Z_]*\]|\{[a-zA-Z_]*\}|\[\]"
_DATE = r"\d{4}-(?:0\d|1[0-2])-[0-3]\d(?:[T ]|\Z)"
_CLOCK = r"[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_NUMBER = (
    # Nine digits count something; more identify somebody.
    r"[-+]?(?:\d{1,9}|\d{0,9}\.\d{1,9}|\d{1,3}(?:[_,]\d{3}){1,3})(?:[eE][-+]?\d{1,3})?"
    r"(?:%|[kKMGT]i?[bB]?|[bB]|[nmu]?s|[mhdx])?"
    r"|\d{1,9}(?:,\d{1,9})+"
    rf"|{_DATE}(?:{_CLOCK})?|{_CLOCK}"
    r"|v?\d{1,4}(?:\.\d{1,5}){1,3}|\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5}|/\d\d?)?"
)
_PATH = r"(?:~|\.{1,2}|[A-Za-z]:)?(?:[/\\]+[\w.@:${}-]+)+[/\\]?|~?[/\\]"
_ABSOLUTE = r"(?:~|[A-Za-z]:)?(?:[/\\][\w.@-]+){2,}[/\\]?|[/\\]?"
_URL = r"[A-Za-z][A-Za-z0-9+.-]*://[^\s@?#]*"
# The word after it is the next line's, where lines were joined.
_CALL = r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\([\w\s.,=\"'\[\]-]*(?:\)[a-z]*)?"
# What a sentence is made of, and a passphrase hardly.
_PROSE = frozenset(
    """
    a all also an and any are ask be been below but by can changed daily disabled each enabled every expired for from
    has have here hidden i if in is it its kept lives managed may missing monthly must my new no none not now of old on
    only or our per please read removed required revoked rotated same see set should soon still stored taken than that
    the then they this to today unset until use used uses using via was we weekly were when which who will with without
    yearly yesterday you your
    """.split()
)
_UUID = r"(?i)(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"
_LEAST = 8
_LONGEST_COUNT = 3
_LONG_DIGITS = 10
_LONG_WORD = 12
_LONG_HEX = 16
_FEW_SEAMS = 3
_MANY_SEAMS = 6
_LONG_RUN = 24
# In text that was drawn from letters and digits, every second or third is a seam; and of 26, seldom more than five are
# small letters in a row.
_MOST_BETWEEN = 4
_LEAST_SPOKEN = 5


def is_plain(value: str) -> bool:
    """Whether a value is harmless even under a password's name.

    It is a switch, a word that stands for a setting, a placeholder, a whole reference, the absolute path of a file, or
    a number of up to three digits.
    """
    value = value.strip()
    if is_placeholder(value) or value.lower() in _SETTINGS or _is_reference(value):
        return True
    if value.isascii() and value.isdigit():
        return len(value) <= _LONGEST_COUNT
    is_path = value[0] in "~/\\" or value[1:2] == ":"
    return is_path and re.fullmatch(_ABSOLUTE, value) is not None and not _has_random_part(value)


def is_harmless(value: str) -> bool:
    """Whether a value is plainly no secret: a number, a switch, an ARN, a path, a URL, a reference, a placeholder."""
    value = value.strip()
    if is_placeholder(value) or value.lower() in _SETTINGS or _is_reference(value):
        return True
    # Nearly all values can be told by a character that they lack: a pattern takes long to compile, and a registration
    # is a process of its own.
    if value.isascii() and value.isdigit() and len(value) < _LONG_DIGITS:
        return True
    if value[0] in "0123456789+-.v" and re.fullmatch(_NUMBER, value):
        return True
    if "(" in value and (call := re.fullmatch(_CALL, value)):
        return not _has_random_part(value) and not looks_random(call[1])
    if value[0] in "/.~\\" or value[1:3] in {":\\", ":/"}:
        # A random key may begin with "/", but no folder is called `wJalrXUtnFEMI7MDENGbPx`.
        return re.fullmatch(_PATH, value) is not None and not _has_random_part(value)
    return "://" in value and re.fullmatch(_URL, value) is not None and not looks_random(value)


def is_placeholder(value: str) -> bool:
    """Whether the value stands for another one: `${VAR}`, `<your-key>`, `changeme`, our own mark, nothing at all.

    A default inside a reference (`${VAR:-default}`) speaks for itself.
    """
    value = value.strip()
    if not value.strip("xX*.-") or value.startswith((REDACTED, "...")):
        return True
    if value[0] == "$":
        default = re.fullmatch(r"\$\{\w+:?[-=?+](.*)\}", value, re.DOTALL)
        return is_harmless(default[1]) if default else re.fullmatch(_VARIABLE, value, re.DOTALL) is not None
    if value[0] in "{%<[":
        return re.fullmatch(_TEMPLATE, value) is not None
    said = value.lower()
    return said in _STAND_INS or (said.startswith("your") and re.fullmatch(_YOURS, said) is not None)


def is_word(value: str) -> bool:
    """Whether the value is one short plain word, which no search can tell from prose: `postgres`, `Rotated`."""
    return re.fullmatch("[A-Za-z]?[a-z]{0,11}", value) is not None


def is_sentence(value: str) -> bool:
    """Whether several words are said to somebody, and are not what a password is made of."""
    said = value.lower().split()
    return len(said) > 1 and (value.endswith(".") or not _PROSE.isdisjoint(word.strip(".,:;!?()") for word in said))


def is_searchable(value: str) -> bool:
    """Whether a verbatim search for this value says anything: `4096`, a path or `postgres` stand everywhere."""
    value = value.strip()
    return len(value) >= _LEAST and value not in REDACTED and not is_harmless(value) and not is_word(value)


def is_mixed(text: str) -> bool:
    """Whether the text has upper case, lower case and a digit, as random text of some length does."""
    return text.lower() != text != text.upper() and has_digit(text)


def has_digit(text: str) -> bool:
    """Whether a digit is in the text: words have none."""
    return any(map(str.isdigit, text))


def is_drawn(word: str) -> bool:
    """Whether the kinds of its characters change as often as chance has it, and hardly any of it reads like a word.

    `Qwen3VL30BA3BInstructFP8` and `RotateKeysLambdaV2` were not drawn.
    """
    spoken = sum(map(len, re.findall("[a-z]{5,}", word)))
    return _seams(word) * _MOST_BETWEEN >= len(word) >= spoken * _LEAST_SPOKEN


def has_kinds(value: str) -> bool:
    """Whether the value has letters and digits, or symbols, and at least eight characters, none of them a blank."""
    if len(value) < _LEAST or " " in value:
        return False
    kinds = (str.isupper, str.islower, str.isdigit, lambda sign: not sign.isalnum() and sign not in "-_./:")
    return sum(any(map(kind, value)) for kind in kinds) > 1


def looks_random(value: str) -> bool:
    """Whether the value reads as made by a machine, or by a person who was told to use digits and symbols.

    `x-user-id`, `model.layers.0.weight` and `Qwen/Qwen3-4B` do not; `Tr0ub4dor3y`, a UUID and `2024-12:31` do.
    """
    if len(value) < _LEAST or re.search(r"\s", value) or value[0] + value[-1] in {"{}", "[]"}:
        return False
    letters = sum(map(str.isalpha, value))
    digits = sum(map(str.isdigit, value))
    if re.search(_UUID, value) or (not letters and digits >= _LEAST - 2 and not re.fullmatch(_NUMBER, value)):
        return True
    is_varied = digits > 0 or value.lower() != value != value.upper()
    if letters and is_varied and re.search(r"""[!#$%^&*()+=~?|;<>\\{}\[\]"'`@]""", value.rstrip("=")):
        return True
    if (digits and re.match("(?:rk|sk|your)[-_]", value)) or re.fullmatch(r"[\w-]{40,}", value):
        return True
    runs = re.findall(r"[A-Za-z0-9]+", value)
    return any(map(_is_random_run, runs)) or sum(map(_seams, runs)) >= _MANY_SEAMS


def is_long_base64(value: str) -> bool:
    """Whether the value is 30 bytes or more in base64, and no digest in hex."""
    return re.fullmatch(r"[A-Za-z0-9+/_-]{40,}={0,2}", value) is not None and is_mixed(value)


def _is_reference(value: str) -> bool:
    return value.startswith(_REFERENCES) and re.fullmatch(_WHOLE_REFERENCE, value) is not None


def _has_random_part(path: str) -> bool:
    return any(map(_is_random_run, re.findall(r"[A-Za-z0-9]+", path)))


def _is_random_run(run: str) -> bool:
    """Whether letters and digits without anything between them look like no word, version or abbreviation."""
    seams, length = _seams(run), len(run)
    return (
        (run.isdigit() and length >= _LONG_DIGITS)
        or (length >= _LONG_HEX and re.fullmatch("[0-9a-f]+|[0-9A-F]+", run) is not None)
        or (seams >= _FEW_SEAMS and seams * 5 >= length)
        or (seams >= _FEW_SEAMS - 1 and length >= _LONG_DIGITS and is_mixed(run))
        or (length >= _LONG_WORD and _is_unspeakable(run))
    )


def _is_unspeakable(run: str) -> bool:
    """Whether a long run is no compound of words: capitals with digits, too long, or hardly a vowel in it."""
    if len(run) >= _LONG_RUN or (run.isupper() and not run.isalpha()):
        return True
    vowels = len(re.findall("[AEIOUYaeiouy]", run))
    return vowels * 6 < len(run) or re.search("(?i)[b-df-hj-np-tv-xz]{7}", run) is not None


def _seams(run: str) -> int:
    """How often the kind of character changes where no word begins: `gpuMemory` and `Qwen` have no such place."""
    return len(re.findall(r"(?<=[a-z])[A-Z](?![a-z])|(?<=[A-Za-z])\d|(?<=\d)[A-Za-z]|(?<=[A-Z]{2})[a-z]", run))
