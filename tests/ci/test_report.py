"""What the report says of records and items, and how it looks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from registry_tool.ci.outcome import ItemState
from registry_tool.ci.report import CiLimits, CiReport, Flag, report
from registry_tool.ci.table import ReadItem
from registry_tool.index.query import Summary
from registry_tool.record.identity import Json
from registry_tool.views.ci import as_json, as_markdown, table

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
REGISTERED = "2026-03-01T08:00:00Z"
OLD = "2026-03-01T12:00:00Z"
FIELDS = ("configId", "projectName", "deploymentConfig", "status", "registeredAt")


def record(config_id: str, *, status: str = "success", project: str = "qwen", config: str = "http-flask") -> Summary:
    return Summary(FIELDS, (config_id, project, config, status, REGISTERED))


def item(config_id: str, status: str, **attributes: Json) -> ReadItem:
    usual: dict[str, Json] = {
        "registeredAt": REGISTERED,
        "lastTestTimestamp": "2026-03-10T10:00:00Z",
        "lastTestDuration": 842,
    }
    return ReadItem(config_id, {"testStatus": status, "managedBy": "registry-tool", **usual, **attributes})


def reported(records: list[Summary], items: list[ReadItem]) -> CiReport:
    limits = CiLimits(at=NOON, stale_after=timedelta(days=7), stuck_after=timedelta(hours=3))
    return report(records, items, table="ci-table", limits=limits)


def flags(records: list[Summary], items: list[ReadItem]) -> list[tuple[Flag, ...]]:
    return [row.flags for row in reported(records, items).rows]


@pytest.mark.parametrize(
    ("status", "test_status", "more", "expected"),
    [
        ("success", "pass", {}, ()),
        ("success", "running", {}, ()),
        ("success", "fail-build", {}, (Flag.REGRESSION,)),
        ("success", "fail-build", {"contentDigest": "a", "testedDigest": "a"}, (Flag.REGRESSION,)),
        ("success", "fail-build", {"contentDigest": "b", "testedDigest": "a"}, (Flag.OUTDATED,)),
        ("success", "fail-build", {"registeredAt": "2026-02-01T08:00:00Z"}, (Flag.NOT_SYNCED,)),
        ("success", "fail-build", {"registeredAt": ""}, (Flag.REGRESSION,)),
        ("partial", "fail-build", {}, ()),
        ("failed", "fail-build", {}, ()),
        ("success", "pass", {"lastTestTimestamp": "2026-03-03T11:59:59Z"}, (Flag.STALE,)),
        ("success", "pass", {"lastTestTimestamp": "2026-03-03T12:00:00Z"}, ()),
        (
            "success",
            "fail",
            {"lastTestTimestamp": "2026-03-01T12:00:00Z"},
            (Flag.REGRESSION, Flag.STALE, Flag.OVERLOOKED),
        ),
        ("success", "untested", {"lastTestTimestamp": "1970-01-01T00:00:00Z"}, (Flag.NEVER_TESTED,)),
        ("success", "untested", {}, ()),
        ("success", "fail", {}, (Flag.REGRESSION, Flag.OVERLOOKED)),
        ("success", "fail-deploy_test", {}, (Flag.REGRESSION, Flag.OVERLOOKED)),
        ("success", "passed", {}, (Flag.UNKNOWN_STATUS, Flag.OVERLOOKED)),
        ("success", "running", {"testStartedAt": "2026-03-10T08:59:59Z"}, (Flag.STUCK,)),
        ("success", "running", {"testStartedAt": "2026-03-10T09:00:00Z"}, ()),
        ("success", "running", {"lastTestTimestamp": "2026-03-09T12:00:00Z"}, (Flag.STUCK,)),
        ("success", "suspended", {}, (Flag.SUSPENDED,)),
        (
            "success",
            "pass",
            {"contentAt": "2026-03-10T09:50:00Z", "createdAt": "2026-03-01T00:00:00Z"},
            (Flag.OUTDATED,),
        ),
    ],
)
def test_each_flag_has_its_rule(
    status: str, test_status: str, more: dict[str, Json], expected: tuple[Flag, ...]
) -> None:
    assert flags([record("a", status=status)], [item("a", test_status, **more)]) == [expected]


def test_records_without_an_item_and_items_without_a_record_are_named() -> None:
    found = reported([record("a")], [item("b", "fail")])

    assert [(row.config_id, row.flags) for row in found.rows] == [("a", (Flag.NO_ITEM,)), ("b", (Flag.NO_RECORD,))]
    assert (found.total.records, found.total.counts[ItemState.FAILED]) == (1, 0)


def test_coverage_counts_the_results_of_each_deployment_config() -> None:
    records = [record(name, config=config) for name, config in zip("abcde", ["x", "x", "x", "y", "y"], strict=True)]
    items = [item("a", "pass"), item("b", "fail-test"), item("c", "running"), item("d", "untested")]

    found = reported(records, items)

    assert [(one.deployment_config, one.records, one.percent) for one in found.coverage] == [("x", 3, 66), ("y", 2, 0)]
    assert {state: count for state, count in found.total.counts.items() if count} == {
        ItemState.PASSED: 1,
        ItemState.FAILED: 1,
        ItemState.RUNNING: 1,
        ItemState.UNTESTED: 2,
    }
    assert found.total.percent == 40


def test_the_last_test_is_the_latest_of_its_deployment_config() -> None:
    items = [
        item("a", "pass", lastTestTimestamp="2026-03-09T10:00:00Z"),
        item("b", "pass", lastTestTimestamp="2026-03-10T11:00:00Z"),
    ]

    found = reported([record("a"), record("b")], items)

    assert found.total.latest
    assert found.total.latest.config_id == "b"


def test_an_empty_registry_has_a_report() -> None:
    assert table(reported([], [])) == (
        "DEPLOYMENT CONFIG  RECORDS  PASS  FAIL  RUNNING  UNTESTED  COVERAGE  LAST TEST  DURATION\n"
        "total              0        0     0     0        0         0%        -          -\n"
    )


HOSTILE = "\x1b[31m|<b>@ada"
SHOWN = reported(
    [record("a", project=HOSTILE), record("b"), record("c", config="triton-fil")],
    [item("a", "fail-build"), item("b", "pass")],
)


def test_the_table_shows_coverage_and_below_it_what_has_a_flag() -> None:
    assert table(SHOWN) == (
        "DEPLOYMENT CONFIG  RECORDS  PASS  FAIL  RUNNING  UNTESTED  COVERAGE  LAST TEST             DURATION\n"
        "http-flask         2        1     1     0        0         100%      2026-03-10T10:00:00Z  14m02s\n"
        "triton-fil         1        0     0     0        1         0%        -                     -\n"
        "total              3        1     1     0        1         66%       2026-03-10T10:00:00Z  14m02s\n"
        "\n"
        "CONFIG ID  PROJECT           DEPLOYMENT CONFIG  TEST STATUS  LAST TEST             DURATION  FLAGS\n"
        "a          \\x1b[31m|<b>@ada  http-flask         fail-build   2026-03-10T10:00:00Z  14m02s    regression\n"
        "c          qwen              triton-fil         -            -                     -         no-item\n"
    )


def test_on_a_terminal_the_table_fits_and_names_what_it_left_out() -> None:
    assert table(SHOWN, room=80) == (
        "DEPLOYMENT CONFIG  RECORDS  PASS  FAIL  RUNNING  UNTESTED  COVERAGE\n"
        "http-flask         2        1     1     0        0         100%\n"
        "triton-fil         1        0     0     0        1         0%\n"
        "total              3        1     1     0        1         66%\n"
        "no room for DURATION, LAST TEST (--format json)\n"
        "\n"
        "CONFIG ID  PROJECT           TEST STATUS  LAST TEST             FLAGS\n"
        "a          \\x1b[31m|<b>@ada  fail-build   2026-03-10T10:00:00Z  regression\n"
        "c          qwen              -            -                     no-item\n"
        "no room for DURATION, DEPLOYMENT CONFIG (--format json)\n"
    )


def test_markdown_is_two_tables_in_which_data_is_inert() -> None:
    assert as_markdown(SHOWN) == (
        "### CI table `ci-table`, 2026-03-10T12:00:00Z\n"
        "\n"
        "| DEPLOYMENT CONFIG | RECORDS | PASS | FAIL | RUNNING | UNTESTED | COVERAGE | LAST TEST | DURATION |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        "| `http-flask` | 2 | 1 | 1 | 0 | 0 | 100% | 2026-03-10T10:00:00Z | 14m02s |\n"
        "| `triton-fil` | 1 | 0 | 0 | 0 | 1 | 0% | - | - |\n"
        "| `total` | 3 | 1 | 1 | 0 | 1 | 66% | 2026-03-10T10:00:00Z | 14m02s |\n"
        "\n"
        "| CONFIG ID | PROJECT | DEPLOYMENT CONFIG | TEST STATUS | LAST TEST | DURATION | FLAGS |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
        "| `a` | `\\x1b[31m`&#124;`<b>@ada` | `http-flask` | `fail-build` | 2026-03-10T10:00:00Z | 14m02s "
        "| regression |\n"
        "| `c` | `qwen` | `triton-fil` | `-` | - | - | no-item |\n"
    )


def test_json_has_every_record_and_a_version() -> None:
    assert json.loads(as_json(SHOWN)) == {
        "version": 1,
        "table": "ci-table",
        "at": "2026-03-10T12:00:00Z",
        "staleAfterSeconds": 604800,
        "total": {
            "records": 3,
            "pass": 1,
            "fail": 1,
            "running": 0,
            "untested": 1,
            "suspended": 0,
            "unknown": 0,
            "coveragePercent": 66,
            "lastTestTimestamp": "2026-03-10T10:00:00Z",
            "lastTestDuration": 842,
        },
        "deploymentConfigs": [
            {
                "deploymentConfig": "http-flask",
                "records": 2,
                "pass": 1,
                "fail": 1,
                "running": 0,
                "untested": 0,
                "suspended": 0,
                "unknown": 0,
                "coveragePercent": 100,
                "lastTestTimestamp": "2026-03-10T10:00:00Z",
                "lastTestDuration": 842,
            },
            {
                "deploymentConfig": "triton-fil",
                "records": 1,
                "pass": 0,
                "fail": 0,
                "running": 0,
                "untested": 1,
                "suspended": 0,
                "unknown": 0,
                "coveragePercent": 0,
                "lastTestTimestamp": "",
                "lastTestDuration": None,
            },
        ],
        "records": [
            {
                "configId": "a",
                "projectName": HOSTILE,
                "deploymentConfig": "http-flask",
                "state": "fail",
                "testStatus": "fail-build",
                "lastTestTimestamp": "2026-03-10T10:00:00Z",
                "lastTestDuration": 842,
                "flags": ["regression"],
            },
            {
                "configId": "b",
                "projectName": "qwen",
                "deploymentConfig": "http-flask",
                "state": "pass",
                "testStatus": "pass",
                "lastTestTimestamp": "2026-03-10T10:00:00Z",
                "lastTestDuration": 842,
                "flags": [],
            },
            {
                "configId": "c",
                "projectName": "qwen",
                "deploymentConfig": "triton-fil",
                "state": "untested",
                "testStatus": "",
                "lastTestTimestamp": "",
                "lastTestDuration": None,
                "flags": ["no-item"],
            },
        ],
        "failures": [],
    }
