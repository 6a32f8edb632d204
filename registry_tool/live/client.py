"""Speaking to SageMaker, and only to read: the calls that are made, their pace, and what went wrong in words.

The client has no member that writes; besides, a hook refuses any operation that is not in `READS` before it is sent.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol, cast

from registry_tool import aws
from registry_tool.errors import RegistryError
from registry_tool.live.world import Gap

LISTS = ("ListEndpoints", "ListInferenceComponents", "ListTransformJobs")
"""The operations that a survey needs. AWS cannot narrow them to some objects."""
DESCRIBES = (
    "DescribeEndpoint",
    "DescribeEndpointConfig",
    "DescribeInferenceComponent",
    "DescribeModel",
    "DescribeTransformJob",
)
"""The operations that a comparison of fields needs besides."""
READS = frozenset({*LISTS, *DESCRIBES, "DescribeImages", "GetCallerIdentity"})
"""Every operation that is ever sent."""
MOST_THREADS = 4
"""More would take a share of the account's rate that production needs."""
PAGE = 100
"""The most rows that a list returns at once."""
ATTEMPTS = 10
"""How often one call is tried; waits double between tries."""


class SageMaker(Protocol):
    """The calls of SageMaker that we make, each as botocore has it."""

    def list_endpoints(self, **request: object) -> dict[str, Any]:
        """A page of endpoints."""

    def list_inference_components(self, **request: object) -> dict[str, Any]:
        """A page of inference components."""

    def list_transform_jobs(self, **request: object) -> dict[str, Any]:
        """A page of transform jobs."""

    def describe_endpoint(self, **request: object) -> dict[str, Any]:
        """An endpoint: its state, its instances, the name of its configuration."""

    def describe_endpoint_config(self, **request: object) -> dict[str, Any]:
        """An endpoint configuration: instance types, models."""

    def describe_inference_component(self, **request: object) -> dict[str, Any]:
        """An inference component: image, environment, resources, copies."""

    def describe_model(self, **request: object) -> dict[str, Any]:
        """A model: image or model package, environment."""

    def describe_transform_job(self, **request: object) -> dict[str, Any]:
        """A transform job: its state and its instances."""


class GoneError(Exception):
    """What was to be described is not there any more."""


class UnreadableError(Exception):
    """A call failed for good; `gap` says which one and why."""

    def __init__(self, gap: Gap) -> None:
        """Keep the gap."""
        super().__init__(str(gap))
        self.gap = gap


