"""What stations last said of directives: one by one for a page, and counted for lists."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Now

from stages.fleet.choices import DirectiveStatus, PlacementState
from stages.fleet.models import Directive, Placement, Station
from stages.fleet.pages.coverage import (
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

# How long after its last message a station is taken for connected: it sends at least every 30 seconds.
ONLINE: Final = timedelta(seconds=75)
_MINUTE: Final = Value(timedelta(minutes=1), output_field=DurationField())


def is_online(station: Station, now: datetime) -> bool:
    """Whether it was heard of just now."""
    return not station.is_revoked and station.last_seen_at is not None and now - station.last_seen_at <= ONLINE


def is_stale(station: Station, now: datetime) -> bool:
    """Whether nothing was heard of it for as long as its team allows."""
    allowed = timedelta(minutes=station.team.stale_minutes)
    return station.last_seen_at is None or now - station.last_seen_at > allowed


def state_of(station: Station, placement: Placement | None, *, edition: int, now: datetime) -> str:
    """The state of a directive on one station (the names of `coverage`).

    What it last said counts if it obeys the newest `edition` of the directive's team; before that the text is on its
    way, or the station not reached, if it is stale.
    """
    if placement is None or placement.edition < edition or placement.state in _UNDECIDED:
        return NOT_REACHED if is_stale(station, now) else ON_THE_WAY
    if placement.state == PlacementState.DRIFTED:
        return ALLOWED if placement.until is not None and placement.until > now else DRIFTED
    if placement.state == PlacementState.EXCEPTED:
        return ALLOWED
    if placement.state == PlacementState.FAILED:
        return FAILED
    return NOT_REACHED if is_stale(station, now) else IN_PLACE


_UNDECIDED: Final = (PlacementState.PENDING, PlacementState.ABSENT)
_SILENT: Final = Q(station__last_seen_at__isnull=True) | Q(
    station__last_seen_at__lt=ExpressionWrapper(
        Now() - F("station__team__stale_minutes") * _MINUTE, output_field=DateTimeField()
    )
)


def stations_in(seen: SeenTeams, teams: Collection[UUID] | None = None) -> QuerySet[Station]:
    """The stations that the reader sees and that are not revoked, in some teams or in all."""
    found = Station.objects.filter(team__in=seen.readable, revoked_at__isnull=True)
    return found if teams is None else found.filter(team__in=teams)


def coverages(seen: SeenTeams, directives: Iterable[Directive], *, now: datetime) -> Mapping[UUID, Coverage]:
    """The coverage of each directive, in two queries whatever their number and that of the stations.

    A paused directive has none: it is in no edition.
    """
    wanted = list(directives)
    stations: dict[UUID, Counter[bool]] = defaultdict(Counter)
    for team_id, heard_at, minutes in stations_in(seen).values_list("team_id", "last_seen_at", "team__stale_minutes"):
        stations[team_id][heard_at is None or now - heard_at > timedelta(minutes=minutes)] += 1
    said = _counted([each.id for each in wanted], seen, now)
    return {each.id: _coverage(seen, each, stations, said[each.id]) for each in wanted}


def _coverage(
    seen: SeenTeams, directive: Directive, stations: Mapping[UUID, Counter[bool]], said: Counter[tuple[str, bool]]
) -> Coverage:
    if directive.status == DirectiveStatus.PAUSED:
        return coverage_of({}, is_paused=True)
    teams = seen.here_and_below(directive.team_id)
    silent = sum(stations[team][True] for team in teams if team in stations)
    total = silent + sum(stations[team][False] for team in teams if team in stations)
    counts = Counter({IN_PLACE: said[IN_PLACE, False]})
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
        .exclude(state__in=_UNDECIDED)
        .annotate(
            said=Case(
                When(state=PlacementState.DRIFTED, until__gt=now, then=Value(ALLOWED)),
                When(state=PlacementState.DRIFTED, then=Value(DRIFTED)),
                When(state=PlacementState.EXCEPTED, then=Value(ALLOWED)),
                When(state=PlacementState.FAILED, then=Value(FAILED)),
                default=Value(IN_PLACE),
            ),
            silent=Case(When(_SILENT, then=True), default=False, output_field=BooleanField()),
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


_ORDER: Final = (DRIFTED, FAILED, ALLOWED, ON_THE_WAY, NOT_REACHED, IN_PLACE)


def worst_states(seen: SeenTeams, *, now: datetime) -> Mapping[UUID, str]:
    """The worst state of each station that said something of an active directive, by its id, in one query."""
    found: dict[UUID, str] = {}
    rows = Placement.objects.filter(
        station__team__in=seen.readable, station__revoked_at__isnull=True, directive__status=DirectiveStatus.ACTIVE
    ).annotate(is_newest=Q(edition__gte=F("directive__team__number")))
    for station_id, state, until, is_newest in rows.values_list("station_id", "state", "until", "is_newest").distinct():
        is_allowed = state == PlacementState.EXCEPTED or (until is not None and until > now)
        said = _PLACED.get(state, ON_THE_WAY) if is_newest else ON_THE_WAY
        said = ALLOWED if is_allowed else said
        if station_id not in found or _ORDER.index(said) < _ORDER.index(found[station_id]):
            found[station_id] = said
    return found


_PLACED: Final[Mapping[str, str]] = {
    PlacementState.DRIFTED: DRIFTED,
    PlacementState.FAILED: FAILED,
    PlacementState.IN_PLACE: IN_PLACE,
}


def team_coverage(seen: SeenTeams, team_id: UUID, *, now: datetime) -> Coverage:
    """The stations here and below by the worst state of each."""
    worst = worst_states(seen, now=now)
    counts: Counter[str] = Counter()
    for station in stations_in(seen, seen.here_and_below(team_id)).select_related("team"):
        state = worst.get(station.pk, ON_THE_WAY)
        counts[NOT_REACHED if state in (IN_PLACE, ON_THE_WAY) and is_stale(station, now) else state] += 1
    return coverage_of(counts)
