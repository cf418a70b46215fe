"""Which sites can be asked for a content that is not here."""

from __future__ import annotations

from uuid import UUID

from stages.replication.models import Peer


def who_may_have(project_id: UUID) -> list[Peer]:
    """The admitted sites of a project, linked ones first: whatever is not here lies at one of them."""
    peers = Peer.objects.filter(project=project_id, admitted_at__isnull=False, revoked_at__isnull=True)
    return sorted(peers, key=lambda peer: (peer.connected_at is None, peer.name))
