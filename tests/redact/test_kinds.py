"""What no list of services or programs can hold: cells of tables, stores of secrets, tokens of unlisted services."""

from __future__ import annotations

import pytest

from registry_tool.redact import REDACTED, redact_document

PASSWORD = "tZLgFWAv7SwAHF"  # noqa: S105  made up
RUN = "8s7Qm2LxW4pTz9RvK1bNc6YhD3fGj5"


def redacted(text: str) -> str:
    return str(redact_document({"notes": text}).document["notes"])


@pytest.mark.parametrize(
    "table",
    [
        "user,password\nada,{}\n",
        "user;password;region\nada;{};eu-west-1",
        'user,"password"\n"ada","{}"',
        "name\tapi_key\nchat\t{}",
        "| user | password |\n|------|----------|\n| ada  | {} |",
        "db_password,user\r\n{},ada\r\n",
    ],
)
def test_the_cells_below_a_credentials_name_are_taken_out(table: str) -> None:
    assert redacted(table.format(PASSWORD)) == table.format(REDACTED)


def test_every_row_of_a_table_is_looked_at_until_it_ends() -> None:
    text = f"id,user,password\n1,ada,{PASSWORD}\n2,grace,{PASSWORD}x\n\n3,alan,plain words"

    assert redacted(text) == f"id,user,password\n1,ada,{REDACTED}\n2,grace,{REDACTED}\n\n3,alan,plain words"


@pytest.mark.parametrize(
    "table",
    [
        "model,max_tokens\nqwen3,4096\n",
        "| password | rotated |\n| token throughput | 1234 |",
        "key,value\nmodel,Qwen3-4B\n",
        "password, or a key\nsee the wiki, page 7",
        "user,password\nada,${DB_PASSWORD}",
    ],
)
def test_a_table_without_credentials_stays(table: str) -> None:
    assert redacted(table) == table


@pytest.mark.parametrize(
    "command",
    [
        "vault kv put ml/serving value={} ttl=1h",
        "bao kv patch ml/serving user=ada note='{}'",
        "gh secret set HOOK --body {}",
        "gh secret set HOOK -b '{}' --repo acme/ml",
        "aws secretsmanager create-secret --name x --secret-string {}",
        "aws ssm put-parameter --name /ml/x --type SecureString --value {}",
        "az keyvault secret set --vault-name kv --name x --value {}",
        "fly secrets set HOOK={} --app ml",
        "doppler secrets set HOOK={}",
        "twine upload -u ada -p {} dist/x.whl",
        "anything --user ada -p {}",
        "openssl enc -aes-256-cbc -k {} -in x",
        "mc alias set ml https://minio.example.org admin {}",
        "poetry config http-basic.acme ada {}",
        "composer config --global http-basic.repo.example.org ada {}",
        "composer config -g github-oauth.github.com {}",
        "redis-cli ACL SETUSER app on >{} ~* +@all",
        'expect "assword:" send "{}\\r"',
    ],
)
def test_what_a_command_stores_or_logs_in_with_is_taken_out(command: str) -> None:
    text = command.format(PASSWORD)

    assert PASSWORD not in redacted(text)
    assert redacted(text).startswith(text.split(" ", 2)[0])


@pytest.mark.parametrize(
    "command",
    [
        "vault kv put ml/serving @data.json",
        "aws ssm put-parameter --name /ml/x --type String --value Qwen3-4B-v2",
        "gh secret list --repo acme/ml",
        "docker run -u 1000 -p 8080:80 vllm/vllm-openai:v0.11.0",
        "docker run --user root -p 8080:80/tcp x",
        "gunicorn --user app1 -p pid1file",
        "openssl version && curl -k https://models2.example.org",
        "snmpwalk -v2c host | grep -A 3x",
        "ssh-keygen -l -f k; cp -P a1 b",
        "mysql --version | tee -p2",
        "mc alias set ml https://minio.example.org",
        "poetry config virtualenvs.path /opt/venvs2",
        'send "exit2\\r"',
    ],
)
def test_a_command_that_stores_no_secret_stays(command: str) -> None:
    assert redacted(command) == command


