"""What must stay readable: the texts of real deployments hold no false secret."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from registry_tool.redact import redact_document, scan

if TYPE_CHECKING:
    from registry_tool.record.identity import Document

SHA1, SHA256 = (hashlib.new(name, b"1").hexdigest() for name in ("sha1", "sha256"))

MODELS = (
    "Qwen/Qwen3-4B",
    "meta-llama/Llama-3.3-70B-Instruct",
    "nvidia/Llama-3_1-Nemotron-Ultra-253B-v1",
    "mistralai/Mixtral-8x22B-Instruct-v0.1",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
    "hf-internal-testing/tiny-random-gpt2",
)
IMAGES = (
    "123456789012.dkr.ecr.us-east-1.amazonaws.com/vllm-rt:vllm-rt-latest",
    "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.33.0-lmi15.0.0-cu128",
    "vllm/vllm-openai:v0.11.0",
    f"nvcr.io/nvidia/tritonserver:24.08-py3@sha256:{SHA256}",
    f"oci://app:1.2@sha256:{SHA256}",
)
REFERENCES = (
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:hf-token-AbCdEf",
    "arn:aws:iam::123456789012:role/SageMakerExecutionRole",
    f"s3://bucket/models/{SHA1}/model.tar.gz",
    "s3://bucket/adapters/fr/adapter_model.safetensors",
    "/opt/ml/model",
    "/run/secrets/hf_token",
    "${HF_TOKEN}",
    "$HF_TOKEN",
    "--api-key ${API_KEY} --hf-token $HF_TOKEN",
    "https://${GIT_USER}:${GIT_TOKEN}@git.example.org/m.git",
    "password: ${DB_PASSWORD:-}",
    "token: vault:kv/data/hf#token",
    "git@github.com:org/repo.git",
    "ssh://git@github.com/org/repo.git",
    "https://user@git.example.org/m.git",
    "https://registry.example.org/@scope/package",
    f"https://git.example.org/org/repo/commit/{SHA1}?w=1#r2",
)
NUMBERS = ("8192", "0.95", "1e-5", "-1", "2026-11-23T09:06:48.267Z", "12:30:01", "v0.11.0", "1.5.2", "10.0.0.1:8080")
DIGESTS = (
    SHA1,
    SHA256,
    f"sha256:{SHA256}",
    hashlib.new("md5", b"1", usedforsecurity=False).hexdigest(),
    f"sha512-{base64.b64encode(hashlib.sha512(b'1').digest()).decode()}",
    f"numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.whl --hash=sha256:{SHA256}",
    *(str(uuid.uuid5(uuid.NAMESPACE_URL, str(seed))) for seed in range(20)),
    *(hashlib.sha1(bytes([seed]), usedforsecurity=False).hexdigest() for seed in range(20)),
)
ARGUMENTS = (
    "--model Qwen/Qwen3-4B --max-num-batched-tokens 8192 --tokenizer Qwen/Qwen3-4B --tokenizer-mode mistral",
    "--enable-auto-tool-choice --tool-call-parser hermes --eos-token-id 151645 --pad-token '<|endoftext|>'",
    "--use-auth-token my-model-v1-final --no-enable-prefix-caching --auth basic --token-type bearer",
    json.dumps({"eos_token": "<|im_end|>", "bos_token": "<s>", "pad_token": "[PAD]", "max_tokens": 4096, "auth": None}),
    json.dumps({"speculative_config": {"model": "yuhuili/EAGLE3-LLaMA3.1-Instruct-8B", "num_speculative_tokens": 5}}),
    json.dumps({"cache_key": "abc123def456ghi", "auth": {"type": "none"}, "tokenizer": "Qwen/Qwen3-4B"}),
    "TOKENIZERS_PARALLELISM=false HF_HUB_ENABLE_HF_TRANSFER=1 VLLM_API_KEY_FILE=/run/key API_KEY=EMPTY",
    "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db, key: password}",
)
PROSE = (
    "Upgraded to vLLM 0.8.5, 20% less latency; 1234 tokens/s. Auth disabled, access via an IAM role.",
    "Password auth is disabled. The API key is rotated monthly; the token: none.",
    "Secrets: ARNs are resolved from the active bootstrap profile at runtime",
    "tests pass: 12/12 ok; time per output token: 12.5ms/tok; first token: 0.3s/req",
    "Token bucket limiter: 100 rps. monkey: yes. author: Ada Lovelace <ada@example.org>",
    f"Signed-off-by: Ada <ada@example.org>\nChange-Id: I{SHA1}",
    "def decode(ids):\n    token = tokenizer.decode(ids)\n    return token",
    "task-1234567890-abcdef risk-analysis-model-with-a-very-long-kebab-case-name-2026-final hf_hub_download",
    "-----BEGIN CERTIFICATE-----\n" + "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n" * 3,
    base64.b64encode(b"Harmless text about deployments, nothing to see here at all.").decode(),
    base64.b64encode(json.dumps({"model": "x", "max_tokens": 5, "sizes": [1, 2, 3]}).encode()).decode(),
    base64.b64encode(bytes(range(200))).decode(),
)
SETTING_FILES = (
    "auth:\n  type: iam\n  region: us-east-1\nport: 8080",
    "tokenizer: Qwen/Qwen3-4B\ntokenizer_mode: auto\npad_token: <|endoftext|>\neos_token: </s>",
    "api_key: os.environ/OPENAI_API_KEY\nmodel: gpt-4o-mini-2024-07-18",
    "password: !vault db/password\nport: 1",
    "keys:\n  - input_ids\n  - attention_mask\nsecrets:\n  - db-password\n  - api-key",
    f"primary_key: id\nsort_key: created_at\ncache_key: {SHA256}\nttl: 60",
    "kind: SecretProviderClass\nspec:\n  provider: aws",
    "[model]\nname = Qwen3\nmax_tokens = 4096\n[auth]\ntype = none\n[server]\nkey = value\ncert = /etc/ssl/cert.pem",
    "- password: unchanged\n- api key: see vault",
    "Password: rotated on Monday\nAPI key: see the vault\nOwner: Ada",
    "| password | rotated |\n| token throughput | 1234 |",
    "<key>model</key><string>Qwen3</string> <token>eos</token>",
    'def f(password: str, api_key: Optional[str] = None): return getToken("access"), os.getenv("API_KEY")',
    'client = OpenAI(api_key=os.environ["OPENAI_API_KEY"], base_url="http://localhost:8000/v1")',
    "set token \"eos\" and key 'input_ids'; password 'reset' page; kubectl: secret \"db-credentials\" created",
    "login with admin / see vault; user/group: 1000:1000, account 123456789012, login shell /bin/bash",
    "echo starting | tee /var/log/start.log; echo $PASSWORD | sudo -S true",
    "https://example.org/hooks/pre-deploy?key=name&token_type=bearer",
)
PBTXT = (
    """\
