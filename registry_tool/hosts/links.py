"""Where a reader of a review finds what it speaks of: pages of the host, and of the registry's own site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~%/-]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The pages of a repository on its host, and of a registry's site; an address is empty where there is no page.

    `web` is the repository's page, `prefix` where the registry lies in the repository.
    """

    web: str = ""
    kind: Literal["github", "gitlab"] = "github"
    prefix: str = ""
    site: str = ""

    def file(self, path: str, revision: str, line: int = 0) -> str:
        """A file of the registry at a commit."""
        return self._page(f"blob/{revision}/{quote(self.prefix + path)}{f'#L{line}' if line else ''}")

    def commit(self, revision: str) -> str:
        """A commit."""
        return self._page(f"commit/{revision}")

    def comparison(self, base: str, head: str) -> str:
        """Everything that differs between two commits."""
        return self._page(f"compare/{base}...{head}")

    def record(self, config_id: str) -> str:
        """A record's page on the site, which is as new as what was merged."""
        return f"{self.site}/#/record/{quote(config_id)}" if self.site else ""

    def _page(self, path: str) -> str:
        if not self.web:
            return ""
        return f"{self.web}/{'-/' if self.kind == 'gitlab' else ''}{path}"


def find_links(environment: Mapping[str, str], *, prefix: str, site: str) -> Links:
    """The links that the variables of a CI job make possible; `site` is the address that the registry's settings say.

    An address that is not a plain one of the web is left out: it would end up in HTML.
    """
    site = site.rstrip("/") if _ADDRESS.fullmatch(site) else ""
    if environment.get("GITHUB_ACTIONS") == "true":
        server, repository = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
        return Links(web=_web(f"{server}/{repository}"), kind="github", prefix=prefix, site=site)
    if environment.get("GITLAB_CI") == "true":
        return Links(web=_web(environment.get("CI_PROJECT_URL", "")), kind="gitlab", prefix=prefix, site=site)
    return Links(prefix=prefix, site=site)


def _web(address: str) -> str:
    return address.rstrip("/") if _ADDRESS.fullmatch(address) else ""
