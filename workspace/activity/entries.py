"""What happened in a project, for the people in it, by day; filtered by person, kind, field and time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import groupby, islice
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, JSONField, Q
from django.db.models.functions import Cast, TruncDate
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Kind
from audit.event_types import EVENT_KINDS, EVENT_TYPES, Summary
from audit.models import Event, EventQuerySet
from kernel.errors import ValidationFailed
from kernel.ijson import check_text
from workspace.event_words import event_link, event_sentence
from workspace.people import PersonView
from workspace.query_numbers import query_number
from workspace.sentence_html import sentence_html

SPARK_WEEKS: Final = 12
# In pixels: a column every 8, the highest for the busiest day.
SPARK_STEP, SPARK_HEIGHT = 8, 40

# Fewer events in a row than this are shown one by one.
MIN_FOLDED: Final = 4

EVERYTHING: Final = "everything"
DEFAULT_ICON: Final = "activity"


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """What the reader filters by; with empty texts and None, the kinds that are shown by default."""

    person: UUID | None = None
    kind: str = ""
    field: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None

    @classmethod
    def read(cls, query: QueryDict) -> ActivityFilter:
        """From an address. Raises `ValidationFailed`."""
        kind = query.get("kind", "")
        return cls(
            person=_person(query),
            kind=kind if kind in EVENT_KINDS or kind == EVERYTHING else "",
            field=check_text(query.get("field", ""), name="field"),
            since=_day(query, "since"),
            until=_day(query, "until"),
            before=query_number(query, "before"),
        )

    @property
    def actions(self) -> str:
        """The names of the chosen events, separated by spaces; empty for all."""
        if self.kind in EVENT_KINDS:
            return " ".join(_actions_of({self.kind}))
        return "" if self.kind == EVERYTHING or self.field else " ".join(_actions_of(_default_kinds()))

    @property
    def query(self) -> str:
        """The query string of the same filter, from its newest event on."""
        names = ("person", "kind", "field", "since", "until")
        return urlencode({name: str(getattr(self, name)) for name in names if getattr(self, name)})


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One event as a sentence. `href` is empty if there is no page to link to."""

    event: Event
    person: PersonView
    sentence: SafeString
    icon: str
    href: str


@dataclass(frozen=True, slots=True)
class ActivityGroup:
    """Events in a row that are alike, on one day; any other event is a group of one."""

    rows: list[ActivityRow]

    @property
    def first(self) -> ActivityRow:
        """The newest."""
        return self.rows[0]

    @property
    def person(self) -> PersonView:
        """Who caused the events; where programs did, too, the person among them."""
        return next((row.person for row in self.rows if row.person.kind == Kind.HUMAN), self.first.person)

    @property
    def is_folded(self) -> bool:
        return len(self.rows) >= MIN_FOLDED

    @property
    def words(self) -> SafeString:
        """All events in one sentence."""
        events = [row.event for row in self.rows]
        summary = _summary_of(events[0])
        if summary is None:
            return self.first.sentence
        return sentence_html(str(summary.sentence), name=self.person.display_name, thing=summary.thing(events))


@dataclass(frozen=True, slots=True)
class ActivityBar:
    """One day of the chart."""

    x: int
    height: int
    day: date
    count: int

    @property
    def y(self) -> int:
        return SPARK_HEIGHT - self.height

    @property
    def words(self) -> str:
        return f"{date_format(self.day, 'j M')}: {self.count}"


def events_of(project_id: UUID, filters: ActivityFilter) -> EventQuerySet:
    """The events that match the filter, newest first, whatever their time."""
    events = Event.objects.of_project(project_id).order_by("-seq")
    if filters.kind in EVENT_KINDS:
        events = events.filter(action__in=_actions_of({filters.kind}))
    elif filters.kind != EVERYTHING and not filters.field:
        events = events.exclude(action__in=_actions_of(EVENT_KINDS.keys() - _default_kinds()))
    if filters.person:
        events = events.filter(actor_id=filters.person)
    return _about_field(events, filters.field) if filters.field else events


def in_time(events: EventQuerySet, filters: ActivityFilter, zone: tzinfo) -> EventQuerySet:
    """The events of the chosen days in the reader's time zone, before the last one shown."""
    if filters.since:
        events = events.filter(at__gte=datetime.combine(filters.since, time.min, zone))
    if filters.until:
        events = events.filter(at__lt=datetime.combine(filters.until + timedelta(days=1), time.min, zone))
    return events.filter(seq__lt=filters.before) if filters.before is not None else events


