"""The events of attachments."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy

from audit.event_types import (
    EVENT_KINDS,
    EventContext,
    EventKind,
    EventType,
    Facts,
    register_event_groups,
    register_events,
)

_LIVE: Final = ("attachment_id", "name", "size", "sha256", "blake3", "subject")


def register() -> None:
    """Register all of them."""
    EVENT_KINDS.register("attachments", EventKind(gettext_lazy("Attachments"), position=25))
    register_event_groups(attachment=gettext_lazy("Attachments"))
    register_events(*EVENTS)


def _name(context: EventContext) -> str:
    return str(context.data["name"])


def _activity(project_id: UUID | None, facts: Facts) -> str:
    return f"{reverse('workspace:activity', args=[project_id])}?kind=attachments"


_of_an_attachment = partial(EventType, live=_LIVE, words=_name, icon="paperclip", kind="attachments", link=_activity)

EVENTS: Final = (
    _of_an_attachment("attachment.added", sentence=gettext_lazy("{name} attached {thing}")),
    _of_an_attachment("attachment.removed", sentence=gettext_lazy("{name} removed the attachment {thing}")),
)
