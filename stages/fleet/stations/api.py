"""Stations over REST: their list, one of them, making one by hand, moving and revoking it, its reports."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from accounts.rest import RestView
from kernel.errors import ValidationFailed
from rest.pagination import page, whole
from rest.queries import query_text
from rest.schema import operation, page_of
from stages.fleet.choices import StationState
from stages.fleet.models import Placement
from stages.fleet.stations import serializers as shapes
from stages.fleet.stations.listing import (
    placement_body,
    report_body,
    station_body,
    visible_reports,
    visible_station,
    visible_stations,
)
from stages.fleet.stations.report_rules import KINDS
from stages.fleet.stations.services.enrolling import make_station
from stages.fleet.stations.services.moving import move_station, revoke_station


class StationsView(RestView):
    parameters: ClassVar = (
        OpenApiParameter("team", OpenApiTypes.UUID, description="Only the stations of this team."),
        OpenApiParameter("state", str, enum=StationState.values),
        OpenApiParameter("search", str, description="A part of the name."),
    )

    @operation("fleet_list_stations", answer=page_of(shapes.StationInfo), paged=True, parameters=parameters)
    def get(self, request: Request) -> HttpResponseBase:
        """The stations of the teams whose directives I see, and my own, newest first."""
        rows = visible_stations(self.user())
        if (team := _query_id(request, "team")) is not None:
            rows = rows.filter(team=team)
        if (state := _query_word(request, "state", StationState.values)) is not None:
            rows = rows.filter(state=state)
        if search := query_text(request, "search", maximum=100):
            rows = rows.filter(name__icontains=search)
        return self.answer(page(request, rows, station_body, order=("pk",)))

    @operation("fleet_make_station", takes=shapes.NewStation, answer=shapes.MadeStation, status=201)
    def post(self, request: Request) -> HttpResponseBase:
        """Make the station of a machine at which nobody confirms a sign-in. Only this answer has its token.

        For admins of the team, who have just confirmed their identity in a browser. Does not accept a `client_ref`.
        """
        given = self.body(shapes.NewStation)
        station, token = make_station(caller=self.caller(), **given)
        return self.answer({**station_body(station), "access_token": token}, 201)


class StationView(RestView):
    @operation("fleet_read_station", answer=shapes.StationInfo)
    def get(self, request: Request, station_id: UUID) -> HttpResponseBase:
        """One station."""
        return self.answer(station_body(visible_station(user=self.user(), station_id=station_id)))

    @operation("fleet_move_station", takes=shapes.ChangedStation, answer=shapes.StationInfo)
    def patch(self, request: Request, station_id: UUID) -> HttpResponseBase:
        """Give a station another team, another name, or both. It obeys the other team's directives at once."""
        given = self.body(shapes.ChangedStation)
        return self.answer(station_body(move_station(caller=self.caller(), station_id=station_id, **given)))


class StationRevocationView(RestView):
    @operation("fleet_revoke_station", takes=shapes.StationReason, answer=shapes.StationInfo)
    def post(self, request: Request, station_id: UUID) -> HttpResponseBase:
        """Revoke a station: its sockets are closed within two seconds, and its token opens nothing any more."""
        given = self.body(shapes.StationReason)
        return self.answer(station_body(revoke_station(caller=self.caller(), station_id=station_id, **given)))


class StationPlacementsView(RestView):
    @operation("fleet_list_placements", answer=page_of(shapes.StationPlacement))
    def get(self, request: Request, station_id: UUID) -> HttpResponseBase:
        """What a station last said of each directive."""
        station = visible_station(user=self.user(), station_id=station_id)
        rows = Placement.objects.filter(station=station.pk).order_by("directive")
        return self.answer(whole([placement_body(each) for each in rows]))


class ReportsView(RestView):
    parameters: ClassVar = (
        OpenApiParameter("station", OpenApiTypes.UUID, description="Only the reports of this station."),
        OpenApiParameter("directive", OpenApiTypes.UUID, description="Only those about this directive."),
        OpenApiParameter("kind", str, enum=sorted(KINDS)),
    )

    @operation("fleet_list_reports", answer=page_of(shapes.StationReport), paged=True, parameters=parameters)
    def get(self, request: Request) -> HttpResponseBase:
        """The reports of the stations that I see, newest first."""
        rows = visible_reports(self.user())
        if (station := _query_id(request, "station")) is not None:
            rows = rows.filter(station=station)
        if (directive := _query_id(request, "directive")) is not None:
            rows = rows.filter(about=str(directive))
        if (kind := _query_word(request, "kind", KINDS)) is not None:
            rows = rows.filter(kind=kind)
        return self.answer(page(request, rows, report_body, order=("received_at", "station_id", "station_seq")))


def _query_id(request: Request, name: str) -> UUID | None:
    text = query_text(request, name, maximum=36)
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise ValidationFailed({name: [_("Give an id.")]}) from None


def _query_word(request: Request, name: str, words: frozenset[str] | list[str]) -> str | None:
    text = query_text(request, name, maximum=40)
    if text is not None and text not in words:
        raise ValidationFailed({name: [_("Choose one of: {words}.").format(words=", ".join(sorted(words)))]})
    return text
