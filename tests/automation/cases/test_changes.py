"""Acceptance cases of scripts on change, by their numbers."""

from __future__ import annotations

import pytest

from notifications.models import Notification
from stages.automation.models import Due, Execution
from stages.registers import verbs
from stages.registers.fold.effects import Field
from tests.automation.changes.conftest import COPY, ChangeDesk, desk, seen  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db


def test_36_a_script_that_writes_what_it_watches_is_not_set_off_by_it_and_another_one_is_once(desk: ChangeDesk) -> None:  # noqa: F811
    source = (
        'for _, each in ipairs(context.changes) do core.set_field(each.record, "contacts.email", "x" .. each.new) end'
    )
    writer, reader = desk.watch("contacts.email", source=source), desk.watch("contacts.email", name="reader")
    (ada,) = desk.create({"email": "a"}, facet="contacts")
    desk.follow(writer)
    desk.follow(reader)
    desk.accept(desk.open_one())
    assert desk.look(writer) is None
    assert [(each["old"], each["new"]) for each in desk.follow(reader).changes] == [("a", "xa")]
    assert desk.look(reader) is None
    assert desk.value(ada, "email", "contacts") == "xa"


def test_38_every_change_of_many_bundles_is_given_once_and_is_in_one_open_proposal(desk: ChangeDesk) -> None:  # noqa: F811
    """Small: 1,200 cells in 12 bundles. `./script/bench s4a` takes all 10,000."""
    saved = desk.watch("contacts.email", source=COPY)
    people = [desk.create(*({} for _ in range(100)), facet="contacts") for _ in range(12)]
    assert not Due.objects.exists()
    for number, bundle in enumerate(people):
        cells = [verbs.Cell(each, "contacts", "email", f"E{number}") for each in bundle]
        desk.write(lambda acts, schema, cells=cells: verbs.set_fields(acts, schema, cells))
        if number % 5 == 4:
            desk.follow(saved)
    while desk.due():
        desk.follow(saved)
    executions = list(Execution.objects.all())
    given = [(each["record"], each["old"], each["new"]) for each in seen(*executions)]
    assert sorted(given) == sorted(
        (each, None, f"E{number}") for number, bundle in enumerate(people) for each in bundle
    )
    assert len(executions) == 3
    assert len(desk.staged(desk.open_one())) == len(given) == 1_200


def test_41_a_minute_of_typing_is_one_execution_after_the_pause(desk: ChangeDesk) -> None:  # noqa: F811
    from uuid import UUID

    from procrastinate.contrib.django.models import ProcrastinateJob

    from stages.automation.services.changes import look_at_changes

    saved = desk.watch("contacts.notes", "contacts.name")
    (ada,) = desk.create({"name": "Ada"}, facet="contacts")
    desk.follow(saved)
    field, text = Field(ada, "contacts", "notes"), ""
    for letter in "typed for a whole minute":
        text += letter
        desk.write(lambda acts, schema, text=text: verbs.type_text(acts, schema, field, text))
        # The job looks every two seconds, and finds that somebody still types.
        ProcrastinateJob.objects.filter(task_name="stages.automation.jobs.look_at_changes")._raw_delete(using="default")
        assert look_at_changes(desk.project.id, UUID(saved.script_id)) is None
    execution = desk.follow(saved)
    assert [(each["old"], each["new"]) for each in execution.changes] == [(None, text)]
    assert Execution.objects.count() == 2


def test_42_three_failures_switch_it_off_and_what_waited_is_done_once_after_repair(desk: ChangeDesk) -> None:  # noqa: F811
    saved = desk.watch("contacts.email", source="error('broken')")
    ada, bob = desk.create({"email": "A"}, {"email": "B"}, facet="contacts")
    for _ in range(3):
        assert desk.follow(saved).state == "failed"
    assert not desk.switch_now(saved).is_on
    (line,) = Notification.objects.filter(kind="script.off")
    assert line.recipient_id == desk.owner.user.id
    assert set(desk.due()) == {f"contacts|email|{ada}", f"contacts|email|{bob}"}
    repaired = desk.watch("contacts.email", source=COPY)
    assert sorted(each["new"] for each in desk.follow(repaired).changes) == ["A", "B"]
    assert desk.look(repaired) is None
    assert desk.staged(desk.open_one()) == {f"{ada}/copy": "a", f"{bob}/copy": "b"}
