"""What one gate lets through the other does: whatever a project sets, it can be registered or says why not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_tool.git.identity import Identity
from registry_tool.intake import Accepted, accept
from registry_tool.record.layout import record_path
from registry_tool.record.load import load
from registry_tool.redact import REDACTED, redact_document
from registry_tool.rules.settings import Settings
from registry_tool.store.gate import Change, Gate
from registry_tool.store.messages import registration_message
from tests.redact.pairs import BARE_PLACES, CHOSEN, KEYS, OTHERS, PASSWORDS, PLACES, RANDOM, value_of
from tests.redact.test_benign import SETTINGS

if TYPE_CHECKING:
    from registry_tool.record.identity import Document, Json

ADA = Identity("Ada Lovelace", "ada@example.org")
GATE = Gate(prefix="", author=ADA, committer=ADA, branch="refs/heads/main", allow=frozenset())
SHAPES = RANDOM | CHOSEN
TEXTS = PLACES | BARE_PLACES
COMPONENT: Document = {"name": "component-one", "image": "vllm-rt-latest", "gpuCount": 1, "copyCount": 1}
NAMES = [
    name for name in (*KEYS, *OTHERS, *PASSWORDS, "IC_SECRET_ID", "TOKEN_MODEL", "APP_NAME") if name.isidentifier()
]
PROJECTS = ("vllm-rt", "reset-password", "api-key", "token-classifier", "secret-santa", "user-pass", "pwd")
MODELS = ("Qwen/Qwen3-4B", "mistralai/Mixtral-8x22B-Instruct-v0.1", "s3://bucket/m.tar.gz", "cohere-key-7b")
IMAGES = ("vllm/vllm-openai:v0.11.0", "ghcr.io/acme/vllm:user_pass-fix", f"nvcr.io/nvidia/triton@sha256:{'0a' * 32}")

values = st.one_of(
    st.tuples(st.sampled_from(sorted(SHAPES)), st.integers(0, 99)).map(lambda one: value_of(SHAPES[one[0]], one[1])),
    # The author of the commit stands beside the record: a password that is her name is refused for that.
    st.sampled_from([value for _, value in SETTINGS if value and "ada" not in value.lower()]),
    st.sampled_from([*PROJECTS, *MODELS, *IMAGES, "Qwen3-4B", "ml.g5.xlarge", "us-east-1", "default"]),
    st.tuples(st.sampled_from(sorted(TEXTS)), st.sampled_from(NAMES), st.sampled_from(sorted(SHAPES))).map(
        lambda one: TEXTS[one[0]](one[1], value_of(SHAPES[one[2]], 1))
    ),
    st.tuples(st.sampled_from(sorted(TEXTS)), st.sampled_from([*PROJECTS, *MODELS, *IMAGES])).map(
        lambda one: TEXTS[one[0]]("DB_PASSWORD", one[1])
    ),
)
names = st.sampled_from([*NAMES, *(name for name, _ in SETTINGS)])
variables = st.dictionaries(names, values, max_size=6)


def submitted(**fields: Json) -> Document:
    """What a capture submits, with these fields."""
    return {
        "projectName": "vllm-rt-chat",
        "deploymentConfig": "transformers-vllm",
        "architecture": "transformers",
        "backend": "vllm",
        "modelName": "Qwen/Qwen3-4B",
        "instanceType": "ml.g5.xlarge",
        "awsRegion": "us-east-1",
        "deploymentTarget": "realtime-inference",
        "buildStrategy": "codebuild-submit",
        "baseImage": "vllm/vllm-openai:v0.11.0",
        "icList": [COMPONENT],
        "status": "success",
        "registeredAt": "2026-11-23T09:06:48Z",
        **fields,
    }


def pass_gate(accepted: Accepted) -> None:
    """Raise what the last gate raises about an accepted record and the message of its registration."""
    GATE.let_pass(
        Change(
            files={record_path(accepted.record.config_id): accepted.data},
            message=registration_message(accepted.record),
            at=datetime(2026, 11, 23, tzinfo=UTC),
            secrets=accepted.secrets,
        )
    )


deployments = st.fixed_dictionaries(
    {
        "projectName": st.sampled_from(PROJECTS),
        "modelName": st.sampled_from(MODELS),
        "baseImage": st.sampled_from(IMAGES),
        "parameters": variables,
        "icEnvironment": variables,
        "notes": values,
        "icList": variables.map(lambda said: [{**COMPONENT, "environment": said}] if said else [COMPONENT]),
    }
)


@given(deployments, variables)
def test_whatever_is_set_is_redacted_until_the_last_gate_passes_it(
    fields: dict[str, Json], surroundings: dict[str, str]
) -> None:
    accepted = accept(submitted(**fields), variables=surroundings, settings=Settings())

    pass_gate(accepted)
    record = accepted.record.document
    named = {name: fields[name] for name in ("projectName", "modelName", "baseImage")}
    assert {name: record[name] for name in named} == named
    assert redact_document(record).document == record


@given(deployments, variables)
def test_what_was_registered_and_is_loaded_and_registered_again_is_the_same_to_the_byte(
    fields: dict[str, Json], surroundings: dict[str, str]
) -> None:
    first = accept(submitted(**fields), variables=surroundings, settings=Settings())
    loaded = load(first.data).document or {}
    del loaded["configId"]

    again = accept(loaded, variables=surroundings, settings=Settings())

    assert (again.data, again.findings) == (first.data, ())


def test_the_environment_of_a_component_is_redacted_like_any_other() -> None:
    document = submitted(icList=[{**COMPONENT, "environment": {"DB_PASSWORD": "Tr0ub4dor3y", "LOG_LEVEL": "info"}}])

    accepted = accept(document, variables={}, settings=Settings())

    pass_gate(accepted)
    shown = {**COMPONENT, "environment": {"DB_PASSWORD": REDACTED, "LOG_LEVEL": "info"}}
    assert accepted.record.document["icList"] == [shown]
    assert [finding.field for finding in accepted.findings] == ["icList[0].environment.DB_PASSWORD"]


@pytest.mark.parametrize(
    ("variable", "value", "field"),
    [
        ("SECRET_ID", "vllm-rt-chat", "projectName"),
        ("TOKEN_COUNTER_MODEL", "Qwen/Qwen3-4B", "modelName"),
        ("TOKEN_COUNTER_MODEL", "Qwen3-4B", "modelName"),
        ("SECRETS_SIDECAR_IMAGE", "vllm/vllm-openai:v0.11.0", "baseImage"),
        ("SECRETS_TARGET", "realtime-inference", "deploymentTarget"),
        ("TOKEN_INSTANCE", "ml.g5.xlarge", "instanceType"),
        ("SECRET_IC", "component-one", "icList[0].name"),
    ],
)
def test_what_names_the_deployment_is_kept_and_the_variable_is_hidden(variable: str, value: str, field: str) -> None:
    document = submitted(icEnvironment={variable: value})

    accepted = accept(document, variables={}, settings=Settings())

    pass_gate(accepted)
    after = accepted.record.document
    assert {name: after[name] for name in document} == {**document, "icEnvironment": {variable: REDACTED}}
    assert field in [kept.field for kept in accepted.kept]


def test_a_token_that_was_pasted_into_an_image_is_no_name_of_it() -> None:
    token = "zQ7kX2mP9vL4" * 2
    document = submitted(baseImage=f"ghcr.io/acme/vllm:{token}", icEnvironment={"PULL_KEY": token})

    record = accept(document, variables={}, settings=Settings()).record.document

    assert token not in str(record)


def test_a_secret_of_the_environment_is_taken_out_of_the_notes() -> None:
    document = submitted(notes="as own-tok-7431 was revoked")

    accepted = accept(document, variables={"OWN_PASSWORD": "own-tok-7431"}, settings=Settings())

    pass_gate(accepted)
    assert accepted.record.document["notes"] == f"as {REDACTED} was revoked"
