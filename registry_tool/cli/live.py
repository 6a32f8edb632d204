"""`registry live`: what is really running, against what is registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from registry_tool.cli.console import out, progress, talk
from registry_tool.cli.filters import with_filters
from registry_tool.cli.options import Family, RegistryOption, context
from registry_tool.cli.pager import page, room

if TYPE_CHECKING:
    from registry_tool.live.report import LiveReport

DIFFERENT = 4
INCOMPLETE = 1

ProfileOption = Annotated[
    list[str] | None, typer.Option("--profile", metavar="NAME", help="An AWS profile; repeat it for more accounts.")
]
RateOption = Annotated[
    float, typer.Option("--rate", metavar="N", min=0, help="Describe N objects a second; 0: no limit.")
]
StrictOption = Annotated[
    bool, typer.Option("--strict-counts", help="Take a number of copies or instances that was scaled for a difference.")
]
KubeconfigOption = Annotated[
    list[str] | None,
    typer.Option(
        "--kubeconfig", metavar="CLUSTER=FILE", help="How a HyperPod cluster is reached; else ~/.kube/hyperpod-CLUSTER."
    ),
]
NoCacheOption = Annotated[bool, typer.Option("--no-cache", help="Describe again what has not changed since.")]


@with_filters
def status(
    ctx: typer.Context,
    filters: Mapping[str, Sequence[str]],
    selectors: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Only these: a configId, the start of one, or a project's name."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Read lists alone: what is there, not how it is.")] = False,
    orphans: Annotated[
        bool | None,
        typer.Option("--orphans/--no-orphans", help="Report what runs unregistered; else only with all records."),
    ] = None,
    also_region: Annotated[
        list[str] | None, typer.Option("--also-region", metavar="REGION", help="Look there as well.")
    ] = None,
    profile: ProfileOption = None,
    rate: RateOption = 5,
    strict_counts: StrictOption = False,
    images: Annotated[
        bool, typer.Option("--images", help="Ask ECR whether the images that run are still what their tags mean.")
    ] = False,
    kubeconfig: KubeconfigOption = None,
    no_cache: NoCacheOption = False,
    format: Annotated[Literal["table", "json", "markdown", "csv"], typer.Option(help="How to write it.")] = "table",
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 4 if anything differs, is gone, failed or not registered.")
    ] = False,
    registry: RegistryOption = None,
) -> None:
    """Compare records with what runs. Reads only. Exit 1 if something could not be read.

    Example: registry live status --quick
    """
    from dataclasses import replace

    from registry_tool.api import live as api
    from registry_tool.views import live as view

    request = api.LiveRequest(
        selectors=selectors or [],
        filters=filters,
        regions=also_region or [],
        profiles=profile or [],
        quick=quick,
        unregistered=orphans,
        images=images,
        rate=rate,
        strict_counts=strict_counts,
        kubeconfigs=_kubeconfigs(kubeconfig),
        cached=not no_cache,
    )
    here = replace(context(ctx, registry), progress=partial(progress, doing="looking at"))
    report = api.status(here, request)
    out(view.table(report, room=room()) if format == "table" else view.FORMATS[format](report))
    for remark in view.remarks(report):
        talk(remark)
    _end(report, exit_code=exit_code)


def show(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="ID", help="A configId, the start of one, or a project's name.")],
    profile: ProfileOption = None,
    rate: RateOption = 5,
    strict_counts: StrictOption = False,
    kubeconfig: KubeconfigOption = None,
    no_cache: NoCacheOption = False,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write it.")] = "text",
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 4 if it differs, is gone or failed.")
    ] = False,
    registry: RegistryOption = None,
) -> None:
    """Show one record, field by field: what is recorded, what is live, and the call that said so.

    Example: registry live show vllm-rt
    """
    from registry_tool.api import live as api
    from registry_tool.live.verdict import Match
    from registry_tool.views import live as view

    request = api.LiveRequest(
        selectors=[selector],
        profiles=profile or [],
        rate=rate,
        strict_counts=strict_counts,
        kubeconfigs=_kubeconfigs(kubeconfig),
        cached=not no_cache,
    )
    found = api.show(context(ctx, registry), request)
    page([view.show_text(found, room=room()) if format == "text" else view.SHOW_FORMATS[format](found)])
    if found.match is Match.UNKNOWN:
        raise typer.Exit(INCOMPLETE)
    if exit_code and found.is_wrong:
        raise typer.Exit(DIFFERENT)


def policy(
    kubernetes: Annotated[bool, typer.Option("--kubernetes", help="The role for a HyperPod cluster instead.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="What live status --quick needs: lists alone.")] = False,
    images: Annotated[bool, typer.Option("--images", help="Also what live status --images needs.")] = False,
    account: Annotated[str, typer.Option("--account", metavar="ID", help="Allow it for this account's objects.")] = "",
) -> None:
    """Print the least rights that a look needs: an IAM policy, or a role for Kubernetes.

    Example: registry live policy > policy.json
    """
    from registry_tool.live.policy import CLUSTER_ROLE, iam_policy
    from registry_tool.printable import json_text

    if kubernetes:
        out(CLUSTER_ROLE)
        return
    out(json_text(iam_policy(account=account, quick=quick, images=images), indent=2) + "\n")


def _kubeconfigs(given: Sequence[str] | None) -> dict[str, str]:
    """The files by cluster; one that is given for no cluster serves records that name none."""
    pairs = (word.rpartition("=") for word in given or ())
    return {cluster: file for cluster, _, file in pairs}


def _end(report: LiveReport, *, exit_code: bool) -> None:
    """Half an answer is never 0, whatever else was found."""
    if report.unknown:
        raise typer.Exit(INCOMPLETE)
    if exit_code and report.differs:
        raise typer.Exit(DIFFERENT)


COMMANDS = {
    "live": Family(
        "See what is really running, against what is registered. Reads only.",
        {"status": status, "show": show, "policy": policy},
    )
}
