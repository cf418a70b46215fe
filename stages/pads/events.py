"""The events of pads. What is typed is none: from time to time the hash of the log is recorded."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.event_types import (
    EVENT_KINDS,
    EventContext,
    EventKind,
    EventType,
    Facts,
    InboxLine,
    Text,
    register_event_groups,
    register_events,
    register_inbox_lines,
)
from notifications.topics import MAIL_TOPICS, MailTopic
from projects import field_names
from stages.pads.models import Pad


def _name(context: EventContext) -> str:
    return str(context.data["name"])


def _revision(context: EventContext) -> str:
    words = _("{name} at revision {revision}")
    return str(words).format(name=context.data["name"], revision=context.data["revision"])


def _taken_back(context: EventContext) -> Text:
    is_own = context.data["user_id"] == str(context.event.actor_id)
    return _("{name} took back their own changes in {thing}") if is_own else _("{name} took back changes in {thing}")


_of_a_pad = partial(EventType, live=("pad_id", "name"), words=_name, icon="pen-line", kind="pads")

PAD_CREATED: Final = _of_a_pad("pad.created", sentence=_("{name} created the pad {thing}"))
PAD_UPDATED: Final = _of_a_pad("pad.updated", sentence=_("{name} changed the pad {thing}"))
PAD_CLOSED: Final = _of_a_pad("pad.closed", sentence=_("{name} closed the pad {thing}"))
PAD_REOPENED: Final = _of_a_pad("pad.reopened", sentence=_("{name} reopened the pad {thing}"))

_of_a_revision = partial(_of_a_pad, live=("pad_id", "name", "revision"), words=_revision)

PAD_RESTORED: Final = _of_a_revision("pad.restored", thing=_name, sentence=_("{name} restored an earlier {thing}"))
PAD_TAKEN_BACK: Final = _of_a_revision("pad.taken_back", thing=_name, sentence=_taken_back)
PAD_RENEWED: Final = _of_a_revision("pad.renewed", thing=_name, sentence=_("{name} renewed the document of {thing}"))
PAD_RECORDED: Final = _of_a_revision("pad.recorded", thing=_name, sentence=_("{name} recorded the log of {thing}"))


def _promoted(facts: Facts) -> str:
    words = _("{pad} into {field} as v{version}")
    return str(words).format(pad=facts["name"], field=field_names.short_path(facts["field"]), version=facts["version"])


def _version(project_id: UUID | None, facts: Facts) -> str:
    return reverse("workspace:version", args=[project_id, facts["version"]])


# Without an event of its own: the version's event says what it was made from.
PROMOTED: Final = InboxLine(
    "pad.promoted",
    title="A text that you wrote became a version",
    icon="file-up",
    mail=_("{name} promoted a text that you wrote with others"),
    sentence=_("{name} promoted {thing}"),
    thing=_promoted,
    link=_version,
)

EVENTS: Final = (
    *(PAD_CREATED, PAD_UPDATED, PAD_CLOSED, PAD_REOPENED),
    *(PAD_RESTORED, PAD_TAKEN_BACK, PAD_RENEWED, PAD_RECORDED),
)


def pad_facts(pad: Pad) -> dict[str, Any]:
    """What every event about a pad says of it."""
    return {"pad_id": str(pad.id), "name": pad.name}


def register() -> None:
    """Register all of them, with a filter of their own."""
    EVENT_KINDS.register("pads", EventKind(_("Pads"), position=12))
    register_event_groups(pad=_("Pads"))
    MAIL_TOPICS.register("pad", MailTopic(_("A text that you wrote with others becomes a version"), position=27))
    register_events(*EVENTS)
    register_inbox_lines(PROMOTED)
