"""Rows of other sites for tests of what is shown of them, without another site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.utils import timezone

from projects.models import Project
from stages.registers.models import Bundle
from stages.replication.choices import HeldReason
from stages.replication.models import HeldBundle, Peer


def key_of(name: str) -> str:
    """The key that a site of this name has in tests."""
    return sha256(name.encode()).hexdigest()


def clock_of(project: Project, **less: int) -> dict[str, list[Any]]:
    """What this site has; of the chains of the sites in `less`, so many bundles less. `own` is the one here."""
    newest = Bundle.objects.filter(project=project).order_by("site_key", "-number").distinct("site_key")
    found = {}
    for each in newest:
        key = bytes(each.site_key).hex()
        number = each.number - next((count for name, count in less.items() if key_of(name) == key), less.get("own", 0))
        found[key] = [bytes(each.hlc).hex(), number, bytes(each.hash).hex()]
    return found


def make_peer(project: Project, name: str, *, at: datetime | None = None, **facts: Any) -> Peer:
    """A site that was admitted and heard a minute ago; `is_linked` says whether it is linked now."""
    now = timezone.now()
    is_linked = facts.pop("is_linked", False)
    given: dict[str, Any] = {
        "key": bytes.fromhex(key_of(name)),
        "name": name,
        "admitted_at": now - timedelta(days=30),
        "last_seen_at": at or now - timedelta(minutes=1),
        "connected_at": now - timedelta(minutes=20) if is_linked else None,
        # As long as a test may take.
        "claimed_until": now + timedelta(hours=1) if is_linked else None,
    }
    return Peer.objects.create(project=project, **{**given, **facts})


def hold(peer: Peer, number: int, reason: HeldReason, **facts: Any) -> HeldBundle:
    """A bundle of a peer that waits."""
    given: Mapping[str, Any] = {
        "site_key": peer.key,
        "number": number,
        "hash": sha256(f"{peer.name} {number}".encode()).digest(),
        "text": "{}",
        "count": 1,
        "sender": peer.key,
        "since": timezone.now() - timedelta(minutes=5),
    }
    return HeldBundle.objects.create(project=peer.project, reason=reason, **{**given, **facts})
