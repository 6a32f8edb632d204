"""A team's policy rules records like the schema does; a policy that cannot be used is one clear error."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from registry_tool.errors import time_is_up
from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document, Json
from registry_tool.record.layout import POLICY, record_path
from registry_tool.rules.policy import LONGEST_PATTERN, MAX_BYTES, parse_policy
from registry_tool.rules.settings import PolicyError, Settings, in_force, starter_policy
from registry_tool.rules.validate import check_document, check_file
from tests.record.strategies import VALID_FILES, mutated, read_document

ROOT = Path(__file__).parents[2]
DOCUMENTS = [read_document(file) for file in VALID_FILES]
EVERY_FIELD = next(document for document in DOCUMENTS if document["configId"] == "ec3f1a0072d1b3d4")
RULES = ("approvedRegions", "approvedInstances", "pinnedImages", "notesRequired")


def with_rules(*names: str) -> Json:
    """The starter with some of its rules in force."""
    policy = json.loads(starter_policy())
    policy["allOf"] = [{"$ref": f"#/$defs/{name}"} for name in names]
    return policy  # type: ignore[no-any-return]


def text_of(policy: Json) -> bytes:
    return json.dumps(policy, indent=2).encode()


def broken(document: Document, policy: Json) -> list[str]:
    """What breaks the policy, as it is said."""
    problems = check_document(document, settings=Settings(policy=text_of(policy)))
    return [f"{problem.rule}: {problem.describe()}" for problem in problems]


def refusal(policy: bytes) -> str:
    with pytest.raises(PolicyError) as caught:
        parse_policy(policy, file=POLICY)
    return str(caught.value)


def test_the_starter_restricts_nothing() -> None:
    assert in_force(starter_policy()) == b""
    assert [check_document(document, settings=Settings(policy=starter_policy() + b"\n")) for document in DOCUMENTS] == [
        ()
    ] * len(DOCUMENTS)


def test_a_record_that_keeps_all_rules_of_the_starter_has_no_problem() -> None:
    assert broken(EVERY_FIELD, with_rules(*RULES)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"awsRegion": "eu-west-3"},
            (
                'policy/enum: awsRegion is not one of the allowed values, found "eu-west-3", expected one of '
                "us-east-1, us-west-2, eu-west-1 (did you mean eu-west-1?); Approved regions: We have quotas in these "
                "only. Ask the platform team for another."
            ),
        ),
        (
            {"instanceType": "ml.p5.48xlarge"},
            (
                'policy/pattern: instanceType does not have the required form, found "ml.p5.48xlarge", expected '
                "an ml.g5, ml.g6 or ml.m5; Approved instance types: Larger ones need a cost review first."
            ),
        ),
        (
            {"baseImage": "vllm/vllm-openai:latest"},
            (
                'policy/not: baseImage is not allowed, found "vllm/vllm-openai:latest", expected an image with a '
                "tag other than latest, or with a digest; Pinned images: "
            ),
        ),
        ({"notes": None}, "policy/required: notes is missing; Notes required: Say what was deployed and why"),
        ({"notes": "short"}, "policy/minLength: notes is shorter than 10 characters; Notes required"),
    ],
    ids=["region", "instance", "latest", "no-notes", "short-notes"],
)
def test_a_violation_says_what_is_expected_and_why(changes: Document, said: str) -> None:
    document: Document = {name: value for name, value in {**EVERY_FIELD, **changes}.items() if value is not None}

    (one,) = [line for line in broken(document, with_rules(*RULES)) if line.startswith("policy/")]
    assert said in one


@pytest.mark.parametrize(
    ("image", "pinned"),
    [
        ("vllm/vllm-openai:v0.8.5", True),
        ("registry.example.org:5000/vllm:v1", True),
        ("vllm@sha256:" + "0" * 64, True),
        ("vllm/vllm-openai", False),
        ("registry.example.org:5000/vllm", False),
        ("vllm:latest", False),
    ],
)
def test_the_starters_rule_for_images_wants_a_tag_or_a_digest(image: str, pinned: bool) -> None:  # noqa: FBT001
    assert (broken({**EVERY_FIELD, "baseImage": image}, with_rules("pinnedImages")) == []) == pinned


def test_a_violation_in_a_file_has_its_place() -> None:
    policy: Json = {"properties": {"icConfig": {"properties": {"gpuCount": {"maximum": 0}}}}}

    problems = check_file(
        to_yaml(EVERY_FIELD), path=record_path("ec3f1a0072d1b3d4"), settings=Settings(policy=text_of(policy))
    )
    assert [(one.rule, one.path, one.line, one.column) for one in problems] == [
        ("policy/maximum", "icConfig.gpuCount", 22, 13)
    ]


def test_what_the_schema_says_of_a_field_the_policy_does_not_say_again() -> None:
    document: Document = {**EVERY_FIELD, "awsRegion": "nowhere"}

    assert [line.split(":")[0] for line in broken(document, with_rules("approvedRegions"))] == ["schema/pattern"]


def test_a_policy_never_shows_what_may_hold_a_secret() -> None:
    policy: Json = {"properties": {"parameters": {"additionalProperties": {"maxLength": 1}}}}

    assert [line for line in broken(EVERY_FIELD, policy) if "found" in line] == []


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (
            {"anyOf": [{"required": ["modelName"]}, {"required": ["notes"]}], "title": "T"},
            "none of the allowed alternatives",
        ),
        ({"if": {"required": ["status"]}, "then": {"required": ["project"], "title": "T"}}, "project is missing; T"),
        ({"properties": {"notes": False}}, "notes is not allowed"),
        ({"properties": {"icList": {"minItems": 9}}}, "icList has fewer than 9 entries"),
        (
            {"properties": {"icList": {"contains": {"required": ["isAdapter"]}}}},
            "icList has no entry that satisfies `contains`",
        ),
        ({"maxProperties": 1, "$comment": "Why"}, "has more than 1 entries; Why"),
        ({"not": {"required": ["status"]}}, "is not allowed"),
        ({"propertyNames": {"maxLength": 9}}, "is not an allowed name here"),
        ({"patternProperties": {"^stat": {"const": "failed"}}}, "status is not the required value"),
        ({"dependentRequired": {"status": ["project"]}}, "lacks a field that another field requires"),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else "",
)
def test_any_keyword_of_the_draft_may_be_used(policy: Json, said: str) -> None:
    document = {name: EVERY_FIELD[name] for name in EVERY_FIELD.keys() - {"modelName", "notes", "project"}}
    with_notes: Document = {**document, "notes": "x"} if "notes" in said else document

    assert [line for line in broken(with_notes, policy) if said in line]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (b"{\n  oops", ":2:3: is not JSON"),
        (b'{"title": NaN}', ":1:1: is not JSON: NaN"),
        (b'{"title": "a", "title": "b"}', 'says "title" twice'),
        (b"\xff", "is not UTF-8"),
        (b"[" * 100_000, "is nested too deep"),
        (b" " * (MAX_BYTES + 1), "is larger than 256 KiB"),
        (b"[]", "must be an object"),
        (b'{\n  "patern": "x"\n}', ":2:13: patern is not a keyword that is checked, so a policy cannot have it"),
        (b'{"properties": {"notes": {"format": "email"}}}', "properties.notes.format is not a keyword that is checked"),
        (b'{"$schema": "http://json-schema.org/draft-07/schema#"}', "must be https://json-schema.org/draft/2020-12"),
        (b'{"$ref": "http://127.0.0.1:1/schema.json"}', "points out of this file, and nothing is fetched"),
        (b'{"$ref": "other.json"}', "points out of this file"),
        (b'{"$ref": "#/$defs/nobody"}', "points at nothing in this file"),
        (b'{"type": "strng"}', "type matches none of the allowed alternatives"),
        (b'{"properties": {"notes": {"minLength": "5"}}}', "properties.notes.minLength is text, not a whole number"),
        (b'{"properties": {"notes": {"pattern": "("}}}', "is not a regular expression"),
        (b'{"allOf": []}', "allOf is empty"),
        (b'{"items": ""}', "items is text, not a mapping or true or false"),
        (b'{"pattern": "' + b"a" * (LONGEST_PATTERN + 1) + b'"}', "is a pattern of more than 1,000 characters"),
        (b'{"not": ' * 40 + b"{}" + b"}" * 40, "is nested more than 32 levels deep"),
    ],
    ids=lambda value: value[-40:] if isinstance(value, str) else "",
)
def test_a_policy_that_cannot_be_used_is_refused(policy: bytes, said: str) -> None:
    assert said in refusal(policy)


def test_a_policy_that_refers_to_itself_without_end_is_an_error() -> None:
    with pytest.raises(PolicyError, match="refers to itself without end"):
        check_document(EVERY_FIELD, settings=Settings(policy=b'{"$ref": "#"}'))


@pytest.fixture
def _timer() -> Iterator[None]:
    """What the command line does when it starts."""
    before = signal.signal(signal.SIGVTALRM, time_is_up)
    yield
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.usefixtures("_timer")
def test_a_pattern_that_would_take_years_is_stopped() -> None:
    policy: Json = {"properties": {"notes": {"pattern": "^(a+)+$"}}}
    document: Document = {**EVERY_FIELD, "notes": "a" * 60 + "!"}
    started_at = time.process_time()

    with pytest.raises(PolicyError, match="takes more than 2 seconds"):
        check_document(document, settings=Settings(policy=text_of(policy)))

    assert time.process_time() - started_at < 10


def test_the_policy_of_a_new_registry_costs_nothing() -> None:
    code = """
