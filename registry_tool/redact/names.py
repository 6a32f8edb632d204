"""What a variable's name promises about its value.

What is closed here are the lists of harmless names. A word that means a credential means it in every company: `KEY` is
one whatever stands before it, unless that says what else a key can be.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from registry_tool.redact import words
from registry_tool.redact.finding import REDACTED
from registry_tool.redact.values import has_kinds, is_harmless, is_long_base64, is_plain, looks_random

if TYPE_CHECKING:
    from collections.abc import Collection

    from registry_tool.record.identity import Json


class Evidence(IntEnum):
    """What a value must be, beside its name, to be taken for a credential: the higher, the less."""

    NEVER = 0
    LONG = 1
    """A long text in base64."""
    RANDOM = 2
    """Made by a machine, by its looks."""
    MIXED = 3
    """Of more than one kind of characters."""
    NOT_HARMLESS = 4
    NOT_PLAIN = 5
    """Anything but a switch, a reference, a file, a very short number."""


class Promise(NamedTuple):
    """What a name promises: the evidence that it asks for as a variable's and inside a text; and also in prose.

    Whoever writes about models writes about tokens.
    """

    as_variable: Evidence
    in_text: Evidence
    in_prose: bool


_NOTHING = Promise(Evidence.NEVER, Evidence.NEVER, in_prose=False)
_PASSWORD = Promise(Evidence.NOT_PLAIN, Evidence.NOT_PLAIN, in_prose=True)
_SECRET = Promise(Evidence.NOT_PLAIN, Evidence.NOT_PLAIN, in_prose=False)
_API_KEY = Promise(Evidence.NOT_HARMLESS, Evidence.NOT_HARMLESS, in_prose=True)
_TOKEN = Promise(Evidence.NOT_HARMLESS, Evidence.NOT_HARMLESS, in_prose=False)
_AUTH = Promise(Evidence.NOT_HARMLESS, Evidence.MIXED, in_prose=False)
_KEY = Promise(Evidence.RANDOM, Evidence.RANDOM, in_prose=False)
_PRIMARY = Promise(Evidence.LONG, Evidence.LONG, in_prose=False)
# HFTOKEN and MYSECRET have no seam to split at.
_ENDINGS = (
    ((*words.PASSWORDS, *words.PASSWORD_WORDS), _PASSWORD),
    (("SECRET",), _SECRET),
    (("TOKEN",), _TOKEN),
    (words.POSSIBLE, _KEY),
)
_SHORTEST_PLURAL = len("KEYS")


_WORD = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+"
# The folders that a shell keeps, in names that read like passwords.
_FOLDERS = frozenset(("OLDPWD", "PWD"))


def is_literal(name: str) -> bool:
    """Whether the contract hides every value of this name: it contains SECRET or TOKEN, in any case."""
    name = name.upper()
    return "SECRET" in name or "TOKEN" in name


def is_credential(name: str) -> bool:
    """Whether the name, read as words, may promise a credential: `DB_PASSWORD` and `groqKey` do, `PASSWORD_FILE` not.

    >>> [is_credential(name) for name in ("HF_TOKEN", "x-api-key", "VLLM_TOKENIZER_MODE", "EOS_TOKEN", "CACHE_KEY")]
    [True, True, False, False, False]
    """
    return promise(name) > _NOTHING


def holds_credential(name: str, value: str) -> bool:
    """Whether the variable of this name holds a credential, by what the name promises and the value looks like."""
    return _is_enough(promise(name).as_variable, value) and not _is_folder(name, value)


def name_rule(name: str, value: Json, allow: Collection[str]) -> str:
    """The id of the rule by which a variable's name promises a secret; empty if it does not."""
    if name in allow or value in ("", None, REDACTED):
        return ""
    if is_literal(name):
        return "name/literal"
    return "name/credential" if isinstance(value, str) and holds_credential(name, value) else ""


def assigns_credential(name: str, value: str) -> bool:
    """Whether a setting inside a text, of this name, holds a credential."""
    value = value.strip()
    is_set = value != name and any(map(str.isalnum, value)) and not _is_folder(name, value)
    return is_set and _is_enough(promise(name).in_text, value)


def is_telling(name: str, value: str) -> bool:
    """Whether the value that stands beside a credential's name, where other texts stand as well, is the credential."""
    return assigns_credential(name, value) and (promise(name).in_prose or has_kinds(value) or looks_random(value))


