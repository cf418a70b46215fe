"""What each site may do in a project: asked by links before a frame is answered, and by ingest for each bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from stages.registers.keys import own_site_key
from stages.replication.admission.cuts import own_head
from stages.replication.admission.keys import own_keys
from stages.replication.choices import Rights
from stages.replication.models import Peer


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a site was ever admitted, what it may do, and where its chain ends, if it does.

    `cut_number` is null where nothing ends; up to it, bundles of a revoked site are still accepted. `is_own` are keys
    of this site, former ones included.
    """

    is_admitted: bool
    rights: str
    cut_number: int | None = None
    cut_hash: str | None = None
    is_own: bool = False

    @property
    def may_write(self) -> bool:
        return self.is_own or self.rights == Rights.WRITES


OWN: Final = Standing(is_admitted=True, rights=Rights.WRITES, is_own=True)


def standings(project_id: UUID) -> dict[str, Standing]:
    """The sites that this one has admitted, revoked ones too, by their keys; its own keys included.

    What this site wrote under a key that it has replaced ends where it is here.
    """
    current = own_site_key()
    found = {current.hex(): OWN}
    for key in own_keys() - {current}:
        end = own_head(project_id, key)
        found[key.hex()] = Standing(False, Rights.WRITES, end.number, end.hash or None, is_own=True)
    for peer in Peer.objects.filter(project=project_id, admitted_at__isnull=False):
        cut_hash = bytes(peer.cut_hash).hex() if peer.cut_hash else None
        cut_number = (peer.cut_number or 0) if peer.revoked_at is not None else None
        found[peer.key_text] = Standing(peer.is_admitted, str(peer.rights), cut_number, cut_hash)
    return found


def may_link(project_id: UUID, key: str) -> bool:
    """Whether a site is admitted, and neither revoked nor replaced by a newer key of its own."""
    peers = Peer.objects.filter(project=project_id, key=bytes.fromhex(key), admitted_at__isnull=False, revoked_at=None)
    return peers.exists()
