"""What the services of admission have in common: sites of a project by their keys, and what events say of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from audit.event_types import InboxLine
from audit.models import Event
from audit.services import Target
from kernel.errors import NotFound
from projects.models import Member, Role
from projects.writing import ProjectWrite
from stages.replication.models import Peer


def peer_of(project_id: UUID, key: bytes) -> Peer:
    """A site of the project. Raises `NotFound` for a key that no site here has."""
    peer = Peer.objects.filter(project=project_id, key=key).first()
    if peer is None:
        raise NotFound(_("The project has no such site."))
    return peer


def identity_of(peer: Peer) -> dict[str, Any]:
    """Which site an event is about."""
    return {
        "peer_id": str(peer.id),
        "site": peer.key_text,
        "site_id": str(peer.site_id) if peer.site_id else None,
        "name": peer.name,
    }


def facts_of(peer: Peer) -> dict[str, Any]:
    """All that is decided about a site: what an event says that admits it or changes it."""
    return {
        **identity_of(peer),
        "address": peer.address,
        "address_unconfirmed": peer.address_unconfirmed,
        "certificate_sha256": hashlib.sha256(peer.certificate.encode()).hexdigest() if peer.certificate else "",
        "rights": str(peer.rights),
        "copies": peer.copies,
        "is_home": peer.is_home,
        "introduced_by": bytes(peer.introduced_by).hex() if peer.introduced_by else None,
    }


def record_site(write: ProjectWrite, action: str, peer: Peer, more: dict[str, Any], reason: str | None = None) -> Event:
    """Record what was decided about a site, as it is then."""
    return write.record(action, Target.of("site", peer.id), {**facts_of(peer), **more}, reason=reason)


def record_heard(write: ProjectWrite, action: str, peer: Peer, more: dict[str, Any]) -> Event:
    """Record what another site made known about a site: the actor is Foundry."""
    return write.record_consequence(action, Target.of("site", peer.id), {**facts_of(peer), **more})


def notify_owners(write: ProjectWrite, line: InboxLine, peer: Peer, seq: int) -> None:
    """Put a line about a site into the inboxes of the project's owners."""
    write.notify(line, owners_of(write.project.id), {"site": peer.key_text, "name": peer.name}, seq)


def owners_of(project_id: UUID) -> Iterable[UUID]:
    """Who decides about the sites of a project."""
    owners = Member.objects.filter(project=project_id, role=Role.OWNER, user__is_active=True)
    return list(owners.values_list("user_id", flat=True))
