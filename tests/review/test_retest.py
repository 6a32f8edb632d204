"""A review predicts exactly the retests that a sync orders."""

from __future__ import annotations

import pytest

from registry_tool.record.identity import Document
from registry_tool.review.retest import decide_retest
from registry_tool.trail.changes import compare

COMPONENTS: list[dict[str, object]] = [
    {"name": "a", "image": "img:1", "gpuCount": 1, "copyCount": 1},
    {"name": "b", "image": "img:1", "gpuCount": 1, "copyCount": 1},
]
RECORD: Document = {
    "configId": "ec3f1a0072d1b3d4",
    "projectName": "rag",
    "icList": COMPONENTS,  # type: ignore[dict-item]
    "icEnvironment": {"LOG": "info"},
    "parameters": {"VLLM_MAX_MODEL_LEN": "4096"},
    "status": "success",
    "notes": "First",
}


@pytest.mark.parametrize(
    ("changed", "due", "fields", "runs_anew"),
    [
        ({"parameters": {"VLLM_MAX_MODEL_LEN": "8192"}}, True, ("parameters",), True),
        ({"icEnvironment": {"LOG": "debug"}}, True, ("icEnvironment",), True),
        ({"icList": [{**COMPONENTS[0], "gpuCount": 2}, COMPONENTS[1]]}, True, ("icList",), True),
        # CI tests the first component by name, and no other.
        ({"icList": [COMPONENTS[0], {**COMPONENTS[1], "gpuCount": 2}]}, False, ("icList",), True),
        ({"notes": "Second", "status": "failed"}, False, ("status", "notes"), False),
        ({"labels": {"owner": "search"}}, False, ("labels",), False),
    ],
)
def test_a_retest_is_due_where_ci_sees_the_change(
    *, changed: Document, due: bool, fields: tuple[str, ...], runs_anew: bool
) -> None:
    change = compare(RECORD, {**RECORD, **changed})
    assert change is not None

    retest = decide_retest(change, None, is_there=True)

    assert (retest.due, set(retest.fields), retest.runs_anew) == (due, set(fields), runs_anew)
