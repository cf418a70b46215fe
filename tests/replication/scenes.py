"""Projects at several sites, as tests of pages find them: rows of sites without another site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.callers import Caller
from projects.models import Project
from stages.registers.fold.payloads import CreateEntity, SetField
from stages.registers.models import Bundle
from stages.registers.services.records import create_records
from stages.registers.services.tables import create_table
from stages.replication.choices import HeldReason
from stages.replication.models import HeldBundle, Peer
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.foreign_site import ForeignSite, take_in
from tests.replication.rows import clock_of, hold, key_of, make_peer

TABLE = "requirements"


@dataclass
class Scene:
    """Sites by their names, and what is held of them."""

    peers: dict[str, Peer]
    held: dict[str, HeldBundle]


def make_records(project: Project, caller: Caller, count: int = 3) -> None:
    """A table with records, a bundle for each."""
    columns: list[dict[str, Any]] = [{"name": "title"}]
    create_table(caller=caller, project_id=project.id, table=TABLE, key_prefix="REQ", columns=columns)
    add_records(project, caller, count)


def add_records(project: Project, caller: Caller, count: int) -> None:
    for at in range(count):
        rows = [{"title": f"Report a grade {at % 5 + 1} event within {at + 1} h"}]
        create_records(caller=caller, project_id=project.id, table=TABLE, rows=rows)


def six_sites(project: Project, caller: Caller) -> Scene:
    """Two sites linked (one of them far behind), one away, one with a wrong clock, one revoked, one introduced."""
    now = timezone.now()
    make_records(project, caller, 4)
    basel = _write_at_basel(project, caller, 6)
    before = clock_of(project)
    add_records(project, caller, 14)
    same = clock_of(project)
    admitted: dict[str, Any] = {"admitted_by": caller.user, "state_hash": bytes.fromhex("8f3a02c1" + "0" * 56)}
    peers = {
        "Basel": make_peer(
            project,
            "Basel",
            key=bytes.fromhex(basel.site_key),
            clock=same,
            is_linked=True,
            copies=True,
            address="wss://basel.example",
            skew_ms=40,
            at=now - timedelta(seconds=4),
            **admitted,
        ),
        "Inspection laptop": make_peer(
            project,
            "Inspection laptop",
            clock=_empty(same, 2),
            is_linked=True,
            copies=True,
            remaining=3,
            skew_ms=4_000,
            at=now - timedelta(seconds=9),
            **admitted,
        ),
        "Visp plant": make_peer(
            project,
            "Visp plant",
            clock=before,
            at=now - timedelta(minutes=63),
            skew_ms=-300,
            address="wss://visp.example",
            **admitted,
        ),
        "Lyon": make_peer(
            project,
            "Lyon",
            clock=same,
            is_linked=True,
            skew_ms=612_000,
            rights="reads",
            address="wss://lyon.example",
            at=now - timedelta(seconds=2),
            **admitted,
        ),
        "Zug office": make_peer(
            project,
            "Zug office",
            clock=before,
            at=now - timedelta(days=5),
            revoked_at=now - timedelta(days=5),
            cut_number=76,
            cut_hash=bytes(32),
            **admitted,
        ),
    }
    return Scene(peers, _held_of(peers, now))


def _held_of(peers: dict[str, Peer], now: datetime) -> dict[str, HeldBundle]:
    until = int((now + timedelta(minutes=10)).timestamp() * 1000).to_bytes(8, "big") + bytes(4)
    lyon, visp, zug = peers["Lyon"], peers["Visp plant"], peers["Zug office"]
    held = {
        "future": hold(lyon, 118, HeldReason.FUTURE, until_hlc=until, since=now - timedelta(minutes=1)),
        "unknown_key": hold(visp, 342, HeldReason.UNKNOWN_KEY, since=now - timedelta(minutes=64)),
        "revoked": hold(zug, 77, HeldReason.REVOKED, since=now - timedelta(days=4)),
    }
    for number in range(343, 349):
        hold(visp, number, HeldReason.BEHIND, since=now - timedelta(minutes=64))
    return held


def _write_at_basel(project: Project, caller: Caller, count: int) -> ForeignSite:
    basel = ForeignSite(project.id)
    bundles = [basel.write([CreateEntity(numbered_id(900))])]
    bundles += [
        basel.write([SetField(numbered_id(900), TABLE, "title", f"Reviewed at Basel, reading {at + 1}")])
        for at in range(count)
    ]
    take_in(project_id=project.id, bundles=bundles, certificates=[basel.certificate])
    return basel


def _empty(clock: dict[str, list[Any]], less: int) -> dict[str, list[Any]]:
    """A site that has of each chain as much as a share of it."""
    return {site: [hlc, max(1, number // less), digest] for site, (hlc, number, digest) in clock.items()}


def newest_number(project: Project) -> int:
    """The number of the newest bundle of this site."""
    return Bundle.objects.filter(project=project, received_from=None).latest("number").number


def admit_elsewhere(project: Project, name: str, by: Peer) -> Peer:
    """A site that another one has admitted, and nobody here."""
    return make_peer(
        project, name, admitted_at=None, introduced_by=by.key, last_seen_at=None, key=bytes.fromhex(key_of(name))
    )
