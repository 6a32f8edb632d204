"""A secret that was committed by hand does not leave the clone: neither a push nor a replay takes it along."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from registry_tool.record.layout import MARKER, record_path
from tests.programs import all_objects
from tests.sharing.conftest import FLASK, QWEN, Clone, Cloner

Plant: TypeAlias = Callable[[Clone], str]
"""Commits a secret by hand; where it will be said to be."""

TOKEN = "hf_" + "aBc" * 12


def in_a_record(one: Clone) -> str:
    (one.root / record_path(QWEN)).write_text(f'configId: "{QWEN}"\nnotes: "{TOKEN}"\n')
    one.git("commit", "--quiet", "--all", "--message", "by hand")
    return f"{record_path(QWEN)}: notes: secret/huggingface-token"


def in_the_settings(one: Clone) -> str:
    (one.root / MARKER).write_text(f"registryFormat: 1\n# {TOKEN}\n")
    one.git("commit", "--quiet", "--all", "--message", "by hand")
    return f"{MARKER}: line 2: secret/huggingface-token"


def in_a_message(one: Clone) -> str:
    one.git("commit", "--quiet", "--allow-empty", "--message", f"why\n\n{TOKEN}")
    return "(message): line 3: secret/huggingface-token"


def in_an_author(one: Clone) -> str:
    one.git("commit", "--quiet", "--allow-empty", "--message", "why", f"--author={TOKEN} <a@example.org>")
    return "(author): line 1: secret/huggingface-token"


EVERYWHERE = pytest.mark.parametrize("plant", [in_a_record, in_the_settings, in_a_message, in_an_author])


@EVERYWHERE
@pytest.mark.parametrize("branch", ["", "fresh"])
def test_a_secret_is_not_pushed(clone: Cloner, plant: Plant, branch: str) -> None:
    ada = clone("ada")
    ada.register(QWEN)
    ada.push()
    if branch:
        ada.git("switch", "--quiet", "--create", branch)
    place = plant(ada)
    tip = ada.git("rev-parse", "HEAD")

    done = ada.push(branch)

    assert str(done.error) == f"a secret was about to be pushed:\n  {tip[:12]} {place}"
    assert TOKEN.encode() not in all_objects(ada.root.parent / "remote.git")


@EVERYWHERE
def test_a_secret_is_not_put_on_top_of_what_came_in(clone: Cloner, plant: Plant) -> None:
    ada, grace = clone("ada"), clone("grace")
    ada.register(QWEN)
    ada.push()
    grace.pull()
    ada.register(FLASK)
    ada.push()
    place = plant(grace)
    tip = grace.git("rev-parse", "HEAD")

    done = grace.pull()

    assert str(done.error) == f"a secret was about to be committed again:\n  {tip[:12]} {place}"
    assert grace.git("rev-parse", "HEAD") == tip


def test_a_secret_outside_of_the_registrys_files_is_its_owners_business(clone: Cloner) -> None:
    ada = clone("ada")
    (ada.root / "test_tokens.py").write_text(f"TOKEN = '{TOKEN}'\n")
    ada.git("add", ".")
    ada.git("commit", "--quiet", "--message", "a fixture of ours")

    assert ada.push().error is None
