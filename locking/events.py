"""The events of locks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.event_types import (
    EVENT_KINDS,
    EventContext,
    EventKind,
    EventType,
    Facts,
    InboxLine,
    Summary,
    Text,
    register_event_groups,
    register_events,
    register_inbox_lines,
)
from audit.models import Event
from notifications.topics import MAIL_TOPICS, MailTopic
from projects import field_names

_LIVE: Final = ("field", "session_id", "holder")

# How many fields a line about several locks names.
MAX_NAMED: Final = 3

_ENDS: Final = {
    "saved": gettext_lazy("saved"),
    "cancelled": gettext_lazy("stopped editing"),
    "disconnected": gettext_lazy("disconnected"),
    "expired": gettext_lazy("expired"),
    "handed_over": gettext_lazy("handed over"),
    "taken_over": gettext_lazy("taken over"),
    "revoked": gettext_lazy("access lost"),
    "frozen": gettext_lazy("project closed"),
}


def register() -> None:
    """Register all of them."""
    # They come with every save: whoever wants them, asks.
    EVENT_KINDS.register("locks", EventKind(gettext_lazy("Locks"), position=70, by_default=False))
    MAIL_TOPICS.register("lock", MailTopic(gettext_lazy("Someone asks for your field or takes it over"), position=10))
    register_events(*EVENTS)
    register_event_groups(lock=gettext_lazy("Locks"))
    # A question is no record.
    register_inbox_lines(LOCK_REQUESTED)


def lease_end_words(reason: str) -> str:
    """Why a lease ended, in words."""
    return str(_ENDS.get(reason, reason))


def _field(facts: Facts) -> str:
    return field_names.short_path(facts["field"])


def _holder(facts: Facts) -> str:
    return str(facts["holder"]["display_name"])


def _opened(context: EventContext) -> str:
    return _("{field}, lock token {token}").format(field=_field(context.data), token=context.event.seq)


def _released(context: EventContext) -> str:
    return f"{_field(context.data)}, {lease_end_words(context.data['why'])}"


def _handed_over(context: EventContext) -> str:
    data = context.data
    words = _("{field}, to {name}, lock token {token}")
    return words.format(field=_field(data), name=_holder(data), token=context.event.seq)


def _taken_over(context: EventContext) -> str:
    data = context.data
    words = _("{field}, from {name}, lock token {token}")
    return words.format(field=_field(data), name=_holder(data["ended"]), token=context.event.seq)


def _lost(context: EventContext) -> bool:
    """Whether somebody else ended the lock than who held it: it ran out, or its holder lost their access."""
    return bool(context.data["holder"]["id"] != str(context.event.actor_id))


def _release_sentence(context: EventContext) -> Text:
    if _lost(context):
        return gettext_lazy("{name} ended the lock on {thing}")
    return gettext_lazy("{name} stopped editing {thing}")


def _acquired_thing(context: EventContext) -> str:
    return _field(context.data)


def _released_thing(context: EventContext) -> str:
    data = context.data
    if not _lost(context):
        return _field(data)
    words = _("{field}, held by {name}: {why}")
    return words.format(field=_field(data), name=_holder(data), why=lease_end_words(data["why"]))


def _handed_over_thing(context: EventContext) -> str:
    return _("{field}, to {name}").format(field=_field(context.data), name=_holder(context.data))


def _taken_over_thing(context: EventContext) -> str:
    return _("{field}, from {name}").format(field=_field(context.data), name=_holder(context.data["ended"]))


def _in_the_editor(project_id: UUID | None, facts: Facts) -> str:
    return f"{reverse('workspace:workspace', args=[project_id])}?{urlencode({'field': facts['field']})}"


LOCK_REQUESTED: Final = InboxLine(
    "lock.requested",
    title="You were asked for a field",
    icon="hand",
    mail=gettext_lazy("{name} wants to edit your field"),
    sentence=gettext_lazy("{name} wants to edit {thing}"),
    thing=_field,
    link=_in_the_editor,
)
LOCK_TAKEN_OVER: Final = InboxLine(
    "lock.taken_over",
    title="Your field was taken over",
    icon="lock",
    mail=gettext_lazy("{name} took over your field"),
    sentence=gettext_lazy("{name} took over {thing} from you; your changes are safe"),
    thing=_field,
    link=_in_the_editor,
)


def _edited(events: Sequence[Event]) -> str:
    fields = field_names.in_order({event.data["field"] for event in events})
    names = list(field_names.distinct_paths(fields[:MAX_NAMED]).values())
    more = len(fields) - len(names)
    words = _("{fields} and {n} more") if more else _("{fields}")
    return words.format(fields=", ".join(names), n=more)


def _is_own(event: Event) -> bool:
    return bool(event.data["holder"]["id"] == str(event.actor_id))


_EDITED: Final = Summary(gettext_lazy("{name} edited {thing}"), _edited, includes=_is_own)
_of_a_lock = partial(EventType, icon="lock", kind="locks", field_in="field")

EVENTS: Final = (
    _of_a_lock(
        "lock.acquired",
        live=_LIVE,
        words=_opened,
        sentence=gettext_lazy("{name} started editing {thing}"),
        thing=_acquired_thing,
        summary=_EDITED,
    ),
    _of_a_lock(
        "lock.released",
        live=(*_LIVE, "why"),
        words=_released,
        sentence=_release_sentence,
        thing=_released_thing,
        summary=_EDITED,
    ),
    _of_a_lock(
        "lock.handed_over",
        live=_LIVE,
        words=_handed_over,
        sentence=gettext_lazy("{name} handed over {thing}"),
        thing=_handed_over_thing,
    ),
    _of_a_lock(
        "lock.taken_over",
        live=_LIVE,
        words=_taken_over,
        sentence=gettext_lazy("{name} took over {thing}"),
        thing=_taken_over_thing,
        inbox=(LOCK_TAKEN_OVER,),
    ),
)
