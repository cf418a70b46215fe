"""Sites and invitations as the endpoints answer them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from stages.replication.admission.cuts import Cut, heads_here, missing
from stages.replication.admission.services.revoking import reported_revocations
from stages.replication.models import Invitation, Peer


def invitation_body(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": invitation.id,
        "rights": invitation.rights,
        "copies": invitation.copies,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "used_at": invitation.used_at,
        "used_by": bytes(invitation.used_by).hex() if invitation.used_by else None,
        "withdrawn_at": invitation.withdrawn_at,
    }


def site_bodies(project_id: UUID) -> list[dict[str, Any]]:
    """The other sites of a project, in the order in which they became known."""
    here, reported = heads_here(project_id), reported_revocations(project_id)
    return [_body(peer, here, reported) for peer in Peer.objects.filter(project=project_id).order_by("id")]


def site_body(peer: Peer) -> dict[str, Any]:
    """One of them."""
    return _body(peer, heads_here(peer.project_id), reported_revocations(peer.project_id))


def _body(peer: Peer, here: dict[str, int], reported: dict[str, dict[str, Any]]) -> dict[str, Any]:
    behind, ahead = missing(here, peer.clock)
    cut = Cut(peer.cut_number or 0, bytes(peer.cut_hash).hex() if peer.cut_hash else "")
    return {
        "key": peer.key_text,
        "site": peer.site_id,
        "name": peer.name,
        "address": peer.address,
        "has_certificate": bool(peer.certificate),
        "rights": peer.rights,
        "copies": peer.copies,
        "is_home": peer.is_home,
        "introduced_by": bytes(peer.introduced_by).hex() if peer.introduced_by else None,
        "admitted_at": peer.admitted_at,
        "revoked_at": peer.revoked_at,
        "cut": cut.as_data() if peer.revoked_at else None,
        "revoked_elsewhere": reported.get(peer.key_text) if peer.revoked_at is None else None,
        "clock": peer.clock,
        "behind": behind,
        "ahead": ahead,
        "skew_ms": peer.skew_ms,
        "last_seen_at": peer.last_seen_at,
    }
