"""Asking GitHub or GitLab for something: one call, with a token that goes nowhere but to the host."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from registry_tool.errors import RegistryError, UsageError

if TYPE_CHECKING:
    from registry_tool.record.identity import Json

SECONDS = 30
"""How long an answer of the host is waited for."""
_LONGEST_ANSWER = 1 << 26


class HostError(RegistryError):
    """The host could not be reached, or does not want what it was asked; `status` is its answer's, 0 for none."""

    def __init__(self, message: str, *, hint: str = "", status: int = 0) -> None:
        """Say what happened and what to do next."""
        super().__init__(message, hint=hint)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The interface of a host, and who asks. `purpose` is what the token must be allowed: `write comments`."""

    name: str
    address: str
    token_header: tuple[str, str]
    purpose: str

    def call(self, method: str, path: str, content: Json = None) -> Json:
        """What the host answers, as JSON; a `HostError` that says no more than the status."""
        from urllib.error import HTTPError, URLError
        from urllib.request import Request, urlopen

        if not self.address.startswith(("https://", "http://")):
            raise UsageError(f"{self.address!r} is not an address of {self.name}")
        request = Request(  # noqa: S310  http or https, as CI says
            self.address.rstrip("/") + path,
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={
                "Accept": "application/json",
                "Content-Type": "application/json",
                "User-Agent": "registry-tool",
            },
        )
        request.add_unredirected_header(*self.token_header)  # it goes nowhere but to the host
        try:
            with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  likewise
                return cast("Json", json.loads(answer.read(_LONGEST_ANSWER)))
        except HTTPError as err:
            err.close()
            hint = f"the token may not {self.purpose}" if err.code in {401, 403, 404} else "try again"
            raise HostError(
                f"{self.name} answered {method} {path} with {err.code}", hint=hint, status=err.code
            ) from None
        except (URLError, OSError, ValueError) as err:
            raise HostError(f"{self.name} could not be reached", hint="try again") from err
