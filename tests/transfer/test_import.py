"""A file of another registry becomes registrations: one commit each, in order, once, without its secrets."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import urllib.parse
from pathlib import Path

import pytest

from registry_tool.record.layout import record_path
from registry_tool.record.yamldoc import parse
from tests.programs import all_objects, git, run_registry
from tests.transfer.old import FLASK, QWEN, entry, write

# Neither is anybody's.
ACCESS_KEY = "AKIA" + "Z7QX4M2LN6RT3VBK"
TOKEN = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567"
HIDDEN = "tulip-Harbour-94-quilt"


def bring(root: Path, file: Path | str, *options: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return run_registry("import", str(file), *options, cwd=root, stdin=stdin)


def place(root: Path) -> str:
    """The line that says which registry it is."""
    return f"  in {root}, found upward from here\n"


def subjects(root: Path) -> list[str]:
    return git("log", "--reverse", "--format=%s", cwd=root).splitlines()[1:]


def record(root: Path, config_id: str = QWEN) -> dict[str, object]:
    document = parse((root / record_path(config_id)).read_bytes()).document
    assert document is not None
    return dict(document)


@pytest.mark.parametrize("form", ["envelope", "array", "export"])
def test_each_entry_becomes_a_commit_in_order_of_its_time(root: Path, tmp_path: Path, form: str) -> None:
    entries = [
        entry("2026-03-03T10:00:00.001Z", notes="third", baseImage="vllm:3"),
        entry("2026-03-01T10:00:00.999Z", notes="first", baseImage="vllm:1"),
        entry("2026-03-02T10:00:00+02:00", notes="second\n\nand why", baseImage="vllm:2"),
    ]

    done = bring(root, write(tmp_path / "old.json", entries, form))

    assert (done.returncode, done.stderr) == (0, "")
    assert subjects(root) == ["first", "second", "third"]
    assert git("log", "--reverse", "--format=%aI", cwd=root).splitlines()[1:] == [
        "2026-03-01T10:00:00+00:00",
        "2026-03-02T10:00:00+02:00",
        "2026-03-03T10:00:00+00:00",
    ]
    assert (record(root)["baseImage"], record(root)["registeredAt"]) == ("vllm:3", "2026-03-03T10:00:00Z")
    assert git("status", "--porcelain", cwd=root) == ""


def test_a_commit_says_who_imported_it_and_when(root: Path, tmp_path: Path) -> None:
    bring(root, write(tmp_path / "old.json", [entry("2024-01-31T00:00:00.000Z")]))

    name, authored, committed = git("log", "-1", "--format=%an <%ae>%n%at%n%ct", cwd=root).splitlines()
    assert (name, authored) == ("Ada Lovelace <ada@example.org>", "1706659200")
    assert int(committed) >= int(git("log", "-1", "--format=%ct", "HEAD~1", cwd=root))


def test_the_record_has_what_the_entry_says(root: Path, tmp_path: Path) -> None:
    done = bring(root, write(tmp_path / "old.json", [entry(notes="why")]))

    first, _, commits = done.stdout.partition(" in ")
    assert (first, commits.splitlines()[0].split()[1:]) == ("imported 1 registration of 1 record", ["on", "main"])
    assert record(root) == {
        "schemaVersion": 2,
        "configId": QWEN,
        "projectName": "qwen-chat",
        "deploymentConfig": "transformers-vllm",
        "architecture": "transformers",
        "backend": "vllm",
        "modelName": "Qwen/Qwen3-4B",
        "instanceType": "ml.g5.xlarge",
        "awsRegion": "us-east-1",
        "deploymentTarget": "realtime-inference",
        "buildTarget": "codebuild",
        "buildStrategy": "codebuild-submit",
        "baseImage": "vllm/vllm-openai:v0.8.5",
        "icList": [{"name": "default", "image": "qwen-chat-latest", "gpuCount": 1, "copyCount": 1}],
        "parameters": {"HF_MODEL_ID": "Qwen/Qwen3-4B", "VLLM_MAX_MODEL_LEN": "4096"},
        "status": "success",
        "notes": "why",
        "generatorVersion": "1.5.2",
        "registeredAt": "2026-03-01T12:00:00Z",
    }


def test_an_entry_without_components_counts_one(root: Path, tmp_path: Path) -> None:
    bring(root, write(tmp_path / "old.json", [entry(icList=None)]))

    components = [{"name": "default", "image": "imported-latest", "gpuCount": 1, "copyCount": 1}]
    assert (record(root)["icList"], record(root)["projectName"]) == (components, "imported")


def test_components_and_adapters_count_into_the_config_id(root: Path, tmp_path: Path) -> None:
    listed = [
        {"name": "a-small", "image": "ic3-small"},
        {"name": "default", "image": "", "gpuCount": 1, "copyCount": 1, "isAdapter": False},
        {"name": "z-big", "image": "ic3-big", "gpuCount": 4, "copyCount": 2},
        {"name": "french", "isAdapter": True, "baseIcName": "default", "artifactUrl": "s3://bucket/french/"},
        {"name": "german", "isAdapter": True, "baseIcName": "default", "artifactUrl": "s3://bucket/german/"},
    ]

    done = bring(root, write(tmp_path / "old.json", [entry(icList=listed)]))

    # What the old tool's own do/register --ci made of such a project.
    assert (done.returncode, (root / record_path("9e74d9a478e434a2")).exists()) == (0, True)


def test_the_former_name_of_realtime_inference_means_the_same_place(root: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "old.json", [entry(deploymentTarget="managed-inference"), entry(deploymentTarget=None)])

    assert (bring(root, file).returncode, record(root)["deploymentTarget"]) == (0, "realtime-inference")


def test_parameters_become_text(root: Path, tmp_path: Path) -> None:
    parameters = {"VLLM_A": 1, "VLLM_B": True, "VLLM_C": 0.5, "VLLM_D": None, "VLLM_E": {"k": [1]}, "VLLM_F": ""}
    functions = {"BASH_FUNC_which%%": "() { echo; }"}

    bring(root, write(tmp_path / "old.json", [entry(parameters={**parameters, **functions})]))

    assert record(root)["parameters"] == {
        "VLLM_A": "1", "VLLM_B": "true", "VLLM_C": "0.5", "VLLM_E": '{"k":[1]}', "VLLM_F": ""
    }  # fmt: skip


def test_an_http_entry_names_its_project(root: Path, tmp_path: Path) -> None:
    http = entry(
        deploymentConfig="http-flask", architecture="http", backend="flask", modelName=None, modelFormat="pkl",
        instanceType="ml.m5.large", baseImage=None, icList=None, parameters={"PROJECT_NAME": "churn"},
    )  # fmt: skip

    bring(root, write(tmp_path / "old.json", [http]))

    assert (record(root, FLASK)["projectName"], record(root, FLASK)["modelFormat"]) == ("churn", "pkl")


def test_a_projects_own_registry_names_the_project(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "qwen-batch" / ".ml-container-creator"
    folder.mkdir(parents=True)
    (tmp_path / "qwen-batch" / ".git").mkdir()

    bring(root, write(folder / "registry.json", [entry(icList=None)]))

    assert record(root)["projectName"] == "qwen-batch"


def test_what_an_export_leaves_out_can_be_said(root: Path, tmp_path: Path) -> None:
    exported = entry(icList=None)
    infrastructure = exported["infrastructure"]
    assert isinstance(infrastructure, dict)
    del infrastructure["region"], infrastructure["roleArn"]
    file = write(tmp_path / "export.json", [exported], "export")

    refused = bring(root, file)
    done = bring(root, file, "--region", "us-east-1", "--project", "shared")

    assert refused.returncode == 1
    assert refused.stderr == (
        f"{file}:6: entry 1: infrastructure.region is missing\n"
        "hint: an export of ml-container-creator leaves the regions out; say which one it was: --region REGION\n"
    )
    assert (done.returncode, record(root)["projectName"]) == (0, "shared")


def test_entries_whose_fields_stand_beside_each_other_are_taken_too(root: Path, tmp_path: Path) -> None:
    flat = {
        "id": "0a1b2c3d",
        "timestamp": "2026-03-01T12:00:00Z",
        "projectName": "vllm-rt",
        "deploymentConfig": "transformers-vllm",
        "modelName": "Qwen/Qwen3-4B",
        "instanceType": "ml.g5.xlarge",
        "region": "us-east-1",
        "deploymentTarget": "realtime-inference",
        "baseImage": "",
        "icConfig": {"gpuCount": 1},
        "status": "partial",
    }

    done = bring(root, write(tmp_path / "old.json", [flat]))

    assert (done.stderr, record(root)["projectName"], record(root)["status"]) == ("", "vllm-rt", "partial")


@pytest.mark.parametrize("form", ["envelope", "array", "export"])
def test_running_it_twice_adds_nothing(root: Path, tmp_path: Path, form: str) -> None:
    entries = [entry(f"2026-03-0{day}T10:00:00Z", baseImage=f"vllm:{day}") for day in (1, 2, 2, 3)]
    file = write(tmp_path / "old.json", entries, form)
    bring(root, file)
    before = git("for-each-ref", cwd=root)

    again = bring(root, file)

    assert len(subjects(root)) == 3
    assert (again.returncode, again.stdout) == (
        0,
        f"imported 0 registrations of 0 records\n{place(root)}  4 registrations already there\n",
    )
    assert git("for-each-ref", cwd=root) == before


def test_a_longer_file_adds_only_what_is_new(root: Path, tmp_path: Path) -> None:
    bring(root, write(tmp_path / "old.json", [entry("2026-03-01T10:00:00Z", notes="one")]))

    bring(root, write(tmp_path / "old.json", [entry("2026-03-01T10:00:00Z", notes="one"), entry(notes="two")]))

    assert subjects(root) == ["one", "two"]


def test_a_record_that_is_later_in_the_registry_stays(root: Path, tmp_path: Path) -> None:
    bring(root, write(tmp_path / "new.json", [entry("2026-05-01T10:00:00Z", notes="newest", baseImage="vllm:9")]))

    older = [entry(f"2026-03-0{day}T10:00:00Z", notes=str(day)) for day in (1, 2)]
    done = bring(root, write(tmp_path / "old.json", older))
    again = bring(root, tmp_path / "old.json")

    assert subjects(root) == ["newest", "1", "2", f"Keep the later registration of {QWEN}"]
    assert record(root)["baseImage"] == "vllm:9"
    assert done.stdout.splitlines()[2:] == ["  1 record kept, being later in the registry"]
    assert "imported 0 registrations" in again.stdout


def test_a_removed_record_does_not_come_back(root: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "old.json", [entry()])
    bring(root, file)
    run_registry("remove", QWEN, cwd=root)

    bring(root, file)

    assert not (root / record_path(QWEN)).exists()


def test_an_edit_that_is_not_committed_stays(root: Path, tmp_path: Path) -> None:
    bring(root, write(tmp_path / "old.json", [entry("2026-03-01T10:00:00Z")]))
    (root / record_path(QWEN)).write_text("mine\n")

    done = bring(root, write(tmp_path / "new.json", [entry("2026-04-01T10:00:00Z")]))

    assert (root / record_path(QWEN)).read_text() == "mine\n"
    assert "1 file with edits of yours that are not committed were left as they were" in done.stderr


def test_a_dry_run_writes_nothing_and_says_the_same(root: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "old.json", [entry(), entry("never")])
    before = all_objects(root), sorted(path.name for path in (root / ".git").iterdir())

    rehearsed = bring(root, file, "--dry-run")

    assert (all_objects(root), sorted(path.name for path in (root / ".git").iterdir())) == before
    assert (rehearsed.returncode, rehearsed.stdout) == (
        1,
        f"would import 1 registration of 1 record\n{place(root)}  1 entry refused\n",
    )
    assert rehearsed.stderr == bring(root, file).stderr


def test_it_reads_standard_input(root: Path, tmp_path: Path) -> None:
    text = write(tmp_path / "old.json", [entry(), entry("x")]).read_text(encoding="utf-8")

    done = bring(root, "-", stdin=text)

    assert (done.returncode, done.stderr.startswith("-:48: entry 2: timestamp ")) == (1, True)


def test_every_problem_of_an_entry_is_named_with_its_place(root: Path, tmp_path: Path) -> None:
    bad: list[object] = [
        entry(),
        "no object",
        entry(deploymentConfig="pytorch-serve", region="nowhere"),
        entry(status="great", parameters={"no name": "x"}, icList=[{"image": "nameless"}]),
        entry("1969-12-31T23:59:59Z"),
        entry("2026-02-30T00:00:00Z"),
        {**entry(), "configId": "f" * 16},
        entry("2026-03-01T13:00:00Z", notes="good"),
    ]
    file = write(tmp_path / "old.json", bad)

    done = bring(root, file)

    lines = [line.removeprefix(f"{file}:") for line in done.stderr.splitlines()]
    assert done.returncode == 1
    assert [line.partition(": ")[2].partition(", expected")[0] for line in lines] == [
        "entry 2: is not an object",
        'entry 3: deployment.deploymentConfig does not have the required form, found "pytorch-serve"',
        'entry 3: infrastructure.region does not have the required form, found "nowhere"',
        "entry 4: deployment.icList[0].name is missing",
        'entry 4: configuration.parameters["no name"] is not an allowed name here',
        'entry 4: status is not one of the allowed values, found "great"',
        "entry 5: timestamp is not a time from 1970 on",
        "entry 6: timestamp is not a day of the calendar, found 2026-02-30T00:00:00Z",
        "entry 7: configId is not the id that the entry's fields give",
    ]
    assert subjects(root)[-1] == "good"
    assert done.stdout.splitlines()[2:] == ["  6 entries refused"]


def test_a_truncated_file_gives_what_is_whole(root: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "old.json", [entry(notes="whole"), entry(notes="cut")])
    file.write_bytes(file.read_bytes()[:-300])

    done = bring(root, file)

    assert (done.returncode, subjects(root)) == (1, ["whole"])
    assert done.stderr == f"{file}:48: entry 2: cannot be read, nor what comes after it: it is cut off or no JSON\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "there is nothing in it"),
        (b" \n\t", "there is nothing in it"),
        (b"{}", "it has no list of entries"),
        (b'{\n"entries": 3\n}', "it has no list of entries"),
        (b"3", "it is neither a list"),
        (b"schemaVersion: 1\n", "it is neither a list"),
        (b"\x00\xff\xfe", "it is neither a list"),
        (b"\x1f\x8b\x08", "it is neither a list"),
    ],
)
def test_what_is_no_registry_is_refused(root: Path, tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "file").write_bytes(content)

    done = bring(root, tmp_path / "file")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: cannot import {tmp_path / 'file'}: {says}")


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_named(root: Path, name: str) -> None:
    done = bring(root, name)

    assert (done.returncode, done.stderr.splitlines()[0].startswith(f"error: cannot read {name}: ")) == (1, True)


def test_no_secret_of_the_old_file_reaches_the_repository(root: Path, tmp_path: Path) -> None:
    # do/register kept the whole environment of http projects, and hid only names with SECRET or TOKEN.
    variables = {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "HUGGING_FACE": TOKEN,
        "DB_PASSWORD": HIDDEN,
        "DATABASE_URL": f"postgresql://app:{urllib.parse.quote(HIDDEN)}@db.example.org/models",
        "SETTINGS": json.dumps({"token": TOKEN}),
        "ENCODED": base64.b64encode(f"key {ACCESS_KEY} and {TOKEN}".encode()).decode(),
        "HF_TOKEN": "***REDACTED***",
        "LANG": "C.UTF-8",
    }
    http = entry(deploymentConfig="http-flask", architecture="http", backend="flask", parameters=variables)
    told = entry("2026-03-02T00:00:00Z", notes=f"Rotate {TOKEN}\n\naws_access_key_id = {ACCESS_KEY}")

    done = bring(root, write(tmp_path / "old.json", [http, told]))

    assert done.returncode == 0
    everything = all_objects(root) + done.stdout.encode() + done.stderr.encode()
    everything += b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())
    for needle in (ACCESS_KEY, TOKEN, HIDDEN):
        for form in (
            needle,
            urllib.parse.quote(needle),
            *(base64.b64encode(b" " * n + needle.encode()).decode()[4:-4] for n in range(3)),
        ):
            assert form.encode() not in everything
    assert b"C.UTF-8" in everything
    assert "note: redacted: notes (2), parameters.AWS_ACCESS_KEY_ID (1), " in done.stderr


def test_a_password_of_one_entry_stands_in_no_other(root: Path, tmp_path: Path) -> None:
    named = entry(parameters={"VLLM_DB_PASSWORD": HIDDEN})
    told = entry("2026-03-02T00:00:00Z", notes=f"works with {HIDDEN} now")

    done = bring(root, write(tmp_path / "old.json", [told, named]))

    assert (done.returncode, len(subjects(root))) == (0, 2)
    assert "note: redacted: parameters.VLLM_DB_PASSWORD (1), notes (1)" in done.stderr
    assert HIDDEN.encode() not in all_objects(root)


def test_a_bare_registry_takes_an_import(root: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", "--bare", str(root), str(tmp_path / "bare.git"), cwd=tmp_path)
    file = write(tmp_path / "old.json", [entry()])

    done = run_registry("import", str(file), "--registry", str(tmp_path / "bare.git"), cwd=tmp_path)

    assert (done.returncode, git("log", "-1", "--format=%an", cwd=tmp_path / "bare.git")) == (0, "Ada Lovelace")


def test_notes_cannot_forge_a_trailer_nor_an_output(root: Path, tmp_path: Path) -> None:
    notes = "ok\n\nConfig-Id: ffffffffffffffff\x1b[2J"

    bring(root, write(tmp_path / "old.json", [entry(notes=notes)]))

    assert git("log", "-1", "--format=%(trailers:key=Config-Id,valueonly)", cwd=root).split() == [QWEN]
    assert "\x1b" not in git("log", "-1", "--format=%B", cwd=root)


def test_many_entries_are_one_stream_and_leave_a_commit_graph(root: Path, tmp_path: Path) -> None:
    models = [entry(f"2026-03-01T10:{n // 60:02}:{n % 60:02}Z", modelName=f"m/{n}", notes=f"n{n}") for n in range(450)]
    models[7] = entry("bad")

    done = bring(root, write(tmp_path / "old.json", models))

    assert subjects(root) == [f"n{n}" for n in range(450) if n != 7]
    assert done.stdout.startswith("imported 449 registrations of 449 records in ")
    assert git("fsck", "--strict", cwd=root) == ""
    assert git("status", "--porcelain", cwd=root) == ""
    assert list((root / ".git/objects/info/commit-graphs").glob("*.graph"))


def test_signed_when_the_user_signs(root: Path, tmp_path: Path, home: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / "key"], check=True)
    with (home / ".gitconfig").open("a", encoding="utf-8") as configuration:
        configuration.write(f"[commit]\n gpgSign = true\n[gpg]\n format = ssh\n[user]\n signingKey = {home / 'key'}\n")

    done = bring(root, write(tmp_path / "old.json", [entry(notes="one"), entry("2026-03-02T00:00:00Z", notes="two")]))

    assert (done.returncode, subjects(root)) == (0, ["one", "two"])
    assert git("cat-file", "commit", "HEAD", cwd=root).count("-----BEGIN SSH SIGNATURE-----") == 1


def test_help_has_an_example(root: Path) -> None:
    done = run_registry("import", "--help", cwd=root)

    assert "registry import ~/.ml-container-creator/registry.json --dry-run" in " ".join(done.stdout.split())


def test_a_pipe_is_read_like_a_file(root: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    file = write(tmp_path / "old.json", [entry(notes="piped")])
    with subprocess.Popen(["cp", str(file), str(tmp_path / "pipe")]):
        bring(root, tmp_path / "pipe")

    assert subjects(root) == ["piped"]
