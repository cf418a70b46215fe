"""Bundles that were not taken in are kept as they came, with their reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from stages.replication.ingest.examining import Refused
from stages.replication.ingest.wire import text_of_wire
from stages.replication.models import HeldBundle

# So many undecided bundles are kept of each site that sends.
MAX_HELD: Final = 10_000


def keep(*, project_id: UUID, sender: str, refused: Sequence[Refused], now: datetime) -> list[HeldBundle]:
    """Hold bundles as far as there is room for more of their sender, in the caller's transaction."""
    if not refused:
        return []
    sent_by = bytes.fromhex(sender)
    room = MAX_HELD - HeldBundle.objects.filter(project=project_id, sender=sent_by, decision="").count()
    return HeldBundle.objects.bulk_create([_row(project_id, sent_by, each, now) for each in refused[: max(room, 0)]])


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
