"""What every page of the fleet has around it: its tabs, and what the reader may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stages.fleet.choices import RequestState
from stages.fleet.models import Request, Team
from stages.fleet.pages.seen import SeenTeams, seen_by
from stages.fleet.reading import visible_requests
from workspace.decorators import PageRequest, page
from workspace.tabs import TabView

P = ParamSpec("P")

_TABS = (
    ("overview", _("Overview"), "fleet:overview"),
    ("teams", _("Teams"), "fleet:teams"),
    ("directives", _("Directives"), "fleet:directives"),
    ("stations", _("Stations"), "fleet:stations"),
    ("requests", _("Requests"), "fleet:requests"),
    ("reports", _("Reports"), "fleet:reports"),
)


@dataclass(frozen=True)
class FleetReader:
    """Who reads a page of the fleet, and when."""

    request: PageRequest
    seen: SeenTeams
    now: datetime

    def render(self, template: str, tab: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """The page, with the tabs over it."""
        return render(
            self.request, template, {"fleet_tabs": self._tabs(tab), "seen": self.seen, **context}, status=status
        )

    def chosen_team(self, action: str, wanted: str) -> Team:
        """The team of that id, or else the first one, where the reader may do something. Raises `PermissionDenied`."""
        offered = [team for team, _depth in self.seen.where(action)]
        if not offered:
            self.seen.access.require(action, self.seen.root.id)
        return next((team for team in offered if str(team.id) == wanted), offered[0])

    def _tabs(self, current: str) -> list[TabView]:
        open_requests = Request.objects.filter(visible_requests(self.seen.access), state=RequestState.OPEN).count()
        counts = {"requests": open_requests}
        return [
            TabView(str(label), reverse(url_name), name == current, counts.get(name, 0))
            for name, label, url_name in _TABS
        ]


View = Callable[Concatenate[FleetReader, P], HttpResponseBase]


def fleet_page(*methods: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Decorate a view of the fleet. Whoever is in no team gets a page that says so, and whom to ask."""

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @page(*methods)
        def guarded(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            reader = FleetReader(request, seen_by(request.user), timezone.now())
            if not reader.seen.readable:
                return render(request, "fleet/no_team.html", status=403)
            return view(reader, *args, **kwargs)

        return guarded

    return decorate
