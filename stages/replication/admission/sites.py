"""What each site may do in a project: asked by links before a frame is answered, and by ingest for each bundle."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from stages.registers.keys import own_site_key
from stages.replication.admission.cuts import Cut, cut_of, own_head
from stages.replication.admission.keys import own_keys
from stages.replication.choices import Rights
from stages.replication.models import Peer


@dataclass(frozen=True, slots=True)
class KnownSite:
    """Whether a site may write, and where its chain ends: nowhere, unless it was revoked or has a newer key.

    Up to its `cut`, bundles of a revoked site are still accepted.
    """

    may_write: bool
    cut: Cut | None = None


def known_sites(project_id: UUID) -> dict[str, KnownSite]:
    """The sites that this one has admitted, revoked ones too, by their keys; its own keys included.

    What this site wrote under a key that it has replaced ends where it is here.
    """
    current = own_site_key()
    found = {current.hex(): KnownSite(may_write=True)}
    for key in own_keys() - {current}:
        found[key.hex()] = KnownSite(may_write=True, cut=own_head(project_id, key))
    for peer in Peer.objects.filter(project=project_id, admitted_at__isnull=False):
        cut = cut_of(peer) if peer.revoked_at is not None else None
        found[peer.key_text] = KnownSite(peer.rights == Rights.WRITES, cut)
    return found


def may_link(project_id: UUID, key: str) -> bool:
    """Whether a site is admitted, and neither revoked nor replaced by a newer key of its own."""
    peers = Peer.objects.filter(project=project_id, key=bytes.fromhex(key), admitted_at__isnull=False, revoked_at=None)
    return peers.exists()
