"""Every write to comments and tasks is one event with its row: neither without the other, and live as on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from audit import services
from audit.event_types import EVENT_TYPES
from audit.models import Event
from drafts.comments.models import Comment
from drafts.comments.services import (
    answer_comment,
    create_comment,
    reopen_comment,
    resolve_comment,
    withdraw_comment,
)
from drafts.tasks.models import Task
from drafts.tasks.services import change_task, create_task
from projects.models import Project
from tests.drafts.conftest import Save
from tests.event_payload import event_payload

pytestmark = pytest.mark.django_db

State = dict[str, dict[str, Any]]


class Room:
    """A project with something in every state that a write may begin from."""

    def __init__(self, caller: Caller, project: Project) -> None:
        self.caller = caller
        self.project = project
        self.thread = self.say("Why?")
        self.resolved = resolve_comment(caller=caller, comment_id=self.say("So?").id)
        self.task = create_task(caller=caller, project_id=project.id, text="Name the sources")

    def say(self, text: str) -> Comment:
        place: dict[str, Any] = {"project_id": self.project.id, "version": 1, "target_field": "prompt_text"}
        return create_comment(caller=self.caller, text=text, **place)


@pytest.fixture
def room(project: Project, save: Save, owner, caller_for) -> Room:
    save("one")
    return Room(caller_for(owner), project)


Write = Callable[[Room], object]

WRITES: dict[str, Write] = {
    "comment.created": lambda room: room.say("And?"),
    "comment.answered": lambda room: answer_comment(caller=room.caller, comment_id=room.thread.id, text="So."),
    "comment.resolved": lambda room: resolve_comment(caller=room.caller, comment_id=room.thread.id),
    "comment.reopened": lambda room: reopen_comment(caller=room.caller, comment_id=room.resolved.id),
    "comment.withdrawn": lambda room: withdraw_comment(caller=room.caller, comment_id=room.thread.id),
    "task.created": lambda room: create_task(caller=room.caller, project_id=room.project.id, text="Date them"),
    "task.changed": lambda room: change_task(
        caller=room.caller, task_id=room.task.id, done=True, text="Name them", assignee_id=room.caller.user.id
    ),
}


def rows() -> tuple[list[Any], list[Any]]:
    return list(Comment.objects.order_by("pk").values()), list(Task.objects.order_by("pk").values())


def of_record() -> State:
    """Tasks and comments as the tables have them, in what live events tell of them."""
    states: State = {str(each.id): {"state": each.state} for each in Comment.objects.all()}
    for task in Task.objects.with_people():
        states[str(task.id)] = {
            "text": task.text,
            "assignee": task.assignee.person() if task.assignee else None,
            "due_on": task.due_on.isoformat() if task.due_on else None,
            "done": task.is_done,
            "done_by": task.done_by.person() if task.done_by else None,
        }
    return states


def applied(state: State, event: Event) -> State:
    """What a client makes of a live event."""
    heard = event_payload(event)
    data = dict(heard["data"])
    if heard["name"] == "task.created":
        identity = data.pop("task_id")
        return state | {identity: {"done": False, "done_by": None, **data}}
    if heard["name"] == "task.changed":
        identity = data.pop("task_id")
        return state | {identity: {**state[identity], **data}}
    states = {"comment.resolved": "resolved", "comment.withdrawn": "withdrawn"}
    return state | {data["comment_id"]: {"state": states.get(heard["name"], "open")}}


@pytest.mark.parametrize("action", WRITES)
def test_c06_no_event_no_write(room: Room, action: str, monkeypatch):
    before = rows()

    def refuse(*_: object) -> None:
        raise RuntimeError("the chain is full")

    monkeypatch.setattr(services, "_append", refuse)
    with pytest.raises(RuntimeError):
        WRITES[action](room)

    assert rows() == before


@pytest.mark.parametrize(("action", "table"), [(action, action.partition(".")[0]) for action in WRITES])
def test_c06_no_write_no_event(room: Room, action: str, table: str, monkeypatch):
    before = Event.objects.newest_seq(str(room.project.id))

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr({"comment": Comment, "task": Task}[table], "save", refuse)
    with pytest.raises(RuntimeError):
        WRITES[action](room)

    assert Event.objects.newest_seq(str(room.project.id)) == before


@pytest.mark.parametrize("action", WRITES)
def test_a_snapshot_and_its_event_are_a_fresh_snapshot(room: Room, action: str):
    snapshot, seq = of_record(), Event.objects.newest_seq(str(room.project.id))

    WRITES[action](room)

    (event,) = Event.objects.of_project(room.project.id).filter(seq__gt=seq)
    assert event.action == action
    assert applied(snapshot, event) == of_record()


def test_every_live_event_of_discussions_is_tried_here():
    assert set(WRITES) == {name for name in EVENT_TYPES if name.startswith(("comment.", "task."))}
