"""What a site knows from elsewhere: test results of the CI table, the last look at what runs, the settings' views."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from registry_tool.ci.dynamodb.client import Address, Client, connect
from registry_tool.ci.dynamodb.creation import create
from registry_tool.record.canonical import to_yaml
from registry_tool.record.layout import MARKER, record_path
from scripts.fleet import build
from tests.engines import running
from tests.live.cloud import Cloud, serving
from tests.live.fleet import CANARY, deploy, document, forget
from tests.programs import run_here, run_registry
from tests.site.sites import ROWS, Visit, listed, make_site
from tests.trail.registries import commit, new_registry

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")

STATUSES = ("pass", "fail-build", "fail-deploy", "running", "pending")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """One engine is enough: what differs between them is tested where the table is."""
    with running("moto", tmp_path_factory.mktemp("moto")) as environment:
        yield {**environment, "CI_TABLE_NAME": "tests-of-a-site"}


@pytest.fixture(scope="module")
def tested(engine: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with results of each kind, and with a record that has no item."""
    registry = tmp_path_factory.mktemp("tested") / "deployments"
    build(registry, 40)
    address = Address(table="tests-of-a-site", region="us-east-1", endpoint=engine["AWS_ENDPOINT_URL_DYNAMODB"])
    client = connect(address, engine)
    create(client, address, {})
    for number, one in enumerate(listed(registry)[1:]):
        _put(client, one["configId"], number)
    return registry


def test_test_results_are_those_of_the_list(
    page: Page, tested: Path, engine: Mapping[str, str], tmp_path: Path
) -> None:
    records = listed(tested, "--ci", env=engine)
    failing = [one for one in records if one["testStatus"].startswith("fail")]
    visit = Visit.open(page, make_site(tested, tmp_path / "site", "--ci", env=engine))

    assert visit.text(".tile:nth-child(3)") == f"CI test failed {len(failing)} at their last test"
    long_ago = f"{datetime.now(UTC) - timedelta(days=90):%Y-%m-%dT%H:%M:%SZ}"
    old = sum(one["lastTestTimestamp"] < long_ago for one in records)
    never = sum(not one["lastTestTimestamp"] for one in records)
    said = f"Untested or stale {old} {never} never tested, {old - never} not in 90 days"
    assert (old > never > 0, visit.text(".tile:nth-child(4)")) == (True, said)
    for status in {one["testStatus"] for one in records}:
        visit.go(f"deployments?test={status}")
        number = sum(one["testStatus"] == status for one in records)
        assert visit.text(".head p") == f"{number} of {len(records)} records"
    visit.go("")
    page.locator(".tile:nth-child(3)").click()
    visit.settle()
    assert visit.text(".head p") == f"{len(failing)} of {len(records)} records"
    visit.go(f"record/{failing[0]['configId']}")
    assert failing[0]["testStatus"] in visit.text(".slim .card:nth-child(1)")
    assert "CI results as of " in visit.text("footer")


def test_the_last_look_is_told_with_its_age_and_nobody_is_asked(page: Page, tmp_path: Path) -> None:
    with serving(Cloud()) as cloud:
        records = [deploy(cloud, document(number, projectName=f"chat-{number}")) for number in range(4)]
        root = new_registry(tmp_path / "registry")
        commit(root, {record_path(str(one["configId"])): to_yaml(one) for one in records})
        _change_the_world(cloud, "chat-1")
        run_here("live", "status", "--registry", str(root), "--rate", "0", cwd=root, env=cloud.environment)
        shown = json.loads(
            run_here(
                "live", "show", "chat-1", "--registry", str(root), "--format", "json", cwd=root, env=cloud.environment
            )[1]
        )
        asked = len(cloud.calls)
        changed = {**forget(records[2]), "baseImage": "other:1"}
        late = document(9, projectName="late")
        commit(root, {record_path(str(one["configId"])): to_yaml(one) for one in (changed, late)})
        site = make_site(root, tmp_path / "site", "--live", env=cloud.environment)
        assert len(cloud.calls) == asked
    looks = {one["projectName"]: one["liveMatch"] for one in listed(root, "--live")}
    visit = Visit.open(page, site)

    assert looks == {
        "chat-0": "as-registered",
        "chat-1": "differs",
        "chat-2": "registered since",
        "chat-3": "as-registered",
        "late": "",
    }
    assert visit.text(".tile:nth-child(5)") == "Not as registered 1 at the last look at what runs"
    page.locator(".tile:nth-child(5)").click()
    visit.settle()
    assert page.locator(f"{ROWS}:not([hidden]) a.first").all_inner_texts() == ["chat-1"]
    said = {}
    for one in (*records, late):
        visit.go(f"record/{one['configId']}")
        said[one["projectName"]] = visit.text(".slim .card:nth-child(2)")
    assert said["chat-1"].startswith("What really runs differs at the last look, today That look was at 20")
    told = [
        f"{field['field']} registered {field['recorded']} runs {field['live']}"
        for field in shown["fields"]
        if field["verdict"] == "differs"
    ]
    assert told
    assert said["chat-1"].endswith(f" {' '.join(told)}")
    assert said["chat-2"].startswith("What really runs registered since")
    assert said["late"] == "What really runs Nobody has looked at this record: registry live status does."
    assert CANARY not in "".join(file.read_text(encoding="utf-8") for file in site.rglob("*") if file.is_file())


