"""Takes in the record of home: events that follow the copy, and a checkpoint that vouches for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import foundry_caller
from audit.chain import first_prev_hash, link_hash
from audit.keys.text import rfc3339
from audit.models import project_chain
from audit.services import Target
from kernel.canonical import canonical
from kernel.errors import Conflict, PermissionDenied, ValidationFailed
from kernel.ijson import parse
from kernel.statements import database_now
from projects.writing import ProjectWrite, upkeep_write
from stages.replication.home.checkpoints import home_of, keys_of_home, proof_fault
from stages.replication.home.content_hashes import wrong_versions
from stages.replication.home.events import COPIED
from stages.replication.home.live import announce_record
from stages.replication.home.sending import copied_head
from stages.replication.home.wanting import want_newest
from stages.replication.home.wire import Position, Proof, Push, WireEvent
from stages.replication.link.alarms import current_alarm, raise_wrong
from stages.replication.models import CopiedCheckpoint, CopiedEvent, Peer

# The alarm of a home whose record is not the one that was copied before.
OTHER_RECORD: Final = "other_record"
# The alarm of a home that says of a version that it has another content than it has.
WRONG_CONTENT: Final = "wrong_content"
# Characters of an action: copies are looked up by it, and no index holds a longer one.
_MAX_ACTION: Final = 200


def take_events(*, project_id: UUID, peer_key: str, push: Push) -> Position:
    """Take in what home pushed, and answer how far the copy goes.

    What is here already is passed over, so that a push may come twice. Raises `PermissionDenied` for who is not this
    project's home; `ValidationFailed` for events that are not as home recorded them, or a checkpoint that does not
    fit; `Conflict` for a hole. A home whose chain is another one than the copy is an alarm of its peer, and nothing is
    taken: somebody restored a backup there, or changed the record.
    """
    with upkeep_write(caller=foundry_caller(), project_id=project_id) as write:
        home = _require_home(project_id, peer_key, push)
        head = copied_head(project_id)
        _note_head(home, push.head)
        if _is_another_chain(project_id, head, push):
            _alarm(home, push.head)
            return head
        _end_alarm(home)
        fresh = [event for event in push.events if event.seq > head.seq]
        _append(project_id, push.site, head, fresh)
        if fresh:
            before, head = head, Position(fresh[-1].seq, fresh[-1].hash.hex())
            _check_versions(home, before, head)
            want_newest(project_id)
        if push.proof is not None:
            _vouch(write, home, push.site, push.proof)
        if fresh or push.proof is not None:
            write.afterwards(announce_record, project_id, head.seq)
    return head


def _require_home(project_id: UUID, peer_key: str, push: Push) -> Peer:
    home = home_of(project_id)
    if home is None or home.key_text != peer_key or not home.is_admitted:
        raise PermissionDenied(_("Only the site where the project is at home has its record."))
    known = CopiedEvent.objects.filter(project=project_id).values_list("site", flat=True).first() or home.site_id
    if known is not None and known != push.site:
        raise ValidationFailed({"site": [_("It is not the site where the project is at home.")]})
    return home


def _note_head(home: Peer, head: Position) -> None:
    Peer.objects.filter(pk=home.pk).update(head_number=head.seq)


def _is_another_chain(project_id: UUID, head: Position, push: Push) -> bool:
    """Whether home has fewer events than the copy, or another one under a number that the copy has."""
    own = {push.head.seq: push.head.hash, **{event.seq: event.hash.hex() for event in push.events}}
    copied = CopiedEvent.objects.filter(project=project_id, seq__in=own).values_list("seq", "hash")
    return push.head.seq < head.seq or any(own[seq] != bytes(digest).hex() for seq, digest in copied)


def _alarm(home: Peer, head: Position) -> None:
    words = _("Its record is not the one that was copied before. It ends at event {seq}.").format(seq=head.seq)
    if current_alarm(home).get("kind") != OTHER_RECORD:
        alarm = {"kind": OTHER_RECORD, "at": rfc3339(database_now()), "detail": words, "records": []}
        Peer.objects.filter(pk=home.pk).update(alarm=alarm)


def _check_versions(home: Peer, before: Position, head: Position) -> None:
    """Their content hashes are recomputed as far as the events say what they are of."""
    for version in wrong_versions(home.project_id, before, head):
        words = _("In its record, version {version} does not have the content hash that it says.")
        raise_wrong(home.pk, kind=WRONG_CONTENT, detail=words.format(version=version))


def _end_alarm(home: Peer) -> None:
    """Its record is the one that was copied again; what the last alarm was can still be read."""
    if current_alarm(home).get("kind") == OTHER_RECORD:
        alarm = {**(home.alarm or {}), "over_at": rfc3339(database_now())}
        Peer.objects.filter(pk=home.pk).update(alarm=alarm)


def _append(project_id: UUID, site: UUID, head: Position, events: Sequence[WireEvent]) -> None:
    """Append the next events; each is recomputed here, and once more by the database."""
    chain = project_chain(project_id)
    previous = bytes.fromhex(head.hash) if head.seq else first_prev_hash(chain)
    rows = []
    for seq, event in enumerate(events, head.seq + 1):
        if event.seq != seq:
            words = _("Event {seq} comes next.").format(seq=seq)
            raise Conflict(words, seq=head.seq)
        _refuse_altered(event, previous, chain=chain, site=site)
        rows.append(
            CopiedEvent(
                project_id=project_id,
                site=site,
                chain=chain,
                seq=seq,
                at=event.at,
                canonical=event.canonical,
                prev_hash=previous,
                hash=event.hash,
            )
        )
        previous = event.hash
    CopiedEvent.objects.bulk_create(rows)


def _refuse_altered(event: WireEvent, previous: bytes, *, chain: str, site: UUID) -> None:
    computed = link_hash(prev_hash=previous, seq=event.seq, at=event.at, canonical=event.canonical)
    words = _("Event {seq} is not as home recorded it.").format(seq=event.seq)
    if computed != event.hash:
        raise ValidationFailed({"events": [words]})
    record = parse(event.canonical, name="events", max_depth=200)
    if not isinstance(record, dict) or canonical(record) != event.canonical:
        raise ValidationFailed({"events": [words]})
    action = record.get("action")
    if (record.get("chain"), record.get("site")) != (chain, str(site)) or not isinstance(action, str):
        raise ValidationFailed({"events": [words]})
    if len(action) > _MAX_ACTION:
        raise ValidationFailed({"events": [words]})


def _vouch(write: ProjectWrite, home: Peer, site: UUID, proof: Proof) -> None:
    """Keep a checkpoint with the event that says so on our own chain: what it covers cannot be cut off unseen."""
    project_id = write.project.id
    if CopiedCheckpoint.objects.filter(project=project_id, seq__gte=proof.seq).exists():
        return
    copied = CopiedEvent.objects.filter(project=project_id, seq=proof.seq).values_list("hash", flat=True).first()
    fault = proof_fault(proof, chain=project_chain(project_id), site=site, keys=keys_of_home(home))
    if fault is None and (copied is None or bytes(copied) != proof.hash):
        fault = _("it vouches for an event that was not copied")
    if fault is not None:
        words = _("Checkpoint {number} of home proves nothing: {fault}.")
        raise ValidationFailed({"checkpoint": [words.format(number=proof.number, fault=fault)]})
    CopiedCheckpoint.objects.create(
        project_id=project_id,
        number=proof.number,
        seq=proof.seq,
        hash=proof.hash,
        site_key=proof.key,
        text=proof.text,
        signature=proof.signature,
        received_at=database_now(),
    )
    facts = {
        "site": str(site),
        "number": proof.number,
        "seq": proof.seq,
        "hash": proof.hash.hex(),
        "key": proof.key.hex(),
    }
    write.record(COPIED.name, Target.of("copied_record", write.project.id), facts)
