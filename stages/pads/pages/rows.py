"""The pads of a project as the list shows them: those with people, the others, those that are closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Final
from uuid import UUID

from django.db.models import Count, F
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit.models import Event
from projects import field_names
from stages.pads.events import PAD_CLOSED
from stages.pads.models import Pad, Revision
from stages.pads.pages.people import PadPerson, people_in_pads
from stages.pads.pages.promoted import MadeVersion, last_promotions
from workspace.languages import language_name

DAYS: Final = 14
# People that a row shows with what they do, and those that it then names; of the others it says how many there are.
SHOWN_PEOPLE: Final = 2
NAMED_PEOPLE: Final = 2
# Pixels of the bars: from one day to the next, and the height of the highest.
STEP: Final = 8
HEIGHT: Final = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """The changes of one day."""

    x: int
    height: int

    @property
    def y(self) -> int:
        return HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class PadRow:
    """One pad of the list."""

    pad: Pad
    people: Sequence[PadPerson]
    last_writer: User | None
    promotion: MadeVersion | None
    bars: Sequence[Bar]
    changes: int
    # Who closed it, if it is closed and known.
    closed_by: User | None = None

    @property
    def last_is_writing(self) -> bool:
        """Whether who changed it last is in it, and writes."""
        writer = self.last_writer
        return writer is not None and any(each.writes and each.person.id == str(writer.id) for each in self.people)

    @property
    def shown_people(self) -> Sequence[PadPerson]:
        return self.people[:SHOWN_PEOPLE]

    @property
    def more_people(self) -> str:
        """What the others do, as words: two of them by their names, then how many more."""
        others = self.people[SHOWN_PEOPLE:]
        words = [
            (_("{name} writes") if each.writes else _("{name} reads")).format(name=each.person.first_name)
            for each in others[:NAMED_PEOPLE]
        ]
        if len(others) > NAMED_PEOPLE:
            words.append(_("{n} more").format(n=len(others) - NAMED_PEOPLE))
        return ", ".join(words)

    @property
    def all_names(self) -> str:
        """The names of everybody who is in it."""
        return ", ".join(each.person.display_name for each in self.people)

    @property
    def length(self) -> str:
        """How many characters it has, with a mark after each thousand."""
        return str(number_format(self.pad.length, force_grouping=True))

    @property
    def language_name(self) -> str:
        return language_name(self.pad.language)

    @property
    def field_name(self) -> str:
        """The short name of the field that it is for; empty without one."""
        return field_names.short_label(self.pad.target_field) if self.pad.target_field else ""

    @property
    def field_path(self) -> str:
        return field_names.label(self.pad.target_field) if self.pad.target_field else ""

    @property
    def field_icon(self) -> str:
        return field_names.icon(self.pad.target_field)


@dataclass(frozen=True, slots=True)
class PadGroup:
    """Rows under one heading."""

    name: str
    label: str | Promise
    rows: Sequence[PadRow]


def rows_of(project_id: UUID, pads: Sequence[Pad], *, zone: tzinfo) -> list[PadRow]:
    """These pads with what is known of them. The same queries for any number of them."""
    people = people_in_pads(project_id)
    ids = [pad.id for pad in pads]
    newest = Revision.objects.filter(pad__in=ids, revision=F("pad__head")).select_related("user")
    writers = {revision.pad_id: revision.user for revision in newest}
    promotions = last_promotions(project_id, ids)
    counts = _counts(ids, zone)
    closers = _closers(project_id, [pad for pad in pads if pad.is_closed])
    return [
        PadRow(
            pad,
            people.get(pad.id, []),
            writers.get(pad.id),
            promotions.get(pad.id),
            _bars(counts.get(pad.id, {}), zone),
            sum(counts.get(pad.id, {}).values()),
            closers.get(pad.id),
        )
        for pad in pads
    ]


def groups_of(rows: Sequence[PadRow]) -> Iterator[PadGroup]:
    """The groups that have rows; in each the pad that changed last comes first."""
    ordered = sorted(rows, key=lambda row: row.pad.changed_at, reverse=True)
    open_rows = [row for row in ordered if not row.pad.is_closed]
    groups = (
        PadGroup("live", gettext_lazy("People are here"), [row for row in open_rows if row.people]),
        PadGroup("others", gettext_lazy("Others"), [row for row in open_rows if not row.people]),
        PadGroup("closed", gettext_lazy("Closed, read-only"), [row for row in ordered if row.pad.is_closed]),
    )
    return (group for group in groups if group.rows)


def _closers(project_id: UUID, closed: Sequence[Pad]) -> Mapping[UUID, User]:
    """Who closed these pads. Two queries, none for none."""
    if not closed:
        return {}
    targets = [str(pad.id) for pad in closed]
    events = Event.objects.of_project(project_id).filter(action=PAD_CLOSED.name, target_id__in=targets)
    # The last one of each pad counts.
    actors = {UUID(target): actor for target, actor in events.values_list("target_id", "actor_id")}
    people = User.objects.in_bulk(set(actors.values()))
    return {pad_id: people[actor] for pad_id, actor in actors.items() if actor in people}


def _counts(ids: Sequence[UUID], zone: tzinfo) -> Mapping[UUID, Mapping[date, int]]:
    """How many changes there were on each of the last days, in a reader's zone."""
    first = timezone.localtime(timezone.now(), zone).replace(hour=0, minute=0, second=0, microsecond=0)
    since = first - timedelta(days=DAYS - 1)
    changes = Revision.objects.filter(pad__in=ids, at__gte=since).order_by()
    days = changes.values("pad_id", day=TruncDate("at", tzinfo=zone)).annotate(count=Count("revision"))
    counts: dict[UUID, dict[date, int]] = {}
    for row in days:
        counts.setdefault(row["pad_id"], {})[row["day"]] = row["count"]
    return counts


def _bars(counts: Mapping[date, int], zone: tzinfo) -> list[Bar]:
    if not counts:
        return []
    today = timezone.localtime(timezone.now(), zone).date()
    most = max(counts.values())
    return [
        Bar((DAYS - 1 - (today - day).days) * STEP, max(2, round(HEIGHT * count / most)))
        for day, count in sorted(counts.items())
    ]