def rows_of(events: Iterable[Event]) -> list[ActivityRow]:
    """Events in words."""
    return [
        ActivityRow(
            event=event,
            person=_actor(event),
            sentence=_sentence(event),
            icon=EVENT_TYPES[event.action].icon if event.action in EVENT_TYPES else DEFAULT_ICON,
            href=event_link(event),
        )
        for event in events
    ]


def groups_of(events: Iterable[Event], zone: tzinfo, *, maximum: int) -> list[ActivityGroup]:
    """Events in words, grouped; no more than the first `maximum` groups."""
    grouped = groupby(events, key=lambda event: _alike(event, zone))
    return [ActivityGroup(rows_of(together)) for _key, together in islice(grouped, maximum)]


def _alike(event: Event, zone: tzinfo) -> tuple[object, ...]:
    """Equal for neighbours that are grouped."""
    summary = _summary_of(event)
    if summary is None:
        return (event.seq,)
    return (timezone.localtime(event.at, zone).date(), summary.about(event), summary)


def _summary_of(event: Event) -> Summary | None:
    """The summary that the event can be part of."""
    known = EVENT_TYPES.get(event.action)
    summary = known.summary if known else None
    return summary if summary and summary.includes(event) else None


def by_day(groups: Iterable[ActivityGroup], zone: tzinfo) -> list[list[ActivityGroup]]:
    """The groups of each day in the reader's time zone, in the given order."""
    days = groupby(groups, key=lambda group: timezone.localtime(group.first.event.at, zone).date())
    return [list(of_day) for _day, of_day in days]


def bars_of(events: EventQuerySet, zone: tzinfo) -> list[ActivityBar]:
    """How many of these events each day of the last weeks has; one query."""
    first = timezone.localtime(timezone.now(), zone).date() - timedelta(days=7 * SPARK_WEEKS - 1)
    recent = events.order_by().filter(at__gte=datetime.combine(first, time.min, zone))
    counted = recent.annotate(day=TruncDate("at", tzinfo=zone)).values("day").annotate(count=Count("id"))
    counts: dict[date, int] = {row["day"]: row["count"] for row in counted.order_by("day")}
    highest = max(counts.values(), default=1)
    return [
        ActivityBar((day - first).days * SPARK_STEP, max(2, round(count / highest * (SPARK_HEIGHT - 2))), day, count)
        for day, count in counts.items()
    ]


def kind_choices() -> list[tuple[str, str]]:
    """The kinds that can be chosen, with their labels."""
    kinds = [(name, str(kind.label)) for name, kind in EVENT_KINDS.items()]
    return [("", _("All but locks")), *kinds, (EVERYTHING, _("Everything"))]


def _default_kinds() -> set[str]:
    return {name for name, kind in EVENT_KINDS.items() if kind.by_default}


def _actions_of(kinds: Collection[str]) -> list[str]:
    """The names of all events of some kinds."""
    return [name for name, each in EVENT_TYPES.items() if each.kind in kinds]


def _about_field(events: EventQuerySet, field: str) -> EventQuerySet:
    """The events that name the field, in the member of their data that their type registers."""
    naming: dict[str, list[str]] = defaultdict(list)
    for name, each in EVENT_TYPES.items():
        if each.field_in:
            naming[each.field_in].append(name)
    wanted = Q(pk__in=[])
    for member, actions in naming.items():
        # A list contains its elements, a text only itself (PostgreSQL, "jsonb Containment and Existence").
        wanted |= Q(action__in=actions, **{f"fact__data__{member}__contains": field})
    return events.alias(fact=Cast("canonical", JSONField())).filter(wanted)


def _actor(event: Event) -> PersonView:
    actor = event.record["actor"]
    return PersonView(id=actor["id"], display_name=actor["name"], kind=actor["kind"])


def _sentence(event: Event) -> SafeString:
    words, thing = event_sentence(event)
    return sentence_html(words, name=event.record["actor"]["name"], thing=thing)


def _person(query: QueryDict) -> UUID | None:
    text = query.get("person", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise ValidationFailed({"person": [_("No account with this name or e-mail.")]}) from None


def _day(query: QueryDict, name: str) -> date | None:
    text = query.get(name, "")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    # Dates at the ends of the calendar overflow when days are added.
    if day is not None and not 1900 <= day.year <= 9000:
        raise ValidationFailed({name: [_("Give a date, such as 2026-11-20.")]})
    return day
