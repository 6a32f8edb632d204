"""Registering a deployment: project, capture, gate, commit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, cast

from registry_tool.api.context import Context
from registry_tool.api.place import (
    Replaced,
    find_near,
    find_replaced,
    is_other_project,
    read_previous,
    refuse_other_project,
)
from registry_tool.capture import Capture, Draft, LeftOut, Source, in_users_words, place
from registry_tool.capture.origin import describe_origin
from registry_tool.errors import UsageError
from registry_tool.problems import field_path
from registry_tool.record.identity import Document, Json, Status, timestamp
from registry_tool.record.layout import record_path
from registry_tool.record.load import load

if TYPE_CHECKING:
    from registry_tool.api.share import ShareOutcome
    from registry_tool.api.sync import Published
    from registry_tool.intake import Accepted
    from registry_tool.rules.settings import Settings
    from registry_tool.store.reading import Store
    from registry_tool.store.writing import Written

_NO_LABELS: Mapping[str, str] = MappingProxyType({})
BUILD_STRATEGY = "codebuild-submit"
"""How an image was built, unless the user says otherwise."""


class RegisterRequest(NamedTuple):
    """A request to register the deployment of `project_dir`.

    Without `branch`, it goes to the branch that is checked out. It is pushed if `push` or the registry's settings say
    so. With `ci`, its item is written to the CI table that is meant, or to `ci_table`. `labels` are set by name; an
    empty text takes one away. With `replace`, another project's record is replaced whatever the settings say. With
    `with_live`, AWS is asked for the account and the digests of the images that run. With `model_package`, the
    generator's own script is to make a model package afterwards; None leaves that to the registry's settings. With
    `pull_request`, it goes to `branch` or one of its own, and a pull request of that is opened.
    """

    project_dir: Path
    status: Status = "success"
    notes: str = ""
    build_strategy: str = BUILD_STRATEGY
    with_project: bool = False
    branch: str = ""
    push: bool = False
    dry_run: bool = False
    ci: bool = False
    ci_table: str = ""
    labels: Mapping[str, str] = _NO_LABELS
    replace: bool = False
    with_live: bool = False
    model_package: bool | None = None
    pull_request: bool = False

    def sources(self) -> Mapping[str, Source]:
        """Where the fields that the request decides come from."""
        chosen = {
            "status": (self.status != "success", "--status"),
            "notes": (bool(self.notes), "--notes"),
            "buildStrategy": (self.build_strategy != BUILD_STRATEGY, "--build-strategy"),
        }
        sources = {
            name: Source("flag" if given else "default", detail=option) for name, (given, option) in chosen.items()
        }
        labels = {field_path(["labels", name]): Source("flag", detail=f"--label {name}") for name in self.labels}
        return sources | labels


Registration = RegisterRequest
"""Its name before version 0.3, by which programs that drive this layer still import it."""


class Registered(NamedTuple):
    """What a registration did, or would do if `written` has no revision.

    `previous` is the record that this one replaces, empty if there was none that could be read. `sources` says where
    each field came from, by its path; `left_out` are the variables of the project that are not in the record.
    `replaced` is the record of another project that stood there. `place` says in words which registry it is.
    `hands_over` says that the generator's own script is to make a model package now.
    `shared` is None if nothing was pushed, nor tried to be; `published` likewise if no item of the CI table was
    written.
    """

    accepted: Accepted
    written: Written
    path: str
    previous: Document
    sources: Mapping[str, Source]
    warnings: tuple[str, ...]
    place: str
    left_out: tuple[LeftOut, ...] = ()
    replaced: Replaced | None = None
    shared: ShareOutcome | None = None
    published: Published | None = None
    hands_over: bool = False


def register(context: Context, request: RegisterRequest) -> Registered:
    """Capture a project's deployment and commit it as a record."""
    request = _with_branch(context, request)
    with Capture(request.project_dir, context.environment) as capture, context.open_to_write() as store:
        # Bash reads the project and git starts while Python loads what comes after them.
        from registry_tool.intake import accept
        from registry_tool.redact import redact_text
        from registry_tool.rules.validate import derive_config_id
        from registry_tool.store.gate import Change
        from registry_tool.store.messages import registration_message
        from registry_tool.store.writing import Writer

        with Writer(store, request.branch) as writer:
            settings = store.settings()
            hands_over = _check_what_follows(context, store, request, settings)
            draft = capture.draft(settings.engine_prefixes)
            at = context.clock()
            submitted: Document = {
                **draft.document,
                "buildStrategy": request.build_strategy,
                "status": request.status,
                "notes": request.notes,
                "registeredAt": timestamp(at),
            }
            config_id = derive_config_id(submitted)
            stands_on = writer.revision()
            found, previous = read_previous(store, config_id, stands_on)
            if not request.replace:
                refuse_other_project(previous, submitted, settings)
            submitted["labels"] = _labels({} if is_other_project(previous, submitted) else previous, submitted, request)
            if request.with_project:
                submitted["project"] = describe_origin(request.project_dir, context.environment)
            if request.with_live:
                from registry_tool.live.witness import witness

                known = cast("dict[str, Json]", submitted.get("live", {}))
                submitted["live"] = {**known, **witness(submitted, context.environment, at=at)}
            sources = {**draft.sources, **request.sources()}
            accepted = accept(
                submitted,
                variables={**context.environment, **draft.variables},
                settings=settings,
                origins=in_users_words(sources),
            )
            path = record_path(accepted.record.config_id)
            change = Change(
                files={path: accepted.data},
                message=registration_message(accepted.record),
                at=at,
                secrets=accepted.secrets,
                words=_Words(submitted, draft, sources),
                decided_on={path: found} if settings.on_other_project == "refuse" and not request.replace else {},
            )
            written = writer.rehearse([change]) if request.dry_run else writer.write([change], on_wait=context.tell)
            before = written.before[path]
            previous = (load(before).document or {}) if before is not None else {}
            warnings = [*draft.warnings, *_missing_origin(request, submitted)]
            replaced, shared, published = None, None, None
            with _saying_that_it_is_in(context, written):
                if is_other_project(previous, accepted.record.document):
                    stood_at = f"{written.revisions[0]}^" if written.revisions else stands_on
                    replaced = find_replaced(store, config_id, str(previous.get("projectName")), stood_at)
                elif not previous and (near := find_near(store, accepted.record.document)):
                    warnings.append(near)
                if (request.push or request.pull_request or settings.auto_push) and not request.dry_run:
                    shared = _share(context, store, request, change.message)
                    # What it is called on top of what others pushed first.
                    now = tuple(shared.replayed.get(revision, revision) for revision in written.revisions)
                    written = written._replace(revisions=now)
                # If others registered it later, the item is theirs to write.
                is_overtaken = shared is not None and path in shared.theirs_later
                if request.ci and not request.dry_run and not is_overtaken:
                    from registry_tool.api.sync import publish

                    published = publish(
                        context,
                        store,
                        settings,
                        accepted.record.document,
                        revision=written.revisions[0],
                        table=request.ci_table,
                    )
    return Registered(
        accepted=accepted,
        written=written,
        path=path,
        previous=previous,
        sources=sources,
        warnings=tuple(redact_text(warning, accepted.secrets) for warning in warnings),
        place=context.place(),
        left_out=draft.left_out,
        replaced=replaced,
        shared=shared,
        published=published,
        hands_over=hands_over,
    )


