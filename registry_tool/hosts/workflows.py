"""The files that switch on review and sync at a host: what they say, where they go, and that nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from registry_tool import __version__
from registry_tool.address import address, is_known, requirement
from registry_tool.errors import RegistryError
from registry_tool.git.repository import Repository
from registry_tool.record.layout import REGISTRY_FOLDER

Host: TypeAlias = Literal["github", "gitlab"]
"""Where a registry is hosted."""


@dataclass(frozen=True, slots=True)
class FileWritten:
    """A file, by its path in the repository, and what became of it; `advice` is what is left for the user to do."""

    path: str
    outcome: Literal["wrote", "added to", "kept"]
    advice: str = ""


def write_workflows(repository: Repository, host: Host) -> Iterator[FileWritten]:
    """Write the files for `host` into the checkout. What is there already is added to where that is safe, or kept."""
    folder = repository.prefix.rstrip("/")
    branch = repository.head().branch.removeprefix("refs/heads/") or "main"
    try:
        if host == "github":
            yield _write(repository.top, ".github/workflows/registry.yml", github_workflow(branch, folder))
        else:
            yield _write(repository.top, _GITLAB_JOBS, gitlab_jobs(folder))
            yield _include(repository.top)
        yield _write(repository.top, ".pre-commit-config.yaml", pre_commit_hooks(folder))
        yield _own(repository.top, f"/{repository.prefix}{REGISTRY_FOLDER}/", host)
    except OSError as err:
        raise RegistryError(f"cannot write {err.filename}: {err.strerror}", hint="check its permissions") from err


def github_workflow(branch: str, folder: str) -> str:
    """The workflow for a registry whose main branch is `branch`, in `folder` of its repository."""
    action = f"{urlsplit(address()).path.strip('/')}@v{__version__}"
    return _filled(_GITHUB, {"ACTION": action, "BRANCH": _quoted(branch), "FOLDER": _quoted(folder or ".")})


def gitlab_jobs(folder: str) -> str:
    """The jobs for a registry in `folder` of its repository."""
    return _filled(_GITLAB, {"TOOL": _quoted(requirement("dynamodb")), "FOLDER": _quoted(folder or ".")})


def pre_commit_hooks(folder: str) -> str:
    """What pre-commit runs for a registry in `folder` of its repository before a commit is made."""
    arguments = f"\n        args: [--registry, {_quoted(folder)}]" if folder else ""
    return _filled(_HOOKS, {"ADDRESS": address(), "VERSION": __version__, "ARGUMENTS": arguments})


def _filled(template: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        template = template.replace(f"<{name}>", value)
    return template


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write(top: Path, path: str, text: str) -> FileWritten:
    file = top / path
    if file.exists() or file.is_symlink():
        same = file.is_file() and file.read_bytes() == text.encode()
        return FileWritten(path, "kept", "" if same else f"it is yours; compare it with {path} of a new registry")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    advice = "put the owner of registry-tool where OWNER stands" if "OWNER/" in text and not is_known() else ""
    return FileWritten(path, "wrote", advice)


def _include(top: Path) -> FileWritten:
    path = ".gitlab-ci.yml"
    line = f"  - local: {_GITLAB_JOBS}"
    if (top / path).exists() and _GITLAB_JOBS in (top / path).read_text(encoding="utf-8", errors="replace"):
        return FileWritten(path, "kept")
    written = _write(top, path, f"include:\n{line}\n")
    return written if written.outcome == "wrote" else FileWritten(path, "kept", f"add under its include:{line[1:]}")


def _own(top: Path, pattern: str, host: Host) -> FileWritten:
    """Have the registry's folder reviewed by its owners, whom only the user can name."""
    places = {"github": (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"), "gitlab": _GITLAB_OWNERS}[host]
    path = next((place for place in places if (top / place).exists()), places[0])
    file = top / path
    before = file.read_text(encoding="utf-8", errors="surrogateescape") if file.exists() else ""
    if pattern in before:
        return FileWritten(path, "kept")
    line = f"# {pattern} @your-org/your-team\n"
    gap = "\n" if before and not before.endswith("\n") else ""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:  # appended: what is there stays as it is
        stream.write(f"{gap}# Who reviews deployments:\n{line}")
    advice = f"name who reviews {pattern} there, and take away the #"
    return FileWritten(path, "added to" if before else "wrote", advice)


_GITLAB_JOBS = ".gitlab/registry.yml"
_GITLAB_OWNERS = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
_HOOKS = """\
# Written by `registry init --ci`; docs/review.md of registry-tool describes it. `pre-commit install` switches it on.
repos:
  - repo: <ADDRESS>
    rev: v<VERSION>
    hooks:
      - id: registry-fmt<ARGUMENTS>
      - id: registry-validate<ARGUMENTS>
"""
_GITHUB = """\
# Written by `registry init --ci github`; docs/review.md of registry-tool describes it.
name: registry

on:
  pull_request:
  push:
    branches: [<BRANCH>]
  schedule:
    - cron: "17 5 * * *"

permissions:
  contents: read

jobs:
  # What a pull request brings: problems at their lines, and one comment that says what will happen.
  review:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    permissions:
      contents: read
      pull-requests: write
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 2 # the merge and its parents; the action fetches more if it needs it
      - uses: <ACTION>
        with:
          registry: <FOLDER>

  # What was merged goes to the CI table. Runs once the variable REGISTRY_AWS_ROLE names a role that may write there.
  sync:
    if: github.event_name == 'push' && vars.REGISTRY_AWS_ROLE != ''
    runs-on: ubuntu-latest
    concurrency: registry-sync
    permissions:
      contents: read
      id-token: write
    env:
      REGISTRY_PATH: <FOLDER>
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: <ACTION>
        with:
          registry: <FOLDER>
          extras: dynamodb
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: ${{ vars.REGISTRY_AWS_ROLE }}
          aws-region: ${{ vars.REGISTRY_AWS_REGION }}
      - run: registry sync apply --at "$GITHUB_SHA"

  # Fails when the CI table and the registry are not the same any more.
  drift:
    if: github.event_name == 'schedule' && vars.REGISTRY_AWS_ROLE != ''
    runs-on: ubuntu-latest
    permissions:
      contents: read
      id-token: write
    env:
      REGISTRY_PATH: <FOLDER>
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: <ACTION>
        with:
          registry: <FOLDER>
          extras: dynamodb
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: ${{ vars.REGISTRY_AWS_ROLE }}
          aws-region: ${{ vars.REGISTRY_AWS_REGION }}
      - run: registry sync status

  # What really runs, against what is registered, as the job's summary. Runs once the variable REGISTRY_LIVE_ROLE names
  # a role with the rights that `registry live policy` prints. Half an answer always fails the job; a difference fails
  # it if the variable REGISTRY_LIVE_FAILS is true.
  live:
    if: github.event_name == 'schedule' && vars.REGISTRY_LIVE_ROLE != ''
    runs-on: ubuntu-latest
    permissions:
      contents: read
      id-token: write
    env:
      REGISTRY_PATH: <FOLDER>
      REGISTRY_LIVE_FAILS: ${{ vars.REGISTRY_LIVE_FAILS }}
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: <ACTION>
        with:
          registry: <FOLDER>
          extras: live
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: ${{ vars.REGISTRY_LIVE_ROLE }}
          aws-region: ${{ vars.REGISTRY_AWS_REGION }}
      - run: |
          code=0
          registry live status --exit-code --format markdown >> "$GITHUB_STEP_SUMMARY" || code=$?
          if [ "$code" = 4 ] && [ "$REGISTRY_LIVE_FAILS" != true ]; then code=0; fi
          exit "$code"
"""
_GITLAB = """\
# Written by `registry init --ci gitlab`; docs/review.md of registry-tool describes it.
# Include it in .gitlab-ci.yml. REGISTRY_TOOL is where pip finds registry-tool: a variable of the project goes before.
.registry:
  image: python:3.12
  stage: test
  variables:
    REGISTRY_TOOL: <TOOL>
    GIT_DEPTH: "0" # to where the merge request left its target
    REGISTRY_PATH: <FOLDER>
  before_script:
    - pip install --quiet "$REGISTRY_TOOL"

# What a merge request brings. With a token in REGISTRY_COMMENT_TOKEN (api scope), as one comment on it too.
registry-review:
  extends: .registry
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script:
    - registry validate --changed "$CI_MERGE_REQUEST_DIFF_BASE_SHA..$CI_COMMIT_SHA" || invalid=yes
    - registry review "$CI_MERGE_REQUEST_DIFF_BASE_SHA..$CI_COMMIT_SHA" --format markdown > registry-review.md || true
    - if [ -n "${REGISTRY_COMMENT_TOKEN-}" ]; then registry comment registry-review.md || true; fi
    - test -z "${invalid-}"
  artifacts:
    when: always
    paths: [registry-review.md]

# What was merged goes to the CI table, once a job may write there: see AWS's documentation of OpenID Connect.
registry-sync:
  extends: .registry
  resource_group: registry-sync
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != "schedule" && $REGISTRY_SYNC == "true"
  script:
    - registry validate
    - registry sync apply --at "$CI_COMMIT_SHA"

# Fails when the CI table and the registry are not the same any more.
registry-drift:
  extends: .registry
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule" && $REGISTRY_SYNC == "true"
  script:
    - registry sync status

# What really runs, against what is registered. Half an answer fails; a difference if REGISTRY_LIVE_FAILS is true.
registry-live:
  extends: .registry
  variables:
    REGISTRY_TOOL: registry-tool[live]==<VERSION>
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule" && $REGISTRY_LIVE == "true"
  script:
    - code=0
    - registry live status --exit-code --format markdown > registry-live.md || code=$?
    - cat registry-live.md
    - if [ "$code" = 4 ] && [ "${REGISTRY_LIVE_FAILS-}" != true ]; then code=0; fi
    - exit "$code"
  artifacts:
    when: always
    paths: [registry-live.md]
"""
