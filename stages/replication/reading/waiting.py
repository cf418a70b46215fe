"""How many sites are away, and how much waits for them: for the header of every page, by one planned statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from kernel.statements import run
from stages.registers.keys import own_site_key
from stages.replication.models import Peer
from stages.replication.reading.clocks import common_heads, heads_of
from stages.replication.reading.site import is_alarmed

# The admitted sites, each with the number of its newest bundle here, and that of the newest one of this site.
_PEERS: Final = """
SELECT key, name, clock::text, alarm::text, coalesce(connected_at IS NOT NULL AND claimed_until > now(), false), (
    SELECT number FROM registers_bundle AS bundle WHERE bundle.project_id = peer.project_id
        AND bundle.site_key = peer.key ORDER BY number DESC LIMIT 1
), (
    SELECT number FROM registers_bundle AS bundle WHERE bundle.project_id = peer.project_id
        AND bundle.site_key = %s ORDER BY number DESC LIMIT 1
) FROM replication_peer AS peer WHERE project_id = %s AND admitted_at IS NOT NULL AND revoked_at IS NULL ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """What was noticed at a site, and still holds: its `kind`, and a sentence about it."""

    site: str
    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """`sites` counts the admitted ones, `away` those of them without a link, `to_send` the bundles that are not at all
    of them; `alarms` are the open ones.
    """

    sites: int = 0
    away: int = 0
    to_send: int = 0
    alarms: Sequence[OpenAlarm] = field(default=())


def read_waiting(project_id: UUID) -> Waiting:
    """What waits for other sites, by the heads of the chains, however long they are."""
    own = own_site_key()
    rows = run((_PEERS, [own, project_id]))
    if not rows:
        return Waiting()
    peers = [_peer(*row[:4]) for row in rows]
    here = {each.key_text: number or 0 for each, (*_peer, number, _own) in zip(peers, rows, strict=True)}
    here[own.hex()] = rows[0][-1] or 0
    common = common_heads(here, (heads_of(each, here) for each in peers))
    return Waiting(
        sites=len(rows),
        away=sum(not is_linked for *_peer, is_linked, _number, _own in rows),
        to_send=sum(number - common[site] for site, number in here.items()),
        alarms=[_open_alarm(each) for each in peers if is_alarmed(each)],
    )


def _open_alarm(peer: Peer) -> OpenAlarm:
    facts = peer.alarm or {}
    return OpenAlarm(str(peer), str(facts.get("kind") or ""), str(facts.get("detail") or ""))


def _peer(key: bytes, name: str, clock: str, alarm: str | None) -> Peer:
    """As far as it is read here."""
    facts: dict[str, Any] = {"clock": json.loads(clock), "alarm": json.loads(alarm) if alarm else None}
    return Peer(key=key, name=name, **facts)
