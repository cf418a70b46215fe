"""Bundles that were not taken in are kept as they came, with their reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from typing import Final
from uuid import UUID

from django.db.models import Count, Func, IntegerField, Sum

from stages.replication.ingest.examining import Refused
from stages.replication.ingest.wire import text_of_wire
from stages.replication.models import HeldBundle

# So many undecided bundles are kept of each site that sends.
MAX_HELD: Final = 10_000
# Of their texts together.
MAX_BYTES: Final = 256 * 1024 * 1024


def keep(*, project_id: UUID, sender: str, refused: Sequence[Refused], now: datetime) -> list[HeldBundle]:
    """Hold bundles as far as there is room for more of their sender, in the caller's transaction."""
    if not refused:
        return []
    sent_by = bytes.fromhex(sender)
    waiting = HeldBundle.objects.filter(project=project_id, sender=sent_by, decision="")
    sums = waiting.order_by().aggregate(
        number=Count("id"), size=Sum(Func("text", function="octet_length", output_field=IntegerField()))
    )
    rows = [_row(project_id, sent_by, each, now) for each in refused[: max(MAX_HELD - sums["number"], 0)]]
    sizes = accumulate((len(each.text.encode()) for each in rows), initial=sums["size"] or 0)
    return HeldBundle.objects.bulk_create([row for row, size in zip(rows, sizes, strict=False) if size < MAX_BYTES])


def _row(project_id: UUID, sender: bytes, refused: Refused, now: datetime) -> HeldBundle:
    bundle, refusal = refused.bundle, refused.refusal
    return HeldBundle(
        project_id=project_id,
        site_key=bytes.fromhex(refused.site_key) if refused.site_key else sender,
        number=refused.number,
        hash=bytes.fromhex(bundle.hash),
        text=text_of_wire(bundle),
        count=len(bundle.operations),
        reason=refusal.reason,
        detail=refusal.detail,
        until_hlc=bytes.fromhex(refusal.until_hlc) if refusal.until_hlc else None,
        sender=sender,
        since=now,
    )
