"""What no checkpoint has sealed yet: the cut-off of these events would not be noticed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from audit.checkpoints.services import CHECKPOINT_MADE
from audit.checkpoints.stamping import CHECKPOINT_STAMPED

# The index on `at` is asked. A checkpoint's own events are news to nobody.
_UNSEALED = """
SELECT count(*), min(at) FROM audit_event
WHERE at > coalesce((SELECT made_at FROM audit_checkpoint ORDER BY number DESC LIMIT 1), '-infinity')
AND action NOT IN (%s, %s)
"""


@dataclass(frozen=True, slots=True)
class Unsealed:
    """How many events are in no checkpoint, and when the oldest of them was recorded; None where there is none."""

    count: int
    oldest: datetime | None


def unsealed() -> Unsealed:
    """The events newer than the newest checkpoint."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [CHECKPOINT_MADE, CHECKPOINT_STAMPED])
        row = cursor.fetchone()
        assert row is not None
        return Unsealed(*row)
