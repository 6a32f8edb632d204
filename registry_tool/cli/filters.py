"""The options that choose records, declared once for every command that takes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated

import typer

_OPTIONS = {
    "deployment-config": ("VALUE", "Such as transformers-vllm."),
    "architecture": ("VALUE", "Such as triton."),
    "backend": ("VALUE", "Such as sglang."),
    "model": ("TEXT", "A part of the model's name."),
    "instance-type": ("VALUE", "Such as ml.g5.xlarge."),
    "region": ("VALUE", "Such as us-east-1."),
    "target": ("VALUE", "Such as batch-transform."),
    "status": ("VALUE", "success, partial or failed."),
    "project": ("NAME", "The project's name."),
}
"""Each filter of `query.FILTERS`, with the metavar and the help of its option."""

_LABEL, _LABEL_WORDS = "label", ("NAME[=VALUE]", "A label, such as owner=ml-search; the name alone for any value.")


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` an option for each filter; it gets them as `filters`, a mapping from filter to wanted values."""

    @wraps(command)
    def filtered(**given: object) -> None:
        wanted = {name: given.pop(name.replace("-", "_")) for name in (*_OPTIONS, _LABEL)}
        command(**given, filters={name: values for name, values in wanted.items() if values})

    own = [one for one in inspect.signature(command, eval_str=True).parameters.values() if one.name != "filters"]
    # What has no default comes first, as Python wants it; Typer passes everything by name.
    options = [_parameter(name, *words) for name, words in {**_OPTIONS, _LABEL: _LABEL_WORDS}.items()]
    parameters = sorted([*own, *options], key=lambda one: one.default is not inspect.Parameter.empty)
    filtered.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    filtered.__annotations__ = {one.name: one.annotation for one in parameters}
    return filtered


def _parameter(name: str, metavar: str, text: str) -> inspect.Parameter:
    option = Annotated[list[str] | None, typer.Option(f"--{name}", metavar=metavar, help=text)]
    return inspect.Parameter(
        name.replace("-", "_"), inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=option
    )
