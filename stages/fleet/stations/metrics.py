"""What a Prometheus server learns about the stations of one node."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from kernel.metrics import SiteFigure
from stages.fleet.contact import COUNT_STALE

STATIONS: Final = Gauge("foundry_stations_connected", "Sockets of stations that are open on this node.")
REPORTS: Final = Counter("foundry_station_reports", "Reports of stations that were stored, by kind.", ["kind"])
BROKEN_CHAINS: Final = Counter("foundry_station_chains_broken", "Stations whose reports did not continue their chain.")
PLACEMENTS: Final = Histogram(
    "foundry_station_placements",
    "Placements that were written in one statement.",
    buckets=(1, 10, 50, 100, 500, 1000, 5000),
)

FIGURES: Final = (
    SiteFigure(
        "foundry_stations",
        "Stations that are not revoked.",
        "SELECT count(*) FROM fleet_station WHERE state <> 'revoked'",
    ),
    SiteFigure(
        "foundry_stations_stale",
        "Stations that were not in touch for longer than their team allows.",
        COUNT_STALE,
    ),
    SiteFigure(
        "foundry_stations_drifted",
        "Stations on which a text differs from its active directive, and is not allowed to for now.",
        "SELECT count(DISTINCT station.account_id) FROM fleet_placement AS placement"
        " JOIN fleet_station AS station ON station.account_id = placement.station_id"
        " JOIN fleet_directive AS directive ON directive.id = placement.directive_id"
        " WHERE placement.state = 'drifted' AND (placement.until IS NULL OR placement.until <= now())"
        " AND station.revoked_at IS NULL AND directive.status = 'active'",
    ),
    SiteFigure(
        "foundry_stations_with_a_broken_chain",
        "Stations whose reports do not continue what the site has of them.",
        "SELECT count(*) FROM fleet_station WHERE state = 'broken'",
    ),
)
