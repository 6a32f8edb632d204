"""Who commits, and whether signed, as git's configuration and environment say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from registry_tool.git.conversion import Conversion, read_conversion
from registry_tool.git.process import GitError

# What git itself strips from the ends of a name, and what may not stand inside one.
_CRUD = " .,:;\"'\\"
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f<>]")


class Identity(NamedTuple):
    """A name and an e-mail address, as a commit carries them."""

    name: str
    email: str
    said: str = ""
    """Both as they were configured, a line each: git takes brackets, line breaks, and marks at the ends out of them."""

    def __str__(self) -> str:
        """`Name <email>`."""
        return f"{self.name} <{self.email}>"


class Configuration(NamedTuple):
    """The settings of git that a commit depends on."""

    author: Identity
    committer: Identity
    signing: tuple[str, ...]
    """Options for `git` that make it sign as the user's own configuration says; empty when it does not sign."""
    conversion: Conversion


def read_configuration(output: bytes, environment: Mapping[str, str]) -> Configuration:
    """Who commits, and whether signed, from the output of `CONFIGURATION_COMMAND` and the identity variables.

    Signing follows the user's and the machine's configuration only: a repository's own could name any program.
    """
    every, trusted = _split(output)
    return Configuration(
        author=_identity("author", every, environment),
        committer=_identity("committer", every, environment),
        signing=_signing(trusted),
        conversion=read_conversion(output, environment),
    )


def verification_options(output: bytes) -> tuple[str, ...]:
    """Options for `git` that make it verify signatures as the user's own configuration says, and no other."""
    _, trusted = _split(output)
    keys = {key: trusted.get(key, value) for key, value in _VERIFICATION_DEFAULTS.items()}
    return _options(_programs(trusted) | keys)


CONFIGURATION_COMMAND = ("config", "--null", "--show-scope", "--list")

_SIGNING_KEYS = (
    "user.signingkey",
    "gpg.format",
    "gpg.program",
    "gpg.openpgp.program",
    "gpg.x509.program",
    "gpg.ssh.program",
    "gpg.ssh.defaultkeycommand",
)
_PROGRAM_DEFAULTS = {
    "gpg.format": "openpgp",
    "gpg.program": "gpg",
    "gpg.openpgp.program": "gpg",
    "gpg.x509.program": "gpgsm",
    "gpg.ssh.program": "ssh-keygen",
}


# Without a list of signers git says nothing of an ssh signature; with an empty one, that nobody knows the key.
_VERIFICATION_DEFAULTS = {
    "gpg.ssh.allowedsignersfile": "/dev/null",
    "gpg.ssh.revocationfile": "/dev/null",
    "gpg.mintrustlevel": "undefined",
}


def _split(output: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """All settings, and those of the user and the machine; the last of each."""
    every: dict[str, str] = {}
    trusted: dict[str, str] = {}
    fields = output.decode("utf-8", "replace").split("\0")
    for scope, entry in zip(fields[::2], fields[1::2], strict=False):
        key, _, value = entry.partition("\n")
        every[key] = value
        if scope in {"system", "global"}:
            trusted[key] = value
    return every, trusted


def _identity(role: str, configuration: Mapping[str, str], environment: Mapping[str, str]) -> Identity:
    """Git's own order: the environment, then the role's setting, then `user.*`; never a guess from the host name."""
    name, said_name = _first(
        environment.get(f"GIT_{role.upper()}_NAME"), configuration.get(f"{role}.name"), configuration.get("user.name")
    )
    email, said_email = _first(
        environment.get(f"GIT_{role.upper()}_EMAIL"),
        configuration.get(f"{role}.email"),
        configuration.get("user.email"),
        environment.get("EMAIL"),
    )
    if not name or not email:
        raise GitError(
            "git does not know who you are, and the audit trail needs a name",
            hint='git config --global user.name "Your Name"; git config --global user.email you@example.com',
        )
    return Identity(name, email, f"{said_name}\n{said_email}")


def _first(*candidates: str | None) -> tuple[str, str]:
    """The first that git can use: what it makes of it, and as it is."""
    for candidate in candidates:
        if candidate and (cleaned := _FORBIDDEN.sub("", candidate).strip(_CRUD)):
            return cleaned, candidate
    return "", ""


def _signing(trusted: Mapping[str, str]) -> tuple[str, ...]:
    if trusted.get("commit.gpgsign", "").lower() not in {"true", "yes", "on", "1"}:
        return ()
    return _options(_programs(trusted))


def _programs(trusted: Mapping[str, str]) -> dict[str, str]:
    values = {**_PROGRAM_DEFAULTS, **{key: trusted[key] for key in _SIGNING_KEYS if key in trusted}}
    if "gpg.openpgp.program" not in trusted:
        values["gpg.openpgp.program"] = values["gpg.program"]
    return values


def _options(values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(word for key, value in values.items() for word in ("-c", f"{key}={value}"))
