"""Alarms about a site, which stay until they are over: what differs although it should not, and two histories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.keys.text import rfc3339
from kernel.transactions import write_transaction
from stages.replication.link.live import show_changed
from stages.replication.models import Peer
from stages.replication.notices import notice_differs
from stages.replication.reading.differing import labels_of

DIFFERS: Final = "differs"
FORK: Final = "fork"
# Records that an alarm names, and mappings.
MAX_NAMED: Final = 20


def raise_differs(peer_id: UUID, records: Sequence[str], mappings: Sequence[str] = ()) -> None:
    """Note that a site has the same operations as we, and shows something else, as far as known in these.

    `records` are the ids of records and edges.
    """
    with write_transaction():
        peer = Peer.objects.select_for_update().get(pk=peer_id)
        before = current_alarm(peer)
        named = {"records": list(records)[:MAX_NAMED], "mappings": list(mappings)[:MAX_NAMED]}
        is_named = any(named.values())
        if before.get("kind") == FORK or (before.get("kind") == DIFFERS and not is_named):
            return
        peer.alarm = {
            "kind": DIFFERS,
            "at": before.get("at") or rfc3339(timezone.now()),
            "detail": _("Both sites have the same operations, but do not show the same."),
            **named,
        }
        peer.save(update_fields=["alarm"])
        show_changed(peer.project_id, peer.key_text)
        if not named.items() <= before.items():
            names = labels_of(peer.project_id, named["records"], named["mappings"])
            notice_differs(project_id=peer.project_id, peer=peer, names=names)


def is_unnamed(peer_id: UUID) -> bool:
    """Whether an alarm does not say yet what differs."""
    alarm = current_alarm(Peer.objects.only("alarm").get(pk=peer_id))
    return alarm.get("kind") == DIFFERS and not (alarm.get("records") or alarm.get("mappings"))


def end_differs(peer_id: UUID) -> None:
    """The site shows the same as we again; what the last alarm was can still be read."""
    _end(peer_id, DIFFERS)


def _end(peer_id: UUID, kind: str) -> None:
    with write_transaction():
        alarmed = Peer.objects.select_for_update().filter(pk=peer_id, alarm__kind=kind)
        for peer in alarmed.filter(alarm__over_at__isnull=True):
            peer.alarm = {**(peer.alarm or {}), "over_at": rfc3339(timezone.now())}
            peer.save(update_fields=["alarm"])
            show_changed(peer.project_id, peer.key_text)


def raise_wrong(peer_id: UUID, *, kind: str, detail: str) -> None:
    """Note that what a site has sent is not what it should be, unless an alarm about it is up already."""
    with write_transaction():
        peer = Peer.objects.select_for_update().get(pk=peer_id)
        if not current_alarm(peer):
            peer.alarm = {"kind": kind, "at": rfc3339(timezone.now()), "detail": detail, "records": []}
            peer.save(update_fields=["alarm"])
            show_changed(peer.project_id, peer.key_text)


def end_wrong(peer_id: UUID, *, kind: str) -> None:
    """What the site sends is right again; what the last alarm was can still be read."""
    _end(peer_id, kind)


def current_alarm(peer: Peer) -> dict[str, Any]:
    """The alarm about a site; empty where there is none, or it is over."""
    alarm: dict[str, Any] = peer.alarm or {}
    return {} if "over_at" in alarm else alarm


def raise_fork(peer_id: UUID, *, site: str, number: int) -> bool:
    """Note that a site wrote two bundles under one number, one of which `peer_id` sent; answers whether that is new."""
    with write_transaction():
        seen = Peer.objects.select_for_update().get(pk=peer_id)
        alarm = {"kind": FORK, "site": site, "number": number}
        if alarm.items() <= (seen.alarm or {}).items():
            return False
        detail = _("Its site wrote two bundles under the number {number}.").format(number=number)
        seen.alarm = {**alarm, "at": rfc3339(timezone.now()), "detail": detail, "records": []}
        seen.save(update_fields=["alarm"])
        show_changed(seen.project_id, seen.key_text)
        return True
