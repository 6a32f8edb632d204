"""Speaking to DynamoDB: which table is meant, a client for it, and what went wrong in words.

botocore is imported when a client is asked for, because it costs more than everything else that the tool loads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, cast

from registry_tool import aws
from registry_tool.ci.table import TableFailure
from registry_tool.errors import RegistryError, UsageError
from registry_tool.rules.settings import Settings

ATTEMPTS = 10
"""How often one call is tried. Waits double between tries: throttling is sat out for about a minute."""
CONNECTIONS = 16
"""How many threads may share a client without waiting for each other."""

_TOO_LARGE = re.compile(r"Item size (?:to update )?has exceeded")
_NAME = re.compile(r"[A-Za-z0-9._-]{3,255}")


class Client(Protocol):
    """The calls of DynamoDB that we make, each as botocore has it; `table template` allows a sync job no others."""

    def batch_get_item(self, **request: object) -> dict[str, Any]:
        """Up to 100 items by key."""

    def scan(self, **request: object) -> dict[str, Any]:
        """A page of all items."""

    def put_item(self, **request: object) -> dict[str, Any]:
        """Write a whole item."""

    def update_item(self, **request: object) -> dict[str, Any]:
        """Write some attributes of an item."""

    def delete_item(self, **request: object) -> dict[str, Any]:
        """Delete an item."""

    def describe_table(self, **request: object) -> dict[str, Any]:
        """The table's key, indexes, billing and state."""

    def create_table(self, **request: object) -> dict[str, Any]:
        """Create the table."""

    def describe_continuous_backups(self, **request: object) -> dict[str, Any]:
        """Whether point-in-time recovery is on."""

    def update_continuous_backups(self, **request: object) -> dict[str, Any]:
        """Switch point-in-time recovery."""

    def list_tags_of_resource(self, **request: object) -> dict[str, Any]:
        """The table's tags."""

    def tag_resource(self, **request: object) -> dict[str, Any]:
        """Add tags to the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Which table is meant.

    `region` is empty where AWS's own configuration files decide, `endpoint` where it is AWS's own.
    """

    table: str
    region: str = ""
    endpoint: str = ""

    def __str__(self) -> str:
        """As people read it, without what an endpoint's address may hold of a password."""
        where = f" in {self.region}" if self.region else ""
        return f"{self.table}{where}" + (f" at {aws.without_user(self.endpoint)}" if self.endpoint else "")


def address(option: str, environment: Mapping[str, str], settings: Settings) -> Address:
    """The table that is meant: by option, else CI_TABLE_NAME, else the registry's settings.

    The region is the one in the registry's settings, else AWS_REGION, else AWS_DEFAULT_REGION.
    """
    named = {"--ci-table": option, "CI_TABLE_NAME": environment.get("CI_TABLE_NAME", "")}
    origin, table = next(((origin, name) for origin, name in named.items() if name), ("", settings.ci_table))
    if origin and not _NAME.fullmatch(table):
        raise UsageError(
            f"{origin} is not the name of a DynamoDB table: {table!r}",
            hint="a name has 3 to 255 letters, digits, '.', '_' and '-'",
        )
    return Address(
        table=table,
        region=settings.ci_region or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION", ""),
        endpoint=environment.get("AWS_ENDPOINT_URL_DYNAMODB", ""),
    )


def connect(address: Address, environment: Mapping[str, str]) -> Client:
    """A client for `address`; calls nobody yet. A `RegistryError` if that needs something that is missing.

    Keys, session token and profile come from `environment`. What they do not settle, botocore looks for itself, by its
    standard chain, in `os.environ` and in files: AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, web identity,
    container and instance roles, proxies, AWS_CA_BUNDLE. Each call of the client is tried up to `ATTEMPTS` times.
    """
    wish = aws.ClientWish(
        purpose="the CI table",
        extra="dynamodb",
        region=address.region,
        endpoint=address.endpoint,
        attempts=ATTEMPTS,
        connections=CONNECTIONS,
    )
    try:
        client = aws.client("dynamodb", wish, environment)
    except RegistryError:
        raise
    except Exception as err:
        if not aws.is_botocores(err) and not isinstance(err, ValueError):
            raise
        raise explain(err, address) from err
    return cast("Client", client)


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """What goes wrong with the table at `address` inside is raised as `explain` has it."""
    try:
        yield
    except RegistryError:
        raise
    except Exception as err:
        if not aws.is_botocores(err):
            raise
        raise explain(err, address) from err


def failure(error: Exception) -> TableFailure:
    """What sort of failure `error` is."""
    if _TOO_LARGE.search(aws.detail(error)):
        return TableFailure.TOO_LARGE
    return _KINDS.get(aws.code(error)) or TableFailure[aws.failure(error).name]


def explain(error: Exception, address: Address) -> RegistryError:
    """What `error`, an exception of botocore's, means for the table at `address`, and what to do about it."""
    from botocore import exceptions

    if isinstance(error, exceptions.NoRegionError):
        return RegistryError(
            "no AWS region is named for the CI table",
            hint="set ciTable.region in registry.yaml, or AWS_REGION",
        )
    message, hint = _WORDS[failure(error)]
    return RegistryError(message.format(address, aws.detail(error)), hint=hint.format(address.table))


_KINDS = {"ResourceNotFoundException": TableFailure.NO_TABLE, "ConditionalCheckFailedException": TableFailure.CONDITION}
# What is said of each: {0} is the table, {1} what the error itself says.
_WORDS = {
    TableFailure.NO_TABLE: (
        "there is no CI table {0}",
        "create it: registry table create --ci-table {0}, or name its region: AWS_REGION or ciTable.region",
    ),
    TableFailure.CONDITION: ("an item of the CI table {0} was changed by someone else meanwhile", "run it again"),
    TableFailure.THROTTLED: (
        f"the CI table {{0}} is throttled, and still was after {ATTEMPTS} tries: {{1}}",
        "run it again later: what is in sync by then is not written again",
    ),
    TableFailure.LOST: ("the CI table {0} did not answer: {1}", "run it again: what was written is not written again"),
    TableFailure.UNREACHABLE: (
        "the CI table {0} cannot be reached: {1}",
        "check the network, the region and AWS_ENDPOINT_URL_DYNAMODB; then run it again",
    ),
    TableFailure.CREDENTIALS: (
        "AWS does not accept who asks for the CI table {0}: {1}",
        "sign in again, or check the keys or the profile: aws sts get-caller-identity",
    ),
    TableFailure.DENIED: (
        "AWS does not allow this on the CI table {0}: {1}",
        "registry table template prints the policy that a sync job needs",
    ),
    TableFailure.TOO_LARGE: (
        "DynamoDB takes no item of more than 400 KB, counted in bytes, and this one would be larger",
        "shorten its parameters or notes, and register it again",
    ),
    TableFailure.OTHER: (
        "the CI table {0} cannot be used: {1}",
        "check its name, its region and AWS_ENDPOINT_URL_DYNAMODB",
    ),
}
