"""The notifications of the sockets of projects: method → members of the parameters (`docs/gateway.md`)."""

from __future__ import annotations

from typing import Final

NOTIFICATIONS: Final[dict[str, tuple[str, ...]]] = {
    "snapshot": (
        "seq",
        "session_id",
        "resume_secret",
        "lock_ttl",
        "role",
        "project",
        "current_version",
        "locks",
        "present",
        "reset",
    ),
    "event": ("seq", "name", "at", "actor", "data"),
    "ephemeral": ("name", "actor", "data"),
    "head": ("seq", "present"),
    "topic.closed": ("topic", "code"),
}
