"""Rows of the permission matrix: the sign-in of stations, their addresses, and the page on which they are let in."""

from __future__ import annotations

from tests.matrix import OTHER, SiteRow

STATION = f"fleet/stations/{OTHER}/"
SITE_REST = (
    # They need no account, and these have no body.
    SiteRow("api_device", "POST", "auth/device/", "validation_failed", "validation_failed"),
    SiteRow("api_device_token", "POST", "auth/device/token/", "validation_failed", "validation_failed"),
    SiteRow("api_fleet_stations", "GET", "fleet/stations/", 200),
    SiteRow("api_fleet_stations", "POST", "fleet/stations/", "validation_failed"),
    SiteRow("api_fleet_station", "GET", STATION, "not_found"),
    SiteRow("api_fleet_station", "PATCH", STATION, "not_found"),
    SiteRow("api_fleet_station_revoke", "POST", f"{STATION}revoke/", "validation_failed"),
    SiteRow("api_fleet_station_placements", "GET", f"{STATION}placements/", "not_found"),
    SiteRow("api_fleet_reports", "GET", "fleet/reports/", 200),
)
SITE_PAGES = (
    SiteRow("fleet_sign_in:device", "GET", "/device/", 200),
    # The request names no code.
    SiteRow("fleet_sign_in:device", "POST", "/device/", "not_found"),
    SiteRow("fleet_jwks", "GET", "/.well-known/jwks.json", 200, 200),
)
BUDGETED_PAGES = {"fleet_sign_in:device": "/device/"}
NO_PAGES = ("fleet_jwks",)
