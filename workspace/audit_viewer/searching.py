"""Finding the events that were asked for, with an index wherever there is one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from django.db.models import Max, Q, QuerySet

from accounts.models import User
from audit.models import Event
from workspace.audit_viewer.asked import Asked, actions_in

PAGE: Final = 50
# More are not counted, so that the time of a page does not grow with the trail.
MOST_COUNTED: Final = 10_000
# Words and hashes are looked for without an index: in this many of the newest events, or within the date asked for.
MOST_SEARCHED: Final = 100_000

_NUMBER = re.compile(r"#?(\d{1,18})", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{4,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Count:
    """How many events there are; `more` where there are more than were counted."""

    number: int
    more: bool


def matching(asked: Asked) -> QuerySet[Event]:
    """The events that were asked for, wherever the list begins; the newest first."""
    events: QuerySet[Event] = Event.objects.all()
    if asked.chain:
        events = events.filter(chain=asked.chain)
    if asked.person:
        events = events.filter(actor_id=asked.person)
    if asked.group:
        actions = actions_in(asked.group)
        events = events.filter(action__in=actions) if actions else events.filter(action__startswith=f"{asked.group}.")
    if asked.kind:
        events = events.filter(actor_id__in=User.objects.filter(kind=asked.kind).values("id"))
    if asked.period:
        events = events.filter(at__gte=asked.period[0], at__lt=asked.period[1])
    if asked.q:
        events = _searched(events, asked)
    return events.order_by(f"-{_number(asked)}")


def page_of(asked: Asked) -> tuple[list[Event], bool]:
    """One page, and whether there are older ones."""
    events = matching(asked)
    if asked.before:
        events = events.filter(**{f"{_number(asked)}__lt": asked.before})
    found = list(events[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def count_of(asked: Asked) -> Count:
    """How many events were asked for, up to a limit."""
    number = matching(asked)[: MOST_COUNTED + 1].count()
    return Count(min(number, MOST_COUNTED), number > MOST_COUNTED)


def number_of(event: Event, asked: Asked) -> int:
    """What a list is continued by: the event's number in its chain, or among all."""
    number: int = getattr(event, _number(asked))
    return number


def _number(asked: Asked) -> str:
    return "seq" if asked.chain else "id"


def _searched(events: QuerySet[Event], asked: Asked) -> QuerySet[Event]:
    """By number (412, #412), by the beginning of a hash, or by any text of the record: a field, reason or address."""
    number = _NUMBER.fullmatch(asked.q)
    if number:
        return events.filter(seq=int(number[1]))
    if not asked.period:
        events = _newest(events, asked)
    # As the text stands in the record, in JSON.
    told = Q(canonical__icontains=json.dumps(asked.q, ensure_ascii=False)[1:-1])
    prefix = asked.q.rstrip("….").lower()
    if _HASH.fullmatch(prefix):
        low = bytes.fromhex(prefix.ljust(64, "0"))
        high = bytes.fromhex(prefix.ljust(64, "f"))
        told |= Q(hash__gte=low, hash__lte=high)
    return events.filter(told)


def _newest(events: QuerySet[Event], asked: Asked) -> QuerySet[Event]:
    name = _number(asked)
    scope = Event.objects.filter(chain=asked.chain) if asked.chain else Event.objects.all()
    newest = scope.order_by().aggregate(newest=Max(name))["newest"] or 0
    return events.filter(**{f"{name}__gt": newest - MOST_SEARCHED})
