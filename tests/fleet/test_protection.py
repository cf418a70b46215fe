"""What the database itself refuses, whoever asks."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from audit.services import site_id
from kernel.canonical import canonical
from stages.fleet.models import Decision, Edition, Grant, Report, Request, Station, Team
from tests.fleet.world import World, put_directive, put_station

EVERYTHING = ("team", "directive", "edition", "request", "decision", "station", "report")


def attempt(sql: str, values: Any) -> None:
    """Run it, and leave nothing behind of what was let through."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        transaction.set_rollback(True)


def refused(sql: str, *values: Any) -> str:
    with pytest.raises(DatabaseError) as error:
        attempt(sql, values)
    return str(error.value)


def put_team(parent: Team | None, name: str) -> Team:
    return Team.objects.create(parent=parent, name=name, created_at=timezone.now())


def put_request(world: World, **facts: Any) -> Request:
    now = timezone.now()
    given = {"kind": "issue", "team": world.oncology, "project": world.project, "payload": {"title": "x"}, **facts}
    given = {"reason": "Needed", "quorum": 1, "author": world.people["owner"], "asked_at": now, **given}
    return Request.objects.create(**{"expires_at": now, **given})


def decide(request: Request, person: Any) -> Decision:
    return Decision.objects.create(
        request=request, person=person, approves=True, digest=request.digest, decided_at=timezone.now()
    )


def put_edition(world: World, number: int) -> None:
    station = Station.objects.first()
    assert station is not None
    facts = {"text": "{}", "key": station.assignment_key, "seal": b"x", "cause": "x", "sealed_at": timezone.now()}
    Edition.objects.create(team=world.oncology, number=number, **facts)


def link(station: Station, seq: int, before: bytes, body: str = '{"kind":"applied"}') -> bytes:
    return sha256(before + seq.to_bytes(8, "big") + body.encode()).digest()


def put_reports(station: Station, first: int, last: int, before: bytes) -> bytes:
    """Reports in one statement, each the next one."""
    rows = []
    for seq in range(first, last + 1):
        after = link(station, seq, before)
        facts = {"body": '{"kind":"applied"}', "prev_hash": before, "hash": after, "received_at": timezone.now()}
        rows.append(Report(station=station, station_seq=seq, **facts))
        before = after
    with transaction.atomic():
        Report.objects.bulk_create(rows)
    return before


def first_hash(station: Station) -> bytes:
    return sha256(str(station.pk).encode()).digest()


def everything(world: World) -> Station:
    """A row of each kind."""
    station = put_station(world)
    directive = put_directive(world)
    put_edition(world, 1)
    decide(put_request(world, directive=directive, kind="change"), world.people["editor"])
    head = put_reports(station, 1, 2, first_hash(station))
    Station.objects.filter(pk=station.pk).update(head_seq=2, head_hash=head.hex())
    return station


@pytest.mark.parametrize("name", EVERYTHING)
def test_c08_nothing_is_deleted(world: World, name: str):
    everything(world)
    assert refused(f"DELETE FROM fleet_{name}")
    assert refused(f"TRUNCATE fleet_{name} CASCADE")


@pytest.mark.parametrize("name", ["edition", "decision", "report"])
def test_c08_what_was_sealed_decided_or_reported_never_changes(world: World, name: str):
    everything(world)
    column = {"edition": "text", "decision": "comment", "report": "body"}[name]
    assert refused(f"UPDATE fleet_{name} SET {column} = '{{}}'")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE fleet_team SET created_at = now()",
        "UPDATE fleet_directive SET team_id = (SELECT id FROM audit_site)",
        "UPDATE fleet_directive SET issued_at = now()",
        "UPDATE fleet_directive SET carried = '{}'",
        "UPDATE fleet_directive SET release_id = gen_random_uuid()",
        "UPDATE fleet_request SET payload = '{}'",
        "UPDATE fleet_request SET quorum = 0",
        "UPDATE fleet_station SET owner_id = account_id",
        "UPDATE fleet_station SET head_seq = 1",
        "UPDATE fleet_station SET head_seq = 3",
        "UPDATE fleet_station SET head_hash = ''",
        "UPDATE fleet_station SET assignment = '{}'",
        "UPDATE fleet_station SET assignment_number = 3",
    ],
)
def test_c08_what_rows_mean_never_changes(world: World, change: str):
    everything(world)
    assert refused(change)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE fleet_team SET number = -1",
        "UPDATE fleet_directive SET path = 'rules.md'",
        "UPDATE fleet_directive SET starts_at = now(), ends_at = now()",
        "UPDATE fleet_directive SET replaces_id = id",
        "UPDATE fleet_request SET revoked_at = now()",
        "UPDATE fleet_station SET recorded_seq = 3",
        "UPDATE fleet_station SET state = 'revoked'",
    ],
)
def test_rows_hold_nothing_that_makes_no_sense(world: World, change: str):
    everything(world)
    assert refused(change)


def test_a_revoked_station_stays_revoked(world: World):
    station = put_station(world)
    Station.objects.filter(pk=station.pk).update(state="revoked", revoked_at=timezone.now())
    assert "stays revoked" in refused("UPDATE fleet_station SET state = 'active', revoked_at = NULL")


def test_only_a_device_is_a_station(world: World):
    for person in ("owner", "editor"):
        with pytest.raises(IntegrityError), transaction.atomic():
            put_station(world, account=world.people[person])


