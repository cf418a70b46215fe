"""What a replica takes in of its home's record, and what it refuses."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from audit.models import Event
from kernel.errors import Conflict, PermissionDenied, ValidationFailed
from stages.replication.home.projection.versions import fields_at
from stages.replication.home.services import take_events
from stages.replication.home.wire import read_push
from stages.replication.models import CopiedCheckpoint, CopiedEvent, WantedContent
from tests.replication.home.copying import OTHER_KEY, CopiedProject

pytestmark = pytest.mark.django_db


def test_a_replica_has_every_event_of_home_byte_for_byte(recorded: CopiedProject) -> None:
    head = recorded.take_all()
    copies = CopiedEvent.objects.filter(project=recorded.project).order_by("seq")
    own = Event.objects.of_project(recorded.id).filter(seq__lte=head.seq)
    same = ("seq", "at", "canonical", "prev_hash", "hash", "action")
    assert list(copies.values_list(*same)) == list(own.values_list(*same))


def test_a_checkpoint_of_home_vouches_for_the_copy_and_is_on_record_here(recorded: CopiedProject) -> None:
    head = recorded.take_all()
    newest = CopiedCheckpoint.objects.filter(project=recorded.project).get()
    assert (newest.seq, bytes(newest.hash).hex(), bytes(newest.site_key).hex()) == (
        head.seq,
        head.hash,
        recorded.home_key,
    )
    event = Event.objects.of_project(recorded.id).get(action="record.copied")
    assert (event.data["seq"], event.data["number"]) == (newest.seq, newest.number)


def test_the_same_push_twice_is_one(recorded: CopiedProject) -> None:
    recorded.take_all()
    before = CopiedEvent.objects.count()
    assert recorded.take_all() == recorded.taken[-1]
    assert CopiedEvent.objects.count() == before
    assert Event.objects.of_project(recorded.id).filter(action="record.copied").count() == 1


@pytest.mark.parametrize("member", ["canonical", "hash", "at"])
def test_an_altered_event_is_refused(recorded: CopiedProject, member: str) -> None:
    push = copy.deepcopy(recorded.pushes[0])
    event = push["events"][2]
    event[member] = {
        "canonical": event["canonical"].replace('"kind":"human"', '"kind":"agent"'),
        "hash": "00" * 32,
        "at": "2026-01-01T00:00:00.000000Z",
    }[member]
    with pytest.raises(ValidationFailed, match="Event 3 is not as home recorded it"):
        recorded.take(push)
    assert not CopiedEvent.objects.exists()


def test_a_hole_is_refused_and_says_what_comes_next(recorded: CopiedProject) -> None:
    push = copy.deepcopy(recorded.pushes[0])
    del push["events"][:2]
    with pytest.raises(Conflict, match="Event 1 comes next"):
        recorded.take(push)


def test_only_home_is_believed(recorded: CopiedProject) -> None:
    with pytest.raises(PermissionDenied):
        take_events(project_id=recorded.id, peer_key=OTHER_KEY.hex(), push=read_push(recorded.pushes[0]))


def test_a_revoked_home_is_not_believed(recorded: CopiedProject) -> None:
    home = recorded.home
    home.revoked_at = home.admitted_at
    home.save(update_fields=["revoked_at"])
    with pytest.raises(PermissionDenied):
        recorded.take(recorded.pushes[0])


@pytest.mark.parametrize("wrong", ["signature", "key", "number", "seq", "text"])
def test_a_checkpoint_that_proves_nothing_is_refused_with_its_events(recorded: CopiedProject, wrong: str) -> None:
    push = copy.deepcopy(recorded.pushes[-1])
    checkpoint: dict[str, Any] = push["checkpoint"]
    checkpoint[wrong] = {
        "signature": "00" * 64,
        "key": OTHER_KEY.hex(),
        "number": checkpoint["number"] + 1,
        "seq": checkpoint["seq"] - 1,
        "text": checkpoint["text"].replace("2026", "2027"),
    }[wrong]
    with pytest.raises(ValidationFailed, match="proves nothing"):
        recorded.take(push)
    assert not CopiedCheckpoint.objects.exists()
    assert not CopiedEvent.objects.exists()


def test_a_home_with_another_record_is_an_alarm_and_nothing_is_taken(recorded: CopiedProject) -> None:
    head = recorded.take_all()
    push = {**recorded.pushes[-1], "events": [], "checkpoint": None, "head": {"seq": head.seq - 1, "hash": "11" * 32}}
    assert recorded.take(push) == head
    alarm = recorded.home.alarm
    assert alarm is not None
    assert (alarm["kind"], "not the one that was copied before" in alarm["detail"]) == ("other_record", True)


@pytest.mark.parametrize("name", ["site", "events", "head"])
@pytest.mark.parametrize("value", [None, 1, "x", [1], {"seq": "1"}, {"seq": 1, "hash": 2}])
def test_what_is_no_push_is_named(recorded: CopiedProject, name: str, value: object) -> None:
    if name == "events" and value == []:
        return
    with pytest.raises(ValidationFailed):
        recorded.take({**recorded.pushes[0], name: value})


def test_the_newest_texts_and_what_was_signed_are_asked_for_at_once(recorded: CopiedProject) -> None:
    recorded.take_all()
    wanted = set(WantedContent.objects.filter(project=recorded.project).values_list("hash", flat=True))
    statements = {each for each in wanted if '"type":"signature"' in recorded.texts[each]}
    notes = {each for each in wanted if recorded.texts[each] == "Reviewed for the first study."}
    assert len(statements) == 3
    assert len(notes) == 1
    # Also what this database has as home: a copy shows only what came for it.
    assert wanted == statements | notes | set(fields_at(recorded.id).values())
