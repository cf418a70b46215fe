"""What happens between sites as the engine's clients know it; a peer is known to them by the key of its site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.callers import Caller


def peer_connected(_caller: Caller, _project_id: UUID, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """That a link with another site has begun."""
    return [{"type": "sync_peer_connected", "peer_id": data["site"]}]


def progress(_caller: Caller, _project_id: UUID, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How many bundles another site has still to send."""
    return [{"type": "sync_progress", "remaining": data["remaining"]}]


def blob_available(_caller: Caller, _project_id: UUID, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """That a file has come from another site; a text of the record is no blob of the engine."""
    return [{"type": "blob_available", "hash": data["blake3"]}] if "blake3" in data else []
