"""What a link writes down about the other site: which node has it, what it said. None of it is an event."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from kernel.transactions import write_transaction
from projects.models import Status
from stages.replication.environment import DISCOVERY
from stages.replication.link.access import LinkedPeer
from stages.replication.link.heads import joined
from stages.replication.link.live import show, show_changed
from stages.replication.link.methods import Remote
from stages.replication.models import Peer

# How long a node has a site for itself, and how much of that may pass before it says again that it has.
CLAIM: Final = timedelta(seconds=15)
RENEWED_AFTER: Final = timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class ClaimedPeer:
    """A site that this node has for itself: to dial it, where it has an address, or because it called here.

    `unconfirmed`: nobody but the site itself says that it is at this address.
    """

    id: UUID
    project_id: UUID
    key: str
    name: str
    address: str
    certificate: str
    unconfirmed: bool = False


def claim_peers(node: str, linked: Collection[UUID], heard: Collection[UUID] = ()) -> list[ClaimedPeer]:
    """Claim the sites that no other node has, or not any more, and those that this one is `linked` with, anew.

    Of those that were `heard` just now, that is noted. Answers all that this node has now; a site that is not admitted
    any more is not among them.
    """
    with write_transaction():
        is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=Now())
        is_due = Q(node=node, claimed_until__lt=Now() + (CLAIM - RENEWED_AFTER))
        wanted = ~Q(address="") | Q(pk__in=linked)
        if getattr(settings, DISCOVERY):
            # One without an address may be found in this network.
            wanted = Q()
        kept = {"claimed_until": Now() + CLAIM, "connected_at": Coalesce("connected_at", Now())}
        _admitted().filter(is_due, pk__in=linked).update(**kept)
        if heard:
            _admitted().filter(pk__in=heard).update(last_seen_at=Now())
        # Of a node that ended without a word, the mark of its link goes with its claim.
        claimable = _admitted().filter(wanted, is_free | is_due)
        claimable.update(node=node, claimed_until=Now() + CLAIM, connected_at=None, remaining=0)
    found = _admitted().filter(wanted, node=node, claimed_until__gt=Now())
    named = ("id", "project_id", "key", "name", "address", "certificate", "address_unconfirmed")
    return [
        ClaimedPeer(
            each.id,
            each.project_id,
            each.key_text,
            each.name,
            each.address,
            each.certificate,
            each.address_unconfirmed,
        )
        for each in found.only(*named)
    ]


def are_admitted(peer_ids: Collection[UUID]) -> set[UUID]:
    """Which of these sites may have links now."""
    return set(_admitted().filter(pk__in=peer_ids).values_list("id", flat=True))


def connect_peer(peer: LinkedPeer, *, node: str, comes_first: bool) -> bool:
    """Note that a node has the link with a site; False where another node has one that this must not replace.

    One that `comes_first`, dialled by the site of the smaller key, replaces any other.
    """
    with write_transaction():
        peers = _admitted().filter(pk=peer.id)
        if not comes_first:
            is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=Now()) | Q(connected_at__isnull=True)
            peers = peers.filter(is_free | Q(node=node))
        changes = {"claimed_until": Now() + CLAIM, "connected_at": Now(), "last_seen_at": Now()}
        if not peers.update(node=node, remaining=0, **changes):
            return False
        _show_later(peer, "sync.connected")
        return True


def disconnect_peer(peer: LinkedPeer, *, node: str) -> None:
    """Note that the link that this node had with a site has ended, unless another node has one by now."""
    with write_transaction():
        # A site that was revoked meanwhile is nobody's any more.
        mine = Peer.objects.filter(Q(node=node) | Q(node=""), pk=peer.id, connected_at__isnull=False)
        if mine.update(node="", claimed_until=None, connected_at=None, remaining=0, last_seen_at=Now()):
            _show_later(peer, "sync.disconnected")


def release_peers(node: str) -> None:
    """Note that a node has no sites any more: it ends."""
    Peer.objects.filter(node=node).update(node="", claimed_until=None, connected_at=None, remaining=0)


def note_push(peer_id: UUID, *, newest: Mapping[str, Sequence[Any]], remaining: int) -> None:
    """Note what a site has sent, and so has, and how many bundles it says that it has still to send."""
    with write_transaction():
        peer = Peer.objects.select_for_update().only("project_id", "key", "clock").get(pk=peer_id)
        clock = {site: list(entry) for site, entry in joined(peer.clock, newest).items()}
        Peer.objects.filter(pk=peer_id).update(clock=clock, remaining=remaining, last_seen_at=Now())
        progress = partial(show, peer.project_id, "sync.progress", site=peer.key_text, remaining=remaining)
        transaction.on_commit(progress, robust=True)


def note_clock(remote: Remote, clock: Mapping[str, Sequence[Any]], **said: Any) -> None:
    """Note what a site has by now, with what else it `said` of itself; pages are notified if that is new."""
    with write_transaction():
        peer = Peer.objects.filter(pk=remote.peer_id)
        has_changed = peer.exclude(clock=dict(clock)).exists()
        peer.update(clock=dict(clock), last_seen_at=Now(), **said)
        if has_changed:
            show_changed(remote.project_id, remote.peer_key)


def note_state(
    remote: Remote, *, clock: Mapping[str, Sequence[Any]], state_hash: str, skew_ms: int, head_number: int | None
) -> None:
    """Note what a site said of itself; `head_number` counts the events of its record, None where it said nothing."""
    note_clock(
        remote,
        clock,
        state_hash=bytes.fromhex(state_hash),
        skew_ms=skew_ms,
        head_number=Coalesce(head_number, F("head_number")),
    )


def _show_later(peer: LinkedPeer, name: str) -> None:
    """Show it to the pages of the project once it is committed."""
    transaction.on_commit(partial(show, peer.project_id, name, site=peer.key), robust=True)


def _admitted() -> QuerySet[Peer]:
    return Peer.objects.filter(admitted_at__isnull=False, revoked_at__isnull=True).exclude(
        project__status=Status.ARCHIVED
    )
