"""The overview: how many stations are as they should be, where each directive is, and what needs attention."""

from __future__ import annotations

from typing import Final

from django.db.models import Case, F, IntegerField, QuerySet, When
from django.http import HttpResponse

from stages.fleet.choices import DirectiveStatus, RequestState
from stages.fleet.contact import is_online, is_stale
from stages.fleet.models import Directive, Request
from stages.fleet.pages.attention import needs_attention
from stages.fleet.pages.frame import FleetReader, fleet_page
from stages.fleet.pages.request_words import title_of
from stages.fleet.pages.rows import DirectiveRow, directive_rows
from stages.fleet.pages.states import drifted_stations, stations_in
from stages.fleet.permissions import MANAGE_RULES
from stages.fleet.reading import visible_requests

# More are on the page of directives.
MAX_DIRECTIVES: Final = 12
# What says whether a station is in touch.
_IN_TOUCH: Final = ("name", "team", "last_seen_at", "enrolled_at", "revoked_at", "team__stale_minutes")


@fleet_page("GET", "HEAD")
def overview(reader: FleetReader) -> HttpResponse:
    """GET: four numbers, the directives, what needs attention."""
    seen, now = reader.seen, reader.now
    stations = list(stations_in(seen).select_related("team").only(*_IN_TOUCH))
    requests = Request.objects.filter(visible_requests(seen.access), state=RequestState.OPEN).select_related("author")
    first = requests.order_by("asked_at").first()
    stale = [each for each in stations if is_stale(each, now)]
    context = {
        "stations": len(stations),
        "teams": len({each.team_id for each in stations}),
        "online": sum(1 for each in stations if is_online(each, now)),
        "stale": len(stale),
        "drifted": drifted_stations(seen, now).values("station_id").distinct().count(),
        "requests": requests.count(),
        "first_request": title_of(first) if first else "",
        "directives": shown_directives(reader),
        "directive_count": _visible(reader).count(),
        "attention": needs_attention(reader, stale),
        "may_issue": any(seen.may(MANAGE_RULES, team) for team in seen.readable),
    }
    return reader.render("fleet/overview.html", "overview", context)


def shown_directives(reader: FleetReader) -> list[DirectiveRow]:
    """The first directives, active ones before paused ones, the newest first."""
    is_paused = Case(When(status=DirectiveStatus.PAUSED, then=1), default=0, output_field=IntegerField())
    newest = _visible(reader).order_by(is_paused, F("issued_at").desc(), "id")[:MAX_DIRECTIVES]
    return directive_rows(reader, newest)


def _visible(reader: FleetReader) -> QuerySet[Directive]:
    return Directive.objects.filter(team__in=reader.seen.shown).exclude(status=DirectiveStatus.WITHDRAWN)
