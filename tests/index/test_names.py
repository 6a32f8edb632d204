"""Names in Unicode's two forms, as a Mac's file system and a keyboard make them, are the same name."""

from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

import pytest

from tests.programs import run_registry
from tests.trail.registries import minimal, new_registry, put

COMPOSED, DECOMPOSED = normalize("NFC", "café-x"), normalize("NFD", "café-x")


@pytest.mark.parametrize("kept", [COMPOSED, DECOMPOSED], ids=["NFC kept", "NFD kept"])
@pytest.mark.parametrize("name", [COMPOSED, DECOMPOSED], ids=["NFC asked", "NFD asked"])
def test_a_name_is_found_in_either_form(tmp_path: Path, kept: str, name: str) -> None:
    root = new_registry(tmp_path / "registry")
    put(root, minimal(projectName=kept))

    found = {
        command: run_registry(*words, cwd=root).stdout
        for command, words in {
            "list": ("list", "--project", name, "--json"),
            "pattern": ("list", "--project", f"{name[:-2]}*", "--json"),
            "search": ("search", name, "--json"),
            "show": ("show", name, "--json"),
        }.items()
    }

    config_id = minimal()["configId"]
    assert {command: f'"{config_id}"' in text for command, text in found.items()} == dict.fromkeys(found, True)
