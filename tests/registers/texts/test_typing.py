"""Shared texts of records: opened, typed in, joined with others, undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kernel.errors import Conflict, NotFound, PayloadTooLarge, PermissionDenied, ProjectFrozen, ValidationFailed
from projects.models import Project, Status
from stages.registers import verbs
from stages.registers.fold.definition import replay
from stages.registers.fold.effects import Field
from stages.registers.models import Bundle, TextWriter
from stages.registers.schema import Column
from stages.registers.services import redo, undo
from stages.registers.storing.storage import PostgresStorage
from stages.registers.texts.services import KEPT, open_text, tidy_writers, type_delta
from tests.registers.storing.world import REQ, Desk
from tests.registers.texts.typist import Typist

pytestmark = pytest.mark.django_db

BODY = Column("body", crdt=True)


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table(columns=(Column("title"), BODY))
    return desk


@pytest.fixture
def ben(project: Project, owner: Any, caller_for: Callable[..., Any]) -> Desk:
    return Desk(project, caller_for(owner))


def place(record: str, field: str = "body", facet: str = REQ) -> Field:
    return Field(record, facet, field)


def open_for(desk: Desk, record: str, **facts: Any) -> Typist:
    return Typist.of(open_text(caller=desk.caller, project_id=desk.project.id, field=place(record), **facts).body)


def write(desk: Desk, record: str, typist: Typist, delta: bytes) -> str | None:
    given: dict[str, Any] = {"field": place(record), "writer": typist.writer, "delta": delta}
    return type_delta(caller=desk.caller, project_id=desk.project.id, **given)


def test_two_people_type_in_one_text(ann: Desk, ben: Desk) -> None:
    (record,) = ann.create({"title": "Pump stops"})
    one, two = open_for(ann, record), open_for(ben, record)
    assert one.writer != two.writer
    first = one.type("Close the valve.")
    assert write(ann, record, one, first) == bytes(Bundle.objects.latest("arrival").hash).hex()
    two.take(first)
    second = two.type("First: ", at=0)
    write(ben, record, two, second)
    one.take(second)
    assert one.text == two.text == ann.value(record, "body") == "First: Close the valve."
    assert replay(PostgresStorage(ann.project.id).by_range()).hash == ann.state().hash


def test_what_comes_again_is_written_once(ann: Desk) -> None:
    (record,) = ann.create({"title": "Pump stops"})
    typist = open_for(ann, record)
    delta = typist.type("Once")
    assert write(ann, record, typist, delta)
    assert write(ann, record, typist, delta) is None
    gone = typist.delete(0, 2)
    assert write(ann, record, typist, gone)
    assert write(ann, record, typist, gone) is None
    assert ann.value(record, "body") == "ce"


def test_who_comes_back_gets_what_is_missing_and_keeps_the_id(ann: Desk, ben: Desk) -> None:
    (record,) = ann.create({"title": "Pump stops"})
    typist, other = open_for(ann, record), open_for(ben, record)
    write(ann, record, typist, typist.type("Mine. "))
    other.take(typist.doc.get_update())
    write(ben, record, other, other.type("Theirs."))
    again = open_text(
        caller=ann.caller,
        project_id=ann.project.id,
        field=place(record),
        writer=typist.writer,
        state_vector=typist.doc.get_state(),
    )
    assert again.writer == typist.writer
    assert len(again.state) < len(other.doc.get_update())
    typist.take(again.state)
    assert typist.text == "Mine. Theirs."
    assert open_for(ben, record, writer=typist.writer).writer != typist.writer


def test_ids_are_for_one_person_and_one_text(ann: Desk, ben: Desk) -> None:
    first, second = ann.create({"title": "One"}, {"title": "Two"})
    typist = open_for(ann, first)
    delta = typist.type("Text")
    with pytest.raises(PermissionDenied):
        write(ben, first, typist, delta)
    with pytest.raises(Conflict):
        write(ann, second, typist, delta)
    stranger = Typist(12345)
    with pytest.raises(PermissionDenied):
        write(ann, first, typist, stranger.type("Text"))
    assert ann.value(first, "body") is None


def test_what_is_no_delta_is_refused(ann: Desk) -> None:
    (record,) = ann.create({"title": "Pump stops"})
    typist = open_for(ann, record)
    typist.type("Never sent")
    before = Bundle.objects.count()
    for delta in (b"\x00", b"\xff" * 20, typist.type(" and this")):
        with pytest.raises(ValidationFailed):
            write(ann, record, typist, delta)
    for size in (0, 256 * 1024 + 1):
        with pytest.raises(PayloadTooLarge):
            write(ann, record, typist, b"x" * size)
    with pytest.raises(ValidationFailed):
        open_text(caller=ann.caller, project_id=ann.project.id, field=place(record), state_vector=b"\xff\xff\xff")
    assert Bundle.objects.count() == before


def test_a_place_without_shared_text_is_refused(ann: Desk) -> None:
    (record,) = ann.create({"title": "Pump stops"})
    unknown = "01890000-0000-7000-8000-000000000001"
    for field, error in (
        (place(record, "title"), ValidationFailed),
        (place(record, "none"), ValidationFailed),
        (place(record, facet="none"), NotFound),
        (place(unknown), NotFound),
    ):
        with pytest.raises(error):
            open_text(caller=ann.caller, project_id=ann.project.id, field=field)


def test_who_may_not_write_reads(ann: Desk, viewer: Any, caller_for: Callable[..., Any]) -> None:
    (record,) = ann.create({"title": "Pump stops"})
    typist = open_for(ann, record)
    write(ann, record, typist, typist.type("Read me"))
    for caller in (caller_for(viewer), replace(ann.caller, is_read_only=True)):
        opened = open_text(caller=caller, project_id=ann.project.id, field=place(record))
        assert opened.writer is None
        assert Typist(1, opened.state).text == "Read me"
    Project.objects.filter(pk=ann.project.pk).update(status=Status.FROZEN)
    assert open_text(caller=ann.caller, project_id=ann.project.id, field=place(record)).writer is None
    with pytest.raises(ProjectFrozen):
        write(ann, record, typist, typist.type("!"))


def test_texts_of_merged_records_are_typed_as_one(ann: Desk) -> None:
    first, second = ann.create({"title": "One"}, {"title": "Two"})
    typist = open_for(ann, first)
    write(ann, first, typist, typist.type("Shared"))
    ann.write(lambda acts, schema: verbs.merge(acts, schema, first, second))
    write(ann, first, typist, typist.type(" text"))
    ann.write(lambda acts, schema: verbs.split_back(acts, schema, first, second))
    assert ann.value(first, "body") == ann.value(second, "body") == "Shared text"


def test_different_texts_of_merged_records_wait_for_a_decision(ann: Desk) -> None:
    first, second = ann.create({"title": "One"}, {"title": "Two"})
    typists = []
    for record, text in ((first, "This"), (second, "That")):
        typists.append(open_for(ann, record))
        write(ann, record, typists[-1], typists[-1].type(text))
    ann.write(lambda acts, schema: verbs.merge(acts, schema, first, second))
    opened = open_text(caller=ann.caller, project_id=ann.project.id, field=place(first))
    assert opened.is_conflicted
    assert opened.writer is None
    with pytest.raises(Conflict):
        write(ann, first, typists[0], typists[0].type(" one"))
    ann.write(lambda acts, schema: verbs.type_text(acts, schema, place(first), "Both"))
    assert not open_text(caller=ann.caller, project_id=ann.project.id, field=place(first)).is_conflicted


def test_undo_takes_away_what_one_typed_only(ann: Desk, ben: Desk) -> None:
    """Case 36."""
    (record,) = ann.create({"title": "Pump stops"})
    one, two = open_for(ann, record), open_for(ben, record)
    delta = one.type("mine ")
    write(ann, record, one, delta)
    two.take(delta)
    write(ben, record, two, two.type("theirs"))
    undo(caller=ann.caller, project_id=ann.project.id)
    assert ann.value(record, "body") == "theirs"


def test_undo_of_a_deletion_brings_the_words_back(ann: Desk) -> None:
    """Case 36."""
    (record,) = ann.create({"title": "Pump stops"})
    typist = open_for(ann, record)
    write(ann, record, typist, typist.type("Close the valve at once."))
    write(ann, record, typist, typist.delete(15, 23))
    assert ann.value(record, "body") == "Close the valve."
    undo(caller=ann.caller, project_id=ann.project.id)
    assert ann.value(record, "body") == "Close the valve at once."
    redo(caller=ann.caller, project_id=ann.project.id)
    assert ann.value(record, "body") == "Close the valve."


def test_old_ids_are_removed(ann: Desk) -> None:
    (record,) = ann.create({"title": "Pump stops"})
    old, new = open_for(ann, record), open_for(ann, record)
    TextWriter.objects.filter(client_id=old.writer).update(opened_at=timezone.now() - KEPT - timedelta(days=1))
    assert tidy_writers() == 1
    with pytest.raises(PermissionDenied):
        write(ann, record, old, old.type("Late"))
    assert write(ann, record, new, new.type("In time"))
