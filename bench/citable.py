"""The sync of the CI table against the bare calls that it cannot do without, on dynalite."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.fixture import record_file
from bench.rows import Command
from bench.timing import cost_of
from bench.workbench import Workbench
from registry_tool.ci.apply import THREADS
from registry_tool.ci.dynamodb.client import Address, Client, connect
from registry_tool.ci.dynamodb.creation import create
from registry_tool.ci.dynamodb.wire import to_wire
from registry_tool.ci.item import ItemOrigin, owned, wanted
from registry_tool.record.canonical import to_yaml
from registry_tool.record.identity import Document
from registry_tool.record.load import load_record
from registry_tool.store.gate import Change
from registry_tool.store.reading import Store
from registry_tool.store.writing import Writer
from tests.ci.proxy import standing_before
from tests.engines import running

SIZE = 10_000
"""The registry that is synced, by its number of records."""

_TABLE = "bench"
_ROUNDS = 3
_REPORT_SECONDS, _REPORT_MEGABYTES = 3.0, 200.0


def ci_table(workbench: Workbench, size: int = SIZE) -> Iterator[str]:
    """Table lines: syncs without changes and of all items, a report and a registration, against the bare calls."""
    (step,) = workbench.steps(Command("list", size), 0)
    root = Path(step.environment["REGISTRY_PATH"])
    with running("dynalite", workbench.scratch) as engine:
        environment = {**step.environment, **engine}
        address = Address(table=_TABLE, region=engine["AWS_REGION"], endpoint=engine["AWS_ENDPOINT_URL_DYNAMODB"])
        client = connect(address, environment)
        create(client, address, {})
        documents = [_document(number) for number in range(size)]
        _sync(root, environment)
        reads = [(_timed(_sync, root, environment), _timed(_read, client, documents)) for _ in range(_ROUNDS)]
        yield _line(
            f"sync without changes : bare BatchGetItem calls, {size:,} records",
            *(median(times) for times in zip(*reads, strict=True)),
            target=3.0,
        )
        with standing_before(engine) as (proxy, counted):
            _sync(root, {**environment, **counted})
        expected = -(-size // 100)
        met = "yes" if proxy.calls == {"BatchGetItem": expected} else "no"
        yield f"| calls of a sync without changes | {proxy.calls.total()} | = {expected} reads | {met} | |"
        changed = [{**document, "baseImage": "example/serving:v1.0.0"} for document in documents]
        _commit(root, environment, changed)
        ours = _timed(_sync, root, environment)
        yield _line(
            f"bare UpdateItem calls : sync of as many changes, {size:,} records",
            _timed(_write, client, changed),
            ours,
            target=0.7,
            more=True,
        )
        seconds, megabytes = _report(root, environment)
        met = "yes" if seconds <= _REPORT_SECONDS and megabytes <= _REPORT_MEGABYTES else "no"
        yield (
            f"| ci report --failures, {size:,} records | {seconds:.2f} s, {megabytes:.0f} MB "
            f"| {_REPORT_SECONDS:g} s, {_REPORT_MEGABYTES:g} MB | {met} | |"
        )
        project = workbench.scratch / "project"
        rounds = [
            (
                _timed(_register, project, environment, "--ci", "--ci-table", _TABLE),
                _timed(_register, project, environment) + _timed(_write, client, changed[:1]),
            )
            for _ in range(_ROUNDS)
        ]
        yield _line(
            f"register --ci : register and a bare call, {size:,} records",
            *(median(times) for times in zip(*rounds, strict=True)),
            target=1.6,
        )


def _report(root: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    """How long a report takes that is joined with the history, and the most memory that it holds, in MB."""
    words = ["registry", "ci", "report", "--ci-table", _TABLE, "--failures", "--format", "json"]
    cost = cost_of(words, environment, root)
    return cost.seconds, cost.megabytes


def _register(project: Path, environment: Mapping[str, str], *words: str) -> None:
    subprocess.run(
        ["registry", "register", "--project-dir", str(project), *words],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )


def _sync(root: Path, environment: Mapping[str, str]) -> None:
    subprocess.run(
        ["registry", "sync", "apply", "--ci-table", _TABLE],
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )


def _read(client: Client, documents: list[Document]) -> None:
    for start in range(0, len(documents), 100):
        keys = [{"configId": {"S": str(document["configId"])}} for document in documents[start : start + 100]]
        client.batch_get_item(RequestItems={_TABLE: {"Keys": keys, "ConsistentRead": True}})


def _write(client: Client, documents: list[Document]) -> None:
    """As many updates as the sync makes, of the same attributes, by as many threads, with nothing around them."""
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda document: client.update_item(**_update(document)), documents))


def _update(document: Document) -> dict[str, Any]:
    attributes = to_wire(owned(wanted(document), ItemOrigin("0" * 40)))
    return {
        "TableName": _TABLE,
        "Key": {"configId": {"S": document["configId"]}},
        "UpdateExpression": "SET " + ",".join(f"#{name}=:{name}" for name in attributes),
        "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
        "ExpressionAttributeValues": {f":{name}": value for name, value in attributes.items()},
    }


def _document(number: int) -> Document:
    path, data = record_file(number)
    document, reason = load_record(data, path=path)
    if document is None:
        raise ValueError(reason)
    return document


def _commit(root: Path, environment: Mapping[str, str], documents: list[Document]) -> None:
    files = {record_file(number)[0]: to_yaml(document) for number, document in enumerate(documents)}
    with Store(root, environment) as store, Writer(store) as writer:
        writer.write([Change(files=files, message="Upgrade all\n", at=datetime.now(UTC))], on_wait=print)


def _timed(work: Callable[..., object], *arguments: object) -> float:
    started_at = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started_at


def _line(label: str, upper: float, lower: float, *, target: float, more: bool = False) -> str:
    ratio = upper / lower
    met = ratio >= target if more else ratio <= target
    times = f"{upper * 1000:.1f} : {lower * 1000:.1f}"
    return f"| {label} | {ratio:.2f} | {'>= ' if more else ''}{target:g} | {'yes' if met else 'no'} | {times} |"
