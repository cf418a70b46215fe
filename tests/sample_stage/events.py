"""The events of notes: each is all that the product knows of it, in one entry."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.event_types import (
    EVENT_KINDS,
    EventKind,
    EventType,
    InboxLine,
    Revocation,
    register_event_groups,
    register_events,
)
from notifications.topics import MAIL_TOPICS, MailTopic

NOTE_ADDED: Final = EventType(
    "note.added",
    live=("note_id", "text"),
    words=lambda context: f"“{context.data['text']}”",
    sentence=_("{name} noted {thing}"),
    icon="pen-line",
    kind="notes",
    link=lambda project_id, facts: reverse("workspace:workspace", args=[project_id]),
    inbox=(
        InboxLine(
            "note.added",
            title="Somebody put a note on your project",
            icon="pen-line",
            mail=_("{name} put a note on a project of yours"),
            sentence=_("{name} noted {thing} on your project"),
            thing=lambda facts: str(facts["text"]),
            link=lambda project_id, facts: reverse("workspace:activity", args=[project_id]),
        ),
    ),
)


# It lowers the access of everybody in the project.
NOTES_CLOSED: Final = EventType(
    "notes.closed",
    sentence=_("{name} closed the notes"),
    icon="pen-line",
    kind="notes",
    revokes=Revocation(user=lambda event: None),
)

SECRET_SET: Final = EventType(
    "notes.secret_set",
    sentence=_("{name} set the secret of the notes"),
    icon="pen-line",
    kind="notes",
)


def register() -> None:
    """Register all events, with a filter and a topic of mails of its own."""
    EVENT_KINDS.register("notes", EventKind(_("Notes"), position=100))
    MAIL_TOPICS.register("note", MailTopic(_("Somebody puts a note on your project"), position=100))
    register_events(NOTE_ADDED, NOTES_CLOSED, SECRET_SET)
    register_event_groups(note=_("Notes"), notes=_("Lists of notes"))
