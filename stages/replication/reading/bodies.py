"""A site as REST writes it."""

from __future__ import annotations

from typing import Any

from stages.replication.models import Peer
from stages.replication.reading.standing import Site


def body_of(site: Site) -> dict[str, Any]:
    """All that is known of a site."""
    return {
        "key": site.key,
        "name": site.name,
        "state": site.state.value,
        "is_home": site.is_home,
        "is_linked": site.is_linked,
        "bundles": site.number,
        "behind": site.behind,
        "ahead": site.ahead,
        "people": [{"id": each.id, "display_name": each.name} for each in site.people],
        **(_of_peer(site, site.peer) if site.peer is not None else {}),
    }


def _of_peer(site: Site, peer: Peer) -> dict[str, Any]:
    cut = {"number": peer.cut_number, "hash": bytes(peer.cut_hash).hex()} if peer.cut_hash is not None else None
    return {
        "site": str(peer.site_id) if peer.site_id else None,
        "address": peer.address,
        "rights": peer.rights,
        "copies": peer.copies,
        "remaining": site.remaining,
        "skew_ms": peer.skew_ms,
        "clock": peer.clock,
        "linked_since": peer.connected_at,
        "last_heard": peer.last_seen_at,
        "introduced_by": bytes(peer.introduced_by).hex() if peer.introduced_by else None,
        "admitted_at": peer.admitted_at,
        "admitted_by": peer.admitted_by.display_name if peer.admitted_by else None,
        "revoked_at": peer.revoked_at,
        "cut": cut,
        "has_revoked": peer.revocations,
        "alarm": peer.alarm,
    }
