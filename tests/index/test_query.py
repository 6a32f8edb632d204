"""Filters add up, repeated ones widen; a selector means one record or says why not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from registry_tool.errors import UsageError
from registry_tool.index import Index
from registry_tool.index.query import FILTERS, AmbiguousError, NotFoundError, Query, find, resolve
from tests.index.conftest import indexed, put, record
from tests.programs import run_registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDS = {
    "small": record(projectName="small", modelName="Qwen/Qwen3-4B", registeredAt="2026-03-01T00:00:00Z"),
    "large": record(projectName="large", modelName="Qwen/Qwen3-32B", registeredAt="2026-03-02T00:00:00Z"),
    "llama": record(projectName="llama", modelName="a/Llama_3", registeredAt="2026-03-03T00:00:00Z", status="failed"),
    "west": record(projectName="small", modelName="Qwen/Qwen3-4B", awsRegion="us-west-2", status="partial"),
}


@pytest.fixture
def index(root: Path) -> Iterator[Index]:
    """The index of four records."""
    put(root, *RECORDS.values())
    with indexed(root) as opened:
        yield opened


def ids(*names: str) -> list[str]:
    return sorted(str(RECORDS[name]["configId"]) for name in names)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["small", "large", "llama", "west"]),
        ({"model": ["qwen"]}, ["small", "large", "west"]),
        ({"model": ["Qwen/*4B"]}, ["small", "west"]),
        ({"model": ["*4B"]}, ["small", "west"]),
        ({"model": ["*3"]}, ["llama"]),
        ({"model": ["a_3"]}, ["llama"]),
        ({"model": ["a%3"]}, []),
        ({"project": ["small"]}, ["small", "west"]),
        ({"project": ["smal"]}, []),
        ({"project": ["small"], "region": ["us-west-2"]}, ["west"]),
        ({"status": ["failed", "partial"]}, ["llama", "west"]),
        ({"region": ["us-*"], "status": ["success"]}, ["small", "large"]),
    ],
)
def test_filters_choose_records(index: Index, filters: dict[str, list[str]], names: list[str]) -> None:
    assert sorted(summary["configId"] for summary in find(index, Query(filters=filters))) == ids(*names)


@pytest.mark.parametrize(
    ("order", "limit", "projects"),
    [
        ("registered:desc", 2, ["llama", "large"]),
        ("project", 0, ["large", "llama", "small", "small"]),
        ("project:desc", 1, ["small"]),
    ],
)
def test_records_come_in_the_order_asked_for(index: Index, order: str, limit: int, projects: list[str]) -> None:
    assert [summary["projectName"] for summary in find(index, Query(order=order, limit=limit))] == projects


def test_an_unknown_order_is_refused(index: Index) -> None:
    with pytest.raises(UsageError, match="cannot sort by 'size'"):
        find(index, Query(order="size"))


@pytest.mark.parametrize("digits", [16, 8, 4])
def test_a_unique_prefix_means_its_record(index: Index, digits: int) -> None:
    config_id = str(RECORDS["llama"]["configId"])

    assert resolve(index, config_id[:digits]) == config_id


def test_a_projects_name_means_its_only_record(index: Index) -> None:
    assert resolve(index, "llama") == RECORDS["llama"]["configId"]


def test_a_projects_name_with_several_records_is_ambiguous(index: Index) -> None:
    with pytest.raises(AmbiguousError) as caught:
        resolve(index, "small")

    assert all(config_id in str(caught.value) for config_id in ids("small", "west"))


@pytest.mark.parametrize("selector", ["nothing", "ffffffffffffffff", "%", "", "' OR 1=1 --"])
def test_a_selector_without_a_record_is_an_error(index: Index, selector: str) -> None:
    with pytest.raises(NotFoundError):
        resolve(index, selector)


@pytest.mark.parametrize("command", ["list", "search"])
def test_each_filter_is_an_option(command: str, tmp_path: Path) -> None:
    text = run_registry(command, "--help", cwd=tmp_path).stdout

    assert FILTERS.keys() - set(re.findall(r"--([a-z-]+) ", text)) == set()
