"""What the doctor says of pads: whether what was typed gets on the audit trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import F
from django.utils import timezone

from kernel.doctor import Diagnoses, ok, warn
from stages.pads.models import Pad

SUBJECT: Final = "Pads"
# A worker records what is quiet for five minutes, each minute.
LATE: Final = timedelta(minutes=15)


def examine() -> Diagnoses:
    """Whether the log of every pad that has been quiet for long enough is on record."""
    late = Pad.objects.filter(recorded__lt=F("head"), changed_at__lt=timezone.now() - LATE)
    if count := late.count():
        words = f"{count} have been quiet for over 15 minutes, and their logs are not on record"
        remedy = "Start manage.py procrastinate worker (docs/operations/foundry-worker.service) and read its log."
        yield warn(SUBJECT, words, remedy)
    else:
        yield ok(SUBJECT, f"{Pad.objects.count()}, all that are quiet are on record")