def make_model_package(
    context: Context, request: RegisterRequest, words: Sequence[str], *, output: int | None = None
) -> None:
    """Have the generator's own script make a model package of what was registered, with `words` of its own."""
    from registry_tool.capture.handover import hand_over

    notes = ("--notes", request.notes) if request.notes else ()
    hand_over(request.project_dir, (*notes, "--status", request.status, *words), context.environment, output=output)


def _with_branch(context: Context, request: RegisterRequest) -> RegisterRequest:
    """The request with a branch of its own, if it is for a pull request and names none."""
    if request.branch or not request.pull_request:
        return request
    return request._replace(branch=branch_of_its_own(request.project_dir, context.clock()))


def _refuse_base(store: Store, branch: str) -> None:
    """Refuse a pull request of the branch that it would be into."""
    if branch.removeprefix("refs/heads/") == store.repository.head().branch.removeprefix("refs/heads/"):
        raise UsageError(
            f"a pull request of {branch} would be into {branch} itself",
            hint="leave --branch out for a branch of its own, or name another one",
        )


def branch_of_its_own(project: Path, at: datetime) -> str:
    """A branch for one registration, named by the project's folder and the time.

    >>> branch_of_its_own(Path("/home/ada/qwen chat"), datetime(2026, 3, 1, 12, 30, 5))
    'register/qwen-chat-20260301-123005'
    """
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", project.resolve().name).strip("-") or "project"
    return f"register/{name}-{at:%Y%m%d-%H%M%S}"


