"""What people do with stations: connect, move and revoke them, ask for exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from audit.keys.sealing import own_fingerprint
from kernel.errors import DomainError, ValidationFailed
from stages.fleet import services
from stages.fleet.models import Directive, Station
from stages.fleet.pages.frame import FleetReader, fleet_page
from stages.fleet.pages.inputs import chosen_id, moment
from stages.fleet.pages.stations import show_station, station_of
from stages.fleet.stations.services.moving import move_station, revoke_station
from workspace.templatetags.foundry import reader_zone


@fleet_page("GET", "HEAD")
def connect(reader: FleetReader) -> HttpResponse:
    """GET: how to make a machine a station."""
    address = reader.request.build_absolute_uri("/").rstrip("/")
    context = {
        "install": "pipx install ./station",
        "login": f"foundry-station login {address}",
        "watch": "foundry-station watch ~/work/protocol\nfoundry-station install-service",
        "site_key": own_fingerprint(),
    }
    return reader.render("fleet/connect.html", "stations", context)


@fleet_page("GET", "HEAD", "POST")
def revoke(reader: FleetReader, station_id: UUID) -> HttpResponse:
    """GET: asks for the reason. POST `reason`: end the station's access for good."""
    return _act(reader, station_id, "fleet/parts/revoke_form.html", "revoke-title")


@fleet_page("GET", "HEAD", "POST")
def move(reader: FleetReader, station_id: UUID) -> HttpResponse:
    """GET: asks for the team. POST `team`: move the station."""
    return _act(reader, station_id, "fleet/parts/move_form.html", "move-title")


@fleet_page("GET", "HEAD", "POST")
def ask_exception(reader: FleetReader, station_id: UUID) -> HttpResponse:
    """GET `?directive=`: the form. POST `directive, until, reason`: ask that the station may keep another text."""
    return _act(reader, station_id, "fleet/parts/exception_form.html", "exception-title")


def _act(reader: FleetReader, station_id: UUID, part: str, title: str) -> HttpResponse:
    shown = station_of(reader, station_id)
    post = reader.request.POST
    if reader.request.method != "POST":
        return _dialog(reader, shown, part, title, reader.request.GET.dict())
    try:
        if part.endswith("revoke_form.html"):
            revoke_station(
                caller=caller_from_request(reader.request), station_id=station_id, reason=post.get("reason", "")
            )
            messages.success(reader.request, _("Revoked. It gets no more editions and keeps its last one."))
        elif part.endswith("move_form.html"):
            move_station(
                caller=caller_from_request(reader.request),
                station_id=station_id,
                team_id=chosen_id(post.get("team", ""), "team"),
            )
            messages.success(reader.request, _("Moved. It gets the directives of its new team."))
        else:
            asked = services.request_exception(
                caller=caller_from_request(reader.request),
                station_id=station_id,
                directive_id=chosen_id(post.get("directive", ""), "directive"),
                until=moment(post.get("until", ""), "until", reader_zone(reader.request)),
                reason=post.get("reason", ""),
            )
            messages.success(reader.request, _("Requested. The directive’s team decides."))
            return redirect("fleet:request", asked.id)
    except DomainError as refusal:
        return _dialog(reader, shown, part, title, post.dict(), refusal=refusal)
    return redirect("fleet:station", station_id)


def _dialog(
    reader: FleetReader,
    shown: Station,
    part: str,
    title: str,
    values: Mapping[str, Any],
    *,
    refusal: DomainError | None = None,
) -> HttpResponse:
    errors = refusal.errors if isinstance(refusal, ValidationFailed) else {}
    above = [each.id for each in reader.seen.path(shown.team_id)]
    return show_station(
        reader,
        shown.pk,
        status=refusal.status if refusal else 200,
        values=values,
        errors=errors,
        problem=refusal.detail if refusal and not errors else "",
        directives=Directive.objects.filter(team__in=above, status="active").order_by("title"),
        back=reverse("fleet:station", args=[shown.pk]),
        dialog_part=part,
        dialog_title=title,
    )
