"""Bringing an earlier text back, taking one person's changes out, recording the hash, renewing the document."""

from __future__ import annotations

import zlib
from datetime import timedelta
from uuid import uuid4

import pytest

from audit.models import Event
from kernel.crdt.edits import Edit
from kernel.errors import ClientRefReused, Conflict, PermissionDenied, ValidationFailed
from stages.pads.documents import DOCUMENTS
from stages.pads.errors import PadClosed
from stages.pads.loading import load_document, read_text
from stages.pads.models import Pad, Revision, Snapshot, Writer
from stages.pads.services import (
    close_pad,
    record_pad,
    record_pads,
    recording,
    renew_pad,
    renewing,
    report_difference,
    restore_pad,
    take_back_changes,
)
from stages.pads.services.renewing import is_too_large
from stages.pads.verification import check_records
from tests.pads.world import World, edit, text_of


@pytest.fixture
def pad(world: World) -> Pad:
    """A pad with three revisions: Ed writes, Mara writes something into it, and Ed adds to the end."""
    pad, ed, mara = world.pad(), world.session("ed"), world.session("mara")
    edit(ed, pad, 0, (0, 0, "Dear all"))
    edit(mara, pad, 1, (4, 0, " dear"))
    edit(ed, pad, 2, (13, 0, "!"))
    return pad


def runs(pad: Pad, revision: int | None = None) -> tuple[str, tuple[tuple[int, int], ...]]:
    found = read_text(pad.id, revision)
    return found.text, found.authors.runs


def events_of(pad: Pad, action: str) -> list[dict[str, object]]:
    return [event.data for event in Event.objects.filter(target_id=str(pad.id), action=action).order_by("seq")]


def test_restoring_brings_text_and_authors_back_as_a_new_revision(world: World, pad: Pad):
    """Acceptance case 30."""
    before = [runs(pad, number) for number in range(4)]
    edit(world.session("olga"), pad, 3, (0, 14, "Gone"))

    assert restore_pad(caller=world.caller("olga"), pad_id=pad.id, revision=3).revision == 5

    assert runs(pad) == before[3] == ("Dear dear all!", ((1, 4), (2, 5), (1, 5)))
    assert [runs(pad, number) for number in range(4)] == before
    assert events_of(pad, "pad.restored") == [{"pad_id": str(pad.id), "name": pad.name, "revision": 5, "restored": 3}]
    row = Revision.objects.get(pad=pad.id, revision=5)
    assert row.user_id == world.people["olga"].id
    assert list(check_records()) == []
    # The document goes on from there.
    assert load_document(pad.id).document.text == "Dear dear all!"
    with pytest.raises(Conflict):
        restore_pad(caller=world.caller("olga"), pad_id=pad.id, revision=3)
    with pytest.raises(ValidationFailed):
        restore_pad(caller=world.caller("olga"), pad_id=pad.id, revision=6)


def test_taking_back_leaves_what_others_wrote(world: World, pad: Pad):
    ed = world.people["ed"].id
    edit(world.session("ed"), pad, 3, (0, 14, ""))
    edit(world.session("mara"), pad, 4, (0, 0, "Hello"))

    accepted = take_back_changes(caller=world.caller("olga"), pad_id=pad.id, user_id=ed, after=3, until=5)

    assert accepted.revision == 6
    text, authors = runs(pad)
    assert (sorted(text), len(authors)) == (sorted("HelloDear dear all!"), 4)
    assert dict(authors)[4] == 5
    (event,) = events_of(pad, "pad.taken_back")
    assert {name: event[name] for name in ("user_id", "after", "until")} == {"user_id": str(ed), "after": 3, "until": 5}
    assert list(check_records()) == []
    # His first words came back by somebody else's change: there is nothing of his own to take out.
    with pytest.raises(Conflict):
        take_back_changes(caller=world.caller("olga"), pad_id=pad.id, user_id=ed, after=0, until=1)
    for after, until in ((3, 2), (0, 99)):
        with pytest.raises(ValidationFailed):
            take_back_changes(caller=world.caller("olga"), pad_id=pad.id, user_id=ed, after=after, until=until)


def test_taking_back_takes_out_what_they_wrote(world: World, pad: Pad):
    ed = world.people["ed"].id
    take_back_changes(caller=world.caller("olga"), pad_id=pad.id, user_id=ed, after=0, until=1)
    assert runs(pad) == (" dear!", ((2, 5), (1, 1)))
    take_back_changes(caller=world.caller("olga"), pad_id=pad.id, user_id=ed, after=1, until=3)
    assert runs(pad) == (" dear", ((2, 5),))
    assert list(check_records()) == []


