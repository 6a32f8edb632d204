"""What a variable's name promises about its value, and which values are plainly no secret."""

from __future__ import annotations

import re
from functools import lru_cache

from registry_tool.redact.finding import REDACTED

IN_CODE = 2
IN_PROSE = 3
"""How surely a name promises a credential: in settings alone, or in a sentence too.

Whoever writes about models writes about tokens.
"""

# Sets of words read best as text.
# fmt: off
# Words that mean a credential on their own, however the rest of the name reads.
_PASSWORDS = frozenset((
    "ACCESSKEY", "PASSCODE", "PASSKEY", "PASSPHRASE", "PASSWD", "PASSWORD", "PRIVATEKEY", "PSK", "PWD", "SECRETKEY",
))
# Words that mean one often enough for a variable, but are ordinary in prose.
_WEAK = frozenset((
    "AUTH", "AUTHORIZATION", "AUTHTOKEN", "BEARER", "COOKIE", "CRED", "CREDENTIAL", "CREDENTIALS", "CREDS", "JWT",
    "PAT", "TOKENS",
))
# KEY is a credential only after one of these: MODEL_KEY and CACHE_KEY are not.
_KEYS = frozenset((
    "ACCESS", "ACCOUNT", "ADMIN", "API", "APP", "APPLICATION", "AUTH", "CLIENT", "DEPLOY", "ENCRYPTION", "HMAC",
    "INGEST", "LICENSE", "MASTER", "PRIVATE", "ROOT", "SECRET", "SERVICE", "SESSION", "SHARED", "SIGNING", "SSH",
    "STORAGE", "SUBSCRIPTION", "WEBHOOK", "WRITE",
))
# What ends a name when the variable describes the credential instead of holding it.
_DESCRIPTIONS = frozenset((
    "ALGORITHM", "ARN", "BACKEND", "COUNT", "DIR", "DISABLED", "DRIVER", "ENABLED", "ENDPOINT", "EXPIRY", "FILE",
    "FORMAT", "HEADER", "HOST", "KIND", "LENGTH", "LIMIT", "METHOD", "MODE", "NAME", "NAMES", "PATH", "POLICY",
    "PORT", "PROVIDER", "REF", "REGION", "REQUIRED", "SCHEME", "SIZE", "SOURCE", "STRATEGY", "TTL", "TYPE", "URI",
    "URL", "USER", "USERNAME", "VERSION",
))
# What makes a token one of a language model, not of an identity provider.
_TEXT_TOKENS = frozenset((
    "AUDIO", "BOS", "CLS", "DECODER", "END", "EOS", "FIRST", "IMAGE", "INPUT", "LAST", "MASK", "NEW", "NEXT", "OUTPUT",
    "PAD", "PER", "PROMPT", "SEP", "SPECIAL", "START", "STOP", "THINK", "TOOL", "UNK", "VIDEO", "VISION",
))
_SWITCHES = frozenset(("DISABLE", "ENABLE", "NO", "REQUIRE", "SKIP", "USE"))
_SETTINGS = frozenset((
    "auto", "bool", "bytes", "default", "disabled", "empty", "enabled", "false", "int", "n/a", "nil", "no", "none",
    "not-needed", "null", "off", "on", "optional", "required", "str", "string", "true", "undefined", "yes",
))
_STAND_INS = frozenset((
    "change-me", "change_me", "changeme", "changethis", "dummy", "example", "fixme", "hidden", "masked",
    "placeholder", "redacted", "replace-me", "replace_me", "replaceme", "tbd", "todo",
))
# fmt: on

_WORD = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+"
_REFERENCES = ("arn:", "keyring:", "op:", "secretref:", "secretsmanager:", "sops:", "ssm:", "vault:")
# Also dates, times, versions, addresses.
_NUMBER = r"[-+]?[0-9][0-9_.,:/-]*(?:[eE][-+]?[0-9]+)?(?:T[0-9:.]+Z?|%|[kKMGT]i?[bB]?|[bB]|[nmu]?s|[mhdx])?"
_VARIABLE = r"\$\{[A-Za-z_][\w.]*\}|\$(?:[A-Z_][A-Z0-9_]*|[a-z_]+)|\$\{\{[^{}]*\}\}|\$\(.*"
_TEMPLATE = r"\{\{[^{}]*\}\}|%\w+%|<[^<>]*>|\[[A-Z_]+\]"
_PATH = r"(?:~|\.{1,2}|[A-Za-z]:)?(?:[/\\]+[\w.@:${}-]+)+[/\\]?|~?[/\\]"
_URL = r"[A-Za-z][A-Za-z0-9+.-]*://[^\s@?#]*"
_EXPRESSION = r"[A-Za-z_][\w.]*\("