@lru_cache(maxsize=1024)
def promise(name: str) -> Promise:
    """What the name promises."""
    parts = [word.upper() for word in re.findall(_WORD, name)]
    while len(parts) > 1 and parts[-1] in words.WHICH:
        parts.pop()
    if parts[-1:] == ["HEADER"] and parts[-2:-1] in (["AUTH"], ["AUTHORIZATION"]):
        return _KEY
    if not parts or (parts[-1] in words.DESCRIPTIONS and not _is_whole(parts)):
        return _NOTHING
    return max(
        _word_promise(before, word, is_last=at == len(parts))
        for at, (before, word) in enumerate(zip(["", *parts], parts, strict=False), start=1)
    )


def is_switch(name: str) -> bool:
    """Whether an option of this name takes no value: `--use-auth-token`, `--no-password`."""
    first = re.match(_WORD, name)
    return first is not None and first[0].upper() in words.SWITCHES


def _is_enough(evidence: Evidence, value: str) -> bool:
    if not value.startswith(REDACTED):
        value = value.replace(REDACTED, "redacted")  # what was taken out of it says nothing of the rest
    match evidence:
        case Evidence.NOT_PLAIN:
            return not is_plain(value)
        case Evidence.NOT_HARMLESS:
            return not is_harmless(value)
        case Evidence.MIXED:
            return not is_harmless(value) and (has_kinds(value) or looks_random(value))
        case Evidence.RANDOM:
            return not is_harmless(value) and looks_random(value)
        case Evidence.LONG:
            return is_long_base64(value)
        case Evidence.NEVER:
            return False


def _is_folder(name: str, value: str) -> bool:
    return name in _FOLDERS and value[:1] in "/~"


def _is_whole(parts: list[str]) -> bool:
    """Whether the last word belongs to the credential: an access key's id, a session's id, a webhook's URL."""
    before, last = parts[-2:] if len(parts) > 1 else ("", "")
    return (last == "ID" and (before == "SESSION" or parts[-3:-1] == ["ACCESS", "KEY"])) or (
        last in {"URL", "URI"} and before in {"WEBHOOK", "SAS"}
    )


def _word_promise(before: str, word: str, *, is_last: bool) -> Promise:
    """What one word of a name promises after the one before it."""
    if word in {"TOKEN", "TOKENS"} and before in words.TEXT_TOKENS:
        return _NOTHING
    if word == "TOKENS" or _singular(word) in words.WEAK:
        return _AUTH
    word = _singular(word)
    if word.endswith("KEY"):
        return _key_promise(before if word == "KEY" else word.removesuffix("KEY"))
    of_phrase = word in {"PHRASE", "WORD"} and before in words.PHRASES
    if of_phrase or (word == "CODE" and before == "PIN") or (is_last and _is_short_password(before, word)):
        return _PASSWORD
    if before in {"CONN", "CONNECTION"} and word in {"STR", "STRING"}:
        return _API_KEY
    is_possible = word in words.POSSIBLE_WORDS or (word == "CODE" and before in words.CODES)
    return next((promise for endings, promise in _ENDINGS if word.endswith(endings)), _KEY if is_possible else _NOTHING)


def _key_promise(of: str) -> Promise:
    """What a key of this is: the word before KEY, in a name or in the word itself."""
    of = of if of == "MAPS" else _singular(of)
    if of in {"ACCESS", "PASS", "PRIVATE", "SECRET"}:
        return _PASSWORD
    if of in words.OTHER_KEYS:
        return _NOTHING
    if of in words.ORDINALS:
        return _PRIMARY
    return _API_KEY if of.endswith(words.KEYS) else _KEY


def _is_short_password(before: str, word: str) -> bool:
    """Whether an abbreviation ends the name of a password: DBPASS and ADMIN_PW do, TWO_PASS and CPU_PIN not."""
    short = next((short for short in ("PASS", "PW", "PIN", "SEED") if word.endswith(short)), "")
    of = (short and word.removesuffix(short)) or before
    return of in words.ONE_TIME if short in {"PIN", "SEED"} else bool(short and of) and of not in words.PASSES


def _singular(word: str) -> str:
    return word.removesuffix("S") if len(word) >= _SHORTEST_PLURAL and not word.endswith("SS") else word
