"""What home sends of its record: events with their stored texts, and the checkpoint that vouches for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from audit.checkpoints.heads import Head
from audit.checkpoints.models import Checkpoint
from audit.models import Event, project_chain
from audit.services import site_id
from kernel.transactions import one_moment
from projects.models import Project, Status
from stages.replication.home.wire import MAX_BYTES, MAX_EVENTS, Position, Proof, Push, WireEvent
from stages.replication.models import CopiedCheckpoint, CopiedEvent, Peer

# A checkpoint names every chain, so that the newest one does; the chain may have begun while that was made.
_CHECKPOINTS: Final = 3
# How many events may have been committed while a checkpoint was made, after it had read the heads.
_NEAR: Final = 200


def record_of(project_id: UUID) -> dict[str, object]:
    """The member `record` of `state`: the head of the chain at home, of its copy at a replica.

    `verified` is the event up to which a checkpoint vouches for the copy; 0 at home.
    """
    newest = CopiedCheckpoint.objects.filter(project=project_id).order_by("-seq").values_list("seq", flat=True).first()
    return {**head_of(project_id).as_json(), "verified": newest or 0}


def head_of(project_id: UUID) -> Position:
    """The newest event of the project's record that is here; before the first one 0 and an empty hash."""
    is_replica = Project.objects.filter(pk=project_id, status=Status.REPLICA).exists()
    return copied_head(project_id) if is_replica else _own_head(project_id)


def copied_head(project_id: UUID) -> Position:
    """The newest event of the copy."""
    newest = CopiedEvent.objects.filter(project=project_id).order_by("-seq").values_list("seq", "hash").first()
    return Position(newest[0], bytes(newest[1]).hex()) if newest else Position(0, "")


def events_after(project_id: UUID, seq: int, limit: int = MAX_EVENTS) -> list[WireEvent]:
    """The next events of the project's own chain: at most `limit`, and 1 MiB of texts unless the first is larger."""
    return list(_of_size(Event.objects.of_project(project_id).filter(seq__gt=seq)[: min(limit, MAX_EVENTS)]))


def next_push(project_id: UUID, peer_key: str, has: Position, verified: int = 0) -> Push | None:
    """What a peer lacks that has the record up to `has`; None where it lacks nothing, or gets no copies.

    `verified` is the event up to which it has a checkpoint; a newer one comes with the newest event. Where its copy is
    not our chain, it gets our head alone, and sees that both differ.
    """
    if not may_copy(project_id, peer_key):
        return None
    site = UUID(site_id())
    with one_moment():
        head = _own_head(project_id)
        if not _is_ours(project_id, has):
            return Push(site, (), None, head)
        events = events_after(project_id, has.seq)
        is_all = (events[-1].seq if events else has.seq) == head.seq
        proof = proof_of(project_id) if is_all and verified < head.seq else None
    if proof is not None and proof.seq <= verified:
        proof = None
    return Push(site, tuple(events), proof, head) if events or proof else None


def note_copied(project_id: UUID, peer_key: str, has: Position) -> None:
    """Note how far the copy of a peer goes, as it says."""
    Peer.objects.filter(project=project_id, key=bytes.fromhex(peer_key)).update(head_number=has.seq)


def may_copy(project_id: UUID, peer_key: str) -> bool:
    """Whether a peer gets the record: this is home, and the peer is admitted with `copies`."""
    peers = Peer.objects.filter(
        project=project_id, key=bytes.fromhex(peer_key), copies=True, admitted_at__isnull=False, revoked_at__isnull=True
    )
    return peers.exclude(project__status=Status.REPLICA).exists()


def proof_of(project_id: UUID) -> Proof | None:
    """The newest checkpoint that vouches for an event of the project's chain, with that event."""
    for checkpoint in Checkpoint.objects.select_related("key").order_by("-number")[:_CHECKPOINTS]:
        heads = set(checkpoint.statement["heads"])
        for seq, digest in _heads_before(project_id, checkpoint):
            if Head(project_chain(project_id), seq, digest.hex()).digest in heads:
                return Proof(
                    number=checkpoint.number,
                    text=checkpoint.text,
                    signature=bytes(checkpoint.signature),
                    key=bytes(checkpoint.key.public_key),
                    seq=seq,
                    hash=digest,
                )
    return None


def _heads_before(project_id: UUID, checkpoint: Checkpoint) -> Iterator[tuple[int, bytes]]:
    """The events that were recorded before a checkpoint, newest first: one of the first is the head that it names."""
    events = Event.objects.filter(chain=project_chain(project_id), at__lte=checkpoint.made_at)
    for seq, digest in events.order_by("-seq").values_list("seq", "hash")[:_NEAR]:
        yield seq, bytes(digest)


def _own_head(project_id: UUID) -> Position:
    events = Event.objects.filter(chain=project_chain(project_id))
    newest = events.order_by("-seq").values_list("seq", "hash").first()
    return Position(newest[0], bytes(newest[1]).hex()) if newest else Position(0, "")


def _is_ours(project_id: UUID, has: Position) -> bool:
    if has.seq == 0:
        return True
    own = Event.objects.filter(chain=project_chain(project_id), seq=has.seq, hash=bytes.fromhex(has.hash))
    return own.exists()


def _of_size(events: Iterable[Event]) -> Iterator[WireEvent]:
    size = 0
    for event in events:
        own = len(event.canonical.encode())
        if size and size + own > MAX_BYTES:
            return
        size += own
        yield WireEvent(event.seq, event.at, event.canonical, bytes(event.hash))
