"""What everybody in a project is shown of its people: name → members of the data (`docs/gateway.md`)."""

from __future__ import annotations

from typing import Final

EPHEMERALS: Final[dict[str, tuple[str, ...]]] = {
    "presence.joined": ("user",),
    "presence.left": ("user",),
    "cursor.moved": ("session_id", "field", "anchor", "head"),
    "text.changed": ("session_id", "field", "token", "revision", "changes"),
}
