"""How a look reads, as whole text."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest

from registry_tool.live.claim import parse_claim
from registry_tool.live.look import look
from registry_tool.live.match import match
from registry_tool.live.report import LiveReport
from registry_tool.live.survey import read_survey
from registry_tool.live.unregistered import find_unregistered
from registry_tool.record.identity import Json
from registry_tool.views.live import as_csv, as_markdown, show_text, table
from tests.live.cloud import Cloud
from tests.live.fleet import deploy, document
from tests.live.looking import NOW, PLAIN, reader


@pytest.fixture
def report() -> LiveReport:
    """A record that differs, one that is gone, and an endpoint of three days that is not registered."""
    cloud = Cloud()
    cloud.now = lambda: NOW - timedelta(days=3)
    chat = deploy(cloud, document(1, projectName="chat", icEnvironment={"LEN": "4096"}))
    (component,) = cloud.objects["InferenceComponentName"].values()
    component["Specification"]["ComputeResourceRequirements"]["NumberOfAcceleratorDevicesRequired"] = 4.0
    component["Specification"]["Container"]["Environment"]["LEN"] = "8192"
    elsewhere = Cloud()
    gone = deploy(elsewhere, document(2, projectName="later", deploymentTarget="async-inference"))
    cloud.answer("CreateEndpointConfig", _CONFIG)
    cloud.answer("CreateEndpoint", {"EndpointName": "left-endpoint-1795000000", "EndpointConfigName": "left"})
    through = reader(cloud)
    surveys = [read_survey(through, with_jobs=False)]
    sightings = match([parse_claim(chat), parse_claim({**gone, "live": _NAMES})], surveys)
    return LiveReport(
        read_at=NOW,
        looks=[look(one, through, terms=PLAIN, at=NOW) for one in sightings],
        surveys=surveys,
        clusters=[],
        unregistered=find_unregistered(sightings, surveys),
        unreadable=[],
        calls=through.calls.total(),
    )


_CONFIG = {
    "EndpointConfigName": "left",
    "ProductionVariants": [{"VariantName": "AllTraffic", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}],
}
_NAMES: dict[str, Json] = {"accountId": "123456789012", "endpointName": "later-async-ep-1795000001"}


def test_the_table(report: LiveReport) -> None:
    assert (
        table(report)
        == """\
CONFIG ID         PROJECT  TARGET    MATCH    STATE
8e061474b3299033  chat     realtime  differs  in-service
    icEnvironment.LEN: another value on default
    icList.default.gpuCount: 1 -> 4
e975324e0c37221f  later    async     gone     -
    there is no endpoint later-async-ep-1795000001 in account 123456789012,
        us-east-1

running, not registered (1):
    left-endpoint-1795000000
        unregistered; endpoint, InService, 3 days
2 records: 1 differs, 1 gone; 1 not registered
5 calls; account 123456789012, us-east-1; 2026-11-26T12:00:00Z
"""
    )


def test_on_a_terminal_the_fields_of_a_record_fit(report: LiveReport) -> None:
    shown = show_text(report.looks[0], room=80).splitlines()

    assert max(map(len, shown)) <= 80
    assert shown[-1].startswith("no room for SOURCE")
    assert [line.split()[1:] for line in shown if "gpuCount" in line] == [["differs", "1", "4"]]


def test_markdown_in_which_nothing_is_interpreted(report: LiveReport) -> None:
    assert (
        as_markdown(report)
        == """\
`2 records: 1 differs, 1 gone; 1 not registered`\x20\x20
`5 calls; account 123456789012, us-east-1; 2026-11-26T12:00:00Z`\x20\x20

| Record | Project | Match | State | What |
|---|---|---|---|---|
| `8e061474b3299033` | `chat` | `differs` | `in-service` | `icEnvironment.LEN: another value on default` |
| `8e061474b3299033` | `chat` | `differs` | `in-service` | `icList.default.gpuCount: 1 -> 4` |
| `e975324e0c37221f` | `later` | `gone` | `-` | \
`there is no endpoint later-async-ep-1795000001 in account 123456789012, us-east-1` |

| Running, not registered | Origin | Cost |
|---|---|---|
| `left-endpoint-1795000000` | `unregistered` | `endpoint, InService, 3 days` |
"""
    )


def test_csv(report: LiveReport) -> None:
    rows = list(csv.reader(io.StringIO(re.sub(r"chat-endpoint-\d+", "chat-endpoint-TIME", as_csv(report)))))

    assert rows == [
        ["configId", "projectName", "awsRegion", "account", "deploymentTarget", "match", "state", "name", "what"],
        [
            *("8e061474b3299033", "chat", "us-east-1", "123456789012", "realtime-inference", "differs", "in-service"),
            "chat-endpoint-TIME",
            "icEnvironment.LEN: another value on default; icList.default.gpuCount: 1 -> 4",
        ],
        [
            *("e975324e0c37221f", "later", "us-east-1", "123456789012", "async-inference", "gone", "'-", ""),
            "there is no endpoint later-async-ep-1795000001 in account 123456789012, us-east-1",
        ],
        [
            *("", "", "us-east-1", "123456789012", "endpoint", "unregistered", "InService"),
            "left-endpoint-1795000000",
            "endpoint, InService, 3 days",
        ],
    ]