def test_a_repeat_of_a_restored_revision_gets_the_first_answer(world: World, pad: Pad):
    caller = world.caller("ed", client_ref=uuid4())
    for _ in range(2):
        assert restore_pad(caller=caller, pad_id=pad.id, revision=1).revision == 4
    with pytest.raises(ClientRefReused):
        restore_pad(caller=caller, pad_id=pad.id, revision=2)
    close_pad(caller=world.caller("olga"), pad_id=pad.id)
    with pytest.raises(PadClosed):
        restore_pad(caller=world.caller("ed"), pad_id=pad.id, revision=2)
    with pytest.raises(PermissionDenied):
        restore_pad(caller=world.caller("rae"), pad_id=pad.id, revision=2)


def test_who_restores_without_a_session_is_one_writer(world: World, pad: Pad):
    for revision in (1, 2, 1):
        restore_pad(caller=world.caller("olga"), pad_id=pad.id, revision=revision)
    writers = Writer.objects.filter(pad=pad.id, user=world.people["olga"])
    assert [writer.session_id for writer in writers] == [None]


def test_a_renewed_document_has_the_same_text_and_authors(world: World, pad: Pad):
    before = runs(pad)

    assert renew_pad(pad_id=pad.id, epoch=1, why="size") == 4
    assert renew_pad(pad_id=pad.id, epoch=1, why="size") is None

    assert runs(pad) == before
    row = Revision.objects.get(pad=pad.id, revision=4)
    assert (row.epoch, row.edits, Pad.objects.get(pk=pad.id).epoch) == (2, "[]", 2)
    assert events_of(pad, "pad.renewed")[0]["why"] == "size"
    loaded = load_document(pad.id)
    assert (loaded.document.text, loaded.epoch) == ("Dear dear all!", 2)
    # An OT client goes on as if nothing had happened.
    assert edit(world.session("ed"), pad, 3, (0, 0, "Oh ")).revision == 5
    assert text_of(pad) == load_document(pad.id).document.text == "Oh Dear dear all!"
    assert list(check_records()) == []


def test_a_client_that_differs_renews_the_document_once_a_minute(
    world: World, pad: Pad, monkeypatch: pytest.MonkeyPatch
):
    ed, right = world.session("ed"), zlib.crc32(b"Dear dear all!")
    for revision, crc in ((3, right), (2, 7)):
        report_difference(caller=ed, pad_id=pad.id, revision=revision, crc=crc)
    assert Pad.objects.get(pk=pad.id).epoch == 1
    for revision in (3, 4):
        report_difference(caller=ed, pad_id=pad.id, revision=revision, crc=7)
    assert Pad.objects.get(pk=pad.id).epoch == 2
    monkeypatch.setattr(renewing, "_PAUSE", timedelta())
    report_difference(caller=ed, pad_id=pad.id, revision=4, crc=7)
    assert Pad.objects.get(pk=pad.id).epoch == 3
    with pytest.raises(PermissionDenied):
        report_difference(caller=world.caller("vic"), pad_id=pad.id, revision=5, crc=7)


def test_a_document_much_larger_than_its_text_is_renewed_once_it_is_quiet(
    world: World, pad: Pad, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(recording, "QUIET", timedelta(seconds=-1))
    monkeypatch.setattr(renewing, "LARGE", 50)
    monkeypatch.setattr(renewing, "TIMES_TEXT", 2)
    assert not is_too_large(load_document(pad.id), is_quiet=False)
    assert is_too_large(load_document(pad.id), is_quiet=True)
    record_pads()
    assert [event["why"] for event in events_of(pad, "pad.renewed")] == ["size"]
    assert load_document(pad.id).document.size < 50


def test_a_quiet_pad_is_recorded_with_its_hash_and_a_snapshot(world: World, pad: Pad, monkeypatch: pytest.MonkeyPatch):
    record_pads()
    assert events_of(pad, "pad.recorded") == []
    monkeypatch.setattr(recording, "QUIET", timedelta(seconds=-1))
    for _ in range(2):
        record_pads()
    (event,) = events_of(pad, "pad.recorded")
    kept = Pad.objects.get(pk=pad.id)
    assert (event["revision"], event["log_hash"], kept.recorded) == (3, bytes(kept.log_hash).hex(), 3)
    assert Snapshot.objects.filter(pad=pad.id, revision=3).exists()
    edit(world.session("ed"), pad, 3, (0, 0, "x"))
    record_pad(pad_id=pad.id)
    assert len(events_of(pad, "pad.recorded")) == 2
    assert list(check_records()) == []


def test_a_document_that_says_something_else_is_renewed_when_it_is_quiet(
    world: World, pad: Pad, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(recording, "QUIET", timedelta(seconds=-1))
    with DOCUMENTS.using(pad.id) as cached:
        cached.load(pad.id).document.apply_edits([Edit(0, 0, "never stored")])
    record_pads()
    assert Pad.objects.get(pk=pad.id).epoch == 2
    assert edit(world.session("ed"), pad, 4, (0, 0, "Oh ")).revision == 5
    assert load_document(pad.id).document.text == text_of(pad) == "Oh Dear dear all!"
