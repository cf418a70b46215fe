"""Addresses of teams and directives under ``/api/v1/``."""

from __future__ import annotations

from kernel.late import late_path

_TEAM = "teams/<uuid:team_id>/"
_DIRECTIVE = "fleet/directives/<uuid:directive_id>/"
_REQUEST = "fleet/requests/<uuid:request_id>/"
_API = "stages.fleet.api"
_DIRECTIVES = "stages.fleet.directives_api"

urlpatterns = [
    late_path("teams/", f"{_API}:TeamsView", name="api_teams"),
    late_path(_TEAM, f"{_API}:TeamView", name="api_team"),
    late_path(f"{_TEAM}archive/", f"{_API}:ArchiveTeamView", name="api_team_archive"),
    late_path(f"{_TEAM}members/", f"{_API}:TeamMembersView", name="api_team_members"),
    late_path("projects/<uuid:project_id>/grants/", f"{_API}:GrantsView", name="api_grants"),
    late_path("projects/<uuid:project_id>/grants/<uuid:team_id>/", f"{_API}:GrantView", name="api_grant"),
    # Without a slash, as programs of the fleet know it.
    late_path("rules", f"{_DIRECTIVES}:RulesView", name="api_rules"),
    late_path("fleet/directives/", f"{_DIRECTIVES}:DirectivesView", name="api_directives"),
    late_path(_DIRECTIVE, f"{_DIRECTIVES}:DirectiveView", name="api_directive"),
    late_path(f"{_DIRECTIVE}withdraw/", f"{_DIRECTIVES}:WithdrawDirectiveView", name="api_directive_withdraw"),
    late_path(f"{_DIRECTIVE}pause/", f"{_DIRECTIVES}:PauseDirectiveView", name="api_directive_pause"),
    late_path(f"{_DIRECTIVE}resume/", f"{_DIRECTIVES}:ResumeDirectiveView", name="api_directive_resume"),
    late_path(f"{_DIRECTIVE}roll-back/", f"{_DIRECTIVES}:RollBackDirectiveView", name="api_directive_roll_back"),
    late_path(f"{_DIRECTIVE}coverage/", f"{_DIRECTIVES}:CoverageView", name="api_directive_coverage"),
    late_path("fleet/requests/", f"{_DIRECTIVES}:RequestsView", name="api_fleet_requests"),
    late_path(_REQUEST, f"{_DIRECTIVES}:RequestView", name="api_fleet_request"),
    late_path(f"{_REQUEST}decide/", f"{_DIRECTIVES}:DecideRequestView", name="api_fleet_request_decide"),
    late_path(f"{_REQUEST}withdraw/", f"{_DIRECTIVES}:WithdrawRequestView", name="api_fleet_request_withdraw"),
    late_path("fleet/exceptions/", f"{_DIRECTIVES}:ExceptionsView", name="api_fleet_exceptions"),
    late_path(
        "fleet/exceptions/<uuid:request_id>/revoke/", f"{_DIRECTIVES}:RevokeExceptionView", name="api_exception_revoke"
    ),
    late_path("fleet/graph/", f"{_API}:GraphView", name="api_fleet_graph"),
    late_path("fleet/editions/<uuid:team_id>/", f"{_API}:EditionsView", name="api_fleet_editions"),
    late_path("fleet/editions/<uuid:team_id>/<int:number>/", f"{_API}:EditionView", name="api_fleet_edition"),
]