def test_the_root_team_is_there_from_the_start(world: World):
    assert (world.root.id, world.root.quorum) == (UUID(site_id()), 2)
    assert refused("UPDATE fleet_team SET archived_at = now() WHERE parent_id IS NULL")


def test_teams_are_one_tree(world: World):
    below = put_team(world.oncology, "Study")
    with pytest.raises(IntegrityError), transaction.atomic():
        put_team(None, "Another root")
    assert "above itself" in refused("UPDATE fleet_team SET parent_id = %s WHERE id = %s", below.id, world.oncology.id)
    assert refused("UPDATE fleet_team SET parent_id = id WHERE id = %s", below.id)
    assert refused("UPDATE fleet_team SET parent_id = NULL WHERE id = %s", below.id)
    assert refused("UPDATE fleet_team SET parent_id = %s WHERE id = %s", below.id, world.root.id)


def test_siblings_have_different_names_ignoring_case(world: World):
    put_team(world.oncology, "Study")
    with pytest.raises(IntegrityError), transaction.atomic():
        put_team(world.oncology, "STUDY")
    put_team(world.root, "Study")


def test_the_tree_has_eight_levels_also_after_a_move(world: World):
    deepest = world.oncology
    for level in range(3, 9):
        deepest = put_team(deepest, f"Level {level}")
    with pytest.raises(IntegrityError), transaction.atomic():
        put_team(deepest, "Level 9")
    other = put_team(world.root, "Other")
    assert "8 levels" in refused("UPDATE fleet_team SET parent_id = %s WHERE id = %s", other.id, world.oncology.id)


def test_a_directive_carries_what_is_released(world: World):
    world.review.people = world.people
    with pytest.raises(IntegrityError), transaction.atomic():
        put_directive(world, carried=[])
    Grant.objects.create(
        project=world.project, team=world.root, granted_by=world.people["owner"], granted_at=timezone.now()
    )
    put_directive(world)


def test_a_team_has_one_whole_file_a_path(world: World):
    put_directive(world, destination="file", path="notes/rules.md")
    with pytest.raises(IntegrityError), transaction.atomic():
        put_directive(world, destination="file", path="Notes/Rules.md")
    put_directive(world, destination="file", path="notes/rules.md", status="withdrawn")
    put_directive(world, destination="file", path="notes/rules.md", team=world.root)


def test_a_withdrawn_directive_stays_so(world: World):
    put_directive(world, status="withdrawn")
    assert refused("UPDATE fleet_directive SET status = 'active'")


def test_editions_have_no_gap(world: World):
    put_station(world)
    for number in (0, 2):
        with pytest.raises(IntegrityError), transaction.atomic():
            put_edition(world, number)
    put_edition(world, 1)
    assert refused("UPDATE fleet_team SET number = -1 WHERE id = %s", world.oncology.id)


def test_a_request_begins_open_and_ends_once(world: World):
    with pytest.raises(IntegrityError), transaction.atomic():
        put_request(world, state="accepted", ended_at=timezone.now())
    request = put_request(world)
    Request.objects.filter(pk=request.pk).update(state="rejected", ended_at=timezone.now())
    for change in ("state = 'accepted'", "ended_at = now()", "state = 'open', ended_at = NULL"):
        assert refused(f"UPDATE fleet_request SET {change}")


def test_an_accepted_exception_is_revoked_once(world: World):
    facts = {"kind": "exception", "directive": put_directive(world), "station": put_station(world)}
    request = put_request(world, **facts)
    Request.objects.filter(pk=request.pk).update(state="accepted", ended_at=timezone.now())
    Request.objects.filter(pk=request.pk).update(revoked_at=timezone.now())
    assert refused("UPDATE fleet_request SET revoked_at = NULL")


def test_who_asked_does_not_decide_and_what_has_ended_is_not_decided(world: World):
    request = put_request(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        decide(request, world.people["owner"])
    decide(request, world.people["editor"])
    with pytest.raises(IntegrityError), transaction.atomic():
        decide(request, world.people["editor"])
    Request.objects.filter(pk=request.pk).update(state="accepted", ended_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        decide(request, world.people["reviewer"])


def test_reports_are_a_chain(world: World):
    """Acceptance case 34, direct SQL."""
    station = put_station(world)
    begin = first_hash(station)
    for first, last, before in ((2, 2, begin), (1, 2, b"\0" * 32), (0, 0, begin)):
        with pytest.raises(IntegrityError):
            put_reports(station, first, last, before)
    head = put_reports(station, 1, 5, begin)
    for first, last, before in ((5, 6, head), (7, 7, head), (6, 6, begin)):
        with pytest.raises(IntegrityError):
            put_reports(station, first, last, before)
    put_reports(station, 6, 7, head)
    assert Report.objects.filter(station=station).count() == 7


def test_a_report_has_the_hash_of_its_body(world: World):
    station = put_station(world)
    before = first_hash(station)
    body = canonical({"kind": "applied", "directive": "x", "path": "ä"})
    given = {"station": station, "station_seq": 1, "prev_hash": before, "received_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(**given, body=body, hash=link(station, 1, before))
    report = Report.objects.create(**given, body=body, hash=link(station, 1, before, body))
    report.refresh_from_db()
    assert (report.kind, report.about) == ("applied", "x")


def test_a_report_has_at_most_8_kb(world: World):
    station = put_station(world)
    before = first_hash(station)
    body = canonical({"kind": "x" * 8192})
    given = {"station_seq": 1, "prev_hash": before, "hash": link(station, 1, before, body)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(station=station, body=body, received_at=timezone.now(), **given)
