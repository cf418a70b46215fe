"""Sending the reports that a station of a test has written, as its socket would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

import msgspec

from accounts.callers import Caller
from stages.fleet.stations.report_rules import GivenReport, read_reports
from stages.fleet.stations.services.reports import put_reports
from tests.fleet.stations import SignedIn


class Callers(Protocol):
    """Whoever knows the callers of a world."""

    def caller(self, name: str) -> Caller: ...


def send_reports(world: Callers, station: SignedIn, texts: Mapping[str, str]) -> None:
    """Send the whole chain; what is stored already is passed over. `texts` are altered texts by their SHA-256."""
    given = msgspec.convert(station.chain, list[GivenReport])
    caller = replace(world.caller("owner"), user=station.station.account, on_behalf_of=station.station.owner_id)
    put_reports(caller=caller, station_id=station.station.pk, reports=read_reports(given), texts=texts)
