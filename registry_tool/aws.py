"""AWS in general: a client made from an environment, and what sort of failure an exception is.

With `ci` and `live` the only module that knows botocore; it is imported when a client is asked for, because it costs
more than everything else that the tool loads.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from registry_tool import __version__
from registry_tool.errors import RegistryError

if TYPE_CHECKING:
    from types import ModuleType

_CONNECT_SECONDS = 4
_READ_SECONDS = 15
_USER_INFO = re.compile(r"(?<=://)[^/@\s]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientWish:
    """What a client should be like.

    `purpose` is what needs the client, in words; `extra` is what pip installs botocore with. `region` and `endpoint`
    are empty where AWS's own configuration decides. A call is tried up to `attempts` times; waits double between tries.
    `connections` threads can share the client. Without `with_keys`, keys in the environment are passed over, because a
    profile that was asked for by name has keys of its own.
    """

    purpose: str
    extra: str
    region: str = ""
    endpoint: str = ""
    attempts: int = 10
    connections: int = 4
    with_keys: bool = True


def client(service: str, wish: ClientWish, environment: Mapping[str, str]) -> Any:  # noqa: ANN401  each service has a class of its own
    """A client for a service; calls nobody yet.

    Raises a `RegistryError` without botocore, and botocore's own errors where something else is missing.

    Keys, session token and profile come from `environment`. What they do not settle, botocore looks for itself, by its
    standard chain, in `os.environ` and in files: AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, web identity,
    container and instance roles, proxies, AWS_CA_BUNDLE.
    """
    botocore = _modules(wish)
    session = botocore.session.Session(profile=_first(environment, "AWS_PROFILE", "AWS_DEFAULT_PROFILE") or None)
    # Reading the description of a large service takes 0.2 s: once for all regions is enough.
    session.register_component("data_loader", _loader(session.get_config_variable("data_path")))
    return session.create_client(
        service,
        region_name=wish.region or None,
        endpoint_url=wish.endpoint or None,
        config=botocore.config.Config(
            retries={"mode": "standard", "total_max_attempts": wish.attempts},
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            max_pool_connections=wish.connections,
            user_agent_extra=f"registry-tool/{__version__}",
        ),
        **(_keys(environment) if wish.with_keys else {}),
    )


class Failure(StrEnum):
    """What sort of failure an exception of botocore is."""

    THROTTLED = "throttled"
    LOST = "no answer, or a failure of the server: the call may have been carried out"
    UNREACHABLE = "no connection: the call was not carried out"
    CREDENTIALS = "no credentials, or none that are accepted"
    DENIED = "not allowed"
    OTHER = "anything else"


def failure(error: Exception) -> Failure:
    """What sort of failure `error` is."""
    from botocore import exceptions  # known to be there: it raised the error

    if isinstance(error, exceptions.ClientError):
        failed = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= _SERVER_FAILED
        return _OF_CODE.get(code(error), Failure.LOST if failed else Failure.OTHER)
    for found, names in _OF_EXCEPTION.items():
        if isinstance(error, tuple(getattr(exceptions, name) for name in names)):
            return found
    return Failure.OTHER


def was_asked(error: Exception) -> bool:
    """Whether AWS was asked at all: not, if there was nothing to sign with."""
    return type(error).__name__ not in {"NoCredentialsError", "PartialCredentialsError"}


def is_botocores(error: Exception) -> bool:
    """Whether botocore raised it: what went wrong is between us and AWS."""
    return type(error).__module__.startswith("botocore.")


def code(error: Exception) -> str:
    """The name that AWS gives an error in its answer; empty for any other exception."""
    answer: dict[str, dict[str, str]] = getattr(error, "response", None) or {}  # None where nobody answered
    return answer.get("Error", {}).get("Code", "")


def detail(error: Exception) -> str:
    """What the error itself says: it may name the user, the action or the reason."""
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        answer = error.response.get("Error", {})
        return ", ".join(filter(None, (answer.get("Code", ""), answer.get("Message", ""))))
    return without_user(str(error))


def without_user(text: str) -> str:
    """`text` without the name and the password that an address in it may hold."""
    return _USER_INFO.sub("", text)


def _modules(wish: ClientWish) -> ModuleType:
    try:
        import botocore
        import botocore.config
        import botocore.exceptions
        import botocore.session
    except ModuleNotFoundError as err:
        from registry_tool.address import packages_of  # only on the way to an error

        raise RegistryError(
            f"{wish.purpose} needs botocore, which is not installed",
            hint=f"{sys.executable} -m pip install {packages_of(wish.extra)}",
        ) from err
    return botocore


@cache
def _loader(data_path: str | None) -> Any:  # noqa: ANN401  botocore's
    from botocore.loaders import create_loader

    return create_loader(data_path)


def _first(environment: Mapping[str, str], *names: str) -> str:
    return next((environment[name] for name in names if environment.get(name)), "")


def _keys(environment: Mapping[str, str]) -> dict[str, str | None]:
    """The keys in the environment, if they are all there: with half of them, botocore says which half is missing."""
    key, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not key or not secret:
        return {}
    token = _first(environment, "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
    return {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": token or None}


_SERVER_FAILED = 500
_OF_CODE = {
    **dict.fromkeys(
        (
            "LimitExceededException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
        ),
        Failure.THROTTLED,
    ),
    **dict.fromkeys(
        (
            "ExpiredToken",
            "ExpiredTokenException",
            "IncompleteSignature",
            "IncompleteSignatureException",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ),
        Failure.CREDENTIALS,
    ),
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "NotAuthorized", "OptInRequired"), Failure.DENIED),
}
# In this order: the first that fits counts.
_OF_EXCEPTION = {
    Failure.UNREACHABLE: (
        "EndpointConnectionError",
        "ConnectTimeoutError",
        "ProxyConnectionError",
        "SSLError",
    ),
    Failure.LOST: ("HTTPClientError", "ConnectionError"),
    Failure.CREDENTIALS: (
        "ConfigParseError",
        "CredentialRetrievalError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "SSOError",
        "TokenRetrievalError",
    ),
}
