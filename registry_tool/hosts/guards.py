"""Which files outside `registry-data/` decide how a registry is reviewed: whoever changes one changes the review."""

from __future__ import annotations

import re

_RUNS = "what runs on a pull request"
_HOOKS = "what runs before a commit"
_GUARDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("who must approve", re.compile(r"(?:\.github/|\.gitlab/|\.bitbucket/|docs/)?CODEOWNERS")),
    (_RUNS, re.compile(r"\.(?:github|forgejo|gitea)/(?:workflows|actions)/.+|action\.ya?ml")),
    (_RUNS, re.compile(r"\.gitlab-ci\.ya?ml|\.gitlab/.+\.ya?ml")),
    (_RUNS, re.compile(r"bitbucket-pipelines\.yml|azure-pipelines\.ya?ml|Jenkinsfile|\.travis\.yml|\.drone\.ya?ml")),
    (_RUNS, re.compile(r"\.(?:circleci|buildkite|woodpecker|azure-pipelines)/.+|\.woodpecker\.ya?ml")),
    (_HOOKS, re.compile(r"\.pre-commit-config\.yaml|\.?lefthook\.ya?ml|\.overcommit\.yml|\.(?:husky|githooks)/.+")),
    ("how git merges and shows files", re.compile(r"(?:.+/)?\.gitattributes")),
    ("which other repositories belong to this one", re.compile(r"\.gitmodules")),
    (
        "the host's own settings",
        re.compile(r"\.github/(?:settings\.ya?ml|rulesets/.+|dependabot\.ya?ml)"),
    ),
)


def guarded_by(path: str) -> str:
    """What a file decides about reviews, by its path in the repository; empty if nothing.

    >>> guarded_by(".github/CODEOWNERS"), guarded_by("src/main.py")
    ('who must approve', '')
    """
    return next((what for what, pattern in _GUARDS if pattern.fullmatch(path)), "")
