"""The checklist: written, given to somebody, ticked, opened again; each with its event."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.callers import foundry_caller
from accounts.services import deactivate_account
from audit.models import Event
from drafts.tasks.models import MAX_TEXT, Task
from drafts.tasks.services import change_task, create_task
from kernel.errors import ClientRefReused, NotFound, PermissionDenied, ProjectFrozen, ValidationFailed
from projects.services import archive_project
from tests.event_payload import event_payload

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(project, reviewer, editor, caller_for) -> Task:
    return create_task(
        caller=caller_for(reviewer), project_id=project.id, text="Name the sources", assignee_id=editor.id
    )


def newest(project) -> Event:
    return Event.objects.of_project(project.id).reverse()[0]


def test_c06_a_task_begins_with_its_event(project, task: Task, reviewer, editor):
    event = newest(project)

    assert (event.action, event.target_id, event.actor_id) == ("task.created", str(task.id), reviewer.id)
    assert task.created_at == event.at
    assert event_payload(event)["data"] == {
        "task_id": str(task.id),
        "text": "Name the sources",
        "assignee": editor.person(),
        "due_on": None,
    }


def test_ticking_says_who_and_when_and_opening_again_forgets_it(project, task: Task, editor, reviewer, caller_for):
    done = change_task(caller=caller_for(editor), task_id=task.id, done=True)

    event = newest(project)
    assert (done.done_by, done.done_at) == (editor, event.at)
    ticked = {"task_id": str(task.id), "text": "Name the sources", "done": True, "done_by": editor.person()}
    assert event_payload(event)["data"] == ticked

    opened = change_task(caller=caller_for(reviewer), task_id=task.id, done=False)

    assert (opened.done_by, opened.done_at) == (None, None)
    assert newest(project).data["before"] == {"done": True, "done_by": editor.person()}


def test_a_change_records_the_values_before_and_after(project, task: Task, editor, owner, caller_for):
    change_task(caller=caller_for(owner), task_id=task.id, text="Name all sources", assignee_id=None)

    data = newest(project).data
    assert (data["text"], data["assignee"]) == ("Name all sources", None)
    assert data["before"] == {"text": "Name the sources", "assignee": editor.person()}


def test_what_does_not_differ_is_not_written(project, task: Task, editor, owner, caller_for):
    change_task(caller=caller_for(editor), task_id=task.id, done=True)
    before = newest(project).seq

    again = change_task(
        caller=caller_for(owner), task_id=task.id, text="Name the sources", assignee_id=editor.id, done=True
    )

    assert again.done_by == editor
    assert newest(project).seq == before


def test_a_repeat_with_the_same_reference_does_nothing_twice(project, task: Task, reviewer, caller_for):
    caller = caller_for(reviewer, client_ref=uuid4())
    first = create_task(caller=caller, project_id=project.id, text="Once")
    again = create_task(caller=caller, project_id=project.id, text="Once")
    assert (again.id, again.repeated) == (first.id, True)
    with pytest.raises(ClientRefReused):
        create_task(caller=caller, project_id=project.id, text="Twice")
    caller = caller_for(reviewer, client_ref=uuid4())
    change_task(caller=caller, task_id=task.id, done=True)
    change_task(caller=caller_for(reviewer), task_id=task.id, done=False)

    assert not change_task(caller=caller, task_id=task.id, done=True).is_done


@pytest.mark.parametrize("text", ["", " ", "x" * (MAX_TEXT + 1), "a\x00", "a\ud800", None])
def test_it_refuses_a_text_that_is_none(project, reviewer, caller_for, text):
    with pytest.raises(ValidationFailed) as refusal:
        create_task(caller=caller_for(reviewer), project_id=project.id, text=text)
    assert list(refusal.value.errors) == ["text"]


def test_only_members_with_an_open_account_are_given_tasks(project, task: Task, outsider, viewer, owner, caller_for):
    deactivate_account(caller=foundry_caller("command"), user_id=viewer.id)

    for nobody in (outsider.id, viewer.id, uuid4()):
        with pytest.raises(ValidationFailed) as refusal:
            change_task(caller=caller_for(owner), task_id=task.id, assignee_id=nobody)
        assert list(refusal.value.errors) == ["assignee_id"]


def test_a_viewer_reads_only(task: Task, viewer, caller_for):
    with pytest.raises(PermissionDenied):
        change_task(caller=caller_for(viewer), task_id=task.id, done=True)


def test_an_outsider_is_not_told_that_a_task_exists(task: Task, outsider, caller_for):
    with pytest.raises(NotFound):
        change_task(caller=caller_for(outsider), task_id=task.id, done=True)


def test_an_archived_project_keeps_its_checklist_as_it_is(project, task: Task, owner, caller_for):
    archive_project(caller=caller_for(owner), project_id=project.id)

    with pytest.raises(ProjectFrozen):
        change_task(caller=caller_for(owner), task_id=task.id, done=True)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM drafts_task",
        "TRUNCATE drafts_task CASCADE",
        "UPDATE drafts_task SET created_at = now()",
        "UPDATE drafts_task SET created_by_id = assignee_id",
        "UPDATE drafts_task SET done_at = now()",
    ],
)
def test_c08_a_task_cannot_be_removed_or_begun_anew(task: Task, statement: str):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE drafts_task SET text = 'Nothing'", "its text was changed"),
        ("UPDATE drafts_task SET assignee_id = created_by_id", "its assignee was changed"),
        ("UPDATE drafts_task SET done_at = NULL, done_by_id = NULL", "its done at was changed"),
        ("UPDATE drafts_task SET done_by_id = created_by_id", "its done by was changed"),
        ("ALTER TABLE drafts_task DISABLE TRIGGER USER; DELETE FROM drafts_task", "the task it recorded is gone"),
    ],
)
def test_c02_verify_audit_names_a_changed_task(task: Task, editor, caller_for, statement: str, found: str):
    change_task(caller=caller_for(editor), task_id=task.id, done=True, text="Name them")
    call_command("verify_audit")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)

    with pytest.raises(CommandError, match=found):
        call_command("verify_audit")


def test_a_due_date_is_set_changed_and_taken_away_on_record(project, editor, caller_for):
    caller, first, later = caller_for(editor), date(2026, 12, 3), date(2026, 12, 10)
    task = create_task(caller=caller, project_id=project.id, text="Sign", due_on=first)
    assert newest(project).data["due_on"] == "2026-12-03"

    change_task(caller=caller, task_id=task.id, due_on=later)
    assert event_payload(newest(project))["data"]["due_on"] == "2026-12-10"
    assert newest(project).data["before"] == {"due_on": "2026-12-03"}
    change_task(caller=caller, task_id=task.id, due_on=None)
    assert change_task(caller=caller, task_id=task.id, done=True).due_on is None
    call_command("verify_audit")

    Task.objects.filter(pk=task.pk).update(due_on=first)
    with pytest.raises(CommandError, match=r"task .*: its due on was changed"):
        call_command("verify_audit")


@pytest.mark.parametrize("due_on", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_date_that_is_a_typing_error_is_refused(project, editor, caller_for, due_on):
    with pytest.raises(ValidationFailed) as refused:
        create_task(caller=caller_for(editor), project_id=project.id, text="Sign", due_on=due_on)
    assert list(refused.value.errors) == ["due_on"]


def test_tasks_stand_by_urgency(project, editor, caller_for):
    caller = caller_for(editor)
    made = {
        text: create_task(caller=caller, project_id=project.id, text=text, due_on=due_on)
        for text, due_on in (("none", None), ("late", date(2026, 12, 9)), ("soon", date(2026, 12, 1)), ("done", None))
    }
    change_task(caller=caller, task_id=made["done"].id, done=True)
    shown = [task.text for task in Task.objects.of_project(project.id).by_urgency()]
    assert shown == ["soon", "late", "none", "done"]
    assert made["soon"].is_overdue(date(2026, 12, 2))
    assert not made["soon"].is_overdue(date(2026, 12, 1))
