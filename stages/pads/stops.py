"""The history of a pad in stops: bursts of changes with a pause before and after, and who wrote how much in each.

The log only grows, so that bursts which have ended are kept (`stages.pads.services.bursts`), and only what was written
since is counted. Nothing here reads a text.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any, Final
from uuid import UUID

from kernel.statements import run
from stages.pads.models import EndedBurst

# Whoever stops typing for so long begins another burst.
PAUSE: Final = timedelta(minutes=2)
# A burst ends at the latest after so many revisions.
MAX_REVISIONS: Final = 1_000
MAX_STOPS: Final = 100
# The time of a burst is divided into so many parts, each with the number of its changes.
PARTS: Final = 8
# Pads whose bursts are remembered in this process.
_MAX_PADS: Final = 64

# How much a revision deleted: nearly all have one edit, which needs no parser.
_BURSTS: Final = """
WITH logged AS (
    SELECT revision, at, user_id,
        CASE WHEN edits = '[]' THEN 0
             WHEN strpos(edits, '],[') = 0 THEN split_part(edits, ',', 2)::int
             ELSE (SELECT sum((edit ->> 1)::int) FROM jsonb_array_elements(edits::jsonb) AS edit) END AS deleted,
        length - coalesce(lag(length) OVER log, (
            SELECT before.length FROM pads_revision AS before WHERE before.pad_id = %s AND before.revision = %s), 0
        ) AS grown,
        coalesce(at - lag(at) OVER log >= %s, false)::int AS begins
    FROM pads_revision WHERE pad_id = %s AND revision > %s WINDOW log AS (ORDER BY revision)
), bursts AS (
    SELECT *, sum(begins) OVER (ORDER BY revision) AS burst FROM logged
), pieces AS (
    SELECT *, (row_number() OVER (PARTITION BY burst ORDER BY revision) - 1) / %s::int AS piece FROM bursts
), timed AS (
    SELECT *, extract(epoch FROM at - min(at) OVER one) AS passed,
        nullif(extract(epoch FROM max(at) OVER one - min(at) OVER one), 0) AS whole
    FROM pieces WINDOW one AS (PARTITION BY burst, piece)
), parts AS (
    SELECT *, greatest(0, least(%s::int - 1, floor(coalesce(%s::int * passed / whole, 0))))::int AS part FROM timed
)
SELECT burst, piece, part, user_id, min(revision), max(revision), min(at), max(at), count(*),
    sum(grown + deleted)::bigint, sum(deleted)::bigint
