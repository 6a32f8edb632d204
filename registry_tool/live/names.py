"""The names that the do scripts give to what they create.

No SageMaker object of theirs carries a tag: a name is all that tells whose object it is. Each name ends in the Unix
time at which it was made, except the name of an adapter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry_tool.record.identity import REALTIME

_STAMP = re.compile(r"-\d{10}\Z")
_DIGITS = 10
_SAME_DEPLOYMENT = 600
"""In seconds: do/deploy makes a configuration and its endpoint one right after the other."""
# What do/deploy puts between the project's name and the time.
_ENDPOINT_WORDS = {
    (REALTIME, False): "endpoint",
    (REALTIME, True): "mkt-ep",
    ("async-inference", False): "async-ep",
    ("async-inference", True): "mkt-async-ep",
}
JOB_WORDS = "-batch-job-"
"""A part of the name of every transform job that the do scripts start."""


def stem(name: str) -> str:
    """The name without the time at its end; empty if it has none.

    >>> stem("vllm-rt-endpoint-1795649010"), stem("chatbot-prod")
    ('vllm-rt-endpoint', '')
    """
    return name[: match.start()] if (match := _STAMP.search(name)) else ""


def endpoint_stem(project: str, target: str, *, marketplace: bool) -> str:
    """The stem of the names of this project's endpoints."""
    return f"{project}-{_ENDPOINT_WORDS[target, marketplace]}"


def component_stems(project: str, component: str) -> tuple[str, ...]:
    """The stems that a component's name may have: of `do/ic/<component>.conf`, or of a project without that folder.

    >>> component_stems("chat", "default")
    ('chat-default', 'chat-ic')
    """
    return (f"{project}-{component}", f"{project}-ic") if component == "default" else (f"{project}-{component}",)


def is_made_with(config: str, endpoint: str, project: str, target: str, *, marketplace: bool) -> bool:
    """Whether an endpoint configuration was made for this endpoint, and not by another deployment of the project.

    >>> is_made_with("a-epc-1795649011", "a-endpoint-1795649010", "a", "realtime-inference", marketplace=False)
    True
    >>> is_made_with("a-async-epc-1795649018", "a-endpoint-1795649010", "a", "realtime-inference", marketplace=False)
    False
    """
    word = {"endpoint": "epc"}.get(_ENDPOINT_WORDS[target, marketplace], f"{_ENDPOINT_WORDS[target, marketplace]}c")
    if stem(config) != f"{project}-{word}" or not stem(endpoint):
        return False
    return abs(int(config[-_DIGITS:]) - int(endpoint[-_DIGITS:])) <= _SAME_DEPLOYMENT


def job_stem(project: str, *, marketplace: bool) -> str:
    """The stem of the names of this project's transform jobs."""
    return f"{project}-mkt-batch-job" if marketplace else f"{project}-batch-job"


def is_made_without_conf(name: str, project: str) -> bool:
    """Whether a component comes from a project without a do/ic folder; do/deploy gives that one no IC_ENV_ variable."""
    return stem(name) == f"{project}-ic"


def adapter_name(project: str, adapter: str) -> str:
    """The inference component of a LoRA adapter: the one name without a time."""
    return f"{project}-adapter-{adapter}"


def looks_made_by_do(endpoint: str) -> bool:
    """Whether an endpoint's name is one that some project's do/deploy gives.

    >>> looks_made_by_do("vllm-rt-endpoint-1795649010"), looks_made_by_do("chatbot-prod")
    (True, False)
    """
    return any(projects_of(endpoint))


def projects_of(endpoint: str) -> Iterator[str]:
    """The projects whose endpoint this may be; `a-mkt-async-ep-...` may be of `a` or of `a-mkt`."""
    for word in _ENDPOINT_WORDS.values():
        if (found := stem(endpoint)).endswith(f"-{word}"):
            yield found.removesuffix(f"-{word}")
