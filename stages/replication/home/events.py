"""The event of a copy: a checkpoint of home that vouches for it."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from audit.event_types import EventType, register_event_groups, register_events
from stages.replication.admission.events import KIND

COPIED: Final = EventType(
    "record.copied",
    live=("seq", "number"),
    words=lambda context: str(context.data["seq"]),
    sentence=_("{name} copied the record of home up to event {thing}, for which a checkpoint vouches"),
    icon="shield-check",
    kind=KIND,
)


def register() -> None:
    """Add everything here to its registry."""
    register_event_groups(record=_("Record of home"))
    register_events(COPIED)