FROM parts GROUP BY burst, piece, part, user_id ORDER BY burst, piece, part
"""
_SHARES: Final = """
SELECT user_id, count(*), sum(grown + deleted)::bigint, sum(deleted)::bigint FROM (
    SELECT revision, user_id, length - coalesce(lag(length) OVER (ORDER BY revision), 0) AS grown,
        CASE WHEN edits = '[]' THEN 0
             WHEN strpos(edits, '],[') = 0 THEN split_part(edits, ',', 2)::int
             ELSE (SELECT sum((edit ->> 1)::int) FROM jsonb_array_elements(edits::jsonb) AS edit) END AS deleted
    FROM pads_revision WHERE pad_id = %s AND revision >= %s AND revision <= %s
) AS logged WHERE revision > %s GROUP BY user_id
"""


@dataclass(frozen=True, slots=True)
class Share:
    """What one person did: how many changes, and UTF-16 units inserted and deleted. Nobody (None): where it began."""

    user_id: UUID | None
    changes: int
    inserted: int
    deleted: int


@dataclass(frozen=True, slots=True)
class Burst:
    """The revisions from `first` to `last`, with what each person did; `parts` are the changes by parts of its time."""

    first: int
    last: int
    began_at: datetime
    ended_at: datetime
    shares: tuple[Share, ...]
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """Bursts that the history shows as one: one burst, as long as there are not too many of them."""

    bursts: tuple[Burst, ...]

    @property
    def first(self) -> int:
        return self.bursts[0].first

    @property
    def last(self) -> int:
        return self.bursts[-1].last

    @property
    def began_at(self) -> datetime:
        return self.bursts[0].began_at

    @property
    def ended_at(self) -> datetime:
        return self.bursts[-1].ended_at

    @property
    def changes(self) -> int:
        return self.last - self.first + 1

    @property
    def shares(self) -> list[Share]:
        """What each person did, who wrote most first."""
        return join_shares(share for burst in self.bursts for share in burst.shares)


def stops_of(pad_id: UUID) -> list[Stop]:
    """All stops of a pad, oldest first; between two of them lies one of the longest pauses. Two queries at most."""
    bursts = _KNOWN.read(pad_id)
    pauses = sorted(range(1, len(bursts)), key=lambda at: bursts[at].began_at - bursts[at - 1].ended_at, reverse=True)
    starts = [0, *sorted(pauses[: MAX_STOPS - 1]), len(bursts)]
    return [Stop(tuple(bursts[start:end])) for start, end in pairwise(starts) if start < end]


def shares_between(pad_id: UUID, after: int, until: int) -> list[Share]:
    """What each person did in the revisions after one, up to another. One query."""
    return join_shares(Share(*row) for row in run((_SHARES, [pad_id, after, until, after])))


def join_shares(shares: Iterable[Share]) -> list[Share]:
    """One share for each person, who wrote most first."""
    joined: dict[UUID | None, Share] = {}
    for each in shares:
        known = joined.get(each.user_id, Share(each.user_id, 0, 0, 0))
        joined[each.user_id] = Share(
            each.user_id,
            known.changes + each.changes,
            known.inserted + each.inserted,
            known.deleted + each.deleted,
        )
    return sorted(joined.values(), key=lambda share: (-share.inserted - share.deleted, str(share.user_id)))


def bursts_after(pad_id: UUID, revision: int) -> list[Burst]:
    """The bursts of the revisions after one, at which a burst ended; the last one may still grow. One query."""
    values = [pad_id, revision, PAUSE, pad_id, revision, MAX_REVISIONS, PARTS, PARTS]
    return list(_bursts_in(run((_BURSTS, values))))


def ended_bursts(pad_id: UUID) -> list[Burst]:
    """The bursts that are kept, oldest first. One query."""
    return [
        Burst(
            first=each.first,
            last=each.last,
            began_at=each.began_at,
            ended_at=each.ended_at,
            shares=tuple(Share(UUID(user) if user else None, *counts) for user, *counts in each.shares),
            parts=tuple(each.parts),
        )
        for each in EndedBurst.objects.filter(pad=pad_id).order_by("first")
    ]


class _KnownBursts:
    """The bursts of pads as far as they were read; the last one of each may still grow."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._bursts: OrderedDict[UUID, tuple[Burst, ...]] = OrderedDict()

    def read(self, pad_id: UUID) -> Sequence[Burst]:
        """All of them, with what was written since."""
        with self._guard:
            known = self._bursts.get(pad_id, ())
        ended = known[:-1] if known else tuple(ended_bursts(pad_id))
        bursts = (*ended, *bursts_after(pad_id, ended[-1].last if ended else 0))
        with self._guard:
            self._bursts[pad_id] = bursts
            self._bursts.move_to_end(pad_id)
            while len(self._bursts) > _MAX_PADS:
                self._bursts.popitem(last=False)
        return bursts


def _bursts_in(rows: Iterable[Any]) -> Iterable[Burst]:
    for _key, found in groupby(rows, key=lambda row: row[:2]):
        group = list(found)
        parts = [0] * PARTS
        for row in group:
            parts[row[2]] += row[8]
        yield Burst(
            first=min(row[4] for row in group),
            last=max(row[5] for row in group),
            began_at=min(row[6] for row in group),
            ended_at=max(row[7] for row in group),
            shares=tuple(join_shares(Share(row[3], row[8], row[9], row[10]) for row in group)),
            parts=tuple(parts),
        )


_KNOWN: Final = _KnownBursts()
