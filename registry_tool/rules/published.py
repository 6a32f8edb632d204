"""The settings that engines publish, whose names look secret and whose values are limits, names or switches.

The contract hides every value under a name that contains TOKEN. A new registry's allow list releases these, so that two
deployments that differ in one of them differ in their records too. The comments say where an engine publishes its
names; what could hold a credential (`HF_TOKEN`, `VLLM_API_KEY`) is not here.
"""

from __future__ import annotations

import re

from registry_tool.errors import RegistryError

# vllm/envs.py; vllm/engine/arg_utils.py and entrypoints/openai/cli_args.py, whose options a project sets by VLLM_.
_VLLM = """
    ENABLE_PROMPT_TOKENS_DETAILS ENABLE_TOKENIZER_INFO_ENDPOINT LONG_PREFILL_TOKEN_THRESHOLD MAX_NUM_BATCHED_TOKENS
    MAX_TOKENS_PER_EXPERT_FP4_MOE NUM_SPECULATIVE_TOKENS RETURN_TOKENS_AS_TOKEN_IDS SKIP_TOKENIZER_INIT TOKENIZER
    TOKENIZER_MODE TOKENIZER_POOL_EXTRA_CONFIG TOKENIZER_POOL_SIZE TOKENIZER_POOL_TYPE TOKENIZER_REVISION
"""
# python/sglang/srt/environ.py; server_args.py, whose options a project sets by SGLANG_.
_SGLANG = """
    CLIP_MAX_NEW_TOKENS_ESTIMATION DEEPEP_NUM_MAX_DISPATCH_TOKENS_PER_RANK DETOKENIZER_WORKER_NUM INIT_NEW_TOKEN_RATIO
    MAX_NEW_TOKENS_LIMIT MAX_PREFILL_TOKENS MAX_TOTAL_TOKENS MIN_NEW_TOKEN_RATIO_FACTOR
    MORI_NUM_MAX_DISPATCH_TOKENS_PER_RANK NEW_TOKEN_RATIO_DECAY_STEPS NUM_RESERVED_DECODE_TOKENS
    PREFILL_DELAYER_TOKEN_USAGE_LOW_WATERMARK SKIP_TOKENIZER_INIT SPECULATIVE_NUM_DRAFT_TOKENS SPECULATIVE_TOKEN_MAP
    TOKENIZER_BACKEND TOKENIZER_MODE TOKENIZER_PATH TOKENIZER_WORKER_NUM
"""
# trtllm-serve; the parameters of tensorrtllm_backend's models.
_TENSORRT_LLM = "CUSTOM_TOKENIZER MAX_NUM_TOKENS MAX_TOKENS_IN_PAGED_KV_CACHE TOKENIZER TOKENIZER_DIR"
# DJL Serving: the user guides of LMI, which hands on the options of vLLM and TensorRT-LLM by OPTION_.
_LMI = """
    LONG_PREFILL_TOKEN_THRESHOLD MAX_NUM_BATCHED_TOKENS MAX_NUM_TOKENS MAX_ROLLING_BATCH_PREFILL_TOKENS
    MAX_TOKENS_IN_PAGED_KV_CACHE TOKENIZER TOKENIZER_MODE TOKENS_PER_BLOCK
"""
# text-generation-inference and text-embeddings-inference: launcher and router; huggingface_hub; tokenizers; tiktoken.
_UNPREFIXED = """
    BENCHMARK_INPUT_TOKENS_MEAN BENCHMARK_INPUT_TOKENS_STDDEV BENCHMARK_OUTPUT_TOKENS_MEAN
    BENCHMARK_OUTPUT_TOKENS_STDDEV BENCHMARK_TOKENIZER HF_HUB_DISABLE_IMPLICIT_TOKEN MAX_BATCH_PREFILL_TOKENS
    MAX_BATCH_TOKENS MAX_BATCH_TOTAL_TOKENS MAX_INPUT_TOKENS MAX_TOP_N_TOKENS MAX_TOTAL_TOKENS MAX_WAITING_TOKENS
    TIKTOKEN_CACHE_DIR TIKTOKEN_ENCODINGS_BASE TOKENIZERS_PARALLELISM TOKENIZER_CONFIG_PATH TOKENIZER_NAME
"""
_BY_PREFIX = {"VLLM_": _VLLM, "SGLANG_": _SGLANG, "TRTLLM_": _TENSORRT_LLM, "OPTION_": _LMI, "": _UNPREFIXED}

PUBLISHED = tuple(sorted(f"{prefix}{name}" for prefix, names in _BY_PREFIX.items() for name in names.split()))
"""The names, sorted: vLLM, SGLang, TensorRT-LLM, LMI, text-generation-inference, tokenizers, benchmarks."""

ALLOW_LIST = "redaction:\n  allow:\n" + "".join(f"    - {name}\n" for name in PUBLISHED)
"""The setting that releases them, as a new `registry.yaml` has it."""


def with_published(text: str) -> str:
    """The text of a valid `registry.yaml` whose allow list has all published names; what it allows already stays.

    Raises `RegistryError` if the list is written in a way that only a person can add to.
    """
    if not re.search(r"(?m)^redaction:", text):
        return f"{text.rstrip()}\n\n# Settings that engines publish; only their names look secret:\n{ALLOW_LIST}"
    missing = [name for name in PUBLISHED if not re.search(rf"(?m)^\s+(?:- |allow:.*\b){name}\b", text)]
    if match := re.search(r"(?m)^redaction:\n(?:  #[^\n]*\n)*  allow:\n(?=    - )", text):
        return text[: match.end()] + "".join(f"    - {name}\n" for name in missing) + text[match.end() :]
    if match := re.search(r"(?m)^redaction:\n(?:  #[^\n]*\n)*  allow: \[([^\[\]\n]*)(?=\]$)", text):
        more = ", ".join([match[1], *missing] if match[1].strip() else missing)
        return text[: match.start(1)] + more + text[match.end() :]
    raise RegistryError(
        "the allow list in registry.yaml is written in a way that only you can add to",
        hint=f"write each name on a line of its own, or add: {', '.join(missing)}",
    )
