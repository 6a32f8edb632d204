"""What names of variables decide, and which values nothing needs to be done about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from registry_tool.redact import REDACTED, Finding, redact_document, secret_values
from registry_tool.redact.values import is_harmless, is_plain, looks_random

if TYPE_CHECKING:
    from registry_tool.record.identity import Document

VALUE = "correct-horse-7"


def redacted(name: str, value: str, *, allow: tuple[str, ...] = ()) -> str:
    result = redact_document({"parameters": {name: value}}, allow=allow).document
    parameters = result["parameters"]
    assert isinstance(parameters, dict)
    return str(parameters[name])


@pytest.mark.parametrize(
    "name",
    ["HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "VLLM_TOKENIZER_MODE", "my_secret", "VLLM_MAX_NUM_BATCHED_TOKENS", "HfToken"],
)
@pytest.mark.parametrize("value", [VALUE, "8192", "true", "${HF_TOKEN}", "/opt/ml"])
def test_a_name_with_secret_or_token_hides_whatever_value_it_has(name: str, value: str) -> None:
    assert redacted(name, value) == REDACTED


def test_an_empty_value_has_nothing_to_hide() -> None:
    assert redacted("HF_TOKEN", "") == ""


@pytest.mark.parametrize(
    "name",
    [
        *("AWS_ACCESS_KEY_ID", "API_KEY", "APIKEY", "apiKey", "x-api-key", "NGC_API_KEY", "DB_PASSWORD", "DBPASSWORD"),
        *("PGPASSWORD", "SSH_PASSPHRASE", "SMTP_PASS", "PASSWD", "ADMIN_PWD", "GIT_CREDENTIALS", "DOCKER_AUTH_CONFIG"),
        *("GH_PAT", "PRIVATE_KEY", "privateKey", "ENCRYPTION_KEY", "SESSION_COOKIE", "STORAGE_CONNECTION_STRING"),
    ],
)
def test_a_name_that_means_a_credential_hides_its_value(name: str) -> None:
    document: Document = {"icEnvironment": {name: VALUE}}

    result = redact_document(document)

    assert result.document == {"icEnvironment": {name: REDACTED}}
    assert [finding.rule for finding in result.findings] == ["name/credential"]


@pytest.mark.parametrize(
    "name",
    [
        *("VLLM_PATCH", "MODEL_PATH", "PATTERN", "AUTHOR", "MONKEY", "KEYBOARD", "CACHE_KEY", "PRIMARY_KEY", "COMPASS"),
        *("PASSWORD_FILE", "API_KEY_HEADER", "AUTH_MODE", "AUTH_BACKEND", "BYPASS_CHECKS", "VLLM_ATTENTION_BACKEND"),
    ],
)
def test_a_name_that_only_sounds_like_one_hides_nothing(name: str) -> None:
    assert redacted(name, VALUE) == VALUE


@pytest.mark.parametrize(
    "value",
    [
        *("8192", "0.95", "1e-5", "512MiB", "30s", "true", "False", "none", "auto", "EMPTY", "2026-01-01T00:00:00Z"),
        *("arn:aws:secretsmanager:us-east-1:123456789012:secret:key-AbCdEf", "/run/key", "./key.pem", "~/.ssh/id"),
        *("C:\\keys\\x", "https://vault.example.org/v1/kv", "${API_KEY}", "$API_KEY", "${API_KEY:-}", "{{ api_key }}"),
        *("<your-key>", "changeme", "your-api-key-here", "xxxxxxxx", "***", "vault:kv/data/key", "$(cat /run/key)"),
    ],
)
def test_a_credentials_name_leaves_a_plainly_harmless_value(value: str) -> None:
    assert is_harmless(value)
    assert redacted("API_KEY", value) == value


@pytest.mark.parametrize(
    "value",
    [
        *("hunter22", "123abc", "$tr0ngP@ss", "correct horse", "${API_KEY:-abc123def}", "/wJalrXUtnFEMIK7MDENGbPxRfi"),
        *("my-secret-value", "postgres", "https://user:pw@host/x"),
    ],
)
def test_a_value_that_could_be_a_secret_is_not_plainly_harmless(value: str) -> None:
    assert not is_harmless(value)


@pytest.mark.parametrize(
    "value",
    [
        *("true", "none", "7", "128", "${DB_PASSWORD}", "$DB_PASSWORD", "{{ password }}", "<your-password>", "***"),
        *("arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf", "/run/secrets/db_password", "~/.pgpass/x"),
    ],
)
def test_a_passwords_name_leaves_what_is_no_password(value: str) -> None:
    assert is_plain(value)
    assert redacted("DB_PASSWORD", value) == value


@pytest.mark.parametrize(
    "value",
    [
        *(
            "kq7(Xw29!mLp",
            "83746152938475",
            "2024-12:31",
            "your-horse-7x9Kq2",
            "/wJalrXUtnFEMI/K7MDENG/bPxRfiCY",
            "4711",
        ),
        *("1987-06-14", "0.95", "512MiB", "./kq7x", "open sesame", "https://kq7x", "get_key()", "[ADMIN]", "/hunter2"),
    ],
)
def test_a_passwords_name_hides_what_only_resembles_something_harmless(value: str) -> None:
    assert redacted("DB_PASSWORD", value) == REDACTED


@pytest.mark.parametrize(
    "value", ["x-user-id", "models/qwen3/v12/model.tar.gz", "generated_text", "model.layers.0.self_attn.q_proj.weight"]
)
def test_a_key_of_something_unknown_leaves_words(value: str) -> None:
    assert not looks_random(value)
    assert redacted("ACME_KEY", value) == value


def test_the_folder_that_a_shell_is_in_is_no_password() -> None:
    assert redacted("OLDPWD", "/var/spool/tmp.Xk29QzL4pW") == "/var/spool/tmp.Xk29QzL4pW"


@pytest.mark.parametrize("name", ["HF_TOKEN", "API_KEY"])
def test_an_allowed_name_keeps_its_value(name: str) -> None:
    assert redacted(name, VALUE, allow=(name,)) == VALUE


def test_an_allowed_name_does_not_excuse_a_secret_format() -> None:
    token = "hf_" + "aBc" * 12

    assert redacted("HF_TOKEN", token, allow=("HF_TOKEN",)) == REDACTED


def test_names_decide_among_variables_only() -> None:
    document: Document = {"projectName": VALUE, "modelName": "TOKEN", "project": {"branch": "secret-santa"}}

    assert redact_document(document).document == document


def test_a_finding_says_which_variable_and_which_rule() -> None:
    findings = redact_document({"parameters": {"HF_TOKEN": VALUE, "config.password": VALUE}}).findings

    assert findings == (
        Finding("parameters.HF_TOKEN", "name/literal"),
        Finding('parameters["config.password"]', "name/credential"),
    )


def test_secrets_of_an_environment_are_those_worth_searching_for() -> None:
    variables = {
        "HF_TOKEN": "tok-en-value-1",
        "DB_PASSWORD": "correct-horse-7",
        "AWS_SESSION_TOKEN": "s3ss10n-t0ken",
        "SHORT_TOKEN": "abc123",
        "MAX_TOKENS": "4096000000",
        "AUTH_TOKEN_FILE": "not-a-path-8",
        "API_KEY": "${KEY}",
        "SSH_AUTH_SOCK": "/run/user/1000/agent.1",
        "PGPASSWORD": "postgres",
        "PWD": "/home/ada/project",
        "PROJECT": "my-project-42",
        "RELEASED_TOKEN": "no-secret-at-all-9",
    }

    found = secret_values(variables, allow=["RELEASED_TOKEN"])

    assert found == {"tok-en-value-1", "correct-horse-7", "s3ss10n-t0ken"}
