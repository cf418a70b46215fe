"""Rows of the permission matrix: grants of projects, and everything of teams, of which nobody there has a role.

Who has a role in a team is in `tests/fleet/test_rest.py`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from audit.services import site_id
from stages.fleet.services import grant_team, revoke_grant
from tests.fleet import page_rows, station_rows
from tests.matrix import ALWAYS, OTHER, OWNERS, Row, SiteRow

TEAM = f"teams/{OTHER}/"
DIRECTIVE = f"fleet/directives/{OTHER}/"
REQUEST = f"fleet/requests/{OTHER}/"
REST = (
    Row("api_grants", "GET", "grants/", 200),
    # There is no such team.
    Row("api_grants", "POST", "grants/", "not_found", OWNERS, ALWAYS, {"team_id": OTHER}),
    Row("api_grant", "DELETE", f"grants/{OTHER}/", "not_found", OWNERS, ALWAYS),
)
SITE_REST = (
    SiteRow("api_teams", "GET", "teams/", 200),
    # The request has no body; who may is asked of the team that it names.
    SiteRow("api_teams", "POST", "teams/", "validation_failed"),
    SiteRow("api_team", "GET", TEAM, "not_found"),
    SiteRow("api_team", "PATCH", TEAM, "not_found"),
    SiteRow("api_team_archive", "POST", f"{TEAM}archive/", "not_found"),
    SiteRow("api_team_members", "GET", f"{TEAM}members/", "not_found"),
    SiteRow("api_team_members", "PUT", f"{TEAM}members/", "not_found"),
    SiteRow("api_rules", "GET", "rules", 200),
    SiteRow("api_rules", "POST", "rules", "validation_failed"),
    SiteRow("api_directives", "GET", "fleet/directives/", 200),
    SiteRow("api_directives", "POST", "fleet/directives/", "validation_failed"),
    SiteRow("api_directive", "GET", DIRECTIVE, "not_found"),
    SiteRow("api_directive", "PATCH", DIRECTIVE, "not_found"),
    SiteRow("api_directive_withdraw", "POST", f"{DIRECTIVE}withdraw/", "not_found"),
    SiteRow("api_directive_pause", "POST", f"{DIRECTIVE}pause/", "not_found"),
    SiteRow("api_directive_resume", "POST", f"{DIRECTIVE}resume/", "not_found"),
    SiteRow("api_directive_roll_back", "POST", f"{DIRECTIVE}roll-back/", "not_found"),
    SiteRow("api_directive_coverage", "GET", f"{DIRECTIVE}coverage/", "not_found"),
    SiteRow("api_fleet_requests", "GET", "fleet/requests/", 200),
    SiteRow("api_fleet_request", "GET", REQUEST, "not_found"),
    SiteRow("api_fleet_request_decide", "POST", f"{REQUEST}decide/", "not_found"),
    SiteRow("api_fleet_request_withdraw", "POST", f"{REQUEST}withdraw/", "not_found"),
    SiteRow("api_fleet_exceptions", "GET", "fleet/exceptions/", 200),
    SiteRow("api_fleet_exceptions", "POST", "fleet/exceptions/", "validation_failed"),
    SiteRow("api_exception_revoke", "POST", f"fleet/exceptions/{OTHER}/revoke/", "not_found"),
    SiteRow("api_fleet_graph", "GET", "fleet/graph/", 200),
    SiteRow("api_fleet_editions", "GET", f"fleet/editions/{OTHER}/", "not_found"),
    SiteRow("api_fleet_edition", "GET", f"fleet/editions/{OTHER}/1/", "not_found"),
    *station_rows.SITE_REST,
)
SITE_PAGES = (*station_rows.SITE_PAGES, *page_rows.SITE_PAGES)
BUDGETED_PAGES = station_rows.BUDGETED_PAGES
NO_PAGES = (*station_rows.NO_PAGES, *page_rows.NO_PAGES)


def _granting(world: Any) -> Any:
    return lambda caller: grant_team(caller=caller, project_id=world.id, team_id=UUID(site_id()))


def _revoking(world: Any) -> Any:
    grant_team(caller=world.owner, project_id=world.id, team_id=UUID(site_id()))
    return lambda caller: revoke_grant(caller=caller, project_id=world.id, team_id=UUID(site_id()))


REPEATS = (("grant.add", _granting), ("grant.revoke", _revoking))
