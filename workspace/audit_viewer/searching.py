"""Searching events, by an index wherever there is one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from django.db.models import Max, Q, QuerySet

from accounts.models import User
from audit.models import Event
from workspace.audit_viewer.query import AuditQuery, actions_in

PAGE: Final = 50
# More are not counted, so that the time of a page does not grow with the trail.
MAX_COUNTED: Final = 10_000
# Words and hashes are looked for without an index: in this many of the newest events, or within the date asked for.
MAX_SEARCHED: Final = 100_000

_NUMBER = re.compile(r"#?(\d{1,18})", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{4,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Count:
    """How many events there are; `more` where there are more than were counted."""

    number: int
    more: bool


def matching(query: AuditQuery) -> QuerySet[Event]:
    """The events that match the query, newest first, whatever page is shown."""
    events: QuerySet[Event] = Event.objects.all()
    if query.chain:
        events = events.filter(chain=query.chain)
    if query.person:
        events = events.filter(actor_id=query.person)
    if query.group:
        actions = actions_in(query.group)
        events = events.filter(action__in=actions) if actions else events.filter(action__startswith=f"{query.group}.")
    if query.kind:
        events = events.filter(actor_id__in=User.objects.filter(kind=query.kind).values("id"))
    if query.period:
        events = events.filter(at__gte=query.period[0], at__lt=query.period[1])
    if query.q:
        events = _searched(events, query)
    return events.order_by(f"-{_number(query)}")


def page_of(query: AuditQuery) -> tuple[list[Event], bool]:
    """One page, and whether there are older ones."""
    events = matching(query)
    if query.before:
        events = events.filter(**{f"{_number(query)}__lt": query.before})
    found = list(events[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def count_of(query: AuditQuery) -> Count:
    """How many events match, up to a limit."""
    number = matching(query)[: MAX_COUNTED + 1].count()
    return Count(min(number, MAX_COUNTED), number > MAX_COUNTED)


def number_of(event: Event, query: AuditQuery) -> int:
    """The number by which a list is continued: in the event's chain, or among all events."""
    number: int = getattr(event, _number(query))
    return number


def _number(query: AuditQuery) -> str:
    return "seq" if query.chain else "id"


def _searched(events: QuerySet[Event], query: AuditQuery) -> QuerySet[Event]:
    """By number (412, #412), by the beginning of a hash, or by any text of the record: a field, reason or address."""
    number = _NUMBER.fullmatch(query.q)
    if number:
        return events.filter(seq=int(number[1]))
    if not query.is_bounded:
        events = _newest(events, query)
    # As the text is written in the record, in JSON.
    wanted = Q(canonical__icontains=json.dumps(query.q, ensure_ascii=False)[1:-1])
    prefix = query.q.rstrip("….").lower()
    if _HASH.fullmatch(prefix):
        low = bytes.fromhex(prefix.ljust(64, "0"))
        high = bytes.fromhex(prefix.ljust(64, "f"))
        wanted |= Q(hash__gte=low, hash__lte=high)
    return events.filter(wanted)


def _newest(events: QuerySet[Event], query: AuditQuery) -> QuerySet[Event]:
    name = _number(query)
    scope = Event.objects.filter(chain=query.chain) if query.chain else Event.objects.all()
    newest = scope.order_by().aggregate(newest=Max(name))["newest"] or 0
    return events.filter(**{f"{name}__gt": newest - MAX_SEARCHED})