def _share(context: Context, store: Store, request: RegisterRequest, message: str) -> ShareOutcome:
    """Push what was registered; open a pull request of it if that is asked for."""
    from registry_tool.api.share import propose, push_branch
    from registry_tool.store.messages import notes_of

    if request.pull_request:
        return propose(context, store, request.branch, notes_of(message))
    return push_branch(context, store, request.branch)


class _Words(NamedTuple):
    """What the user knows the variables of a registration as: `DB_PASSWORD (do/config:12)`."""

    submitted: Document
    draft: Draft
    sources: Mapping[str, Source]

    def of_field(self, path: str) -> str:
        return in_users_words(self.sources).get(path, "")

    def of_secret(self, secret: str) -> str:
        from registry_tool.record.diff import flatten  # only for what is refused

        fields = (self.of_field(path) for path, value in flatten(self.submitted, by_name=False) if value == secret)
        variables = (
            f"{name} ({place(self.draft.source(name))})"
            for name, value in self.draft.variables.items()
            if value == secret
        )
        return next(filter(None, (*fields, *variables)), "")


@contextmanager
def _saying_that_it_is_in(context: Context, written: Written) -> Iterator[None]:
    """Whatever ends the block early, and however: the registration is committed, and the user is told so."""
    try:
        yield
    except BaseException:
        if written.revisions:
            context.tell(
                f"registered as {written.revisions[0][:12]}: the registration is in; what came after it failed"
            )
        raise


def _labels(previous: Document, submitted: Document, request: RegisterRequest) -> Document:
    """The labels of the record before, changed by those of the project and by those of the request."""
    labels: Document = {}
    for said in (previous.get("labels"), submitted.get("labels"), dict[str, Json](request.labels)):
        labels |= said if isinstance(said, dict) else {}
    return {name: value for name, value in labels.items() if value}


def _check_what_follows(context: Context, store: Store, request: RegisterRequest, settings: Settings) -> bool:
    """Find out before anything is committed what would stop what comes after it: pull request, item, model package.

    Whether a model package is wanted.
    """
    if request.pull_request:
        from registry_tool.git.remote import Remote

        _refuse_base(store, request.branch)
        # Or there is no remote to open it at.
        Remote(store.repository, store.repository.head().branch, context.environment)
    if request.ci:
        from registry_tool.api.sync import check_table

        check_table(context, settings, request.ci_table)
    return _hands_over(request, settings)


def _hands_over(request: RegisterRequest, settings: Settings) -> bool:
    """Whether a model package is wanted; an error if it cannot be made, before anything is committed."""
    wanted = settings.model_package if request.model_package is None else request.model_package
    if not wanted:
        return False
    from registry_tool.capture.handover import find_script, no_script

    if find_script(request.project_dir) is None:
        if request.model_package:
            raise no_script(request.project_dir)
        return False  # the setting is for all projects, and not each has a script that makes one
    return True


def _missing_origin(request: RegisterRequest, submitted: Document) -> Iterator[str]:
    if request.with_project and not submitted["project"]:
        yield f"--project recorded nothing: {request.project_dir} is not in a git repository"
