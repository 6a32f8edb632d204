"""Doing the same to many things in a few threads, so that an interrupt stops it at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from registry_tool.live.client import MOST_THREADS

_Thing = TypeVar("_Thing")
_Result = TypeVar("_Result")


def in_threads(function: Callable[[_Thing], _Result], things: Iterable[_Thing]) -> Iterator[_Result]:
    """What `function` makes of each thing, in order. Whatever stops the reader, no more than a few are still begun."""
    begun: deque[Future[_Result]] = deque()
    with ThreadPoolExecutor(MOST_THREADS) as pool:
        try:
            for thing in things:
                begun.append(pool.submit(function, thing))
                if len(begun) > 2 * MOST_THREADS:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()
