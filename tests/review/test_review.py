"""What a review says, and how it ends: the formats agree, nothing is cut in the middle, nothing in data acts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_tool.git.span import Span
from registry_tool.hosts.links import Links
from registry_tool.problems import Problem
from registry_tool.record.diff import FieldChange
from registry_tool.record.layout import MARKER, record_path
from registry_tool.review import Review
from registry_tool.review.elsewhere import IDENTITY, Elsewhere, FieldElsewhere, Other
from registry_tool.review.fields import Noted, Part
from registry_tool.review.records import LastCommit, RecordReview
from registry_tool.review.retest import Retest
from registry_tool.views.comment import LIMIT, as_markdown
from tests.programs import git, run_registry
from tests.review.pull_requests import (
    CHAT,
    CHAT_EU,
    CHAT_FILE,
    LATER,
    PULL_REQUESTS,
    base,
    deployment,
    edit,
    register,
)
from tests.review.rendering import LINKED, assert_inert, assert_no_command, read
from tests.trail.registries import commit, put


def review(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_registry("review", *arguments, cwd=root)


def as_json(root: Path) -> dict[str, object]:
    """The review of the branch, as programs read it."""
    found = json.loads(review(root, "main..change", "--format", "json").stdout)
    assert isinstance(found, dict)
    return found


def records(root: Path) -> list[dict[str, Any]]:
    """The records in it."""
    found = as_json(root)["records"]
    assert isinstance(found, list)
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return base(tmp_path / "registry")


def test_text_is_for_a_terminal(root: Path) -> None:
    PULL_REQUESTS["upgrade"](root)
    revision = git("rev-parse", "--short=12", "HEAD", cwd=root)

    done = review(root, "main..change")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "OK: 1 changed; 1 upgrade; 1 to be retested; 1 differs from elsewhere\n"
        "\n"
        "changed ec3f1a0072d1b3d4 chat Qwen/Qwen3-4B ml.g5.xlarge us-east-1 realtime-inference\n"
        "  upgrade v0.8.5 \N{RIGHTWARDS ARROW} v0.10.0, to be retested\n"
        f"  Grace Hopper, 2026-03-02, {revision}: vLLM 0.10.0\\n\\nTwice the throughput.\n"
        "  to be tested on the next sync: what runs changed (baseImage)\n"
        "  FIELD          BEFORE  AFTER\n"
        "  baseImage.tag  v0.8.5  v0.10.0  upgrade\n"
        "  elsewhere: eu-west-1 (cc2659ad47e5e2b9)\n"
        "    FIELD          HERE     THERE\n"
        "    baseImage.tag  v0.10.0  v0.8.5\n"
    )


def test_json_has_a_version_and_what_the_others_show(root: Path) -> None:
    PULL_REQUESTS["upgrade"](root)

    found = as_json(root)

    assert found["version"] == 1
    assert (found["base"], found["head"]) == (git("rev-parse", "main", cwd=root), git("rev-parse", "change", cwd=root))
    assert (found["summary"], found["retests"]) == (
        "OK: 1 changed; 1 upgrade; 1 to be retested; 1 differs from elsewhere",
        1,
    )
    assert records(root) == [
        {
            "change": "changed",
            "consequences": ["upgrade"],
            "configId": CHAT["configId"],
            "projectName": "chat",
            "modelName": "Qwen/Qwen3-4B",
            "instanceType": "ml.g5.xlarge",
            "awsRegion": "us-east-1",
            "deploymentTarget": "realtime-inference",
            "counterpart": "",
            "commit": {
                "revision": found["head"],
                "author": "Grace Hopper",
                "at": "2026-03-02T12:00:00+00:00",
                "notes": "vLLM 0.10.0\n\nTwice the throughput.",
                "of": 1,
            },
            "fields": [
                {"path": "baseImage.tag", "before": "v0.8.5", "after": "v0.10.0", "meaning": "upgrade"},
                {
                    "path": "notes",
                    "before": "First deployment",
                    "after": "vLLM 0.10.0\n\nTwice the throughput.",
                    "meaning": "",
                },
            ],
            "parts": [],
            "retest": {"due": True, "why": "what runs changed", "fields": ["baseImage"]},
            "problems": 0,
            "elsewhere": {
                "of": 1,
                "others": [
                    {
                        "configId": CHAT_EU["configId"],
                        "projectName": "chat",
                        "modelName": "Qwen/Qwen3-4B",
                        "instanceType": "ml.g5.xlarge",
                        "awsRegion": "eu-west-1",
                        "deploymentTarget": "realtime-inference",
                        "differences": [{"path": "baseImage.tag", "here": "v0.10.0", "there": "v0.8.5", "new": True}],
                    }
                ],
            },
        }
    ]


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_problems_are_exit_1_in_every_format(root: Path, form: str) -> None:
    PULL_REQUESTS["forged-id"](root)

    done = review(root, "main..change", "--format", form)

    assert (done.returncode, "record/config-id" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("range_", "code", "message"),
    [
        ("main", 2, "'main' is not a range"),
        ("nope..change", 2, "'nope' is neither a revision nor a date"),
    ],
)
def test_what_is_no_range_is_a_usage_error(root: Path, range_: str, code: int, message: str) -> None:
    done = review(root, range_)

    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(f"error: {message}")


def test_a_clone_that_is_too_shallow_says_which_depth_is_needed(root: Path, tmp_path: Path) -> None:
    PULL_REQUESTS["upgrade"](root)
    git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{root}", "shallow", cwd=tmp_path)

    done = review(tmp_path / "shallow", "origin/main..HEAD")

    assert (done.returncode, done.stdout) == (1, "")
    error, hint = done.stderr.splitlines()
    assert error == "error: this clone is too shallow to see where the ends of 'origin/main..HEAD' parted"
    assert "fetch-depth: 0" in hint


def test_the_commit_that_ci_checks_out_for_a_pull_request_is_reviewed_as_its_branch(root: Path) -> None:
    PULL_REQUESTS["upgrade"](root)
    records_of_branch = records(root)
    git("switch", "--quiet", "main", cwd=root)
    put(root, deployment(projectName="other", modelName="other/model"), at=LATER)
    git("switch", "--quiet", "--detach", cwd=root)
    git("merge", "--quiet", "--no-edit", "change", cwd=root)

    found = json.loads(review(root, "HEAD^1..HEAD", "--format", "json").stdout)

    assert found["records"] == records_of_branch


def test_what_came_to_the_base_meanwhile_is_not_reviewed(root: Path) -> None:
    PULL_REQUESTS["upgrade"](root)
    before = review(root, "main..change").stdout
    git("switch", "--quiet", "main", cwd=root)
    put(root, deployment(projectName="other", modelName="other/model"), at=LATER)

    assert review(root, "main..change").stdout == before


def test_a_branch_that_is_not_checked_out_is_reviewed_as_one_that_is(root: Path) -> None:
    PULL_REQUESTS["upgrade"](root)
    before = review(root, "main..change").stdout
    git("switch", "--quiet", "main", cwd=root)

    assert review(root, "main..change").stdout == before


def test_the_last_of_several_registrations_is_the_one_that_is_told(root: Path) -> None:
    register(root, {**CHAT, "baseImage": "vllm/vllm-openai:v0.9.0"}, "Try 0.9.0")
    register(root, {**CHAT, "baseImage": "vllm/vllm-openai:v0.9.1"}, "0.9.1 it is", author="Ada")

    (record,) = records(root)

    assert (record["commit"]["author"], record["commit"]["notes"], record["commit"]["of"]) == ("Ada", "0.9.1 it is", 2)


def test_a_change_that_is_taken_back_is_none(root: Path) -> None:
    edit(root, b"status: success", b"status: failed")
    edit(root, b"status: failed", b"status: success")

    assert records(root) == []


def test_another_spelling_of_a_record_is_a_problem_and_no_retest(root: Path) -> None:
    commit(root, {CHAT_FILE: b"# by hand\n" + (root / CHAT_FILE).read_bytes()}, at=LATER)

    done = review(root, "main..change")

    assert done.returncode == 1
    assert (done.stdout.partition("\n")[0], "record/canonical" in done.stdout) == ("1 problem: no record changes", True)


def test_a_link_in_place_of_a_record_is_not_its_removal(root: Path) -> None:
    (root / CHAT_FILE).unlink()
    (root / CHAT_FILE).symlink_to("/etc/passwd")
    git("add", "--all", cwd=root)
    git("commit", "--quiet", "--message", "link", cwd=root)

    done = review(root, "main..change")

    assert (done.returncode, done.stdout.partition("\n")[0]) == (1, "1 problem: 1 unreadable; 0 to be retested")


def test_a_registry_in_a_folder_of_a_repository_is_reviewed_alone(tmp_path: Path) -> None:
    outer = base(tmp_path / "outer")
    inner = outer / "team"
    inner.mkdir()
    commit(inner, {MARKER: b"registryFormat: 1\n"}, at=LATER)
    put(inner, CHAT, at=LATER)

    done = review(inner, "main..change", "--registry", str(inner))

    assert done.stdout.startswith("OK: 1 new; 1 to be retested\n")
    assert "\nalso changed: registry-data/registry.yaml\n" in done.stdout
    assert review(outer, "main..change").stdout == "OK: no record changes\n"


def test_only_so_many_others_are_compared_and_the_rest_counted(root: Path) -> None:
    git("switch", "--quiet", "main", cwd=root)
    for number in range(1, 9):
        put(root, deployment(awsRegion=f"ap-east-{number}"))
    git("switch", "--quiet", "change", cwd=root)
    git("rebase", "--quiet", "main", cwd=root)
    PULL_REQUESTS["upgrade"](root)

    (record,) = records(root)

    assert (record["elsewhere"]["of"], len(record["elsewhere"]["others"])) == (9, 5)
    assert (
        "4 more records of the same project or model not compared"
        in review(root, "main..change", "--format", "markdown").stdout
    )


def test_terminal_codes_in_data_are_spelled_out(root: Path) -> None:
    edit(root, b"notes: First deployment", b'notes: "\\e[31mred"')
    commit(root, {record_path("0" * 16): b"\x1b[31m: ]["}, message="\x1b[31mred\n", at=LATER)

    outputs = [review(root, "main..change", "--format", form).stdout for form in ("text", "markdown", "json")]

    assert [("\x1b" in output, "[31m" in output) for output in outputs] == [(False, True)] * 3


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_a_secret_that_was_committed_is_not_repeated(root: Path, form: str) -> None:
    secret = "hf_" + "Ab1" * 12
    content = (root / CHAT_FILE).read_text(encoding="utf-8").replace("First", secret)
    (root / CHAT_FILE).write_text(
        content.replace("parameters:\n", f'parameters:\n  HF_TOKEN: "{secret}"\n'), encoding="utf-8"
    )
    git("commit", "--quiet", "--all", "--message", f"Use {secret}", cwd=root)  # past the tool's own gate

    done = review(root, "main..change", "--format", form)

    assert (done.returncode, secret in done.stdout + done.stderr) == (1, False)
    assert "***REDACTED***" in done.stdout


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["@ada", "#1", "<b>", "</details>", "`", "``", "|", "\\", "http://a.example", "\n\n# x", "```\n", "-->", "[x](y)"]
)
DATA = st.lists(TEXT, max_size=4).map("".join)
VALUES = st.none() | st.booleans() | st.integers() | DATA
IDENTITIES = st.fixed_dictionaries(dict.fromkeys(IDENTITY, DATA))
NOTED = st.builds(Noted, st.builds(FieldChange, DATA, VALUES, VALUES), st.sampled_from(["", "upgrade", "another tag"]))
RECORDS = st.builds(
    RecordReview,
    kind=st.sampled_from(["unreadable", "removed", "changed", "added", "restored"]),
    config_id=DATA,
    identity=IDENTITIES,
    fields=st.lists(NOTED, max_size=3).map(tuple),
    parts=st.lists(
        st.builds(Part, st.sampled_from(["parameter", "component", "adapter"]), DATA, st.just("added")), max_size=3
    ).map(tuple),
    commit=st.none()
    | st.builds(
        LastCommit, revision=st.just("0" * 40), author=DATA, at=st.just("2026-03-01"), notes=DATA, of=st.just(2)
    ),
    retest=st.builds(Retest, st.booleans(), st.just("new"), st.lists(DATA, max_size=7).map(tuple)),
    problems=st.just(()),
    counterpart=DATA,
    elsewhere=st.builds(
        Elsewhere,
        st.lists(
            st.builds(
                Other,
                config_id=DATA,
                identity=IDENTITIES,
                differences=st.lists(st.builds(FieldElsewhere, DATA, VALUES, VALUES, st.booleans()), max_size=2).map(
                    tuple
                ),
            ),
            max_size=2,
        ).map(tuple),
        st.just(3),
    ),
)
PROBLEMS = st.builds(Problem, rule=DATA, message=DATA, path=DATA, file=DATA, found=DATA, expected=DATA, nearest=DATA)


def reviewed(records: list[RecordReview], problems: list[Problem], files: list[str]) -> Review:
    return Review(
        span=Span("a" * 40, "b" * 40), records=tuple(records), other_files=tuple(files), problems=tuple(problems)
    )


@settings(max_examples=100)
@given(
    records=st.lists(RECORDS, max_size=3), problems=st.lists(PROBLEMS, max_size=2), files=st.lists(DATA, max_size=12)
)
def test_whatever_the_data_a_comment_is_inert(
    records: list[RecordReview], problems: list[Problem], files: list[str]
) -> None:
    found = reviewed(records, problems, files)
    linked = Links(web=LINKED + "o/r", site=LINKED + "site")

    for links in (Links(), linked):
        assert_inert(as_markdown(found, links))
        assert_no_command(as_markdown(found, links))


def big(value: str, *, fields: int) -> RecordReview:
    """A record of which everything is long."""
    noted = tuple(Noted(FieldChange(f"parameters.{value}{number}", value, value + "x")) for number in range(fields))
    identity = dict.fromkeys(IDENTITY, value)
    differences = tuple(FieldElsewhere(value, value, value + "x", is_new=True) for _ in range(fields))
    return RecordReview(
        kind="changed",
        config_id="0" * 16,
        identity=identity,
        fields=noted,
        parts=(),
        commit=LastCommit(revision="0" * 40, author=value, at="2026-03-01", notes=f"{value}\n{value}", of=1),
        retest=Retest(due=True, why="what runs changed", fields=(value,) * 9),
        problems=(),
        elsewhere=Elsewhere((Other(config_id=value, identity=identity, differences=differences),), 1),
    )


@pytest.mark.parametrize("value", ["x", "\N{ROCKET}" * 200, "|" * 200, "`|" * 200, "&<>'\"" * 60, "\U000e0001" * 200])
@pytest.mark.parametrize(("records", "fields"), [(1, 1_000), (3_000, 1), (200, 200)])
def test_a_comment_keeps_to_the_limit_and_is_never_cut_inside(value: str, records: int, fields: int) -> None:
    problems = [Problem(rule="schema/enum", message=value, file=value, line=1)] * 2_000

    comment = as_markdown(reviewed([big(value, fields=fields)] * records, problems, [value] * 1_000), Links())

    assert len(comment.encode()) <= LIMIT
    assert_inert(comment)
    rows = [line for line in comment.splitlines() if line.startswith("|")]
    assert all(row.endswith("|") for row in rows)
    assert "more problems not shown here" in comment
    assert any(words in comment for words in ("more fields", "more records", "record alike", "records alike"))


def test_what_is_left_out_is_counted(root: Path) -> None:
    PULL_REQUESTS["many"](root)

    comment = review(root, "main..change", "--format", "markdown").stdout

    details = comment.count("\n<details><summary><b>")
    assert comment.count("\n- <b>new</b>") == 120  # a line for each, before any detail
    assert 0 < details < 120
    assert f"**Details of {120 - details} more records are not shown here:** {120 - details} new." in comment
    assert read(comment).text.count("To be tested") == details


def test_what_only_the_new_rules_allow_fails_unless_it_is_accepted(root: Path) -> None:
    PULL_REQUESTS["rules-loosened-and-used"](root)

    outcomes = {
        form: [review(root, "main..change", *more, "--format", form) for more in ([], ["--accept-new-rules"])]
        for form in ("text", "markdown", "json")
    }

    for strict, lenient in outcomes.values():
        assert (strict.returncode, lenient.returncode) == (1, 0)
        assert ("VLLM_API_KEY" in strict.stdout, "correct-horse" in strict.stdout + lenient.stdout) == (True, False)
    found = json.loads(outcomes["json"][0].stdout)
    assert [(file["path"], file["change"]) for file in found["rules"]["files"]] == [
        ("registry-data/registry.yaml", "changed"),
        ("registry-data/policy.schema.json", "removed"),
    ]
    assert {one["rule"] for one in found["rules"]["reliedOn"]} == {
        "policy/enum", "secret/name-credential", "secret/known-value",
    }  # fmt: skip


def test_a_deleted_registry_is_reviewed_from_where_it_was(root: Path) -> None:
    PULL_REQUESTS["registry-deleted"](root)

    done = review(root, "main..change")

    assert (done.returncode, done.stdout.partition("\n")[0]) == (
        1,
        "the registry is deleted, 1 problem: 3 removed; 0 to be retested",
    )


def test_no_record_is_put_down_to_a_commit_at_which_a_shallow_clone_ends(root: Path, tmp_path: Path) -> None:
    PULL_REQUESTS["upgrade"](root)
    git("commit", "--quiet", "--allow-empty", "--message", "nothing more", cwd=root)
    git("switch", "--quiet", "main", cwd=root)
    git("commit", "--quiet", "--allow-empty", "--message", "meanwhile", cwd=root)
    git("switch", "--quiet", "--detach", cwd=root)
    git("merge", "--quiet", "--no-ff", "--no-edit", "change", cwd=root)
    git("branch", "merged", cwd=root)
    git("clone", "--quiet", "--depth=2", "--branch=merged", f"file://{root}", "shallow", cwd=tmp_path)

    found = json.loads(review(tmp_path / "shallow", "HEAD^1..HEAD", "--format", "json").stdout)

    assert [(one["projectName"], one["commit"]) for one in found["records"]] == [("chat", None)]


def test_a_comment_links_to_the_host_it_is_on(root: Path) -> None:
    PULL_REQUESTS["invalid"](root)
    PULL_REQUESTS["upgrade"](root)
    github = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://code.example", "GITHUB_REPOSITORY": "o/r"}
    gitlab = {"GITLAB_CI": "true", "CI_PROJECT_URL": "https://code.example/g/p"}
    head, base_ = git("rev-parse", "change", cwd=root), git("rev-parse", "main", cwd=root)

    ours, theirs = (
        run_registry("review", "main..change", "--format", "markdown", cwd=root, env=one).stdout
        for one in (github, gitlab)
    )

    for comment in (ours, theirs):
        assert_inert(comment)
    assert f"](https://code.example/o/r/blob/{head}/{CHAT_FILE})" in ours
    assert f"](https://code.example/o/r/commit/{head})" in ours
    assert f"](https://code.example/o/r/compare/{base_}...{head})" in ours
    assert f"](https://code.example/g/p/-/blob/{head}/registry-data/records/README.md)" in theirs


@pytest.mark.parametrize("server", ["https://a.example/) [x](", "javascript:alert(1)//", 'https://a.example/"x=', ""])
def test_an_address_that_is_none_makes_no_link(root: Path, server: str) -> None:
    PULL_REQUESTS["upgrade"](root)
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": server, "GITHUB_REPOSITORY": "o/r"}

    comment = run_registry("review", "main..change", "--format", "markdown", cwd=root, env=variables).stdout

    assert "](" not in comment


def test_each_registry_of_a_repository_has_a_comment_and_a_command_of_its_own(tmp_path: Path) -> None:
    outer = base(tmp_path / "outer")
    inner = outer / "team a--b"
    inner.mkdir()
    commit(inner, {MARKER: b"registryFormat: 1\n"}, at=LATER)
    put(inner, CHAT, at=LATER)

    comment = review(inner, "main..change", "--registry", str(inner), "--format", "markdown").stdout

    assert comment.startswith("<!-- registry-tool: review of team a%2D%2Db -->\n")
    assert "--registry 'team a--b'`" in comment
    assert_inert(comment)


def test_a_secret_that_a_pull_request_takes_out_is_not_repeated(root: Path) -> None:
    """It is in the record as it was before, though nothing is wrong with it afterwards."""
    secret = "hf_" + "Ab1" * 12
    before = (root / CHAT_FILE).read_text(encoding="utf-8")
    git("switch", "--quiet", "main", cwd=root)
    (root / CHAT_FILE).write_text(before.replace("First", secret), encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "By hand", cwd=root)
    git("switch", "--quiet", "change", cwd=root)
    git("reset", "--quiet", "--hard", "main", cwd=root)
    (root / CHAT_FILE).write_text(before, encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "Take it out", cwd=root)

    done = review(root, "main..change", "--format", "markdown")

    assert (done.returncode, secret in done.stdout, "***REDACTED***" in done.stdout) == (0, False, True)


def test_a_large_file_that_is_not_a_record_is_read_in_part_and_named(root: Path) -> None:
    (root / "registry-data/NOTES.md").write_text("word " * 400_000, encoding="utf-8")
    git("add", "--all", cwd=root)
    git("commit", "--quiet", "--message", "Notes", cwd=root)

    done = review(root, "main..change")

    assert (done.returncode, "registry-data/NOTES.md: has 2,000,000 bytes" in done.stdout) == (1, True)


def test_records_link_to_the_site_that_the_base_names(root: Path) -> None:
    """Not to one that the pull request names itself."""
    git("switch", "--quiet", "main", cwd=root)
    commit(root, {MARKER: f"registryFormat: 1\nsiteUrl: {LINKED}site\n".encode()}, at=LATER)
    git("switch", "--quiet", "change", cwd=root)
    git("reset", "--quiet", "--hard", "main", cwd=root)
    commit(root, {MARKER: b"registryFormat: 1\nsiteUrl: https://evil.example/\n"}, at=LATER)
    PULL_REQUESTS["upgrade"](root)

    comment = review(root, "main..change", "--format", "markdown").stdout

    assert f"([page]({LINKED}site/#/record/{CHAT['configId']}))" in comment
    assert "](https://evil.example" not in comment


def test_the_link_to_a_record_is_the_one_that_the_site_itself_uses() -> None:
    pages = Path(__file__).parents[2] / "registry_tool/site/assets/pages"

    assert "/#/record/" in Links(site="https://a.example").record("0" * 16)
    assert 'add("record"' in (pages / "record.js").read_text(encoding="utf-8")
