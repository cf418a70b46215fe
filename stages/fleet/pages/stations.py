"""The stations: their list, and the page of one with its files and its chain of reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import NotFound
from stages.fleet.choices import DirectiveStatus, StationState
from stages.fleet.contact import ONLINE, is_online, is_stale, stale_condition
from stages.fleet.models import Directive, Placement, Report, Request, Station
from stages.fleet.pages.altered import altered_in
from stages.fleet.pages.coverage import DRIFTED, STATE_ICONS, STATE_WORDS
from stages.fleet.pages.frame import FleetReader, fleet_page
from stages.fleet.pages.inputs import optional_id
from stages.fleet.pages.presentation import name_and_folder
from stages.fleet.pages.report_words import ReportView, view_of
from stages.fleet.pages.states import drifted_stations, state_of, worst_states
from stages.fleet.permissions import MANAGE_TEAMS
from workspace.query_numbers import query_number
from workspace.releases.presentation import StateWords

PAGE: Final = 100
MAX_REPORTS: Final = 20
_STATES: Final = {
    "online": gettext_lazy("Online"),
    "stale": gettext_lazy("Stale"),
    "drifted": gettext_lazy("Drifted"),
    "broken": gettext_lazy("Chain broken"),
    "revoked": gettext_lazy("Revoked"),
}


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station in the list."""

    station: Station
    badge: StateWords
    drifted: bool


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """One file of a station: what is written there, and its state."""

    path: str
    folder: str
    titles: list[str]
    placement: Placement
    state: str

    @property
    def state_words(self) -> str:
        return str(STATE_WORDS[self.state])

    @property
    def state_icon(self) -> str:
        return STATE_ICONS[self.state]


@fleet_page("GET", "HEAD")
def stations(reader: FleetReader) -> HttpResponse:
    """GET `?q=&team=&state=&after=`: the stations that the reader sees."""
    wanted = reader.request.GET.get("q", "").strip()[:100]
    state = reader.request.GET.get("state", "")
    team = _team(reader)
    found = (
        _filtered(reader, state).filter(team__in=reader.seen.here_and_below(team)) if team else _filtered(reader, state)
    )
    if wanted:
        found = found.filter(
            Q(name__icontains=wanted) | Q(owner__display_name__icontains=wanted) | Q(team__name__icontains=wanted)
        )
    first = query_number(reader.request.GET, "after") or 0
    page = list(found.select_related("team", "owner").order_by("name", "pk")[first : first + PAGE + 1])
    worst = worst_states(reader.seen, now=reader.now)
    context = {
        "rows": [StationRow(each, badge_of(reader, each), worst.get(each.pk) == DRIFTED) for each in page[:PAGE]],
        "more": first + PAGE if len(page) > PAGE else 0,
        "wanted": wanted,
        "state": state,
        "states": _STATES.items(),
        "team": str(team or ""),
        "teams": [each for each in reader.seen.in_order() if each[0].id in reader.seen.readable],
        "is_filtered": bool(wanted or state or team),
    }
    return reader.render("fleet/stations.html", "stations", context)


@fleet_page("GET", "HEAD")
def station(reader: FleetReader, station_id: UUID) -> HttpResponse:
    """GET `?report=`: a station: its files, its reports, one of them open, and what the site knows of it."""
    return show_station(reader, station_id)


