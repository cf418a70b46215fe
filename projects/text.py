"""What a reason must be, wherever one is asked for."""

from __future__ import annotations

from audit.names import check_remark

MAX_REASON = 1000


def check_reason(value: object) -> str:
    """A reason that the record will keep (control c19)."""
    return check_remark(value, name="reason", maximum=MAX_REASON)
