"""Putting the hash of a pad's log on the audit trail: what was typed cannot be changed afterwards unnoticed."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import F, Q

from accounts.callers import foundry_caller
from kernel.errors import DomainError
from kernel.statements import database_now
from projects.writing import upkeep_write
from stages.pads.models import Pad
from stages.pads.reading import load_pad
from stages.pads.services.tidying import tidy_document
from stages.pads.services.trail import lock_pad, record_log

logger = logging.getLogger(__name__)

# A pad is recorded once nobody has written in it for so long, or so many revisions are not recorded.
QUIET: Final = timedelta(minutes=5)
MAX_UNRECORDED: Final = 10_000


def record_pad(*, pad_id: UUID) -> None:
    """Record the hash of a pad's log, if it has grown since."""
    found = load_pad(pad_id)
    with upkeep_write(caller=foundry_caller(), project_id=found.project_id) as write:
        pad = lock_pad(pad_id)
        if pad.recorded == pad.head:
            return
        record_log(write, pad, pad.head, bytes(pad.log_hash))


def record_pads() -> None:
    """Record every pad that is quiet or has grown much, and keep a snapshot of it; one that fails stops no other."""
    quiet_since = database_now() - QUIET
    due = Q(changed_at__lt=quiet_since) | Q(head__gte=F("recorded") + MAX_UNRECORDED)
    pads = Pad.objects.filter(due, recorded__lt=F("head")).order_by("changed_at")
    for pad in pads:
        try:
            tidy_document(pad_id=pad.id, is_quiet=pad.changed_at < quiet_since)
            record_pad(pad_id=pad.id)
        except DomainError as refusal:
            logger.warning("The log of pad %s could not be recorded: %s", pad.id, refusal.detail)
        except Exception:
            logger.exception("The log of pad %s could not be recorded", pad.id)
