"""`registry live status` from end to end: a registry in git, botocore, HTTP, a cloud that checks what it is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from registry_tool.errors import RegistryError
from registry_tool.live import client as live_client
from registry_tool.live.client import Pace, connect
from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document
from registry_tool.record.layout import MARKER, record_path
from tests.live.cloud import Answer, Cloud, Fault, serving
from tests.live.fleet import CANARY, adapter, component, deploy, document, forget
from tests.programs import TIME_LIMIT, git, run_here, run_registry
from tests.trail.registries import commit, new_registry, put

LISTS = ("ListEndpoints", "ListInferenceComponents", "ListTransformJobs")
DESCRIBES = (
    "DescribeEndpoint",
    "DescribeEndpointConfig",
    "DescribeInferenceComponent",
    "DescribeModel",
    "DescribeTransformJob",
)


def registry_of(folder: Path, records: Sequence[Document]) -> Path:
    root = new_registry(folder / "registry")
    commit(root, {record_path(str(one["configId"])): to_yaml(one) for one in records})
    return root


def fleet(cloud: Cloud) -> list[Document]:
    """One record of every kind, deployed."""
    package = "arn:aws:sagemaker:us-east-1:123456789012:model-package/mkt"
    return [
        deploy(cloud, one)
        for one in (
            document(1, projectName="chat", icList=[component(), adapter("chat", "fr")], icEnvironment={"LEN": "4096"}),
            document(2, projectName="later", deploymentTarget="async-inference"),
            document(3, projectName="nightly", deploymentTarget="batch-transform"),
            document(
                4,
                projectName="mkt",
                deploymentConfig="marketplace",
                architecture="marketplace",
                backend="",
                parameters={"MODEL_PACKAGE_ARN": package},
            ),
        )
    ]


def live(root: Path, cloud: Cloud, *words: str) -> tuple[int, str]:
    """Run `registry live status`; without a pace, because this cloud is our own."""
    return run_here("live", "status", "--registry", str(root), "--rate", "0", *words, cwd=root, env=cloud.environment)


def matches(text: str) -> dict[str, str]:
    """Project and match of every record in a report as JSON."""
    return {one["projectName"]: one["match"] for one in json.loads(text[: text.rindex("}") + 1])["records"]}


def test_a_fleet_that_was_deployed_and_registered_is_as_registered(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))

    code, said = live(root, cloud, "--exit-code", "--format", "json")

    assert matches(said) == {
        "chat": "as-registered",
        "later": "as-registered",
        "nightly": "finished",
        "mkt": "as-registered",
    }
    assert code == 0


def test_records_of_schema_version_1_are_found_by_name(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, [forget(one) for one in fleet(cloud)])

    code, said = live(root, cloud, "--exit-code", "--format", "json")

    assert set(matches(said).values()) == {"as-registered", "finished"}
    assert {one["foundBy"] for one in json.loads(said)["records"]} == {"name"}
    assert code == 0


def test_what_was_deleted_is_gone_where_the_account_is_its_own(cloud: Cloud, tmp_path: Path) -> None:
    records = fleet(cloud)
    root = registry_of(tmp_path, records)
    _remove(cloud, "chat")

    _, said = live(root, cloud, "--format", "json")

    assert matches(said)["chat"] == "gone"


def test_what_an_earlier_version_named_is_superseded(cloud: Cloud, tmp_path: Path) -> None:
    first = deploy(cloud, document(1, projectName="chat"))
    second = deploy(cloud, document(1, projectName="chat"))
    root = new_registry(tmp_path / "registry")
    put(root, first, author="Grace Hopper")
    put(root, second, author="Ada Lovelace")

    code, said = live(root, cloud, "--exit-code")

    names: Any = first["live"]
    assert "as-registered" in said
    assert f"running, not registered (1):\n    {names['endpointName']}\n" in said
    assert f"superseded: {first['configId']} named it on 2026-03-01, by Grace Hopper" in " ".join(said.split())
    assert code == 4


def test_a_quick_look_reads_lists_alone(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    cloud.calls.clear()

    code, _ = live(root, cloud, "--quick")

    assert {operation for operation, _ in cloud.calls} == set(LISTS)
    assert code == 0


def test_the_table_says_what_differs_and_fits_a_terminal(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    for one in cloud.objects["InferenceComponentName"].values():
        resources = one["Specification"].get("ComputeResourceRequirements", {})
        resources["NumberOfAcceleratorDevicesRequired"] = 4.0

    code, said = live(root, cloud, "chat")

    lines = said.splitlines()
    assert lines[0].split() == ["CONFIG", "ID", "PROJECT", "TARGET", "MATCH", "STATE"]
    assert lines[1].split()[1:] == ["chat", "realtime", "differs", "in-service"]
    assert lines[2] == "    icList.default.gpuCount: 1 -> 4"
    assert max(map(len, lines)) <= 80
    assert code == 0


def test_a_pipe_gets_whole_names(cloud: Cloud, tmp_path: Path) -> None:
    name = "chat-of-the-search-team-in-production"
    root = registry_of(tmp_path, [document(9, projectName=name)])

    _, said = live(root, cloud)

    assert f" {name} " in said


def test_a_difference_is_exit_4_if_that_is_asked_for(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    _remove(cloud, "chat")

    assert live(root, cloud)[0] == 0
    assert live(root, cloud, "--exit-code")[0] == 4


def test_what_nobody_registered_is_found(cloud: Cloud, tmp_path: Path) -> None:
    records = fleet(cloud)
    root = registry_of(tmp_path, records)
    deploy(cloud, document(9, projectName="forgotten"))

    code, said = live(root, cloud, "--exit-code")

    assert "running, not registered (1):\n    forgotten-endpoint-" in said
    assert "        unregistered; endpoint, InService, 1 x ml.g5.xlarge, 0 days, 1 inference" in said
    assert code == 4


def test_what_others_run_is_not_ours_to_name(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    cloud.answer("CreateEndpoint", {"EndpointName": "their-own", "EndpointConfigName": _any_config(cloud)})

    code, said = live(root, cloud, "--exit-code")

    assert "their-own" not in said
    assert code == 0


@pytest.mark.parametrize("page", [1, 2])
def test_small_pages_are_read_to_their_end(cloud: Cloud, tmp_path: Path, page: int) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    cloud.page = page

    assert live(root, cloud, "--exit-code")[0] == 0


@pytest.mark.parametrize("operation", [*LISTS, *DESCRIBES])
def test_half_an_answer_is_never_0(cloud: Cloud, tmp_path: Path, operation: str) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    cloud.fail = lambda asked, _: (400, "AccessDeniedException", f"no {asked}") if asked == operation else None

    code, said = live(root, cloud)

    assert code == 1
    assert "unknown" in said
    assert f"not allowed: sagemaker:{operation}" in said


@pytest.mark.parametrize("operation", [*LISTS, *DESCRIBES])
def test_throttling_that_does_not_end_is_half_an_answer(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    monkeypatch.setattr(live_client, "ATTEMPTS", 1)
    root = registry_of(tmp_path, fleet(cloud))
    cloud.fail = lambda asked, _: (400, "ThrottlingException", "Rate exceeded") if asked == operation else None

    code, said = live(root, cloud, "--exit-code")

    assert code == 1
    assert f"throttled, and still was after 10 tries: sagemaker:{operation}" in " ".join(said.split())


@pytest.mark.parametrize("operation", [*LISTS, *DESCRIBES])
def test_throttling_is_sat_out(cloud: Cloud, tmp_path: Path, operation: str) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    cloud.fail = _Twice(operation)

    assert live(root, cloud, "--exit-code")[0] == 0


@pytest.mark.parametrize("operation", DESCRIBES)
def test_what_is_deleted_between_list_and_describe_is_told_as_such(
    cloud: Cloud, tmp_path: Path, operation: str
) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    code_of = {"DescribeTransformJob": "ResourceNotFound"}.get(operation, "ValidationException")
    cloud.fail = lambda asked, _: (400, code_of, "Could not find it.") if asked == operation else None

    code, said = live(root, cloud, "--exit-code")

    assert code == 4
    assert "Traceback" not in said


def test_an_expired_token_is_said_once_and_tried_once(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    cloud.calls.clear()
    cloud.fail = lambda *_: (400, "ExpiredTokenException", "The security token included in the request is expired")

    code, said = live(root, cloud)

    assert code == 1
    assert "ExpiredTokenException" in said
    assert len(cloud.calls) == 1


def test_without_credentials_nothing_is_known(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    environment = {
        **{name: value for name, value in cloud.environment.items() if "KEY" not in name},
        "AWS_EC2_METADATA_DISABLED": "true",
    }

    code, said = run_here("live", "status", "--registry", str(root), cwd=root, env=environment)

    assert code == 1
    assert "AWS was not asked, for want of credentials (AWS_PROFILE, aws configure): sagemaker:ListEndpoints" in said


@pytest.mark.parametrize(("captured", "match", "exit_code"), [(True, "unknown", 1), (False, "not-found-here", 4)])
def test_another_account_is_never_gone(
    cloud: Cloud,
    tmp_path: Path,
    captured: bool,  # noqa: FBT001  a parameter of the test
    match: str,
    exit_code: int,
) -> None:
    with serving(Cloud(account="210987654321")) as other:
        root = registry_of(tmp_path, [deploy(cloud, document(1), account=captured)])

        code, said = live(root, other, "--exit-code", "--format", "json")

    assert set(matches(said).values()) == {match}
    assert code == exit_code


def test_an_endpoint_that_is_changing_is_not_compared(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    for one in cloud.objects["EndpointName"].values():
        one["EndpointStatus"] = "Updating"

    code, said = live(root, cloud, "chat", "--exit-code", "--format", "json")

    (record,) = json.loads(said)["records"]
    assert (record["match"], record["state"], code) == ("present", "changing", 0)


@pytest.mark.parametrize("words", [[], ["--format", "json"], ["--format", "markdown"], ["--format", "csv"]])
def test_no_live_value_is_ever_shown(cloud: Cloud, tmp_path: Path, words: list[str]) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    for one in cloud.objects["InferenceComponentName"].values():
        one["InferenceComponentStatus"] = "Failed"
        one["FailureReason"] = f"the container said: HF_TOKEN=hf_{CANARY} is not valid"
        if environment := one["Specification"]["Container"].get("Environment"):
            environment["LEN"] = CANARY

    done = run_registry(
        *("live", "status", "--registry", str(root), "--rate", "0", *words),
        cwd=root,
        env={**cloud.environment, "REGISTRY_DEBUG": "1"},
    )

    assert CANARY not in done.stdout + done.stderr
    assert "icEnvironment.LEN" in done.stdout
    assert all(CANARY.encode() not in file.read_bytes() for file in root.rglob("*") if file.is_file())


def test_json_says_everything(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))

    _, said = live(root, cloud, "--format", "json")

    whole: Any = json.loads(said)
    assert whole["version"] == 1
    assert whole["reads"] == [{"account": "123456789012", "region": "us-east-1", "complete": True, "gaps": []}]
    assert whole["summary"] == {"as-registered": 3, "finished": 1, "notRegistered": 0, "unanswered": 0}
    chat = next(one for one in whole["records"] if one["projectName"] == "chat")
    fields = {one["field"]: one["verdict"] for one in chat["fields"]}
    assert fields["instanceType"] == "same"
    assert fields["modelName"] == "not-compared"
    assert fields["icEnvironment.LEN"] == "same"
    assert not any({"recorded", "live"} & one.keys() for one in chat["fields"] if "Environment" in one["field"])


def test_what_has_not_changed_is_not_described_again(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    first, _ = live(root, cloud, "--exit-code", "--format", "json")
    cloud.calls.clear()

    code, said = live(root, cloud, "--exit-code", "--format", "json")

    assert [operation for operation, _ in cloud.calls] == [
        "ListEndpoints",
        "ListInferenceComponents",
        "ListTransformJobs",
    ]
    assert json.loads(said)["summary"]["as-registered"] == 3
    assert (first, code) == (0, 0)


def test_what_has_changed_is_described_again(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    live(root, cloud)
    changed = next(iter(cloud.objects["InferenceComponentName"].values()))
    changed["Specification"]["ComputeResourceRequirements"]["NumberOfAcceleratorDevicesRequired"] = 4.0
    changed["LastModifiedTime"] += timedelta(seconds=1)
    cloud.calls.clear()

    _, said = live(root, cloud)

    assert "icList.default.gpuCount: 1 -> 4" in said
    assert [name for name, _ in cloud.calls if name == "DescribeInferenceComponent"] == [
        "DescribeInferenceComponent"
    ] * 2


def test_a_broken_cache_is_no_answer(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    live(root, cloud)
    (cache,) = root.rglob("live-2.sqlite")
    cache.write_bytes(b"not a database" * 100)

    assert live(root, cloud, "--exit-code")[0] == 0


def test_show_says_who_said_what(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))

    code, said = run_here("live", "show", "chat", "--registry", str(root), cwd=root, env=cloud.environment)

    lines = {line.split()[0]: line.split() for line in said.splitlines() if line}
    assert lines["match"] == ["match", "as-registered"]
    assert lines["instanceType"] == ["instanceType", "same", *["ml.g5.xlarge"] * 2, "DescribeEndpointConfig"]
    assert lines["icEnvironment.LEN"] == ["icEnvironment.LEN", "same", "-", "-", "DescribeInferenceComponent"]
    assert lines["modelName"][1] == "not-compared"
    assert code == 0


def test_the_policy_allows_exactly_the_calls_that_are_made(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    _, printed = run_here("live", "policy", cwd=tmp_path)
    _, quickly = run_here("live", "policy", "--quick", cwd=tmp_path)
    _, imaged = run_here("live", "policy", "--images", cwd=tmp_path)
    live(root, cloud)

    made = {f"sagemaker:{operation}" for operation, _ in cloud.calls}
    allowed = [action for statement in json.loads(printed)["Statement"] for action in statement["Action"]]
    assert sorted(allowed) == sorted(made)
    assert json.loads(quickly)["Statement"] == json.loads(printed)["Statement"][:1]
    cloud.calls.clear()
    live(root, cloud, "--images")
    more = json.loads(imaged)["Statement"][-1]["Action"]
    assert more == [f"ecr:{asked}" for asked, _ in cloud.calls if asked not in LISTS]


def test_an_operation_that_writes_is_refused_before_it_is_sent(cloud: Cloud) -> None:
    reader = connect(cloud.environment, region="us-east-1", profile="", pace=Pace(0))
    client: Any = reader._client  # noqa: SLF001  nobody else can write with it

    with pytest.raises(RegistryError, match="refused to call DeleteEndpoint"):
        client.delete_endpoint(EndpointName="chat")

    assert cloud.calls == []


def test_clocks_that_disagree_change_nothing(cloud: Cloud, tmp_path: Path) -> None:
    cloud.now = lambda: datetime(2031, 1, 1, tzinfo=UTC)
    root = registry_of(tmp_path, fleet(cloud))
    deploy(cloud, document(9, projectName="forgotten"))

    code, said = live(root, cloud)

    assert "as-registered" in said
    assert "0 days" in said
    assert code == 0


def test_each_profile_is_an_account_of_its_own(cloud: Cloud, tmp_path: Path, home: Path) -> None:
    with serving(Cloud(account="210987654321")) as other:
        mine, theirs = deploy(cloud, document(1, projectName="mine")), deploy(other, document(2, projectName="theirs"))
        root = registry_of(tmp_path, [mine, theirs])
        (home / ".aws").mkdir()
        (home / ".aws/config").write_text(
            "".join(
                f"[profile {name}]\nregion = us-east-1\nservices = {name}\n"
                "aws_access_key_id = local\naws_secret_access_key = local\n"
                f"[services {name}]\nsagemaker =\n  endpoint_url = {at.url}\nsts =\n  endpoint_url = {at.url}\n"
                for name, at in (("one", cloud), ("two", other))
            )
        )
        words = ("live", "status", "--registry", str(root), "--rate", "0", "--exit-code", "--format", "json")
        code, said = run_here(*words, "--profile", "one", "--profile", "two", cwd=root)

    assert matches(said) == {"mine": "as-registered", "theirs": "as-registered"}
    assert code == 0


def test_settings_say_what_to_leave_alone(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    for name in ("team-b-endpoint-1795649010", "special"):
        cloud.answer("CreateEndpoint", {"EndpointName": name, "EndpointConfigName": _any_config(cloud)})
    for one in cloud.objects["InferenceComponentName"].values():
        one["Specification"].get("ComputeResourceRequirements", {})["NumberOfAcceleratorDevicesRequired"] = 4.0
    settings = b"registryFormat: 1\nlive: {ignore: [icList.*.gpuCount], ours: [special], foreign: [team-b-*]}\n"
    commit(root, {MARKER: settings})

    _, said = live(root, cloud, "chat", "--orphans")

    assert "as-registered" in said
    assert "running, not registered (1):\n    special\n" in said


def test_a_list_says_how_records_stood_at_the_last_look(cloud: Cloud, tmp_path: Path) -> None:
    records = fleet(cloud)
    root = registry_of(tmp_path, records)
    words = ("list", "--registry", str(root), "--live", "--format", "json", "--project", "chat")
    _, before = run_here(*words, cwd=root)
    live(root, cloud)
    _, after = run_here(*words, cwd=root)
    commit(root, {record_path(str(records[0]["configId"])): to_yaml({**forget(records[0]), "baseImage": "other:1"})})
    _, changed = run_here(*words, cwd=root)

    said = [json.loads(text)["records"][0] for text in (before, after, changed)]
    assert [one["liveMatch"] for one in said] == ["", "as-registered", "registered since"]
    assert [one["liveAge"] for one in said] == ["", "0 minutes", "0 minutes"]


def test_an_image_that_was_built_again_is_told_and_no_difference(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    running = f"sha256:{'a' * 64}"
    said = []
    for now in ({"chat-latest": running}, {"chat-latest": f"sha256:{'b' * 64}"}, {"other": running}):
        cloud.tags = now
        said.append(live(root, cloud, "--images", "--exit-code"))

    assert [code for code, _ in said] == [0, 0, 0]
    assert ["icList.default.image" in text for _, text in said] == [False, True, True]
    assert "    icList.default.image: chat-latest was built again and not deployed since\n" in said[1][1]
    assert "    icList.default.image: its tag chat-latest is no longer in the repository\n" in said[2][1]


def test_images_that_may_not_be_asked_for_are_half_an_answer(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, fleet(cloud))
    cloud.fail = lambda asked, _: (400, "AccessDeniedException", "no") if asked == "DescribeImages" else None

    code, said = live(root, cloud, "--images")

    assert code == 1
    assert "warning: the images' tags were not read: not allowed: ecr:DescribeImages\n" in said


def test_a_look_that_was_killed_goes_on_where_it_stopped(cloud: Cloud, tmp_path: Path) -> None:
    root = registry_of(tmp_path, [deploy(cloud, document(number)) for number in range(30)])
    words = [sys.executable, "-m", "registry_tool", "live", "status", "--registry", str(root), "--rate", "20"]
    with subprocess.Popen(words, env={**os.environ, **cloud.environment}, stdout=subprocess.DEVNULL) as killed:
        deadline = time.monotonic() + TIME_LIMIT
        while len(cloud.calls) < 45 and time.monotonic() < deadline:
            time.sleep(0.05)
        killed.kill()
    cloud.calls.clear()

    code, said = live(root, cloud, "--format", "json")

    assert set(matches(said).values()) == {"as-registered"}
    assert 0 < len([name for name, _ in cloud.calls if name.startswith("Describe")]) < 90 - 20
    assert code == 0


@pytest.mark.parametrize(
    "broken", [{"icList": ["default"]}, {"live": {"instancePools": ["ml.g5.xlarge"]}}, {"awsRegion": 7}]
)
def test_a_record_that_breaks_the_schema_is_half_an_answer(
    cloud: Cloud, tmp_path: Path, broken: dict[str, Any]
) -> None:
    chat, later, *_ = fleet(cloud)
    root = registry_of(tmp_path, [later])
    path = record_path(str(chat["configId"]))
    commit(root, {path: json.dumps({**chat, **broken}).encode()})

    code, said = live(root, cloud, "--no-orphans")
    shown, why = run_here(
        "live", "show", str(chat["configId"]), "--registry", str(root), cwd=root, env=cloud.environment
    )

    assert f"warning: {path} was not looked at: " in said
    assert "1 as-registered" in said
    assert (code, shown) == (1, 1)
    assert f"error: {path} cannot be looked at: " in why


def test_a_job_older_than_those_that_are_read_is_unknown_and_nobody_elses_matter(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry_tool.live.survey._MOST_JOBS", 1)
    cloud.page = 1
    old, new = (
        deploy(cloud, document(number, projectName=name, deploymentTarget="batch-transform"))
        for number, name in enumerate(("old", "new"))
    )
    both, later = registry_of(tmp_path, [old, new]), tmp_path / "later"
    later.mkdir()

    code, said = live(both, cloud, "--format", "json")

    assert (matches(said), code) == ({"new": "finished", "old": "unknown"}, 1)
    assert live(registry_of(later, [new]), cloud)[0] == 0


class _Twice:
    """Refuse an operation twice, as AWS throttles."""

    def __init__(self, operation: str) -> None:
        self._operation, self._left = operation, 2

    def __call__(self, asked: str, _: Answer) -> Fault | None:
        if asked != self._operation or not self._left:
            return None
        self._left -= 1
        return 400, "ThrottlingException", "Rate exceeded"


def _remove(cloud: Cloud, project: str) -> None:
    for kind in ("EndpointName", "InferenceComponentName"):
        cloud.objects[kind] = {
            name: one for name, one in cloud.objects[kind].items() if not name.startswith(f"{project}-")
        }


def _any_config(cloud: Cloud) -> str:
    return next(iter(cloud.objects["EndpointConfigName"]))


def test_a_secret_that_was_committed_by_hand_is_not_told(cloud: Cloud, tmp_path: Path) -> None:
    token = "hf_" + "aBc" * 12
    record = deploy(cloud, document(1, projectName="chat"))
    root = registry_of(tmp_path, [record])
    file = root / record_path(str(record["configId"]))
    file.write_bytes(to_yaml({**record, "icList": [component(image=f"chat-latest-{token}")]}))
    git("commit", "--quiet", "--all", "--message", "by hand", cwd=root)

    said = [live(root, cloud, "--format", form)[1] for form in ("table", "json", "markdown", "csv")]
    said.append(run_here("live", "show", "chat", "--registry", str(root), cwd=root, env=cloud.environment)[1])

    assert all("chat-latest-***REDACTED***" in text for text in said)
    assert token not in "".join(said)
