"""What a commit names is there, or is said to be missing: it is never taken for nothing."""

from __future__ import annotations

import pytest

from registry_tool.git.objects import MissingObjectError, ObjectReader
from registry_tool.git.repository import Repository
from tests.programs import git, lose

PATH = "records/a.yaml"


def test_a_folder_is_what_the_commit_says(repository: Repository) -> None:
    tip = repository.head().tip
    with ObjectReader(repository.git) as reader:
        assert list(reader.folder(tip, "records")) == ["a.yaml"]
        assert reader.folder(tip, "nowhere/at/all") == {}
        assert reader.folder(tip, PATH) == {}


def test_an_object_that_is_hidden_for_an_instant_is_found(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up, hidden = ObjectReader.look_up, [True, True]
    monkeypatch.setattr(
        ObjectReader, "look_up", lambda reader, name: None if hidden and hidden.pop() else look_up(reader, name)
    )
    with ObjectReader(repository.git) as reader:
        assert list(reader.folder(repository.head().tip, "records")) == ["a.yaml"]


def test_a_folder_that_git_has_lost_is_not_an_empty_one(repository: Repository) -> None:
    tip = repository.head().tip
    lose(repository.root, git("rev-parse", "HEAD:records", cwd=repository.root))

    with ObjectReader(repository.git) as reader, pytest.raises(MissingObjectError, match="the content of records is"):
        reader.folder(tip, "records")
