"""Exceptions: asked for with a reason, decided by quorum, sealed into the station's assignment, and revoked."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from audit.keys.sealing import seal_fault
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from kernel.ijson import parse
from stages.fleet.models import Directive, Request, Station
from stages.fleet.services import request_exception, revoke_exception, update_team, withdraw_directive
from tests.cast import new_caller, new_user
from tests.fleet.world import World, put_directive, put_station


def asked(fleet: World, station: Station, directive: Directive, by: str = "reviewer", **facts: Any) -> Request:
    given = {"station_id": station.pk, "directive_id": directive.id, "until": None, "reason": "A trial", **facts}
    return request_exception(caller=fleet.caller(by), **given)


def assignment_of(station: Station) -> dict[str, Any]:
    station.refresh_from_db()
    assert seal_fault(station.assignment, bytes(station.assignment_seal), kind="assignment") is None
    parsed = parse(station.assignment)
    assert isinstance(parsed, dict)
    return parsed


def test_an_accepted_exception_is_in_the_assignment_until_it_is_revoked(fleet: World):
    """Acceptance case 31, the server's part."""
    station, directive = put_station(fleet), put_directive(fleet)
    until = timezone.now() + timedelta(minutes=5)
    request = fleet.decide(asked(fleet, station, directive, until=until), "editor")
    first = assignment_of(station)
    assert first["number"] == 2
    [exception] = first["exceptions"]
    assert (exception["id"], exception["directive"]) == (str(request.id), str(directive.id))
    permanent = fleet.decide(asked(fleet, station, directive), "editor")
    assert [each["until"] is None for each in assignment_of(station)["exceptions"]] == [False, True]
    revoke_exception(caller=fleet.caller("editor"), request_id=permanent.id, reason="The trial is over")
    last = assignment_of(station)
    assert (last["number"], last["exceptions"]) == (4, first["exceptions"])
    with pytest.raises(Conflict):
        revoke_exception(caller=fleet.caller("editor"), request_id=permanent.id, reason="Again")


def test_what_is_over_is_in_no_assignment(fleet: World, monkeypatch: pytest.MonkeyPatch):
    station, directive = put_station(fleet), put_directive(fleet)
    fleet.decide(asked(fleet, station, directive, until=timezone.now() + timedelta(minutes=5)), "editor")
    later = timezone.now() + timedelta(minutes=6)
    monkeypatch.setattr("stages.fleet.services.sealing.timezone", SimpleNamespace(now=lambda: later))
    late = asked(fleet, station, directive)
    fleet.decide(late, "editor")
    assert [each["id"] for each in assignment_of(station)["exceptions"]] == [str(late.id)]


def test_the_station_asks_on_behalf_of_its_owner_who_does_not_decide(fleet: World):
    station, directive = put_station(fleet, owner=fleet.people["editor"]), put_directive(fleet)
    caller = new_caller(station.account, on_behalf_of=station.owner_id)
    given = {"station_id": station.pk, "directive_id": directive.id, "until": None, "reason": "A trial"}
    request = request_exception(caller=caller, **given)
    assert request.author == fleet.people["editor"]
    with pytest.raises(Conflict):
        fleet.decide(request, "editor")
    other = put_station(fleet)
    with pytest.raises(NotFound):
        request_exception(caller=caller, **{**given, "station_id": other.pk})


def test_without_a_quorum_an_exception_begins_at_once(fleet: World):
    update_team(caller=fleet.boss, team_id=fleet.oncology.id, quorum=0)
    station, directive = put_station(fleet), put_directive(fleet)
    assert asked(fleet, station, directive).state == "accepted"
    assert len(assignment_of(station)["exceptions"]) == 1


def test_only_what_the_station_obeys_can_be_excepted(fleet: World):
    station = put_station(fleet)
    beside = put_directive(fleet, team=fleet.team("Other", fleet.root))
    for directive_id in (beside.id, uuid4()):
        with pytest.raises(ValidationFailed) as refused:
            request_exception(
                caller=fleet.caller("owner"),
                station_id=station.pk,
                directive_id=directive_id,
                until=None,
                reason="A trial",
            )
        assert list(refused.value.errors) == ["directive_id"]


def test_bad_input_names_its_field(fleet: World):
    station, directive = put_station(fleet), put_directive(fleet)
    with pytest.raises(ValidationFailed) as refused:
        asked(fleet, station, directive, until=timezone.now())
    assert list(refused.value.errors) == ["until"]
    with pytest.raises(ValidationFailed) as refused:
        asked(fleet, station, directive, reason="")
    assert list(refused.value.errors) == ["reason"]


def test_others_neither_ask_nor_revoke(fleet: World):
    station, directive = put_station(fleet), put_directive(fleet)
    fleet.people["outsider"] = new_user("outsider")
    with pytest.raises(NotFound):
        asked(fleet, station, directive, by="outsider")
    request = fleet.decide(asked(fleet, station, directive), "editor")
    with pytest.raises(PermissionDenied):
        revoke_exception(caller=fleet.caller("reviewer"), request_id=request.id, reason="No")


def test_a_revoked_station_gets_no_exception(fleet: World):
    station, directive = put_station(fleet, owner=fleet.people["reviewer"]), put_directive(fleet)
    request = asked(fleet, station, directive)
    fleet.role("reviewer", None)
    with pytest.raises(Conflict):
        fleet.decide(request, "editor")


def test_a_withdrawn_directive_needs_no_exception(fleet: World):
    station, directive = put_station(fleet), fleet.directive()
    fleet.decide(withdraw_directive(caller=fleet.caller("owner"), directive_id=directive.id, reason="Over"), "editor")
    with pytest.raises(Conflict):
        asked(fleet, station, directive)
