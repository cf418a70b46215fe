"""Sites and invitations as the endpoints answer them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest.pagination import whole
from stages.replication.admission.cuts import cut_of
from stages.replication.admission.services.revoking import reported_revocations
from stages.replication.models import Invitation, Peer
from stages.replication.reading.site import Site
from stages.replication.reading.sites import read_sites


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


def sites_body(project_id: UUID) -> dict[str, Any]:
    """The sites of a project, home first, then in the order in which they were admitted."""
    sites, reported = read_sites(project_id), reported_revocations(project_id)
    others = [_body(each, each.peer, reported) for each in sites.all if each.peer is not None]
    return {**whole(others), "here": _of_every_site(sites.here), "same": sites.sameness.to_json()}


def site_body(peer: Peer) -> dict[str, Any]:
    """One of them."""
    (site,) = [each for each in read_sites(peer.project_id).all if each.key == peer.key_text]
    return _body(site, peer, reported_revocations(peer.project_id))


def _of_every_site(site: Site) -> dict[str, Any]:
    return {
        "key": site.key,
        "name": site.name,
        "state": site.state.value,
        "is_home": site.is_home,
        "is_linked": site.is_linked,
        "bundles": site.number,
        "people": [{"id": each.id, "display_name": each.name} for each in site.people],
    }


def _body(site: Site, peer: Peer, reported: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        **_of_every_site(site),
        "site": peer.site_id,
        "address": peer.address,
        "has_certificate": bool(peer.certificate),
        "rights": peer.rights,
        "copies": peer.copies,
        "introduced_by": bytes(peer.introduced_by).hex() if peer.introduced_by else None,
        "admitted_at": peer.admitted_at,
        "revoked_at": peer.revoked_at,
        "cut": cut_of(peer).as_data() if peer.revoked_at else None,
        "revoked_elsewhere": reported.get(peer.key_text) if peer.revoked_at is None else None,
        "clock": peer.clock,
        "behind": site.behind,
        "ahead": site.ahead,
        "remaining": site.remaining,
        "skew_ms": peer.skew_ms,
        "linked_since": peer.connected_at,
        "last_seen_at": peer.last_seen_at,
        "alarm": _alarm_body(peer.alarm) if peer.alarm else None,
    }


def _alarm_body(alarm: dict[str, Any]) -> dict[str, Any]:
    body = {name: alarm.get(name, "") for name in ("kind", "at", "detail")}
    named = {name: alarm.get(name, []) for name in ("records", "mappings")}
    return {**body, **named, "over_at": alarm.get("over_at")}