def test_a_last_look_is_of_the_revision_that_is_shown(page: Page, tmp_path: Path) -> None:
    with serving(Cloud()) as cloud:
        record = deploy(cloud, document(1, projectName="chat"))
        root = new_registry(tmp_path / "registry")
        then = commit(root, {record_path(str(record["configId"])): to_yaml(record)})
        run_here("live", "status", "--registry", str(root), "--rate", "0", cwd=root, env=cloud.environment)
    commit(root, {record_path(str(record["configId"])): to_yaml({**forget(record), "baseImage": "other:1"})})

    said = []
    for at in (then, "HEAD"):
        visit = Visit.open(page, make_site(root, tmp_path / at, "--live", "--at", at), f"record/{record['configId']}")
        said.append((visit.text(".slim .pill"), listed(root, "--live", "--at", at)[0]["liveMatch"]))
    assert said == [("as-registered", "as-registered"), ("registered since", "registered since")]


def test_named_views_are_offered_in_their_order_and_say_which_is_shown(page: Page, tmp_path: Path) -> None:
    registry = tmp_path / "deployments"
    build(registry, 60)
    views = "siteViews:\n  Failed: status=failed\n  '1': sort=owner\n  <b>Qwen</b>: q=qwen3&sort=-model\n"
    commit(registry, {MARKER: f"registryFormat: 1\n{views}".encode()})
    visit = Visit.open(page, make_site(registry, tmp_path / "site"), "deployments")

    assert page.locator(".view").all_inner_texts() == ["Failed", "1", "<b>Qwen</b>"]
    page.get_by_role("link", name="Failed", exact=True).click()
    visit.settle()
    failed = sum(one["status"] == "failed" for one in listed(registry))
    assert (visit.text(".head p").split()[0], visit.text(".view[aria-current]")) == (str(failed), "Failed")
    page.get_by_role("link", name="<b>Qwen</b>").click()
    visit.settle()
    assert (page.input_value("#query"), visit.text(".view[aria-current]")) == ("qwen3", "<b>Qwen</b>")
    visit.go("deployments?q=other")
    assert visit.count(".view[aria-current]") == 0


def test_views_are_those_of_the_revision(page: Page, tmp_path: Path) -> None:
    registry = tmp_path / "deployments"
    build(registry, 3)
    commit(registry, {MARKER: b"registryFormat: 1\nsiteViews: {Failed: status=failed}\n"})

    visit = Visit.open(page, make_site(registry, tmp_path / "site", "--at", "HEAD~1"), "deployments")

    assert visit.count(".view") == 0


def test_a_view_that_is_no_state_of_an_address_is_refused(tmp_path: Path) -> None:
    registry = tmp_path / "deployments"
    build(registry, 1)
    commit(registry, {MARKER: b"registryFormat: 1\nsiteViews: {All: '#/deployments?status=failed'}\n"})

    done = run_registry("--registry", str(registry), "site", "out", cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        (
            f"error: {MARKER}:2:18: siteViews.All does not have the required form, found "
            '"#/deployments?status=failed", '
            "expected NAME=VALUE pairs with & between them, as in an address\n"
            f"hint: correct {MARKER}; registry schema registry describes each setting\n"
        ),
    )


def _put(client: Client, config_id: str, number: int) -> None:
    item = {"configId": config_id, "testStatus": STATUSES[number % len(STATUSES)]}
    if number % 7:
        item["lastTestTimestamp"] = f"{datetime.now(UTC) - timedelta(days=17 * (number % 9)):%Y-%m-%dT%H:%M:%SZ}"
    client.put_item(TableName="tests-of-a-site", Item={name: {"S": text} for name, text in item.items()})


def _change_the_world(cloud: Cloud, project: str) -> None:
    for name, one in cloud.objects["InferenceComponentName"].items():
        if name.startswith(project):
            one["Specification"]["ComputeResourceRequirements"]["NumberOfAcceleratorDevicesRequired"] = 4.0
