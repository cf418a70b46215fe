"""Pads and their revisions as REST and the gateway show them."""

from __future__ import annotations

from typing import Any

from stages.pads.models import Pad


def pad_body(pad: Pad) -> dict[str, Any]:
    """A pad without its text."""
    return {
        "id": pad.id,
        "project_id": pad.project_id,
        "name": pad.name,
        "language": pad.language,
        "target_field": pad.target_field or None,
        "created_at": pad.created_at,
        "created_by": pad.created_by.person(),
        "closed_at": pad.closed_at,
        "changed_at": pad.changed_at,
        "head": pad.head,
        "epoch": pad.epoch,
        "length": pad.length,
        "size": pad.size,
    }
