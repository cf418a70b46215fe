"""The events of registers: one for each bundle, and one for each key under which an account signs."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.event_types import (
    EVENT_KINDS,
    EventContext,
    EventKind,
    EventType,
    Text,
    register_event_groups,
    register_events,
)

CHANGED: Final = "register.changed"
KEY_ADDED: Final = "actor_key.added"
# Beyond this, an event does not name the records that a bundle changed.
MAX_RECORDS: Final = 100


def _words(context: EventContext) -> str:
    count = int(context.data["count"])
    return ngettext("{count} change", "{count} changes", count).format(count=count)


def _sentence(context: EventContext) -> Text:
    if context.data["origin"]:
        return _("{name} took in {thing} of records from another site")
    return _("{name} made {thing} in records")


def _key(context: EventContext) -> str:
    return str(context.data["public_key"])[:16]


EVENTS: Final = (
    EventType(
        CHANGED,
        live=("bundle", "tables", "records", "count", "opened", "resolved"),
        words=_words,
        sentence=_sentence,
        icon="layers",
        kind="registers",
    ),
    EventType(
        KEY_ADDED,
        chain="site",
        words=_key,
        sentence=_("{name} got a key for signing records: {thing}"),
        icon="key-round",
    ),
)


def register() -> None:
    """Register all of them, with a filter of their own."""
    EVENT_KINDS.register("registers", EventKind(_("Records"), position=13))
    register_event_groups(register=_("Records"), actor_key=_("Keys of accounts"))
    register_events(*EVENTS)
