"""The whole answer to "what is running": every record's look, what no record says, and what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from registry_tool.index import Unreadable
from registry_tool.live.look import Look
from registry_tool.live.unregistered import Maker, Unregistered
from registry_tool.live.verdict import Match
from registry_tool.live.world import Cluster, Gap, Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveReport:
    """What was seen. `calls` counts what was asked of SageMaker.

    `unregistered` is None if nobody asked for it. `images` is why the images' tags could not be read. `unreadable` are
    files of the registry that are no readable record, so that nobody knows what they mean.
    """

    read_at: datetime
    looks: Sequence[Look]
    surveys: Sequence[Survey]
    clusters: Sequence[Cluster]
    unregistered: Sequence[Unregistered] | None
    unreadable: Sequence[Unreadable]
    calls: int
    images: Gap | None = None

    @property
    def matches(self) -> Counter[Match]:
        """How many records stand how."""
        return Counter(one.match for one in self.looks)

    @property
    def leftovers(self) -> list[Unregistered]:
        """What runs, is not registered, and was made by the do scripts or named by a record once."""
        return [one for one in self.unregistered or () if one.origin is not Maker.FOREIGN]

    @property
    def unknown(self) -> int:
        """How much of what was asked for has no answer: records, unreadable files, and lists for what is left over."""
        gaps = 0
        if self.unregistered is not None:
            gaps = sum(len(one.gaps) for one in self.surveys) + sum(one.gap is not None for one in self.clusters)
        return self.matches[Match.UNKNOWN] + len(self.unreadable) + gaps + (self.images is not None)

    @property
    def differs(self) -> bool:
        """Whether the registry and the world are not the same."""
        return any(one.is_wrong for one in self.looks) or bool(self.leftovers)
