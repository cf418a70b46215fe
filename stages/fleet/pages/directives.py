"""The directives: their list, and the page of one with its rollout and its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.models import Event
from drafts.reading import text_of
from kernel.errors import NotFound
from publishing.models import Release
from stages.fleet.choices import DirectiveStatus, Layer, RequestState
from stages.fleet.editions import IN_ORDER
from stages.fleet.models import Directive, Edition, Request
from stages.fleet.pages.coverage import IN_PLACE, STATE_ICONS, STATE_WORDS
from stages.fleet.pages.frame import FleetReader, fleet_page
from stages.fleet.pages.presentation import destination_words, file_of
from stages.fleet.pages.request_words import title_of
from stages.fleet.pages.rows import MODE_ICONS, badge_of, directive_rows, mode_words
from stages.fleet.pages.states import StationState, coverages, station_states
from stages.fleet.permissions import MANAGE_RULES, REQUEST_CHANGES
from workspace.activity.entries import ActivityRow, rows_of
from workspace.query_numbers import query_number

PAGE: Final = 100
# Stations that are in place are folded beyond so many rows.
MAX_IN_PLACE: Final = 6
MAX_STATIONS: Final = 200
# Events of it that its page shows.
MAX_EVENTS: Final = 12


@dataclass(frozen=True, slots=True)
class StationRow:
    """One station of the rollout."""

    found: StationState

    @property
    def state_words(self) -> str:
        return str(STATE_WORDS[self.found.state])

    @property
    def state_icon(self) -> str:
        return STATE_ICONS[self.found.state]

    @property
    def files(self) -> str:
        """Where the text is there: the file's name, or how many."""
        files = self.found.placement.files if self.found.placement else []
        if len(files) == 1:
            return str(files[0].get("path", "")) if isinstance(files[0], dict) else str(files[0])
        return _("{n} files").format(n=len(files)) if files else ""


@fleet_page("GET", "HEAD")
def directives(reader: FleetReader) -> HttpResponse:
    """GET `?team=&state=withdrawn&after=`: the directives of all teams that the reader sees."""
    withdrawn = reader.request.GET.get("state") == "withdrawn"
    found = Directive.objects.filter(team__in=reader.seen.shown)
    kept = found.filter(status=DirectiveStatus.WITHDRAWN) if withdrawn else found.exclude(status="withdrawn")
    kept = kept.order_by("team__name", "team", *IN_ORDER)
    first = query_number(reader.request.GET, "after") or 0
    rows = directive_rows(reader, kept[first : first + PAGE + 1])
    context = {
        "rows": rows[:PAGE],
        "more": first + PAGE if len(rows) > PAGE else 0,
        "withdrawn": withdrawn,
        "may_issue": reader.seen.may_anywhere(MANAGE_RULES),
    }
    return reader.render("fleet/directives.html", "directives", context)


@fleet_page("GET", "HEAD")
def directive(reader: FleetReader, directive_id: UUID) -> HttpResponse:
    """GET: the directive, where its text is, the text, its releases, what happened to it."""
    return show_directive(reader, directive_id)


def show_directive(reader: FleetReader, directive_id: UUID, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a directive, with a dialog over it where `more` has one."""
    context = {**directive_context(reader, directive_of(reader, directive_id)), **more}
    return reader.render("fleet/directive.html", "directives", context, status=status)


def directive_of(reader: FleetReader, directive_id: UUID) -> Directive:
    """A directive that the reader sees. Raises `NotFound`."""
    found = Directive.objects.filter(pk=directive_id, team__in=reader.seen.shown)
    one = found.select_related("project", "team", "release__draft", "issued_by", "replaces").first()
    if one is None:
        raise NotFound(_("Directive not found."))
    return one


def directive_context(reader: FleetReader, shown: Directive) -> dict[str, Any]:
    """What the page of a directive shows."""
    seen = reader.seen
    coverage = coverages(seen, [shown], now=reader.now)[shown.id]
    stations = [] if shown.status != DirectiveStatus.ACTIVE else station_states(seen, shown, now=reader.now)
    trouble = [each for each in stations if each.state != IN_PLACE][:MAX_STATIONS]
    room = max(MAX_IN_PLACE - len(trouble), 0)
    in_place = [each for each in stations if each.state == IN_PLACE]
    is_open = bool(reader.request.GET.get("all"))
    shown_in_place = in_place[:MAX_STATIONS] if is_open else in_place[:room]
    content = shown.release.draft.fields.get(shown.field)
    text = text_of(content) if content is not None else ""
    return {
        "directive": shown,
        "coverage": coverage,
        "badge": badge_of(shown, coverage),
        "edition": Edition.objects.filter(team=shown.team_id).order_by("-number").first(),
        "stations": [StationRow(each) for each in (*trouble, *shown_in_place)],
        "more_in_place": len(in_place) - len(shown_in_place),
        "teams_below": len(seen.below(shown.team_id)),
        "mode_icon": MODE_ICONS[shown.mode],  # type: ignore[index]
        "mode_words": mode_words(shown),
        "destination": destination_words(shown),
        "file": file_of(shown),
        "layer": Layer(shown.layer).label,
        "text": text,
        "lines": len(text.splitlines()),
        "sha256": shown.release.draft.sha256_of(shown.field) or "",
        "releases": _releases(shown),
        "activity": _activity(shown),
        "open_requests": _open_requests(shown),
        "may_manage": seen.may(MANAGE_RULES, shown.team_id),
        "may_ask": seen.may(REQUEST_CHANGES, shown.team_id),
        "is_withdrawn": shown.status == DirectiveStatus.WITHDRAWN,
        "is_paused": shown.status == DirectiveStatus.PAUSED,
        "drift": f"{reverse('fleet:reports')}?directive={shown.id}" if coverage.has_drifted else "",
    }


def _releases(shown: Directive) -> list[Release]:
    """The releases that it has carried, the newest first."""
    found = {each.id: each for each in Release.objects.filter(pk__in=shown.carried).select_related("draft")}
    return [found[each] for each in reversed(shown.carried) if each in found]


def _open_requests(shown: Directive) -> list[tuple[Request, str]]:
    found = Request.objects.filter(directive=shown, state=RequestState.OPEN).select_related("author", "station")
    return [(each, title_of(each)) for each in found]


def _activity(shown: Directive) -> list[ActivityRow]:
    """What happened to it, the newest first."""
    requests = [str(each) for each in Request.objects.filter(directive=shown).values_list("id", flat=True)]
    about = Q(target_type="directive", target_id=str(shown.id))
    about |= Q(target_type="directive_request", target_id__in=requests)
    return rows_of(Event.objects.filter(about, chain=str(shown.project_id)).order_by("-seq")[:MAX_EVENTS])
