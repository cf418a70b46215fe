"""What is live in the sample stage: the topics of a project's notes, and the frames that go out on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Count

import realtime
from accounts.callers import Caller
from audit.models import Event, project_chain
from gateway.streams import TopicType, topic_id
from kernel.errors import PermissionDenied
from projects.access import get_project
from realtime.frames import Frame, notification_frame
from tests.sample_stage.events import NOTES_CLOSED
from tests.sample_stage.models import Note

NOTIFICATIONS: Final = {"note.added": ("number", "text"), "notes.hello": ("address",)}
EPHEMERALS: Final = {"note.typing": ("text",)}


def notes_topic(project_id: UUID) -> str:
    """Its frames are numbered: the notes of a project are 1, 2, 3 …"""
    return f"notes.{project_id}"


def typing_topic(project_id: UUID) -> str:
    return f"notes.{project_id}.typing"


def authorize(caller: Caller, topic: str) -> UUID:
    """Whoever may read the project, until its notes are closed."""
    project_id = get_project(user=caller.user, project_id=topic_id(topic)).project.id
    if Event.objects.filter(chain=project_chain(project_id), action=NOTES_CLOSED.name).exists():
        raise PermissionDenied("The notes of this project are closed.")
    return project_id


class NoteHistory:
    """The notes of a project, by their number."""

    def read(self, topic: str, after: int, limit: int) -> Sequence[Frame]:
        notes = Note._default_manager.filter(project=topic_id(topic)).order_by("created_at")[after : after + limit]
        return [frame(number, note) for number, note in enumerate(notes, after + 1)]

    def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        counts = Note._default_manager.filter(project__in=map(topic_id, topics)).values("project").annotate(Count("id"))
        return {notes_topic(each["project"]): each["id__count"] for each in counts}


def frame(number: int, note: Note) -> Frame:
    return Frame(number, number, notification_frame("note.added", {"number": number, "text": note.text}))


def publish_note(note: Note, number: int) -> None:
    """Send a committed note to everybody who follows the notes."""
    realtime.publish(topic=notes_topic(note.project_id), seq=number, frame=frame(number, note).text)


def show_typing(caller: Caller, project_id: UUID, text: str) -> None:
    """Show what somebody types, to whoever looks now."""
    person: Any = caller.user.person()
    realtime.send_ephemeral(
        topic=typing_topic(project_id), name="note.typing", actor=person, data={"text": text}, origin=None
    )


TOPICS: Final = {
    "notes.*": TopicType(authorize=authorize, history=NoteHistory()),
    "notes.*.typing": TopicType(authorize=authorize),
}