import sys
from registry_tool.rules.settings import STARTER, parse_settings, starter_policy
settings = parse_settings(STARTER.encode(), file="", policy=starter_policy())
print(settings.policy, {"registry_tool.rules.policy", "jsonschema"} & sys.modules.keys())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, encoding="utf-8")

    assert done.stdout == "b'' set()\n"


_NAMES = st.sampled_from(["awsRegion", "notes", "status", "icConfig", "parameters", "gpuCount", "dirty", "project"])
_POLICIES = st.recursive(
    st.booleans()
    | st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["string", "integer", "number", "boolean", "object", "array"]),
            "enum": st.lists(st.sampled_from(["success", "us-east-1", "x"]), max_size=2),
            "pattern": st.sampled_from(["^us-", "s$", ""]),
            "minimum": st.integers(-1, 3),
            "maxLength": st.integers(0, 20),
            "maxProperties": st.integers(0, 5),
            "required": st.lists(_NAMES, unique=True, max_size=2),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(_NAMES, inner, max_size=3),
            "additionalProperties": inner,
            "not": inner,
            "if": inner,
            "then": inner,
            "items": inner,
            "allOf": st.lists(inner, min_size=1, max_size=2),
        },
    ),
    max_leaves=6,
)


@given(_POLICIES.filter(lambda policy: isinstance(policy, dict)), mutated(DOCUMENTS))
def test_a_policy_means_what_it_means_to_the_reference_validator(policy: Json, document: Document) -> None:
    parsed = parse_policy(text_of(policy), file=POLICY)
    assert isinstance(policy, dict)
    try:
        document_text = json.loads(json.dumps(document))
    except ValueError:
        return

    found = parsed.check(document_text, places={}, file="")
    assert (found == ()) == Draft202012Validator(policy).is_valid(document_text)
