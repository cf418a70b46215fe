"""Whether a site may have a link for a project."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from projects.models import Project, Status
from stages.replication.admission.services.inviting import hash_of
from stages.replication.admission.sites import may_link
from stages.replication.models import Invitation, Peer


@dataclass(frozen=True, slots=True)
class LinkedPeer:
    """The other site of a link: `key` in lowercase hexadecimal digits, `id` that of its row."""

    project_id: UUID
    id: UUID
    key: str
    name: str

    def __str__(self) -> str:
        return f"site {self.name or self.key[:16]}"


def linked_peer(project_id: UUID, key: str) -> LinkedPeer | None:
    """An admitted site of a project that can have links; None for any other."""
    if not may_link(project_id, key):
        return None
    peer = Peer.objects.filter(project_id=project_id, key=bytes.fromhex(key)).only("id", "name").first()
    return None if peer is None or not has_links(project_id) else LinkedPeer(project_id, peer.id, key, peer.name)


def has_links(project_id: UUID) -> bool:
    """Whether there is such a project, and it is not archived."""
    return Project.objects.filter(pk=project_id).exclude(status=Status.ARCHIVED).exists()


def is_good_code(project_id: UUID, code: str) -> bool:
    """Whether a code would admit a site to a project now."""
    found = Invitation.objects.filter(code_hash=hash_of(code)).first()
    return found is not None and found.project_id == project_id and found.is_good(timezone.now())