@pytest.mark.parametrize(
    "token",
    [
        f"acme_{RUN}",
        f"acme_live_{RUN}",
        f"zz9_v1_prod_{RUN}",
        "secret_" + "0a" * 20,
        "sk-3f2b8c1d-94dc-72aa-7a6d-0018f99ddceb",
        "key-" + "9c" * 16,
    ],
)
@pytest.mark.parametrize("text", ["{}", "use {} there", "VLLM_EXTRA={}", "--note={}"])
def test_a_token_of_a_service_that_has_no_row_is_taken_out(token: str, text: str) -> None:
    assert redacted(text.format(token)) == text.format(REDACTED)


@pytest.mark.parametrize(
    "text",
    [
        f"pk_live_{RUN}",
        f"phc_{RUN}",
        "cache-key-" + "9c" * 16,
        "vllm_Qwen3VL30BA3BInstructFP8",
        "trt_Llama33NemotronSuper49BInstructFP8",
        "asst_8s7Qm2LxW4pTz9RvK1bNc6Yh",
        "acme_v1_customer_support_assistant_large_context_window",
        "sha256_" + "0a" * 32,
        f"s3://models/acme_{RUN}/model.tar.gz",
        "my_ModelDeploymentConfigurationForProduction2",
    ],
)
def test_a_name_that_resembles_such_a_token_stays(text: str) -> None:
    assert redacted(f"see {text} there") == f"see {text} there"


@pytest.mark.parametrize(
    "text",
    [
        "set the admin password to {}",
        "changed the db password from x to {} today",
        "temp passphrase -> {}",
        "new API key ({}) for staging",
        "wandb login {}",
        "snyk auth {}",
        "rclone obscure {}",
        "kinit ada <<< {}",
        "printf '%s' '{}' | base64",
        "snmpwalk -v2c -c {} host",
        'ssh-keygen -t ed25519 -N "{}" -f k',
        "net user ada {} /add",
        'let token: &str = "{}";',
        "const apiKey: Readonly<string> = '{}';",
        '<entry key="db.password">{}</entry>',
        'ConvertTo-SecureString "{}" -AsPlainText -Force',
        "npm config set //registry.example.org/:_authToken {}",
        "aws configure set aws_session_token {}",
        "the password is now {}.",
    ],
)
def test_a_random_word_beside_a_passwords_name_is_taken_out(text: str) -> None:
    assert redacted(text.format(PASSWORD)) == text.format(REDACTED)


@pytest.mark.parametrize(
    "text",
    [
        "password reset flow is served by LlamaGuard3Prompt8B",
        "secret key rotation job: RotateKeysLambdaV2",
        "unlock code review for Qwen3Next80BA3BThinking",
        "aws sso login --profile MLPlatformAdmin2",
        "auth token flow for OAuth2ClientCredentials tested",
        "api key check passes on Prometheus2AlertmanagerV3",
        "echo 'DeployedModelV2ForProd' | tee -a log",
        "snmpwalk -v2c -c public host",
        'ssh-keygen -t ed25519 -N "" -f k',
        "aws configure set region us-east-1",
        'name: &str = "Qwen3VL30BA3B"',
        '<entry key="max_tokens">4096</entry>',
        '<div id="password">Forgot your password?</div>',
        '<label id="api-key">Enter API key 2 here</label>',
        '<p name="token">Qwen/Qwen3-4B</p>',
        "endpoint_Qwen3VL30BA3BInstructFP8Prod",
    ],
)
def test_words_and_versions_beside_a_passwords_name_stay(text: str) -> None:
    assert redacted(text) == text


def test_a_pins_code_is_one_though_it_is_only_digits() -> None:
    assert redacted("PIN_CODE=83746152") == f"PIN_CODE={REDACTED}"
