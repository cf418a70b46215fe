"""REST addresses of stations and their reports."""

from __future__ import annotations

from kernel.late import late_path

_API = "stages.fleet.stations.api"
STATION = "fleet/stations/<uuid:station_id>/"
urlpatterns = [
    late_path("fleet/stations/", f"{_API}:StationsView", name="api_fleet_stations"),
    late_path(STATION, f"{_API}:StationView", name="api_fleet_station"),
    late_path(f"{STATION}revoke/", f"{_API}:StationRevocationView", name="api_fleet_station_revoke"),
    late_path(f"{STATION}placements/", f"{_API}:StationPlacementsView", name="api_fleet_station_placements"),
    late_path("fleet/reports/", f"{_API}:ReportsView", name="api_fleet_reports"),
]
