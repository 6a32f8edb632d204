"""Where a pull request is opened, on the hosts whose addresses are known."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

# The address as git takes it: with a scheme, or as ssh's short form `git@host:owner/name`.
_ADDRESS = re.compile(
    r"(?:(?P<scheme>https?|ssh|git)://)?(?:[^/@\s]*@)?(?P<host>[\w.-]+)(?P<port>:\d+)?[:/]+(?P<path>[^?#\s]+)"
)
_PAGES = {
    "github": "{base}/pull/new/{branch}",
    "gitlab": "{base}/-/merge_requests/new?merge_request%5Bsource_branch%5D={branch}",
    "bitbucket": "{base}/pull-requests/new?source={branch}",
}
_KNOWN = re.compile(r"(github|gitlab)\..+|(bitbucket)\.org")


class RemotePlace(NamedTuple):
    """Where a remote is: the host, which kind it is by its name (empty if not known), and the repository there."""

    host: str
    kind: str
    path: str


def find_place(remote: str) -> RemotePlace | None:
    """Where `remote` is; None if it is not on a host.

    >>> find_place("git@github.com:acme/deployments.git")
    RemotePlace(host='github.com', kind='github', path='acme/deployments')
    """
    address = _ADDRESS.fullmatch(remote)
    if address is None:
        return None
    host = address["host"].lower()
    known = _KNOWN.fullmatch(host)
    kind = (known[1] or known[2]) if known else ""
    return RemotePlace(host, kind, address["path"].rstrip("/").removesuffix(".git"))


def pull_request_url(remote: str, branch: str) -> str:
    """The page where a pull request of `branch` is opened on the host of `remote`; empty if that is not known.

    >>> pull_request_url("git@github.com:acme/deployments.git", "deploy/qwen3")
    'https://github.com/acme/deployments/pull/new/deploy/qwen3'
    >>> pull_request_url("https://git.example.org/acme/deployments.git", "deploy/qwen3")
    ''
    """
    address = _ADDRESS.fullmatch(remote)
    place = find_place(remote)
    if address is None or place is None or not place.kind:
        return ""
    web = address["scheme"] if address["scheme"] in {"http", "https"} else ""
    # A port of ssh's says nothing about the web's.
    host = address["host"] + (address["port"] or "" if web else "")
    base = f"{web or 'https'}://{host}/{quote(place.path)}"
    return _PAGES[place.kind].format(base=base, branch=quote(branch))
