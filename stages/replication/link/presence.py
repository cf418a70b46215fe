"""Which sites of a project are linked now, as every node knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now

from stages.replication.models import Peer


@dataclass(frozen=True, slots=True)
class LinkState:
    """A link with a site, through whichever node: since when, and how many bundles are to come over it."""

    connected: bool
    since: datetime | None
    remaining: int
    last_seen_at: datetime | None


def links_of(project_id: UUID) -> dict[str, LinkState]:
    """The links of a project by the key of the other site; one whose node has ended without a word is over."""
    peers = Peer.objects.filter(project_id=project_id, connected_at__isnull=False, claimed_until__gt=Now())
    return {
        each.key_text: LinkState(True, each.connected_at, each.remaining, each.last_seen_at)
        for each in peers.only("key", "connected_at", "remaining", "last_seen_at")
    }
