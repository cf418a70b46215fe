"""Whether the reports of stations are the chains that were recorded, and their assignments sealed by the site."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from audit.findings import Finding
from audit.keys.sealing import seal_fault
from audit.keys.succession import site_keys
from audit.models import SITE_CHAIN, Event
from stages.fleet.events import REPORTS_RECORDED, STATION_CHANGED, STATION_ENROLLED
from stages.fleet.models import Report, Station
from stages.fleet.services.sealing import ASSIGNMENT
from stages.fleet.stations.services.reports import first_hash

_AT_ONCE: Final = 500


def check_stations() -> Iterator[Finding]:
    """Read every chain of reports from its beginning, and check every assignment's seal."""
    recorded, keys, tokens = _recorded_heads(), site_keys().known(), _recorded_tokens()
    for station in Station.objects.order_by("pk").iterator(chunk_size=_AT_ONCE):
        where = f"station {station.pk}"
        for what in _faults_of_chain(station, recorded.pop(str(station.pk), {})):
            yield Finding(where, what)
        fault = seal_fault(station.assignment, bytes(station.assignment_seal), kind=ASSIGNMENT, keys=keys)
        if fault is not None:
            yield Finding(where, f"of its assignment {fault}")
        if station.former_digest and station.former_digest not in tokens[str(station.pk)]:
            yield Finding(where, "no event recorded its former token")
    for station_id in recorded:
        yield Finding(f"station {station_id}", "its reports were recorded, and it is missing")


def _faults_of_chain(station: Station, recorded: Mapping[int, str]) -> Iterator[str]:
    seq, prev_hash = 0, first_hash(station.pk)
    unseen = dict(recorded)
    for report in Report.objects.filter(station=station.pk).order_by("station_seq").iterator(chunk_size=_AT_ONCE):
        if report.station_seq != seq + 1 or bytes(report.prev_hash) != prev_hash:
            yield f"report {report.station_seq} does not continue report {seq}"
            return
        content = prev_hash + report.station_seq.to_bytes(8, "big") + report.body.encode()
        seq, prev_hash = report.station_seq, hashlib.sha256(content).digest()
        if bytes(report.hash) != prev_hash:
            yield f"report {seq} was changed"
            return
        if unseen.pop(seq, prev_hash.hex()) != prev_hash.hex():
            yield f"the reports up to {seq} are not those that were recorded"
    if unseen:
        yield f"report {max(unseen)} was recorded, and is missing"
    head = (seq, prev_hash.hex() if seq else "")
    if (station.head_seq, station.head_hash) != head:
        yield "its row names another end of its reports"


def _recorded_tokens() -> defaultdict[str, set[str]]:
    """The digests of all tokens that events record of each station."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    events = Event.objects.filter(chain=SITE_CHAIN, action__in=(STATION_ENROLLED.name, STATION_CHANGED.name))
    for event in events.iterator():
        if digest := event.data.get("token_digest"):
            found[str(event.target_id)].add(digest)
    return found


def _recorded_heads() -> dict[str, dict[int, str]]:
    """The hashes that events record of each station's reports, by their number."""
    found: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for event in Event.objects.filter(chain=SITE_CHAIN, action=REPORTS_RECORDED.name).order_by("seq").iterator():
        for station, seq, hash_ in event.data["heads"]:
            found[station][seq] = hash_
    return dict(found)
