"""`/device/`: a person sees which machine asks to be a station, and lets it in or refuses it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from accounts.client_addresses import address_of_request
from audit.keys.sealing import own_fingerprint
from kernel.errors import NotFound, ValidationFailed
from stages.fleet.access import fleet_access
from stages.fleet.models import DeviceCode, Team
from stages.fleet.sign_in.services import decide_device, find_device
from workspace.decorators import PageRequest, page

_GROUP = 8


@page("GET", "HEAD", "POST")
def device(request: PageRequest) -> HttpResponse:
    """GET: asks for a code, or shows the machine that has it; it lets nothing in. POST: the person's decision."""
    if request.method == "POST":
        return _decide(request)
    typed = request.GET.get("code", "")
    if not typed:
        return _ask(request)
    try:
        code = find_device(caller=caller_from_request(request), user_code=typed)
    except NotFound as refusal:
        return _ask(request, typed=typed, problem=refusal.detail, status=refusal.status)
    return _show(request, code, typed)


def _decide(request: PageRequest) -> HttpResponse:
    typed, approves = request.POST.get("code", ""), request.POST.get("decision") == "connect"
    caller = caller_from_request(request)
    try:
        team_id = _chosen(request) if approves else None
        station = decide_device(caller=caller, user_code=typed, approves=approves, team_id=team_id)
    except NotFound as refusal:
        return _ask(request, typed=typed, problem=refusal.detail, status=refusal.status)
    except ValidationFailed as refusal:
        code = find_device(caller=caller, user_code=typed)
        return _show(request, code, typed, errors=refusal.errors, status=refusal.status)
    if station is None:
        messages.success(request, _("The machine was refused."))
        return redirect("fleet_sign_in:device")
    messages.success(request, _("{name} is connected. Go on at the machine.").format(name=station.name))
    return redirect("fleet:station", station.pk)


def _chosen(request: PageRequest) -> UUID:
    """The team that was chosen. Raises `ValidationFailed` without one, or without the tick."""
    errors: dict[str, list[str]] = {}
    if request.POST.get("same") != "yes":
        errors["same"] = [_("Compare code and site key with those on the machine first.")]
    try:
        team_id = UUID(request.POST.get("team", ""))
    except ValueError:
        team_id = None
        errors["team"] = [_("Choose a team.")]
    if errors or team_id is None:
        raise ValidationFailed(errors)
    return team_id


def _ask(request: PageRequest, *, typed: str = "", problem: str = "", status: int = 200) -> HttpResponse:
    return render(request, "fleet/device.html", {"typed": typed, "problem": problem}, status=status)


def _show(
    request: PageRequest,
    code: DeviceCode,
    typed: str,
    *,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    fingerprint = own_fingerprint()
    letters = typed.replace("-", "").replace(" ", "").upper()
    values: dict[str, Any] = {
        "code": code,
        "typed": f"{letters[:4]}-{letters[4:]}",
        "facts": [value for name, value in code.machine.items() if name != "name" and value],
        "is_here": code.address is not None and code.address == address_of_request(request),
        "fingerprint": [fingerprint[at : at + _GROUP] for at in range(0, len(fingerprint), _GROUP)],
        "teams": _teams_of(request),
        "chosen": request.POST.get("team", ""),
        "errors": errors or {},
    }
    return render(request, "fleet/device.html", values, status=status)


def _teams_of(request: PageRequest) -> list[Team]:
    """The teams in which the person has a role, there or above."""
    access = fleet_access(request.user)
    return [team for team in access.tree.teams.values() if access.role(team.id) and not team.is_archived]
