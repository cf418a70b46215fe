"""Moving the cut of a revoked site on, to what another one had accepted of it."""

from __future__ import annotations

from projects.writing import ProjectWrite
from stages.replication.admission.cuts import Cut, cut_of
from stages.replication.admission.events import CUT_MOVED
from stages.replication.admission.recording import peer_of, record_heard
from stages.replication.admission.waking import wake


def move_cut(write: ProjectWrite, *, key: str, cut: Cut, by: str) -> None:
    """Note up to where bundles of a revoked site come in, because the site with the key `by` has accepted them."""
    peer = peer_of(write.project.id, bytes.fromhex(key))
    before = cut_of(peer)
    record_heard(write, CUT_MOVED, peer, {"by": by, "before": before.as_data(), "cut": cut.as_data()})
    peer.cut_number, peer.cut_hash = cut.number, cut.hash_bytes
    peer.save(update_fields=["cut_number", "cut_hash"])
    write.afterwards(wake, write.project.id)
