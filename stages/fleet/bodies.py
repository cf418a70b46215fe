"""Teams, directives, requests and editions as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from publishing.models import Release
from stages.fleet.access import FleetAccess
from stages.fleet.directive_values import COLUMNS
from stages.fleet.models import Decision, Directive, Edition, Grant, Request, Team, TeamMember
from stages.fleet.services.ending import title_of


def team_body(team: Team, access: FleetAccess) -> dict[str, Any]:
    """A team, with the caller's role in it."""
    return {
        "id": team.id,
        "name": team.name,
        "parent_id": team.parent_id,
        "quorum": team.quorum,
        "timeout_hours": team.timeout_hours,
        "stale_minutes": team.stale_minutes,
        "categories": team.categories,
        "number": team.number,
        "archived_at": team.archived_at,
        "role": access.role(team.id),
    }


def member_body(member: TeamMember) -> dict[str, Any]:
    return {"user": member.user.person(), "role": member.role, "added_at": member.added_at}


def grant_body(grant: Grant) -> dict[str, Any]:
    return {
        "team": team_name(grant.team),
        "granted_by": grant.granted_by.person(),
        "granted_at": grant.granted_at,
    }


def team_name(team: Team) -> dict[str, Any]:
    return {"id": team.id, "name": team.name}


def directive_bodies(directives: Sequence[Directive]) -> list[dict[str, Any]]:
    """Directives with their team, project and issuer at hand (`with_names`); one query for their releases."""
    wanted = {release_id for each in directives for release_id in each.carried}
    releases = {each.id: each for each in Release.objects.filter(pk__in=wanted).select_related("draft")}
    return [_directive_body(each, releases) for each in directives]


def directive_body(directive: Directive) -> dict[str, Any]:
    return directive_bodies([Directive.objects.select_related("team", "project", "issued_by").get(pk=directive.pk)])[0]


def request_rows() -> Any:
    """Requests with everything that `request_body` reads."""
    decisions = Prefetch("decisions", Decision.objects.select_related("person"))
    found = Request.objects.select_related("team", "project", "directive", "author")
    return found.prefetch_related(decisions)


def request_body(request: Request) -> dict[str, Any]:
    """A request of `request_rows`, with exactly what is decided on and its digest."""
    decisions = list(request.decisions.all())
    return {
        "id": request.id,
        "kind": request.kind,
        "team": team_name(request.team),
        "project": {"id": request.project_id, "name": request.project.name},
        "directive_id": request.directive_id,
        "station_id": request.station_id,
        "title": title_of(request),
        "payload": request.payload,
        "digest": request.digest,
        "reason": request.reason,
        "quorum": request.quorum,
        "author": request.author.person(),
        "state": request.state,
        "asked_at": request.asked_at,
        "expires_at": request.expires_at,
        "ended_at": request.ended_at,
        "until": request.until,
        "revoked_at": request.revoked_at,
        "decisions": [_decision_body(each) for each in decisions],
    }


def one_request_body(request: Request) -> dict[str, Any]:
    return request_body(request_rows().get(pk=request.pk))


def edition_info(edition: Edition) -> dict[str, Any]:
    """An edition with its sealed text."""
    return {
        "team_id": edition.team_id,
        "number": edition.number,
        "cause": edition.cause,
        "sealed_at": edition.sealed_at,
        "sha256": edition.sha256,
        "text": edition.text,
        "key": edition.key_id,
        "seal": bytes(edition.seal).hex(),
    }


def _directive_body(directive: Directive, releases: Mapping[UUID, Release]) -> dict[str, Any]:
    carried = [{"id": each, "name": releases[each].name} for each in directive.carried]
    release = releases[directive.release_id]
    return {
        "id": directive.id,
        "team": team_name(directive.team),
        "project": {"id": directive.project_id, "name": directive.project.name},
        "release": {"id": release.id, "name": release.name},
        "sha256": release.draft.sha256_of(directive.field),
        "carried": carried,
        **{name: getattr(directive, name) for name in COLUMNS if name != "release_id"},
        "status": directive.status,
        "issued_by": directive.issued_by.person(),
        "issued_at": directive.issued_at,
    }


def _decision_body(decision: Decision) -> dict[str, Any]:
    return {
        "person": decision.person.person(),
        "approves": decision.approves,
        "comment": decision.comment,
        "decided_at": decision.decided_at,
    }
