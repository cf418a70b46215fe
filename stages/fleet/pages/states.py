"""What stations last said of directives: one by one for a page, and counted for lists."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Count,
    F,
    Q,
    QuerySet,
    Value,
    When,
)

from stages.fleet.choices import DirectiveStatus, PlacementState
from stages.fleet.contact import is_stale, stale_condition
from stages.fleet.models import Directive, Placement, Station
from stages.fleet.pages.coverage import (
    ABSENT,
    ALLOWED,
    DRIFTED,
    FAILED,
    IN_PLACE,
    NOT_REACHED,
    ON_THE_WAY,
    Coverage,
    coverage_of,
)
from stages.fleet.pages.seen import SeenTeams


def state_of(station: Station, placement: Placement | None, *, edition: int, now: datetime) -> str:
    """The state of a directive on one station (the names of `coverage`).

    What it last said counts if it obeys the newest `edition` of the directive's team; before that the text is on its
    way, or the station not reached, if it is stale.
    """
    is_newest = placement is not None and placement.edition >= edition
    said = _said(placement.state, placement.until, now) if placement is not None and is_newest else ON_THE_WAY
    return NOT_REACHED if said in _NEEDS_CONTACT and is_stale(station, now) else said


def _said(state: str, until: datetime | None, now: datetime) -> str:
    """What a placement says, whatever became of the station since."""
    if state == PlacementState.DRIFTED and until is not None and until > now:
        return ALLOWED
    return _SAID.get(state, ON_THE_WAY)


_SAID: Final[Mapping[str, str]] = {
    PlacementState.IN_PLACE: IN_PLACE,
    PlacementState.EXCEPTED: ALLOWED,
    PlacementState.DRIFTED: DRIFTED,
    PlacementState.FAILED: FAILED,
    PlacementState.ABSENT: ABSENT,
}
# What a stale station said before need not hold any more.
_NEEDS_CONTACT: Final = frozenset({IN_PLACE, ON_THE_WAY, ABSENT})


def stations_in(seen: SeenTeams, teams: Collection[UUID] | None = None) -> QuerySet[Station]:
    """The stations that the reader sees and that are not revoked, in some teams or in all."""
    found = Station.objects.filter(team__in=seen.readable, revoked_at__isnull=True)
    return found if teams is None else found.filter(team__in=teams)


def coverages(seen: SeenTeams, directives: Iterable[Directive], *, now: datetime) -> Mapping[UUID, Coverage]:
    """The coverage of each directive, in two queries whatever their number and that of the stations.

    Of a paused directive the stations are only counted: they keep what they have.
    """
    wanted = list(directives)
    stations: dict[UUID, Counter[bool]] = defaultdict(Counter)
    for station in stations_in(seen).select_related("team").only("team", "last_seen_at", "enrolled_at", "revoked_at"):
        stations[station.team_id][is_stale(station, now)] += 1
    said = _counted([each.id for each in wanted], seen, now)
    return {each.id: _coverage(seen, each, stations, said[each.id]) for each in wanted}


def _coverage(
    seen: SeenTeams, directive: Directive, stations: Mapping[UUID, Counter[bool]], said: Counter[tuple[str, bool]]
) -> Coverage:
    teams = seen.here_and_below(directive.team_id)
    silent = sum(stations[team][True] for team in teams if team in stations)
    total = silent + sum(stations[team][False] for team in teams if team in stations)
    if directive.status == DirectiveStatus.PAUSED:
        return Coverage([], keeping=total, is_paused=True)
    counts = Counter({state: said[state, False] for state in (IN_PLACE, ABSENT)})
    for state in (ALLOWED, DRIFTED, FAILED):
        counts[state] = said[state, False] + said[state, True]
        silent -= said[state, True]
    counts[NOT_REACHED] = silent
    counts[ON_THE_WAY] = total - sum(counts.values())
    return coverage_of(counts)


def _counted(directives: Collection[UUID], seen: SeenTeams, now: datetime) -> Mapping[UUID, Counter[tuple[str, bool]]]:
    """How many stations said what of each directive's newest edition, apart for those that are stale."""
    found: dict[UUID, Counter[tuple[str, bool]]] = defaultdict(Counter)
    rows = (
        Placement.objects.filter(
            directive__in=directives,
            station__team__in=seen.readable,
            station__revoked_at__isnull=True,
            edition__gte=F("directive__team__number"),
        )
        .exclude(state=PlacementState.PENDING)
        .annotate(
            said=Case(
                When(state=PlacementState.DRIFTED, until__gt=now, then=Value(ALLOWED)),
                When(state=PlacementState.DRIFTED, then=Value(DRIFTED)),
                When(state=PlacementState.EXCEPTED, then=Value(ALLOWED)),
                When(state=PlacementState.FAILED, then=Value(FAILED)),
                When(state=PlacementState.ABSENT, then=Value(ABSENT)),
                default=Value(IN_PLACE),
            ),
            silent=Case(When(stale_condition("station__"), then=True), default=False, output_field=BooleanField()),
        )
        .values("directive_id", "said", "silent")
        .annotate(stations=Count("station_id"))
        .order_by()
    )
    for row in rows:
        found[row["directive_id"]][row["said"], row["silent"]] = row["stations"]
    return found


