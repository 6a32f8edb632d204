"""A search finds every record in which all words occur, in whatever field, and says where."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.errors import UsageError
from registry_tool.index.query import Query, search
from registry_tool.index.texts import TextMatch, find_match
from registry_tool.record.layout import record_path
from tests.index.conftest import commit, indexed, put, record
from tests.programs import run_registry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from registry_tool.record.identity import Document

SMALL: Document = {
    **record(projectName="small-chat", notes="Upgraded to vLLM 0.8.5\n20% latency improvement"),
    "parameters": {"VLLM_ENABLE_PREFIX_CACHING": "true", "VLLM_MAX_MODEL_LEN": "8192"},
}
LARGE: Document = record(projectName="large-chat", modelName="Qwen/Qwen3-32B", notes="First try")
CAFE: Document = record(projectName="café", awsRegion="eu-west-1", modelName="Mistral/Größe")


def found(root: Path, words: Sequence[str], revision: str = "HEAD", **filters: list[str]) -> list[str]:
    with indexed(root, revision) as index:
        return [hit.summary["projectName"] for hit in search(index, words, Query(filters=filters))]


@pytest.mark.parametrize(
    ("words", "projects"),
    [
        (["latency"], ["small-chat"]),
        (["LATENCY", "vllm"], ["small-chat"]),
        (["laten"], ["small-chat"]),
        (["prefix caching"], ["small-chat"]),
        (["qwen3"], ["large-chat", "small-chat"]),
        (["qwen3-32b"], ["large-chat"]),
        (["chat", "first"], ["large-chat"]),
        (["chat", "nothing"], []),
        (["cafe"], ["café"]),
        (['"first* OR'], []),
    ],
)
def test_all_words_must_occur_somewhere(root: Path, words: list[str], projects: list[str]) -> None:
    put(root, SMALL, LARGE, CAFE)

    assert sorted(found(root, words)) == projects


def test_filters_narrow_a_search(root: Path) -> None:
    put(root, SMALL, LARGE)

    assert found(root, ["qwen3"], model=["*32B"]) == ["large-chat"]


def test_a_match_in_the_name_comes_before_one_in_the_notes(root: Path) -> None:
    put(root, record(projectName="other", notes="like llama"), record(projectName="llama", awsRegion="eu-west-1"))

    assert found(root, ["llama"]) == ["llama", "other"]


def test_a_search_follows_changes_and_removals(root: Path) -> None:
    put(root, SMALL, LARGE)
    found(root, ["chat"])
    put(root, {**SMALL, "notes": "Rolled back"})
    commit(root, {record_path(str(LARGE["configId"])): None})

    assert (found(root, ["latency"]), found(root, ["rolled"]), found(root, ["chat"])) == (
        [],
        ["small-chat"],
        ["small-chat"],
    )


def test_an_earlier_revision_can_be_searched(root: Path) -> None:
    put(root, SMALL)
    put(root, {**SMALL, "notes": "Rolled back"})
    found(root, ["rolled"])

    assert (found(root, ["latency"], "HEAD~1"), found(root, ["rolled"])) == (["small-chat"], ["small-chat"])


def test_many_changes_do_not_wear_the_word_lists_out(root: Path) -> None:
    for number in range(5):
        put(root, *({**SMALL, "awsRegion": region, "notes": f"round{number}"} for region in ("us-east-1",)))
        found(root, ["chat"])

    assert [found(root, [f"round{number}"]) for number in (0, 4)] == [[], ["small-chat"]]


@pytest.mark.parametrize("words", [[], ["***"], ["-", "_"]])
def test_a_search_for_no_word_is_refused(root: Path, words: list[str]) -> None:
    put(root, SMALL)

    with pytest.raises(UsageError, match="no word"):
        found(root, words)


@given(st.text(string.printable, max_size=30))
def test_any_words_are_data(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    root = tmp_path_factory.getbasetemp() / "any-words"
    if not root.exists():
        root.mkdir()
        from tests.programs import git

        git("init", "--quiet", cwd=root)
        put(root, SMALL)
    if any(character.isalnum() for character in text):
        assert found(root, [text]) in ([], ["small-chat"])


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (["latency"], TextMatch("notes", "20% latency improvement")),
        (["prefix"], TextMatch("parameters.VLLM_ENABLE_PREFIX_CACHING", "true")),
        (["8192"], TextMatch("parameters.VLLM_MAX_MODEL_LEN", "8192")),
        (["small"], TextMatch("projectName", "small-chat")),
        (["nothing"], TextMatch("", "")),
    ],
)
def test_the_field_that_matched_is_named(words: list[str], match: TextMatch) -> None:
    assert find_match(SMALL, words) == match


def test_the_command_shows_where_the_words_were_found(root: Path) -> None:
    put(root, SMALL, LARGE)

    done = run_registry("search", "latency", cwd=root)

    assert done.stdout == (
        "CONFIG ID         PROJECT     MODEL          REGION     MATCH\n"
        f"{SMALL['configId']}  small-chat  Qwen/Qwen3-4B  us-east-1  notes: 20% latency improvement\n"
    )
