"""What people do with directives: issue, change, pause, resume, roll back, withdraw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.callers import caller_from_request
from kernel.errors import DomainError, ValidationFailed
from stages.fleet import services
from stages.fleet.models import Directive, Team
from stages.fleet.pages.directive_form import first_values, form_context, parsed, typed, values_of_directive
from stages.fleet.pages.directives import directive_of, show_directive
from stages.fleet.pages.frame import FleetReader, fleet_page
from stages.fleet.pages.inputs import chosen_id
from stages.fleet.permissions import MANAGE_RULES
from stages.fleet.services.asking import Submitted
from workspace.templatetags.foundry import reader_zone


@fleet_page("GET", "HEAD", "POST")
def new_directive(reader: FleetReader) -> HttpResponse:
    """GET `?team=`: the form. POST: submit a directive; it waits for the team's approvals, if any are needed."""
    team = reader.chosen_team(MANAGE_RULES, reader.request.POST.get("team") or reader.request.GET.get("team", ""))
    if reader.request.method != "POST":
        return _form(reader, team, first_values(team))
    post = reader.request.POST
    if "asks" not in post:
        # Another team was chosen, which has other categories and projects: the form again, with what was typed.
        return _form(reader, team, typed(post))
    try:
        values = parsed(post, reader_zone(reader.request))
        submitted = services.submit_directive(
            caller=caller_from_request(reader.request), team_id=team.id, reason=post.get("reason", ""), **values
        )
    except ValidationFailed as refusal:
        return _form(reader, team, typed(post), errors=refusal.errors)
    except DomainError as refusal:
        return _form(reader, team, typed(post), problem=refusal)
    return _submitted(reader, submitted)


