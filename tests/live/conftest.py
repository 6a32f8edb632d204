"""A cloud for every test, which must not have been asked, nor have said, anything that AWS could not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.cloud import Cloud, serving


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An empty account in a region, listening."""
    with serving(Cloud()) as made:
        yield made
    assert made.violations == []
    others = {operation for operation, _ in made.calls if not operation.startswith(("List", "Describe", "GetCaller"))}
    assert others == set(), "registry live only reads"
