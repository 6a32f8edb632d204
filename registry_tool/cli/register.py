"""`registry register`: record the deployment of a project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_tool.cli.console import give_up_output, out, talk
from registry_tool.cli.options import CiTableOption, RegistryOption, context, labels_of
from registry_tool.cli.words import check_notes
from registry_tool.errors import RegistryError, UsageError
from registry_tool.record.identity import Status

if TYPE_CHECKING:
    from registry_tool.api.register import Registered


def register(
    ctx: typer.Context,
    status: Annotated[Status, typer.Option(help="How the deployment went.")] = "success",
    notes: Annotated[
        str, typer.Option(metavar="TEXT", help="Why: becomes the commit message; - reads standard input.")
    ] = "",
    notes_file: Annotated[Path | None, typer.Option(metavar="FILE", help="Read the notes from a file.")] = None,
    edit: Annotated[bool, typer.Option("--edit", help="Write the notes in git's editor.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the record as JSON, and nothing else.")] = False,
    build_strategy: Annotated[str, typer.Option(metavar="VALUE", help="How the image was built.")] = "codebuild-submit",
    project: Annotated[
        bool, typer.Option("--project", help="Record the project's git remote, commit and branch as well.")
    ] = False,
    project_dir: Annotated[Path, typer.Option(metavar="DIR", help="The do-framework project.")] = Path(),
    branch: Annotated[
        str, typer.Option(metavar="NAME", help="Commit to this branch, not to what is checked out: for a pull request.")
    ] = "",
    push: Annotated[bool, typer.Option("--push", help="Push it as well.")] = False,
    pull_request: Annotated[
        bool, typer.Option("--pull-request", help="Commit to a branch of its own, push it, and open a pull request.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything but the write; show what would change.")
    ] = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Write nothing; show where each field came from, and what was redacted."),
    ] = False,
    ci: Annotated[
        bool, typer.Option("--ci", help="Write to the CI table as well, to be tested; print what CI sees, as JSON.")
    ] = False,
    ci_table: CiTableOption = "",
    label: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Label the record, such as owner=ml-search; NAME= takes a label away."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace another project's record where the registry refuses to.")
    ] = False,
    with_live: Annotated[
        bool, typer.Option("--with-live", help="Check that it runs; record its account and its images' digests.")
    ] = False,
    model_package: Annotated[
        bool | None,
        typer.Option(
            "--model-package/--no-model-package",
            help="Have the generator's own script make a model package afterwards.",
        ),
    ] = None,
    hand_over: Annotated[list[str] | None, typer.Option(hidden=True)] = None,  # what do/register has for that script
    registry: RegistryOption = None,
) -> None:
    """Capture a deployment and commit it as a record. Its secrets are redacted, and it is checked first.

    Example: registry register --notes "Upgraded to vLLM 0.8.5, 20% latency improvement"
    """
    if ci_table and not ci:
        raise UsageError("--ci-table names the table for --ci", hint="add --ci, or leave out --ci-table")
    json = json or ci
    notes = _edited(notes, notes_file) if edit else check_notes(ctx, notes, notes_file)
    from registry_tool.api import register as api

    request = api.RegisterRequest(
        project_dir=_plain(Path.cwd() / project_dir),
        status=status,
        notes=notes,
        build_strategy=build_strategy,
        with_project=project,
        branch=branch,
        push=push,
        dry_run=dry_run or explain,
        ci=ci,
        ci_table=ci_table,
        labels=labels_of(label or ()),
        replace=replace,
        with_live=with_live,
        model_package=model_package,
        pull_request=pull_request,
    )
    here = context(ctx, registry)
    done = api.register(here, request)
    failures = [part.error for part in (done.shared, done.published) if part and part.error]
    try:
        _print(done, json=json, ci=ci, explain=explain)
        sys.stdout.flush()
    except OSError as err:
        give_up_output()
        for failure in failures:
            talk(f"error: {failure}")
        if not done.written.revisions:
            raise
        raise RegistryError(
            f"registered as {done.written.revisions[0][:12]}, but that could not be printed: {err.strerror}",
            hint=f"it is in: registry show {done.accepted.record.config_id}",
        ) from err
    if done.hands_over and done.written.revisions:
        try:
            api.make_model_package(here, request, hand_over or (), output=sys.stderr.fileno() if json else None)
        except RegistryError as err:
            failures.append(err)
    for failure in failures[1:]:
        talk(f"error: {failure}")
    if failures:
        raise failures[0]


def _edited(notes: str, file: Path | None) -> str:
    if notes or file:
        raise UsageError("--edit and other notes contradict each other", hint="give one of them")
    from registry_tool.cli.editor import edit_notes

    return edit_notes()


def _plain(folder: Path) -> Path:
    """The folder without a last `..`, which do/register writes, unless a link would make it another one."""
    above = folder.parent.parent
    return above if folder.name == ".." and above.exists() and above.samefile(folder) else folder


def _print(done: Registered, *, json: bool, ci: bool, explain: bool) -> None:
    from registry_tool.views import register as view

    for remark in view.remarks(done):
        talk(remark)
    if explain:
        (talk if json else out)(view.explanation(done))
    out(view.as_json(done, for_ci=ci) if json else view.as_text(done))
    if json:
        talk(view.place(done))
    if done.shared:
        from registry_tool.views import share

        for line in share.push_text(done.shared).splitlines():
            (talk if json else out)(line if json else line + "\n")
    if done.published and done.published.done and done.published.done.interrupted:
        from registry_tool.views import sync

        talk(sync.interruption(done.published.done))


COMMANDS = {"register": register}
