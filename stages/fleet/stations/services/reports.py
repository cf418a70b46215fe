"""Taking the reports of a station: the next links of its chain, which PostgreSQL checks once more."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.services import record
from kernel.errors import Conflict, DomainError, NotFound, Unavailable
from kernel.statements import run
from kernel.transactions import write_transaction
from notifications.services import notify
from stages.fleet.choices import StationState
from stages.fleet.events import STATION_CHAIN_BROKEN
from stages.fleet.following.changes import note_change
from stages.fleet.models import Report, Station
from stages.fleet.services.sealing import station_facts
from stages.fleet.stations.inbox import REPORTED_LINE, WORTH_A_LINE
from stages.fleet.stations.metrics import BROKEN_CHAINS, REPORTS
from stages.fleet.stations.report_rules import NewReport, require_known_directives
from stages.fleet.stations.services.changing import Alteration, propose_alterations
from stages.fleet.stations.services.enrolling import lock_station, target_of
from stages.fleet.stations.teams import admins_of
from stages.fleet.tree import read_tree

logger = logging.getLogger(__name__)

GAP: Final = "gap"
FORK: Final = "fork"
WRONG_HASH: Final = "hash"

_INSERT: Final = """
INSERT INTO fleet_report (station_id, station_seq, body, prev_hash, hash, received_at)
SELECT %s, given.seq, given.body, given.prev_hash, given.hash, clock_timestamp()
FROM unnest(%s::bigint[], %s::text[], %s::bytea[], %s::bytea[]) AS given (seq, body, prev_hash, hash)
"""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The newest report of a station that is stored; before the first one `seq` 0, and the hash that it continues."""

    seq: int
    hash: str

    @classmethod
    def of(cls, station: Station) -> Acknowledged:
        return cls(station.head_seq, station.head_hash or first_hash(station.pk).hex())

    def body(self) -> dict[str, Any]:
        """As stations get it."""
        return {"seq": self.seq, "hash": self.hash}


class ChainBroken(Conflict):
    """Reports that do not continue the chain of their station; `acknowledged` is the newest that is stored."""

    def __init__(self, why: str, acknowledged: Acknowledged) -> None:
        words = _("The reports do not continue what was acknowledged. Sign the station in again.")
        super().__init__(words, why=why, acknowledged=acknowledged.body())
        self.why = why


def first_hash(station_id: UUID) -> bytes:
    """What the first report of a station continues: SHA-256 of its id as text."""
    return hashlib.sha256(str(station_id).encode()).digest()


def put_reports(
    *, caller: Caller, station_id: UUID, reports: Sequence[NewReport], texts: Mapping[str, str] | None = None
) -> Acknowledged:
    """Store the next reports of a station; answers the newest one that is stored. Those that it has are passed over.

    `texts` are alterations that the mode `temporary` allows, by their SHA-256: each becomes a proposal, or replaces the
    texts of the one that is open. Raises `ValidationFailed` for a body or a directive that is none of the station's,
    and `ChainBroken` for reports that do not continue its chain: nothing is stored then, and the station is marked.
    """
    try:
        with write_transaction():
            station = lock_station(station_id)
            if station.is_revoked:
                raise NotFound(_("Station not found."))
            new = _continuing(station, reports)
            require_known_directives(station, new)
            if new:
                _store(station, new)
                _notify_owner(caller, station, new)
    except ChainBroken as refusal:
        _mark_broken(caller, station_id, refusal)
        raise
    for each in new:
        REPORTS.labels(each.facts["kind"]).inc()
    _propose(caller, station, reports, texts or {})
    return Acknowledged.of(station)


def _continuing(station: Station, reports: Sequence[NewReport]) -> list[NewReport]:
    """Those of the reports that are new. Raises `ChainBroken` where they, or the known ones, do not fit the chain."""
    known = Acknowledged.of(station)
    repeated = {each.seq: each for each in reports if each.seq <= known.seq}
    stored = Report.objects.filter(station=station.pk, station_seq__in=repeated).values_list("station_seq", "hash")
    if any(bytes(hash_) != repeated[seq].computed_hash for seq, hash_ in stored):
        raise ChainBroken(FORK, known)
    new = [each for each in reports if each.seq > known.seq]
    seq, prev_hash = known.seq, bytes.fromhex(known.hash)
    for each in new:
        if each.seq != seq + 1:
            raise ChainBroken(GAP, known)
        if each.prev_hash != prev_hash:
            raise ChainBroken(FORK, known)
        if each.hash != each.computed_hash:
            raise ChainBroken(WRONG_HASH, known)
        seq, prev_hash = each.seq, each.hash
    return new


def _store(station: Station, new: Sequence[NewReport]) -> None:
    columns: list[list[Any]] = [
        [each.seq for each in new],
        [each.body for each in new],
        [each.prev_hash for each in new],
        [each.hash for each in new],
    ]
    run((_INSERT, [station.pk, *columns]))
    station.head_seq, station.head_hash = new[-1].seq, new[-1].hash.hex()
    station.save(update_fields=["head_seq", "head_hash"])
    note_change(station.team_id)


def _notify_owner(caller: Caller, station: Station, new: Sequence[NewReport]) -> None:
    """One unread line at most for a kind of report about a directive of the station."""
    subjects = {(each.facts["kind"], each.facts.get("directive")) for each in new if each.facts["kind"] in WORTH_A_LINE}
    for kind, directive in sorted(subjects, key=str):
        facts = {"station_id": str(station.pk), "name": station.name, "kind": kind, "directive_id": directive}
        notify(caller=caller, line=REPORTED_LINE, recipients=[station.owner_id], project_id=None, facts=facts)


def _mark_broken(caller: Caller, station_id: UUID, refusal: ChainBroken) -> None:
    """Put it on record, once, that a station's chain does not continue; it stays so until it signs in again."""
    with write_transaction():
        station = lock_station(station_id)
        if station.state != StationState.ACTIVE:
            return
        station.state = StationState.BROKEN
        station.save(update_fields=["state"])
        note_change(station.team_id)
        data = {**station_facts(station), "why": refusal.why, **Acknowledged.of(station).body()}
        record(caller=caller, action=STATION_CHAIN_BROKEN.name, target=target_of(station), data=data)
        facts = {"station_id": str(station.pk), "name": station.name, "kind": "chain_broken"}
        recipients = admins_of(read_tree(), station.team_id) | {station.owner_id}
        notify(caller=caller, line=REPORTED_LINE, recipients=recipients, project_id=None, facts=facts)
    BROKEN_CHAINS.inc()


def _propose(caller: Caller, station: Station, reports: Sequence[NewReport], texts: Mapping[str, str]) -> None:
    """Propose what was altered for a time, also that of reports which are stored already: the answer may be lost.

    What cannot be proposed stays on the station, kept, and never keeps its reports from being stored.
    """
    altered = {
        (each.facts["directive"], each.facts.get("repository"), each.facts.get("path")): Alteration.of(
            each.facts, texts[each.facts["found"]]
        )
        for each in reports
        if each.facts["kind"] == "change_detected" and each.facts.get("found") in texts and "directive" in each.facts
    }
    try:
        propose_alterations(caller=replace(caller, client_ref=None), station=station, alterations=[*altered.values()])
    except Unavailable:
        raise
    except DomainError as refusal:
        logger.warning("An alteration on station %s was not proposed: %s", station.pk, refusal.detail)
