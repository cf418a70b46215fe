"""Rows of this stage in the world of `tests/proof`."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.utils import timezone

from accounts.callers import Caller
from audit.keys.sealing import ensure_site_key
from projects.services import reopen_project
from publishing.models import Release, ReleaseState
from stages.fleet.models import Request, Station, Team
from stages.fleet.services import (
    archive_team,
    change_directive,
    create_team,
    decide_request,
    grant_team,
    pause_directive,
    request_exception,
    resume_directive,
    revoke_exception,
    revoke_grant,
    roll_back_directive,
    set_team_member,
    submit_directive,
    update_team,
    withdraw_directive,
    withdraw_request,
)
from stages.fleet.stations.report_rules import GivenReport, read_reports
from stages.fleet.stations.services.enrolling import enrol_station
from stages.fleet.stations.services.moving import move_station, revoke_station
from stages.fleet.stations.services.reports import ChainBroken, put_reports
from stages.fleet.stations.services.upkeep import record_reports
from tests.cast import new_caller, new_user
from tests.fleet.stations import link
from tests.publishing.reviews import Review, caller_of


def make_rows(review: Review) -> None:
    """Teams, one of them archived, roles, grants, directives of every status, requests of every end, an exception."""
    boss = new_caller(new_user("fleet-boss", is_administrator=True))
    owner = caller_of(review.people["owner"])
    root = Team.objects.get(parent=None)
    team = create_team(caller=boss, parent_id=root.id, name="Oncology", categories=["Safety"])
    below = create_team(caller=boss, parent_id=root.id, name="Study", quorum=0)
    update_team(caller=boss, team_id=below.id, parent_id=team.id, stale_minutes=30)
    archive_team(
        caller=boss, team_id=create_team(caller=boss, parent_id=root.id, name="Former").id, reason="It is over"
    )
    for name, role in (("owner", "admin"), ("editor", "admin"), ("owner", "super_admin")):
        set_team_member(caller=boss, team_id=team.id, user_id=review.people[name].id, role=role)
    viewer = review.people["viewer"].id
    set_team_member(caller=boss, team_id=team.id, user_id=viewer, role="user")
    set_team_member(caller=boss, team_id=team.id, user_id=viewer, role=None)
    grant_team(caller=owner, project_id=review.project.id, team_id=team.id)
    grant_team(caller=owner, project_id=review.project.id, team_id=root.id)
    revoke_grant(caller=owner, project_id=review.project.id, team_id=root.id)
    _make_directives(review, team, below)


def _make_directives(review: Review, team: Team, below: Team) -> None:
    owner, editor = caller_of(review.people["owner"]), caller_of(review.people["editor"])
    first, second = _releases(review)
    given: Any = {"field": "prompt_text", "release_id": first.id}
    issued = submit_directive(
        caller=owner,
        team_id=team.id,
        title="Protocol assistant",
        category="Safety",
        overridable=True,
        starts_at=timezone.now(),
        reason="It is due",
        **given,
    )
    assert issued.request is not None
    directive = _decide(editor, issued.request).directive
    assert directive is not None
    changed = change_directive(caller=owner, directive_id=directive.id, release_id=second.id, mode="warning")
    assert changed.request is not None
    _decide(editor, changed.request)
    pause_directive(caller=owner, directive_id=directive.id, reason="An incident")
    resume_directive(caller=owner, directive_id=directive.id, reason="It is over")
    roll_back_directive(caller=owner, directive_id=directive.id, release_id=first.id, reason="The wording")
    station = _station(owner, team)
    _end_stations(owner, team, below)
    exception = request_exception(
        caller=owner,
        station_id=station.pk,
        directive_id=directive.id,
        until=timezone.now() + timedelta(days=3),
        reason="A trial",
    )
    _decide(editor, exception)
    revoke_exception(caller=editor, request_id=exception.id, reason="The trial is over")
    rejected = change_directive(caller=owner, directive_id=directive.id, position=3)
    assert rejected.request is not None
    _decide(editor, rejected.request, approves=False)
    withdrawn = change_directive(caller=owner, directive_id=directive.id, position=4)
    assert withdrawn.request is not None
    withdraw_request(caller=owner, request_id=withdrawn.request.id)
    replacing = submit_directive(caller=owner, team_id=below.id, title="Study", replaces_id=directive.id, **given)
    assert replacing.directive is not None
    withdraw_directive(caller=owner, directive_id=replacing.directive.id, reason="Not needed")
    change_directive(caller=owner, directive_id=directive.id, match=["git.example.org/acme/*"], ends_at=_next_year())


def _releases(review: Review) -> tuple[Release, Release]:
    """The release that is there, and another one; the project is open again, and its open lock is taken again."""
    first = Release.objects.get(project=review.project, state=ReleaseState.RELEASED)
    review.save("# Role\nBe exact, and brief.\n")
    second = review.submit("1.1.0")
    # The owner has written since, too, and the viewer has become a reviewer.
    for meaning, person in (("authored", "editor"), ("reviewed", "reviewer"), ("approved", "viewer")):
        review.sign(second, meaning, person)
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id, reason="Another release")
    review.writer.take("files/open.md")
    return first, second


def _station(owner: Caller, team: Team, name: str = "dok-ws-07") -> Station:
    """A station that was let in by a person."""
    ensure_site_key(caller=owner)
    facts: Any = {"name": name, "machine": {"name": name}}
    return enrol_station(caller=owner, team_id=team.id, token_digest=sha256(name.encode()).hexdigest(), **facts)


def _end_stations(owner: Caller, team: Team, below: Team) -> None:
    """One that has moved and reported, one that is revoked, one whose chain is broken."""
    moved, revoked, broken = (_station(owner, team, name) for name in ("moved", "revoked", "broken"))
    move_station(caller=owner, station_id=moved.pk, team_id=below.id, name="renamed")
    revoke_station(caller=owner, station_id=revoked.pk, reason="Lost")
    for station in (moved, broken):
        _report(station, sha256(str(station.pk).encode()).hexdigest())
    record_reports()
    with suppress(ChainBroken):
        _report(broken, "0" * 64)


def _report(station: Station, prev_hash: str) -> None:
    made = link(1, prev_hash, {"kind": "applied", "at": "2026-11-30T10:00:00.000000Z"})
    account = new_caller(station.account, via="station")
    put_reports(caller=account, station_id=station.pk, reports=read_reports([GivenReport(**made)]))


def _decide(caller: Caller, request: Request, *, approves: bool = True) -> Request:
    return decide_request(
        caller=caller, request_id=request.id, approves=approves, digest=request.digest, comment="Read"
    )


def _next_year() -> datetime:
    return timezone.now() + timedelta(days=365)
