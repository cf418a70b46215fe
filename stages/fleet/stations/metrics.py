"""What a Prometheus server learns about the stations of one node."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from kernel.metrics import SiteFigure

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
        "SELECT count(*) FROM fleet_station AS station JOIN fleet_team AS team ON team.id = station.team_id"
        " WHERE station.state <> 'revoked'"
        " AND coalesce(station.last_seen_at, station.enrolled_at) < now() - make_interval(mins => team.stale_minutes)",
    ),
    SiteFigure(
        "foundry_placements_drifted",
        "Directives on stations whose text is altered.",
        "SELECT count(*) FROM fleet_placement WHERE state = 'drifted'",
    ),
)