class Pace:
    """At most so many calls a second, over all threads; 0 is no limit."""

    def __init__(
        self,
        per_second: float,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Start now."""
        self._gap = 1 / per_second if per_second else 0.0
        self._now, self._sleep = now, sleep
        self._next = now()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when it is this call's turn."""
        if not self._gap:
            return
        with self._lock:
            turn = max(self._next, self._now())
            self._next = turn + self._gap
        if (seconds := turn - self._now()) > 0:
            self._sleep(seconds)


class Reader:
    """SageMaker in one region, as one profile sees it. Threads may share it. `calls` counts what was sent."""

    def __init__(
        self, client: SageMaker, *, region: str, profile: str, pace: Pace, identify: Callable[[], str]
    ) -> None:
        """Read through `client`; `identify` asks AWS for the account, where no list tells it."""
        self._client, self._pace, self._identify = client, pace, identify
        self.region, self.profile = region, profile
        self.calls: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._broken: Gap | None = None

    def pages(self, operation: str, **request: object) -> Iterator[dict[str, Any]]:
        """The pages of a list. `UnreadableError` where one cannot be read."""
        token: Mapping[str, object] = {}
        while True:
            page = self._call(operation, MaxResults=PAGE, **request, **token)
            yield page
            following = {"NextToken": page.get("NextToken")}
            if not following["NextToken"]:
                return
            if following == token:
                raise UnreadableError(Gap("its pages never end", f"sagemaker:{operation}"))
            token = following

    def describe(self, operation: str, **request: str) -> dict[str, Any]:
        """One object. `GoneError` if it is not there, `UnreadableError` if it cannot be read."""
        self._pace.wait()
        return self._call(operation, **request)

    def account(self) -> str:
        """The account that asks; empty if nobody tells."""
        with self._lock:
            self.calls["GetCallerIdentity"] += 1
        return self._identify()

    def _call(self, operation: str, **request: object) -> dict[str, Any]:
        if self._broken:
            raise UnreadableError(self._broken)
        with self._lock:
            self.calls[operation] += 1
        try:
            return cast("dict[str, Any]", getattr(self._client, _member(operation))(**request))
        except Exception as err:
            if not aws.is_botocores(err):
                raise
            if _is_missing(err):
                raise GoneError from err
            gap = gap_of(err, f"sagemaker:{operation}")
            if aws.failure(err) in _HOPELESS:
                self._broken = gap  # the next call would fail the same way, after as long a wait
            raise UnreadableError(gap) from err


def connect(environment: Mapping[str, str], *, region: str, profile: str, pace: Pace) -> Reader:
    """A reader for a region; calls nobody yet. `UnreadableError` if nobody could be called, such as without a profile.

    A `RegistryError` without botocore. A `profile` that is named goes before any keys in the environment.
    """
    sagemaker = aws.ClientWish(
        purpose="registry live",
        extra="live",
        region=region,
        endpoint=environment.get("AWS_ENDPOINT_URL_SAGEMAKER", ""),
        attempts=ATTEMPTS,
        connections=MOST_THREADS,
        with_keys=not profile,
    )
    sts = replace(sagemaker, endpoint=environment.get("AWS_ENDPOINT_URL_STS", ""), attempts=1)
    chosen = {**environment, "AWS_PROFILE": profile} if profile else environment

    return Reader(
        cast("SageMaker", _client("sagemaker", sagemaker, chosen)),
        region=region,
        profile=profile,
        pace=pace,
        identify=lambda: _account(_client("sts", sts, chosen)),
    )


def connect_ecr(environment: Mapping[str, str], *, region: str, profile: str) -> Any:  # noqa: ANN401  as aws.client
    """A client for the images of a region; what it may call is what `READS` allows."""
    wish = aws.ClientWish(
        purpose="registry live",
        extra="live",
        region=region,
        endpoint=environment.get("AWS_ENDPOINT_URL_ECR", ""),
        attempts=ATTEMPTS,
        with_keys=not profile,
    )
    return _client("ecr", wish, {**environment, "AWS_PROFILE": profile} if profile else environment)


def _client(service: str, wish: aws.ClientWish, environment: Mapping[str, str]) -> Any:  # noqa: ANN401  as aws.client
    try:
        made = aws.client(service, wish, environment)
    except Exception as err:
        if not aws.is_botocores(err) and not isinstance(err, ValueError):
            raise
        raise UnreadableError(gap_of(err, "")) from err
    made.meta.events.register("before-call", _refuse_writes)
    return made


def _account(sts: Any) -> str:  # noqa: ANN401  as aws.client
    try:
        return str(sts.get_caller_identity()["Account"])
    except Exception as err:
        if not aws.is_botocores(err):
            raise
        return ""


def _refuse_writes(model: Any, **_: object) -> None:  # noqa: ANN401  as aws.client
    if model.name not in READS:
        raise RegistryError(f"refused to call {model.name}: registry live only reads")


def _member(operation: str) -> str:
    """The name that botocore has for an operation: `list_endpoints` for `ListEndpoints`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).removeprefix("_")


def _is_missing(error: Exception) -> bool:
    """SageMaker says it in two ways, depending on the kind of object."""
    if aws.code(error) == "ResourceNotFound":
        return True
    return aws.code(error) == "ValidationException" and "could not find" in aws.detail(error).lower()


_HOPELESS = frozenset({aws.Failure.CREDENTIALS, aws.Failure.UNREACHABLE})
_REASONS = {
    aws.Failure.DENIED: "not allowed",
    aws.Failure.THROTTLED: f"throttled, and still was after {ATTEMPTS} tries",
    aws.Failure.LOST: "no answer",
    aws.Failure.UNREACHABLE: "cannot be reached",
    aws.Failure.CREDENTIALS: "AWS does not accept who asks",
}


def gap_of(error: Exception, action: str) -> Gap:
    """Why a call failed, without anything that the answer quotes."""
    kind = aws.failure(error)
    if not aws.was_asked(error):
        return Gap("AWS was not asked, for want of credentials (AWS_PROFILE, aws configure)", action)
    if kind is aws.Failure.CREDENTIALS:
        return Gap(f"{_REASONS[kind]} ({aws.code(error) or type(error).__name__})", action)
    # Of what AWS says itself only the code: an answer may quote anything.
    return Gap(_REASONS.get(kind) or aws.code(error) or type(error).__name__, action)
