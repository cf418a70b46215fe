"""Questions for a field and their answers: name → members of the data (`docs/gateway.md`)."""

from __future__ import annotations

from typing import Final

EPHEMERALS: Final[dict[str, tuple[str, ...]]] = {
    "lock.requested": ("field", "session_id", "message"),
    "lock.request_withdrawn": ("field", "session_id"),
    "lock.kept": ("field", "session_id"),
}
