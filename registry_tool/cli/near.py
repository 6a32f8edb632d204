"""`registry near`: the records that work and are nearest to a configuration."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from registry_tool.cli.console import talk
from registry_tool.cli.options import CiTableOption, RegistryOption, context
from registry_tool.cli.pager import page, room


def near(
    ctx: typer.Context,
    selector: Annotated[
        str, typer.Argument(metavar="[ID]", help="The record: a configId, the start of one, or a project's name.")
    ] = "",
    model: Annotated[str, typer.Option(metavar="TEXT", help="A part of the model's name.")] = "",
    backend: Annotated[str, typer.Option(metavar="VALUE", help="The engine, such as vllm.")] = "",
    instance_type: Annotated[str, typer.Option(metavar="VALUE", help="Such as ml.g5.xlarge.")] = "",
    region: Annotated[str, typer.Option(metavar="VALUE", help="Such as us-east-1.")] = "",
    target: Annotated[str, typer.Option(metavar="VALUE", help="Such as realtime-inference.")] = "",
    missing: Annotated[
        bool,
        typer.Option("--missing", help="The other way round: engine, family and region that only other models have."),
    ] = False,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="At most N; 0 for all.")] = 10,
    ci: Annotated[bool, typer.Option("--ci", help="Leave out those whose test failed, by the CI table.")] = False,
    ci_table: CiTableOption = "",
    format: Annotated[Literal["table", "json", "jsonl"], typer.Option(help="How to write it.")] = "table",
    registry: RegistryOption = None,
) -> None:
    """Find the nearest records that work. Nearest to a record, or to a configuration that is not tested yet.

    Only records with the status success count. What differs adds points: the model or the engine 8, the instance family
    4 (another size of it 2), the target 3, the region 1, each parameter of a record 1 and all of them at most 3.

    Example: registry near --model Qwen3-4B --instance-type ml.g6.xlarge --region eu-west-1
    """
    from registry_tool.api import near as api
    from registry_tool.views import near as view

    given = {
        "modelName": model,
        "backend": backend,
        "instanceType": instance_type,
        "deploymentTarget": target,
        "awsRegion": region,
    }
    request = api.NearRequest(
        selector=selector,
        fields={name: value for name, value in given.items() if value},
        limit=limit,
        ci=ci,
        ci_table=ci_table,
    )
    here = context(ctx, registry)
    if missing:
        of, combinations = api.find_missing(here, request)
        if not combinations:
            talk(f"nothing that other models run on is missing for {of}")
        page(
            [
                view.missing_table(combinations, room=room())
                if format == "table"
                else view.MISSING_FORMATS[format](combinations)
            ]
        )
        return
    found = api.near(here, request)
    if not found:
        talk("no other record has the status success")
    page([view.near_table(found, room=room()) if format == "table" else view.NEAR_FORMATS[format](found)])


COMMANDS = {"near": near}