def show_station(reader: FleetReader, station_id: UUID, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a station, with a dialog over it where `more` has one."""
    context = {**station_context(reader, station_of(reader, station_id)), **more}
    return reader.render("fleet/station.html", "stations", context, status=status)


def station_of(reader: FleetReader, station_id: UUID) -> Station:
    """A station that the reader sees, revoked or not. Raises `NotFound`."""
    found = Station.objects.filter(pk=station_id, team__in=reader.seen.readable)
    one = found.select_related("team", "owner", "assignment_key").first()
    if one is None:
        raise NotFound(_("Station not found."))
    return one


def station_context(reader: FleetReader, shown: Station) -> dict[str, Any]:
    """What the page of a station shows."""
    reports = list(Report.objects.filter(station=shown).order_by("-station_seq")[:MAX_REPORTS])
    titles = _titles(reader)
    views = [view_of(each, titles) for each in reports]
    opened = _opened(reader, shown, views, titles)
    exceptions = Request.objects.filter(station=shown, state="accepted", revoked_at__isnull=True)
    exceptions = exceptions.filter(Q(until__isnull=True) | Q(until__gt=reader.now))
    return {
        "station": shown,
        "badge": badge_of(reader, shown),
        "files": files_of(reader, shown),
        "reports": views,
        "opened": opened,
        "altered": altered_in(opened, reader.request.user) if opened else None,
        "exceptions": exceptions.select_related("directive", "author"),
        "machine": shown.machine,
        "is_owner": shown.owner_id == reader.request.user.id,
        "may_manage": not shown.is_revoked and reader.seen.may(MANAGE_TEAMS, shown.team_id),
        "may_revoke": not shown.is_revoked
        and (shown.owner_id == reader.request.user.id or reader.seen.may(MANAGE_TEAMS, shown.team_id)),
        "moves_to": [each for each in reader.seen.where(MANAGE_TEAMS) if each[0].id != shown.team_id],
    }


def badge_of(reader: FleetReader, shown: Station) -> StateWords:
    """The state of a station: revoked, chain broken, online, stale, away."""
    if shown.is_revoked:
        return StateWords("bad", "circle-x", _("Revoked"))
    if shown.state == StationState.BROKEN:
        return StateWords("bad", "shield-alert", _("Chain broken at {n}").format(n=shown.head_seq + 1))
    if is_online(shown, reader.now):
        return StateWords("good", "wifi", _("Online"))
    if is_stale(shown, reader.now):
        return StateWords("theirs", "clock", _("Stale"))
    return StateWords("free", "wifi-off", _("Away"))


def files_of(reader: FleetReader, shown: Station) -> list[PlacementRow]:
    """The files that hold directives there, those with trouble first."""
    found: dict[str, list[tuple[Placement, str]]] = {}
    placements = Placement.objects.filter(station=shown, directive__status=DirectiveStatus.ACTIVE)
    for each in placements.select_related("directive__team"):
        state = state_of(shown, each, edition=each.directive.team.number, now=reader.now)
        for file in each.files or [{"path": ""}]:
            path = str(file.get("path", "")) if isinstance(file, dict) else str(file)
            found.setdefault(path, []).append((each, state))
    rows = []
    for path, held in found.items():
        worst = min(held, key=lambda each: _RANK.get(each[1], 9))
        name, folder = name_and_folder(path)
        titles = [each.directive.title for each, _state in held]
        rows.append(PlacementRow(name, folder, titles, worst[0], worst[1]))
    return sorted(rows, key=lambda row: (_RANK.get(row.state, 9), row.folder, row.path))


_WORST_FIRST: Final = ("drifted", "failed", "allowed", "on-the-way", "not-reached", "absent")
_RANK: Final = {state: rank for rank, state in enumerate(_WORST_FIRST)}


def _filtered(reader: FleetReader, state: str) -> QuerySet[Station]:
    found = Station.objects.filter(team__in=reader.seen.readable)
    if state == "revoked":
        return found.filter(revoked_at__isnull=False)
    found = found.filter(revoked_at__isnull=True)
    if state == "online":
        return found.filter(last_seen_at__gte=reader.now - ONLINE)
    if state == "stale":
        return found.filter(stale_condition())
    if state == "drifted":
        return found.filter(pk__in=drifted_stations(reader.seen, reader.now).values("station_id"))
    if state == "broken":
        return found.filter(state=StationState.BROKEN)
    return found


def _opened(reader: FleetReader, shown: Station, views: list[ReportView], titles: dict[str, str]) -> ReportView | None:
    number = query_number(reader.request.GET, "report")
    if not number:
        return views[0] if views else None
    for view in views:
        if view.report.station_seq == number:
            return view
    report = Report.objects.filter(station=shown, station_seq=number).first()
    return view_of(report, titles) if report else None


def _titles(reader: FleetReader) -> dict[str, str]:
    found = Directive.objects.filter(team__in=reader.seen.shown).values_list("id", "title")
    return {str(directive_id): title for directive_id, title in found}


def _team(reader: FleetReader) -> UUID | None:
    team_id = optional_id(reader.request.GET.get("team", ""))
    return team_id if team_id in reader.seen.shown else None
