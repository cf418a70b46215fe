"""Keeping the bursts of pads that have ended: a cache of the log for its history."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Max

from kernel.transactions import write_transaction
from stages.pads.models import EndedBurst
from stages.pads.stops import Burst, bursts_after


def keep_bursts(*, pad_id: UUID) -> None:
    """Keep what has ended since the last time; another node may keep the same."""
    known: int = EndedBurst.objects.filter(pad=pad_id).aggregate(last=Max("last"))["last"] or 0
    if ended := bursts_after(pad_id, known)[:-1]:
        with write_transaction():
            EndedBurst.objects.bulk_create([_row(pad_id, burst) for burst in ended], ignore_conflicts=True)


def _row(pad_id: UUID, burst: Burst) -> EndedBurst:
    return EndedBurst(
        pad_id=pad_id,
        first=burst.first,
        last=burst.last,
        began_at=burst.began_at,
        ended_at=burst.ended_at,
        shares=[
            [str(each.user_id) if each.user_id else None, each.changes, each.inserted, each.deleted]
            for each in burst.shares
        ],
        parts=list(burst.parts),
    )
