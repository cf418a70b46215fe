"""Stations and their reports over REST, and what jobs, doctor and verifier make of them."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.models import Event
from audit.verification import verify
from kernel.errors import Conflict, NotFound, PermissionDenied, ReauthenticationNeeded, ValidationFailed
from notifications.models import Notification
from proposals.models import Proposal
from stages.fleet import jobs
from stages.fleet.doctor import examine
from stages.fleet.models import DeviceCode, Placement, Report, Station
from stages.fleet.sign_in.services import decide_device
from stages.fleet.stations.report_rules import GivenReport, read_reports
from stages.fleet.stations.services.enrolling import make_station
from stages.fleet.stations.services.moving import move_station, revoke_station
from stages.fleet.stations.services.placements import NewPlacement, put_placements
from stages.fleet.stations.services.reports import ChainBroken, put_reports
from stages.fleet.stations.services.upkeep import notify_of_stale, record_reports, revoke_unredeemed
from stages.fleet.stations.verification import check_stations
from tests.cast import new_caller
from tests.fleet.stations import SignedIn, begin, link, sign_in
from tests.fleet.world import World, put_directive
from tests.rest.client import Api


@pytest.fixture
def station(world: World) -> SignedIn:
    world.role("owner", "user")
    world.role("editor", "admin")
    return sign_in(world)


def api(world: World, name: str) -> Api:
    return Api(world.people[name])


def put(station: SignedIn, *reports: dict[str, Any], texts: dict[str, str] | None = None) -> Any:
    given = [GivenReport(**each) for each in reports]
    account = Station.objects.select_related("account").get(pk=station.station.pk).account
    caller = new_caller(account, via="station", on_behalf_of=station.station.owner_id)
    return put_reports(caller=caller, station_id=station.station.pk, reports=read_reports(given), texts=texts)


def test_stations_are_listed_for_whoever_sees_their_team(world: World, station: SignedIn) -> None:
    put(station, station.report(kind="change_blocked"))
    for name, count in (("owner", 1), ("editor", 1), ("viewer", 0)):
        found = api(world, name).get("fleet/stations/").json()["results"]
        assert [each["id"] for each in found] == [station.id] * count
        reports = api(world, name).get("fleet/reports/").json()["results"]
        assert [each["kind"] for each in reports] == ["change_blocked"] * count
    editor = api(world, "editor")
    assert editor.get("fleet/stations/?search=nothing").json()["results"] == []
    assert len(editor.get(f"fleet/reports/?station={station.id}&kind=change_blocked").json()["results"]) == 1
    for wrong in ("fleet/stations/?state=x", "fleet/reports/?kind=x", "fleet/reports/?directive=x"):
        assert editor.get(wrong).status_code == 400
    shown = editor.get(f"fleet/stations/{station.id}/").json()
    assert shown["reports"]["seq"] == 1
    assert "digest" not in str(shown)
    assert api(world, "viewer").get(f"fleet/stations/{station.id}/").status_code == 404


def test_an_admin_makes_the_station_of_an_unattended_machine(world: World, station: SignedIn) -> None:
    made, token = make_station(caller=world.caller("editor"), team_id=world.oncology.id, name="build-1")
    assert token.startswith("fds_")
    assert made.owner == world.people["editor"]
    with pytest.raises(PermissionDenied):
        make_station(caller=world.caller("owner"), team_id=world.oncology.id, name="build-2")
    with pytest.raises(NotFound):
        make_station(caller=world.caller("viewer"), team_id=world.oncology.id, name="build-2")
    with pytest.raises(ReauthenticationNeeded):
        make_station(caller=world.caller("editor", proven_at=None), team_id=world.oncology.id, name="build-2")


def test_its_owner_and_an_admin_control_a_station(world: World, station: SignedIn) -> None:
    below = world.team("Study")
    world.role("viewer", "user")
    for name in ("viewer", "reviewer"):
        with pytest.raises((NotFound, PermissionDenied)):
            revoke_station(caller=world.caller(name), station_id=station.station.pk, reason="Why not")
    moved = move_station(caller=world.caller("owner"), station_id=station.station.pk, team_id=below.id)
    assert (moved.team, moved.assignment_number) == (below, 2)
    # Nothing changes, and so no number.
    again = move_station(caller=world.caller("owner"), station_id=station.station.pk, team_id=below.id)
    assert again.assignment_number == 2
    elsewhere = world.team("X", world.root)
    with pytest.raises(NotFound):
        move_station(caller=world.caller("owner"), station_id=station.station.pk, team_id=elsewhere.id)
    world.role("editor", "admin", elsewhere)
    with pytest.raises(Conflict):
        move_station(caller=world.caller("editor"), station_id=station.station.pk, team_id=elsewhere.id)
    renamed = api(world, "editor").patch(f"fleet/stations/{station.id}/", {"name": "dok-ws-99"}).json()
    assert (renamed["name"], renamed["assignment_number"]) == ("dok-ws-99", 3)
    answer = api(world, "editor").post(f"fleet/stations/{station.id}/revoke/", {"reason": "Sold"})
    assert answer.json()["state"] == "revoked"
    with pytest.raises(Conflict):
        move_station(caller=world.caller("owner"), station_id=station.station.pk, team_id=world.oncology.id)


def test_reports_are_no_events(world: World, station: SignedIn) -> None:
    """Nor is what they say: the audit trail gets the heads of their chains only."""
    directive = str(put_directive(world).id)
    before = Event.objects.count()
    put(station, *(station.report(kind=kind, directive=directive) for kind in ("change_blocked", "change_flagged")))
    assert Event.objects.count() == before


def test_a_month_of_reports_is_stored_and_verified(world: World, station: SignedIn) -> None:
    """10,000, two hundred at once, as a station sends them when it comes back."""
    for _ in range(50):
        put(station, *(station.report() for _ in range(200)))
    assert Report.objects.filter(station=station.station.pk).count() == 10_000
    station.station.refresh_from_db()
    assert (station.station.head_seq, station.station.head_hash) == (10_000, station.chain[-1]["hash"])
    assert list(check_stations()) == []


def test_a_report_about_another_teams_directive_is_refused(world: World, station: SignedIn) -> None:
    beside = put_directive(world, team=world.team("Beside", world.root))
    with pytest.raises(ValidationFailed):
        put(station, station.report(), station.report(directive=str(beside.id)))
    station.station.refresh_from_db()
    assert (station.station.head_seq, station.station.state) == (0, "active")


def test_only_what_is_allowed_for_a_time_becomes_a_proposal(world: World, station: SignedIn) -> None:
    """Whatever texts come with other reports."""
    directive = str(put_directive(world).id)
    text = "Always."
    found = hashlib.sha256(text.encode()).hexdigest()
    for kind in ("change_blocked", "change_flagged", "change_expired"):
        put(station, station.report(kind=kind, directive=directive, found=found), texts={found: text})
    assert not Proposal.objects.filter(author=station.station.pk).exists()
    put(station, station.report(kind="change_detected", directive=directive, found=found), texts={found: text})
    assert Proposal.objects.get(author=station.station.pk).state == "open"


def test_one_file_of_each_repository_becomes_a_proposal(world: World, station: SignedIn) -> None:
    """Also where their reports come together."""
    directive, texts = str(put_directive(world).id), {}
    for repository in ("acme/protocol", "acme/other"):
        text = f"Mine in {repository}."
        found = hashlib.sha256(text.encode()).hexdigest()
        texts[found] = text
        station.report(
            kind="change_detected", directive=directive, path="CLAUDE.md", repository=repository, found=found
        )
    put(station, *station.chain, texts=texts)
    made = Proposal.objects.filter(author=station.station.pk)
    assert {each.origin_id.partition(":")[2] for each in made} == {"acme/protocol/CLAUDE.md", "acme/other/CLAUDE.md"}


def test_the_database_refuses_another_chain(world: World, station: SignedIn) -> None:
    put(station, station.report())
    row = Report.objects.get(station=station.station.pk)
    forged = (
        "INSERT INTO fleet_report (station_id, station_seq, body, prev_hash, hash, received_at)"
        " VALUES (%s, 2, '{}', %s, %s, now())"
    )
    tries: list[tuple[str, list[Any]]] = [
        (forged, [station.id, b"x" * 32, b"y" * 32]),
        ("UPDATE fleet_report SET body = '{}' WHERE station_id = %s", [station.id]),
        ("DELETE FROM fleet_report WHERE station_id = %s", [station.id]),
        ("TRUNCATE fleet_report CASCADE", []),
    ]
    for statement, values in tries:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    assert bytes(row.hash).hex() == station.chain[0]["hash"]


def test_reports_are_recorded_and_verified(world: World, station: SignedIn) -> None:
    put(station, station.report(), station.report())
    assert record_reports() == 1
    assert record_reports() == 0
    event = Event.objects.filter(action="reports.recorded").latest("seq")
    assert event.data["heads"] == [[station.id, 2, station.chain[1]["hash"]]]
    assert list(check_stations()) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE fleet_report DISABLE TRIGGER fleet_report_frozen")
        cursor.execute("UPDATE fleet_report SET body = '{}' WHERE station_id = %s AND station_seq = 2", [station.id])
    assert [each.what for each in check_stations()] == ["report 2 was changed"]


def test_stations_are_what_the_events_say(world: World, station: SignedIn) -> None:
    move_station(caller=world.caller("owner"), station_id=station.station.pk, name="renamed")
    with pytest.raises(ChainBroken):
        put(station, link(2, "0" * 64, {"kind": "applied", "at": "x"}))
    put(station, station.report())
    record_reports()
    other = sign_in(world)
    revoke_station(caller=world.caller("owner"), station_id=other.station.pk, reason="Lost")
    assert [str(each) for each in verify().findings] == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fleet_station SET token_digest = %s WHERE account_id = %s", ["0" * 64, station.id])
    (finding,) = verify().findings
    assert "station" in str(finding)


def test_whoever_never_fetches_the_token_is_revoked(world: World, station: SignedIn) -> None:
    begun = begin()
    made = decide_device(
        caller=world.caller("owner"), user_code=begun.user_code, approves=True, team_id=world.oncology.id
    )
    assert made is not None
    assert revoke_unredeemed() == 0
    DeviceCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    jobs.look_after_fleet(0)
    made.refresh_from_db()
    assert made.is_revoked
    station.station.refresh_from_db()
    assert not station.station.is_revoked


def test_people_are_told_once_of_a_station_that_is_away(world: World, station: SignedIn) -> None:
    away = timezone.now() - timedelta(minutes=61)
    Station.objects.filter(pk=station.station.pk).update(last_seen_at=away)
    assert (notify_of_stale(), notify_of_stale()) == (1, 0)
    told = Notification.objects.filter(kind="fleet.stale", facts__station_id=station.id)
    assert {each.recipient for each in told} == {world.people["owner"], world.people["editor"]}
    Notification.objects.update(read_at=timezone.now())
    assert notify_of_stale() == 0


def test_the_owner_is_told_once_of_each_kind_of_report(world: World, station: SignedIn) -> None:
    directive = put_directive(world)
    for _ in range(3):
        put(station, station.report(kind="change_blocked", directive=str(directive.id)))
    put(station, station.report(kind="applied"))
    told = Notification.objects.filter(kind="fleet.reported", facts__station_id=station.id)
    assert [each.recipient for each in told] == [world.people["owner"]]


def test_a_report_about_a_directive_of_a_former_team_is_taken(world: World, station: SignedIn) -> None:
    below = world.team("Study")
    directive = put_directive(world, team=below)
    move_station(caller=world.caller("owner"), station_id=station.station.pk, team_id=below.id)
    move_station(caller=world.caller("owner"), station_id=station.station.pk, team_id=world.oncology.id)
    assert put(station, station.report(directive=str(directive.id))).seq == 1


def test_the_doctor_names_stations_ahead_of_the_server(world: World, station: SignedIn) -> None:
    assert [each.level for each in examine()] == ["ok"]
    directive = put_directive(world)
    said = NewPlacement(station.station.pk, directive.id, "in_place", "a" * 64, ("CLAUDE.md",), 7, None)
    assert put_placements(placements=[said]) == {directive.id}
    assert put_placements(placements=[said]) == set()
    assert put_placements(placements=[NewPlacement(station.station.pk, uuid4(), "in_place", "", (), 1, None)]) == set()
    assert Placement.objects.filter(station=station.station.pk).count() == 1
    assert next(iter(examine())).text.endswith(f"newer than any of this server: {station.station.name}")