def drifted_stations(seen: SeenTeams, now: datetime) -> QuerySet[Placement, Any]:
    """The placements that differ from their directive without leave."""
    return Placement.objects.filter(
        Q(until__isnull=True) | Q(until__lte=now),
        station__team__in=seen.readable,
        station__revoked_at__isnull=True,
        state=PlacementState.DRIFTED,
        directive__status=DirectiveStatus.ACTIVE,
    )


@dataclass(frozen=True, slots=True)
class StationState:
    """A station, and the state of one directive there."""

    station: Station
    placement: Placement | None
    state: str


def station_states(seen: SeenTeams, directive: Directive, *, now: datetime) -> list[StationState]:
    """The stations of a directive, those with trouble first, in two queries."""
    stations = stations_in(seen, seen.here_and_below(directive.team_id)).select_related("team", "owner")
    said = {each.station_id: each for each in Placement.objects.filter(directive=directive)}
    edition = directive.team.number
    found = [
        StationState(each, said.get(each.pk), state_of(each, said.get(each.pk), edition=edition, now=now))
        for each in stations
    ]
    return sorted(found, key=lambda each: (_ORDER.index(each.state), each.station.name.casefold()))


_ORDER: Final = (DRIFTED, FAILED, ALLOWED, ON_THE_WAY, NOT_REACHED, IN_PLACE, ABSENT)


def worst_states(seen: SeenTeams, *, now: datetime) -> Mapping[UUID, str]:
    """The worst state of each station that said something of an active directive, by its id, in one query."""
    found: dict[UUID, str] = {}
    rows = Placement.objects.filter(
        station__team__in=seen.readable, station__revoked_at__isnull=True, directive__status=DirectiveStatus.ACTIVE
    ).annotate(is_newest=Q(edition__gte=F("directive__team__number")))
    for station_id, state, until, is_newest in rows.values_list("station_id", "state", "until", "is_newest").distinct():
        said = _said(state, until, now) if is_newest else ON_THE_WAY
        if station_id not in found or _ORDER.index(said) < _ORDER.index(found[station_id]):
            found[station_id] = said
    return found


def team_coverage(seen: SeenTeams, team_id: UUID, *, now: datetime) -> Coverage:
    """The stations here and below by the worst state of each."""
    worst = worst_states(seen, now=now)
    counts: Counter[str] = Counter()
    for station in stations_in(seen, seen.here_and_below(team_id)).select_related("team"):
        state = worst.get(station.pk, ON_THE_WAY)
        counts[NOT_REACHED if state in _NEEDS_CONTACT and is_stale(station, now) else state] += 1
    return coverage_of(counts)
