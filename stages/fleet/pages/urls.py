"""Addresses of the pages of the fleet."""

from __future__ import annotations

from typing import Final

from kernel.late import late_path

app_name = "fleet"
_PAGES: Final = "stages.fleet.pages"
_TEAM: Final = "fleet/teams/<uuid:team_id>/"
_DIRECTIVE: Final = "fleet/directives/<uuid:directive_id>/"
_STATION: Final = "fleet/stations/<uuid:station_id>/"
_REQUEST: Final = "fleet/requests/<uuid:request_id>/"
urlpatterns = [
    late_path("fleet/", f"{_PAGES}.overview:overview", name="overview"),
    late_path("fleet/teams/", f"{_PAGES}.teams:teams", name="teams"),
    late_path("fleet/teams/new/", f"{_PAGES}.team_acts:new_team", name="new_team"),
    late_path(_TEAM, f"{_PAGES}.teams:team", name="team"),
    late_path(f"{_TEAM}change/", f"{_PAGES}.team_acts:change_team", name="change_team"),
    late_path(f"{_TEAM}archive/", f"{_PAGES}.team_acts:archive", name="archive_team"),
    late_path(f"{_TEAM}role/", f"{_PAGES}.team_acts:set_role", name="set_role"),
    late_path(f"{_TEAM}projects/", f"{_PAGES}.team_acts:allow_project", name="allow_project"),
    late_path("fleet/directives/", f"{_PAGES}.directives:directives", name="directives"),
    late_path("fleet/directives/new/", f"{_PAGES}.directive_acts:new_directive", name="new_directive"),
    late_path(_DIRECTIVE, f"{_PAGES}.directives:directive", name="directive"),
    late_path(f"{_DIRECTIVE}change/", f"{_PAGES}.directive_acts:change_directive", name="change_directive"),
    late_path(f"{_DIRECTIVE}pause/", f"{_PAGES}.directive_acts:pause", name="pause"),
    late_path(f"{_DIRECTIVE}resume/", f"{_PAGES}.directive_acts:resume", name="resume"),
    late_path(f"{_DIRECTIVE}roll-back/", f"{_PAGES}.directive_acts:roll_back", name="roll_back"),
    late_path(f"{_DIRECTIVE}withdraw/", f"{_PAGES}.directive_acts:withdraw", name="withdraw"),
    late_path("fleet/stations/", f"{_PAGES}.stations:stations", name="stations"),
    late_path("fleet/stations/connect/", f"{_PAGES}.station_acts:connect", name="connect"),
    late_path(_STATION, f"{_PAGES}.stations:station", name="station"),
    late_path(f"{_STATION}revoke/", f"{_PAGES}.station_acts:revoke", name="revoke_station"),
    late_path(f"{_STATION}move/", f"{_PAGES}.station_acts:move", name="move_station"),
    late_path(f"{_STATION}exception/", f"{_PAGES}.station_acts:ask_exception", name="ask_exception"),
    late_path("fleet/requests/", f"{_PAGES}.requests:requests", name="requests"),
    late_path(_REQUEST, f"{_PAGES}.requests:request", name="request"),
    late_path(f"{_REQUEST}decide/", f"{_PAGES}.request_acts:decide", name="decide"),
    late_path(f"{_REQUEST}take-back/", f"{_PAGES}.request_acts:take_back", name="take_back"),
    late_path(f"{_REQUEST}end/", f"{_PAGES}.request_acts:end_exception", name="end_exception"),
    late_path("people/<uuid:user_id>/teams/", f"{_PAGES}.people:set_role", name="person_role"),
    late_path("fleet/reports/", f"{_PAGES}.reports:reports", name="reports"),
]