def is_literal(name: str) -> bool:
    """Whether the contract hides every value of this name: it contains SECRET or TOKEN, in any case."""
    name = name.upper()
    return "SECRET" in name or "TOKEN" in name


def is_credential(name: str) -> bool:
    """Whether the name, read as words, promises a credential: `DB_PASSWORD` and `apiKey` do, `PASSWORD_FILE` not.

    >>> [is_credential(name) for name in ("HF_TOKEN", "x-api-key", "VLLM_TOKENIZER_MODE", "EOS_TOKEN", "CACHE_KEY")]
    [True, True, False, False, False]
    """
    return strength(name) > 0


@lru_cache(maxsize=1024)
def strength(name: str) -> int:
    """How surely the name promises a credential: `IN_PROSE`, `IN_CODE` or 1 (if its value looks like one), else 0."""
    words = [word.upper() for word in re.findall(_WORD, name)]
    if not words or words[-1] in _DESCRIPTIONS:
        return 0
    return max(_word_strength(before, word) for before, word in zip(["", *words], words, strict=False))


def _word_strength(before: str, word: str) -> int:
    is_key = (word == "KEY" and before in _KEYS) or (before in {"CONN", "CONNECTION"} and word in {"STR", "STRING"})
    if is_key or word in _PASSWORDS or word.endswith("PASSWORD") or (word == "PASS" and before):
        return IN_PROSE
    # HFTOKEN and MYSECRET have no seam to split at.
    if word.endswith(("TOKEN", "SECRET", "SECRETS", "APIKEY")):
        return 0 if before in _TEXT_TOKENS and word == "TOKEN" else IN_CODE
    return 1 if word in _WEAK else 0


def is_switch(name: str) -> bool:
    """Whether an option of this name takes no value: `--use-auth-token`, `--no-password`."""
    first = re.match(_WORD, name)
    return first is not None and first[0].upper() in _SWITCHES


def is_harmless(value: str) -> bool:
    """Whether a value is plainly no secret: a number, a switch, an ARN, a path, a URL, a reference, a placeholder."""
    value = value.strip()
    if is_placeholder(value) or value.lower() in _SETTINGS:
        return True
    if value.lower().startswith(_REFERENCES):
        return not re.search(r"\s", value)
    if value[0] in "/.~\\" or value[1:2] == ":":
        # A random key may begin with "/", but no folder is called `wJalrXUtnFEMI7MDENGbPx`.
        is_key = any(len(part) >= _LONG and is_mixed(part) for part in re.split(r"[/\\]", value))
        return not is_key and re.fullmatch(_PATH, value) is not None
    if re.fullmatch(_NUMBER, value) or re.match(_EXPRESSION, value):
        return True
    return "://" in value and re.fullmatch(_URL, value) is not None


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
    return value.lower() in _STAND_INS or value.lower().startswith(("your-", "your_", "your "))


def is_word(value: str) -> bool:
    """Whether the value is one short plain word, which no search can tell from prose: `postgres`, `Rotated`."""
    return re.fullmatch("[A-Za-z]?[a-z]{0,11}", value) is not None


def is_searchable(value: str) -> bool:
    """Whether a verbatim search for this value says anything: `4096`, a path or `postgres` stand everywhere."""
    value = value.strip()
    return len(value) >= _SHORTEST and value not in REDACTED and not is_harmless(value) and not is_word(value)


def is_mixed(text: str) -> bool:
    """Whether the text has upper case, lower case and a digit, as random text of some length does."""
    return text.lower() != text != text.upper() and any(character.isdigit() for character in text)


def looks_random(value: str) -> bool:
    """Whether the value reads as made by a machine: letters and digits, or symbols, at least eight of them."""
    if len(value) < _SHORTEST or " " in value:
        return False
    kinds = (str.isupper, str.islower, str.isdigit, lambda sign: not sign.isalnum() and sign not in "-_./:")
    return sum(any(map(kind, value)) for kind in kinds) > 1


_SHORTEST = 8
_LONG = 20
