"""The filters at the left and the dates above the list: what may be chosen, and how many events each choice has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Func, Max, Min, TextField, Value
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Kind, User
from audit.checkpoints.heads import Head
from audit.event_types import EVENT_GROUPS
from audit.models import SITE_CHAIN, Event
from projects.models import Project
from workspace.audit_viewer.query import AuditQuery

# Counted in the newest events only, so that the time of a page does not grow with the trail.
MAX_COUNTED: Final = 20_000
MAX_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """One line of a filter; `count` is None where there is none to show, `code` the name in the records."""

    label: str
    url: str
    count: int | None = None
    is_chosen: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: what is shown at once, and what is folded away."""

    name: str
    label: str
    choices: list[FilterChoice]

    @property
    def shown(self) -> list[FilterChoice]:
        return [choice for at, choice in enumerate(self.choices) if at <= MAX_SHOWN or choice.is_chosen]

    @property
    def folded(self) -> list[FilterChoice]:
        return [choice for at, choice in enumerate(self.choices) if at > MAX_SHOWN and not choice.is_chosen]


@dataclass(frozen=True, slots=True)
class Dates:
    """The navigation from a year to a day: the chosen dates, and the next choices."""

    trail: list[FilterChoice]
    next: list[FilterChoice]
    all_url: str


def chain_names(chains: Iterable[str]) -> dict[str, str]:
    """The names of chains: the project's name, or the label of the chain `site`."""
    ids = [UUID(chain) for chain in chains if chain != SITE_CHAIN]
    names = Project.objects.filter(pk__in=ids).values_list("id", "name")
    return {SITE_CHAIN: _("site"), **{str(project_id): name for project_id, name in names}}


def filters_of(query: AuditQuery, heads: Iterable[Head], names: Mapping[str, str]) -> list[Filter]:
    """All four, the counts of the last three within the chosen project."""
    counted = list(_counted(query))
    people = User.objects.in_bulk({row["actor_id"] for row in counted} | ({query.person} if query.person else set()))
    by_person, by_group, by_kind = Counter[str](), Counter[str](), Counter[str]()
    for row in counted:
        actor = people[row["actor_id"]]
        by_person[str(actor.id)] += row["count"]
        by_group[row["group"]] += row["count"]
        by_kind[actor.kind] += row["count"]
    shown = {str(person.id): person.display_name for person in people.values()}
    names_of_groups = sorted(by_group | Counter([query.group] if query.group else []))
    groups = {group: str(EVENT_GROUPS.get(group, "")) for group in names_of_groups}
    codes = {group: f"{group}.*" for group in groups}
    kinds = {kind.value: str(kind.label) for kind in Kind if by_kind[kind.value] or kind.value == query.kind}
    return [
        _projects(query, heads, names),
        _filter(query, "person", shown, by_person, label=_("Person"), every=_("Anyone"), largest_first=True),
        _filter(query, "group", groups, by_group, label=_("Action"), every=_("All"), codes=codes),
        _filter(query, "kind", kinds, by_kind, label=_("Kind of actor"), every=_("All")),
    ]


def dates_of(query: AuditQuery) -> Dates:
    """Days only where something was recorded; years and months between the first event and the last."""
    parts = query.when.split("-") if query.when else []
    trail = [_choice(query, "-".join(parts[: at + 1])) for at in range(len(parts))]
    return Dates(trail, [_choice(query, when) for when in _further(query, len(parts))], query.url(when=""))


def _further(query: AuditQuery, depth: int) -> list[str]:
    """The years, months or days within the chosen period."""
    if depth == 2 and query.period:
        events = Event.objects.filter(chain=query.chain) if query.chain else Event.objects.all()
        inside = events.order_by().filter(at__gte=query.period[0], at__lt=query.period[1])
        return [f"{day:%Y-%m-%d}" for day in inside.datetimes("at", "day", tzinfo=UTC)]
    ends = _ends(query) if depth < 2 else None
    months = _months(*ends) if ends else []
    years = list(dict.fromkeys(month[:4] for month in months))
    if depth == 0 and len(years) > 1:
        return years
    return [month for month in months if month.startswith(query.when)]


def _counted(query: AuditQuery) -> Iterable[Mapping[str, Any]]:
    newest = Event.objects.filter(chain=query.chain).order_by("-seq") if query.chain else Event.objects.order_by("-id")
    group = Func(F("action"), Value("."), Value(1), function="split_part", output_field=TextField())
    rows = Event.objects.filter(pk__in=newest.values("pk")[:MAX_COUNTED]).order_by()
    return rows.values("actor_id", group=group).annotate(count=Count("pk"))


def _projects(query: AuditQuery, heads: Iterable[Head], names: Mapping[str, str]) -> Filter:
    counts = {head.chain: head.seq for head in heads}
    chains = sorted(counts, key=lambda chain: (chain == SITE_CHAIN, names.get(chain, chain).casefold()))
    every = FilterChoice(_("All projects"), query.url(chain=""), None, not query.chain)
    listed = [
        FilterChoice(names.get(chain, chain), query.url(chain=chain), counts[chain], chain == query.chain)
        for chain in chains
    ]
    return Filter("chain", _("Project"), [every, *listed])


def _filter(
    query: AuditQuery,
    name: str,
    choices: Mapping[str, str],
    counts: Mapping[str, int],
    *,
    label: str,
    every: str,
    largest_first: bool = False,
    codes: Mapping[str, str] = MappingProxyType({}),
) -> Filter:
    chosen = getattr(query, name)
    keys = sorted(choices, key=lambda key: -counts.get(key, 0)) if largest_first else list(choices)
    listed = [
        FilterChoice(choices[key], query.url(**{name: key}), counts.get(key, 0), key == chosen, codes.get(key, ""))
        for key in keys
    ]
    return Filter(name, label, [FilterChoice(every, query.url(**{name: ""}), None, not chosen), *listed])


def _ends(query: AuditQuery) -> tuple[datetime, datetime] | None:
    """When the first and the last event of the chain, or of all, were recorded."""
    if query.chain:
        chain = Event.objects.filter(chain=query.chain)
        found = [chain.order_by(order).values_list("at", flat=True).first() for order in ("seq", "-seq")]
    else:
        found = list(Event.objects.order_by().aggregate(first=Min("at"), last=Max("at")).values())
    first, last = found
    return (first, last) if first and last else None


def _months(first: datetime, last: datetime) -> list[str]:
    span = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{at // 12:04}-{at % 12 + 1:02}" for at in span]


def _choice(query: AuditQuery, when: str) -> FilterChoice:
    return FilterChoice(_part(when), query.url(when=when))


def _part(when: str) -> str:
    """The last part of a date, in words: 2026, November, 19."""
    parts = [int(part) for part in when.split("-")]
    if len(parts) == 2:
        return date_format(datetime(parts[0], parts[1], 1, tzinfo=UTC), "F")
    return str(parts[-1])