# Triton Model Configuration
name: "model"
backend: "python"
max_batch_size: 8
input [ { name: "input__0" data_type: TYPE_FP32 dims: [ -1 ] } ]
parameters: { key: "EXECUTION_ENV_PATH" value: { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
parameters: { key: "tokenizer_dir" value: { string_value: "Qwen/Qwen2.5-7B" } }
parameters: { key: "max_tokens_in_paged_kv_cache" value: { string_value: "8192" } }
instance_group [ { count: 1 kind: KIND_AUTO } ]
dynamic_batching { preferred_batch_size: [ 4, 8 ] max_queue_delay_microseconds: 100 }
""",
)

SETTINGS = [
    (name, value)
    for name, _, value in (
        line.partition("=")
        for line in Path(__file__).with_name("harmless.env").read_text(encoding="utf-8").splitlines()
    )
]
"""Variables of real deployments, and what looks like a credential to those who do not read the whole name."""

CORPUS = (*MODELS, *IMAGES, *REFERENCES, *NUMBERS, *DIGESTS, *ARGUMENTS, *PROSE, *SETTING_FILES, *PBTXT)


@pytest.mark.parametrize("text", CORPUS)
def test_harmless_text_stays_and_passes_the_last_gate(text: str) -> None:
    document: Document = {"notes": text, "parameters": {"VLLM_ARGS": text}}

    assert redact_document(document).document == document
    assert scan(text.encode(), field="record") == ()


def test_a_whole_record_of_harmless_texts_stays() -> None:
    document: Document = {
        "parameters": {f"SETTING_{number}": text for number, text in enumerate(CORPUS)},
        "notes": "all of it",
    }

    assert redact_document(document).document == document


def test_the_corpus_is_large() -> None:
    assert len(SETTINGS) + len(CORPUS) >= 300


@pytest.mark.parametrize("field", ["parameters", "icEnvironment"])
def test_a_harmless_setting_stays_as_a_variable(field: str) -> None:
    hidden = [
        f"{name}={value}"
        for name, value in SETTINGS
        if redact_document({field: {name: value}}).document != {field: {name: value}}
    ]

    assert hidden == []


@pytest.mark.parametrize("text", ["{0}={1}", '{{"{0}": "{1}"}}', "docker run -e {0}={1} image"])
def test_a_harmless_setting_stays_inside_a_text(text: str) -> None:
    changed = []
    for name, value in filter(all, SETTINGS):
        notes = text.format(name, value)
        if redact_document({"notes": notes}).document != {"notes": notes}:
            changed.append(notes)

    assert changed == []
