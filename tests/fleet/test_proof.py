"""What proves the records of the fleet: events, seals, a project's file."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from audit import services as recording
from audit.verification import verify, verify_chain
from drafts.exchange.exporting import export_project
from drafts.exchange.verification import verify_file
from stages.fleet.services import (
    archive_team,
    change_directive,
    create_team,
    grant_team,
    pause_directive,
    request_exception,
    revoke_grant,
    set_team_member,
    update_team,
    withdraw_request,
)
from stages.fleet.verification import check_decisions, check_editions
from tests.fleet.world import World, put_directive, put_station
from tests.publishing.test_no_event_no_write import everything

Act = Callable[[World], object]


class NoEventError(Exception):
    """The event could not be recorded."""


def _asked(fleet: World) -> Any:
    submitted = fleet.submit()
    assert submitted.request is not None
    return submitted.request


ACTS: dict[str, tuple[Callable[[World], Any], Callable[[World, Any], object]]] = {
    "team.created": (
        lambda w: None,
        lambda w, _: create_team(caller=w.boss, parent_id=w.oncology.id, name="Study"),
    ),
    "team.changed": (
        lambda w: None,
        lambda w, _: update_team(caller=w.boss, team_id=w.oncology.id, categories=["A"], quorum=3),
    ),
    "team.archived": (
        lambda w: w.team("Study"),
        lambda w, team: archive_team(caller=w.boss, team_id=team.id, reason="Over"),
    ),
    "team.member_set": (
        put_station,
        lambda w, _: set_team_member(caller=w.boss, team_id=w.oncology.id, user_id=w.people["owner"].id, role=None),
    ),
    "grant.added": (
        lambda w: None,
        lambda w, _: grant_team(caller=w.caller("owner"), project_id=w.project.id, team_id=w.root.id),
    ),
    "grant.revoked": (
        lambda w: None,
        lambda w, _: revoke_grant(caller=w.caller("owner"), project_id=w.project.id, team_id=w.oncology.id),
    ),
    "directive.requested": (lambda w: None, lambda w, _: w.submit()),
    "directive.issued": (_asked, lambda w, request: w.decide(request, "editor")),
    "directive.request_decided": (_asked, lambda w, request: w.decide(request, "editor", approves=False)),
    "directive.request_ended": (
        _asked,
        lambda w, request: withdraw_request(caller=w.caller("owner"), request_id=request.id),
    ),
    "directive.paused": (
        lambda w: w.directive(),
        lambda w, each: pause_directive(caller=w.caller("owner"), directive_id=each.id, reason="An incident"),
    ),
    "directive.changed": (
        lambda w: w.directive(),
        lambda w, each: change_directive(caller=w.caller("owner"), directive_id=each.id, mode="warning"),
    ),
    "an exception": (
        lambda w: (put_station(w), put_directive(w)),
        lambda w, both: request_exception(
            caller=w.caller("owner"), station_id=both[0].pk, directive_id=both[1].id, until=None, reason="A trial"
        ),
    ),
}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("nth", [1, 2])
def test_c06_without_its_event_nothing_is_written(fleet: World, monkeypatch: pytest.MonkeyPatch, name: str, nth: int):
    """Whichever of the events of a write cannot be recorded, the first or the second."""
    write_without_event(fleet, monkeypatch, *ACTS[name], nth=nth)


def write_without_event(
    fleet: World,
    monkeypatch: pytest.MonkeyPatch,
    arrange: Callable[[World], Any],
    act: Callable[[World, Any], object],
    *,
    nth: int,
) -> None:
    """Check that nothing is written where the first or the second event cannot be recorded."""
    arranged = arrange(fleet)
    before, append, left = everything(), recording._append, [nth]

    def fails(*given: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise NoEventError
        return append(*given)

    monkeypatch.setattr(recording, "_append", fails)
    try:
        act(fleet, arranged)
    except NoEventError:
        assert everything() == before
    else:
        assert left[0] > 0, "it has fewer events"
        assert nth > 1, "it wrote without an event"


def test_c18_the_stations_of_who_leaves_end_at_once(fleet: World):
    station = put_station(fleet)
    fleet.role("owner", None)
    station.refresh_from_db()
    assert (station.state, User.objects.get(pk=station.pk).is_active) == ("revoked", False)


def worked(fleet: World) -> None:
    """A directive with everything that happens to one."""
    second = fleet.next_release("# Role\nBe brief.\n")
    directive = fleet.directive()
    caller = fleet.caller("owner")
    fleet.decide(change_directive(caller=caller, directive_id=directive.id, release_id=second.id), "editor")
    pause_directive(caller=caller, directive_id=directive.id, reason="An incident")
    fleet.decide(fleet.submit(title="Another"), "editor", approves=False)
    station = put_station(fleet)
    about: Any = {"station_id": station.pk, "directive_id": directive.id, "reason": "A trial"}
    request_exception(caller=caller, until=None, **about)


def test_the_record_of_a_project_verifies(fleet: World):
    worked(fleet)
    chain = str(fleet.project.id)
    assert verify_chain(chain).finding is None
    assert [finding for finding in verify(chain).findings if finding.chain == chain] == []
    assert not list(check_editions())
    assert not list(check_decisions())


@pytest.mark.parametrize("change", ["text = replace(text, 'block', 'warning')", "seal = '\\x00'", "number = 9"])
def test_c02_an_edition_that_was_changed_is_found(fleet: World, change: str):
    fleet.directive()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE fleet_edition DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE fleet_edition SET {change} WHERE team_id = %s", [fleet.oncology.id])
    assert list(check_editions())


def test_a_projects_file_has_its_grants_directives_and_decisions(fleet: World):
    worked(fleet)
    data = b"".join(export_project(project_id=fleet.project.id))
    for kind in ("grant", "directive", "directive_request", "directive_decision"):
        assert f'"type":"{kind}"'.encode() in data
    verify_file(io.BytesIO(data))