@fleet_page("GET", "HEAD", "POST")
def change_directive(reader: FleetReader, directive_id: UUID) -> HttpResponse:
    """GET: the form. POST: ask the team for the change."""
    shown = directive_of(reader, directive_id)
    zone = reader_zone(reader.request)
    if reader.request.method != "POST":
        return _form(reader, shown.team, values_of_directive(shown, zone), directive=shown)
    post = reader.request.POST
    try:
        submitted = services.change_directive(
            caller=caller_from_request(reader.request),
            directive_id=directive_id,
            reason=post.get("reason", ""),
            **parsed(post, zone),
        )
    except ValidationFailed as refusal:
        return _form(reader, shown.team, typed(post), directive=shown, errors=refusal.errors)
    except DomainError as refusal:
        return _form(reader, shown.team, typed(post), directive=shown, problem=refusal)
    return _submitted(reader, submitted)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that needs a reason: what its dialog says, and the service that does it."""

    title: Promise
    text: Promise
    button: Promise
    done: Promise
    service: Callable[..., Any]
    is_final: bool = False


PAUSE = Act(
    gettext_lazy("Pause this directive?"),
    gettext_lazy(
        "Stations keep what they have, at once: none writes, restores or removes its text. Changes are still reported. "
        "You can resume it at any time."
    ),
    gettext_lazy("Pause it"),
    gettext_lazy("Paused. Stations keep what they have."),
    services.pause_directive,
)
RESUME = Act(
    gettext_lazy("Resume this directive?"),
    gettext_lazy("Stations write its text again at once, and restore it where it was changed."),
    gettext_lazy("Resume it"),
    gettext_lazy("Resumed. Stations write its text again."),
    services.resume_directive,
)
ROLL_BACK = Act(
    gettext_lazy("Roll back to an earlier release?"),
    gettext_lazy("Stations get that release’s text at once, in a new edition. Nobody has to approve it."),
    gettext_lazy("Roll back"),
    gettext_lazy("Rolled back. Stations get the earlier text."),
    services.roll_back_directive,
)
WITHDRAW = Act(
    gettext_lazy("Withdraw this directive?"),
    gettext_lazy("Once the team has approved, stations remove its text for good. Its history stays."),
    gettext_lazy("Withdraw it"),
    gettext_lazy("Withdrawn. Stations remove its text."),
    services.withdraw_directive,
    is_final=True,
)


@fleet_page("GET", "HEAD", "POST")
def pause(reader: FleetReader, directive_id: UUID) -> HttpResponse:
    """GET: asks for the reason. POST `reason`: let stations keep what they have."""
    return _act(reader, directive_id, PAUSE)


@fleet_page("GET", "HEAD", "POST")
def resume(reader: FleetReader, directive_id: UUID) -> HttpResponse:
    """GET: asks for the reason. POST `reason`: have stations write it again."""
    return _act(reader, directive_id, RESUME)


@fleet_page("GET", "HEAD", "POST")
def roll_back(reader: FleetReader, directive_id: UUID) -> HttpResponse:
    """GET `?release=`: asks for the release and the reason. POST `release, reason`: carry that release again."""
    return _act(reader, directive_id, ROLL_BACK)


@fleet_page("GET", "HEAD", "POST")
def withdraw(reader: FleetReader, directive_id: UUID) -> HttpResponse:
    """GET: asks for the reason. POST `reason`: ask the team to take it off the stations for good."""
    return _act(reader, directive_id, WITHDRAW)


def _act(reader: FleetReader, directive_id: UUID, act: Act) -> HttpResponse:
    shown = directive_of(reader, directive_id)
    reader.seen.access.require(MANAGE_RULES, shown.team_id)
    post = reader.request.POST
    if reader.request.method != "POST":
        return _dialog(reader, shown, act, {"release": reader.request.GET.get("release", "")})
    given: dict[str, Any] = {"directive_id": directive_id, "reason": post.get("reason", "")}
    try:
        if act is ROLL_BACK:
            given["release_id"] = chosen_id(post.get("release", ""), "release")
        done = act.service(caller=caller_from_request(reader.request), **given)
    except ValidationFailed as refusal:
        return _dialog(reader, shown, act, post.dict(), errors=refusal.errors)
    except DomainError as refusal:
        return _dialog(reader, shown, act, post.dict(), problem=refusal)
    if isinstance(done, Submitted):
        return _submitted(reader, done)
    messages.success(reader.request, str(act.done))
    return redirect("fleet:directive", directive_id)


def _dialog(
    reader: FleetReader,
    shown: Directive,
    act: Act,
    values: Mapping[str, Any],
    *,
    errors: Mapping[str, Any] | None = None,
    problem: DomainError | None = None,
) -> HttpResponse:
    return show_directive(
        reader,
        shown.id,
        status=problem.status if problem else 400 if errors else 200,
        act=act,
        asks_release=act is ROLL_BACK,
        values=values,
        errors=errors or {},
        problem=problem.detail if problem else "",
        back=reverse("fleet:directive", args=[shown.id]),
        dialog_part="fleet/parts/act_form.html",
        dialog_title="act-title",
    )


def _form(
    reader: FleetReader,
    team: Team,
    values: Mapping[str, Any],
    *,
    directive: Directive | None = None,
    errors: Mapping[str, Any] | None = None,
    problem: DomainError | None = None,
) -> HttpResponse:
    reader.seen.access.require(MANAGE_RULES, team.id)
    context = {
        **form_context(reader, team, values, directive),
        "directive": directive,
        "back": reverse("fleet:directive", args=[directive.id]) if directive else reverse("fleet:directives"),
        "errors": errors or {},
        "problem": problem.detail if problem else "",
    }
    status = problem.status if problem else 400 if errors else 200
    return reader.render("fleet/directive_form.html", "directives", context, status=status)


def _submitted(reader: FleetReader, submitted: Submitted) -> HttpResponse:
    if submitted.request is not None:
        messages.success(reader.request, _("Requested. It takes effect once enough people of the team have approved."))
        return redirect("fleet:request", submitted.request.id)
    assert submitted.directive is not None
    messages.success(reader.request, _("Done. Stations get the next edition now."))
    return redirect("fleet:directive", submitted.directive.id)
