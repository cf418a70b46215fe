"""Lines of a field are linked to a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from stages.automation.facets import PASSAGE
from stages.automation.services.passages import unlink_passage
from stages.registers import verbs
from stages.registers.models import Row
from stages.registers.schema import Relation
from tests.automation.passages.conftest import PassageDesk
from tests.writers import Writer

pytestmark = pytest.mark.django_db

EVENT = "Grade every event by CTCAE 5.0."


def test_a_link_to_lines_is_one_bundle_and_one_event(writer: Writer, desk: PassageDesk) -> None:
    (record,) = desk.create({"title": "Grade events"})
    linked = desk.link(record, 5, 5)
    shown = {"text": EVENT, "quote": EVENT, "from_line": 5, "to_line": 5, "version": 1}
    assert desk.passage(linked.passage) == shown
    assert linked.written.event is not None
    assert linked.written.event.action == "register.changed"
    desk.undo()
    assert not Row.objects.filter(project=desk.project, facet=PASSAGE).exists()


def test_a_part_of_a_line_is_a_passage(writer: Writer, desk: PassageDesk) -> None:
    (record,) = desk.create({"title": "Grade events"})
    linked = desk.link(record, 5, 5, quote="CTCAE 5.0")
    assert desk.passage(linked.passage)["text"] == "CTCAE 5.0"


def test_the_same_lines_are_one_passage_for_two_records(writer: Writer, desk: PassageDesk) -> None:
    one, other = desk.create({"title": "Grade"}, {"title": "Cite"})
    assert desk.link(one, 5, 5).passage == desk.link(other, 5, 5).passage
    with pytest.raises(Conflict):
        desk.link(one, 5, 5)


def test_a_passage_goes_with_its_last_link(writer: Writer, desk: PassageDesk) -> None:
    one, other = desk.create({"title": "Grade"}, {"title": "Cite"})
    first, second = desk.link(one, 5, 5), desk.link(other, 5, 5)
    for linked, is_there in ((first, True), (second, False)):
        unlink_passage(caller=desk.caller, project_id=desk.project.id, edge=linked.edge)
        assert Row.objects.filter(project=desk.project, facet=PASSAGE).exists() is is_there
    desk.undo()
    assert desk.passage(second.passage)["text"] == EVENT


@pytest.mark.parametrize(
    ("facts", "member"),
    [
        ({"version": 9}, "version"),
        ({"field": "files/none.md"}, "field"),
        ({"from_line": 0}, "from_line"),
        ({"to_line": 400}, "to_line"),
        ({"from_line": 6, "to_line": 5}, "to_line"),
        ({"quote": "not there"}, "quote"),
        ({"relation": "verifies"}, "relation"),
    ],
)
def test_what_is_not_there_is_refused_by_its_name(
    writer: Writer, desk: PassageDesk, facts: dict[str, Any], member: str
) -> None:
    (record,) = desk.create({"title": "Grade events"})
    desk.create_table("tests", key_prefix="TST")
    desk.write(lambda acts, schema: verbs.add_relation(acts, schema, Relation("verifies", target="tests")))
    lines = {"first": facts.pop("from_line", 5), "last": facts.pop("to_line", 5)}
    with pytest.raises(ValidationFailed) as refusal:
        desk.link(record, **lines, **facts)
    assert list(refusal.value.errors) == [member]
    assert not Row.objects.filter(project=desk.project, facet=PASSAGE).exists()


def test_no_passage_of_a_record_that_is_not_there(writer: Writer, desk: PassageDesk) -> None:
    with pytest.raises(NotFound):
        desk.link("01a22e89-0000-7000-8000-000000000000", 5, 5)


def test_who_may_not_write_learns_nothing_of_the_text(
    writer: Writer, desk: PassageDesk, viewer: User, outsider: User, caller_for: Callable[..., Caller]
) -> None:
    (record,) = desk.create({"title": "Grade events"})
    for user, refusal in ((viewer, PermissionDenied), (outsider, NotFound)):
        theirs = PassageDesk(desk.project, caller_for(user))
        with pytest.raises(refusal):
            theirs.link(record, 5, 5, quote="not there")


def test_a_request_that_was_answered_gets_the_same_answer(
    writer: Writer, desk: PassageDesk, editor: User, caller_for: Callable[..., Caller]
) -> None:
    (record,) = desk.create({"title": "Grade events"})
    again = PassageDesk(desk.project, caller_for(editor, client_ref="0192f5c4-7f5e-7cc1-8a5f-0d5b3f6d8a11"))
    first, second = again.link(record, 5, 5), again.link(record, 5, 5)
    assert (first.passage, first.edge) == (second.passage, second.edge)
    assert second.written.repeated
