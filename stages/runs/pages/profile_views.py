"""Adding, changing and checking models, of a project or of the site (without `project_id`)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import RateLimited, ValidationFailed
from stages.runs import services
from stages.runs.checking import ProfileCheck, check_profile_for
from stages.runs.choices import Provider
from stages.runs.costs import present_meter
from stages.runs.models import ModelProfile
from stages.runs.models.meters import LIMITS
from stages.runs.pages import profile_forms as forms
from stages.runs.pages.profile_place import Place, place_of
from workspace.decorators import PageRequest, is_htmx, page


@page()
def site_models(request: PageRequest) -> HttpResponse:
    """The models of the whole site, for administrators."""
    return place_of(request.user, None).page(request, {})


@page("GET", "HEAD", "POST")
def new(request: PageRequest, project_id: UUID | None = None) -> HttpResponse:
    """GET: the form. POST: add a model."""
    place = place_of(request.user, project_id)
    if request.method != "POST":
        return _form(request, place, "new", forms.EMPTY)
    values = forms.typed_values(request.POST, (*forms.FIXED, *forms.CHANGEABLE))
    try:
        parameters = {**forms.parameters_of(values), "key": request.POST.get("key", "").strip()}
        made = services.create_profile(caller=caller_from_request(request), project_id=project_id, **parameters)
    except ValidationFailed as refusal:
        return _form(request, place, "new", values, errors=refusal.errors)
    messages.success(request, _("{name} is added. Check whether it answers.").format(name=made.display_name))
    return redirect(place.home)


@page("GET", "HEAD", "POST")
def change(request: PageRequest, profile_id: UUID, project_id: UUID | None = None) -> HttpResponse:
    """GET: the form. POST: change name, prices or limit."""
    place = place_of(request.user, project_id)
    profile = place.profile(profile_id)
    if request.method != "POST":
        return _form(request, place, "change", forms.values_of(profile), profile=profile)
    values = forms.typed_values(request.POST, forms.CHANGEABLE)
    try:
        parameters = forms.parameters_of(values)
        changed = services.update_profile(caller=caller_from_request(request), profile_id=profile_id, **parameters)
    except ValidationFailed as refusal:
        return _form(request, place, "change", values, profile=profile, errors=refusal.errors)
    messages.success(request, _("{name} is changed.").format(name=changed.display_name))
    return redirect(place.home)


@page("GET", "HEAD", "POST")
def key(request: PageRequest, profile_id: UUID, project_id: UUID | None = None) -> HttpResponse:
    """GET: the form. POST `key`: give the model another one."""
    place = place_of(request.user, project_id)
    profile = place.profile(profile_id)
    if request.method != "POST":
        return _form(request, place, "key", {}, profile=profile)
    given = request.POST.get("key", "").strip()
    try:
        services.replace_key(caller=caller_from_request(request), profile_id=profile_id, key=given)
    except ValidationFailed as refusal:
        return _form(request, place, "key", {}, profile=profile, errors=refusal.errors)
    messages.success(request, _("The key of {name} is replaced.").format(name=profile.display_name))
    return redirect(place.home)


@page("GET", "HEAD", "POST")
def limits(request: PageRequest, profile_id: UUID | None = None, project_id: UUID | None = None) -> HttpResponse:
    """GET: the form. POST: set what a model, or without one the project, may cost in a month and do at once."""
    place = place_of(request.user, project_id, action="run.budget")
    profile = place.profile(profile_id) if profile_id is not None else None
    of_project = None if profile is not None else project_id
    if request.method != "POST":
        meter = present_meter(project_id=of_project, profile_id=profile_id)
        return _form(request, place, "limits", forms.limits_of(meter), profile=profile)
    values = forms.typed_values(request.POST, LIMITS)
    try:
        wanted = forms.limits_from(values)
        services.set_budget(caller=caller_from_request(request), project_id=of_project, profile_id=profile_id, **wanted)
    except ValidationFailed as refusal:
        return _form(request, place, "limits", values, profile=profile, errors=refusal.errors)
    messages.success(request, _("The limits are set. They hold from the next call on."))
    return redirect(place.home)


@page("POST")
def enable(request: PageRequest, profile_id: UUID, project_id: UUID | None = None) -> HttpResponse:
    """POST `enabled=yes` or nothing: let people ask the model, or nobody."""
    place = place_of(request.user, project_id)
    place.profile(profile_id)
    is_enabled = request.POST.get("enabled") == "yes"
    services.update_profile(caller=caller_from_request(request), profile_id=profile_id, is_enabled=is_enabled)
    return redirect(place.home)


@page("POST")
def check(request: PageRequest, profile_id: UUID, project_id: UUID | None = None) -> HttpResponse:
    """Ask the provider whether it knows the model and takes the key: a line for htmx, else the whole list."""
    place = place_of(request.user, project_id)
    profile = place.profile(profile_id)
    try:
        found = check_profile_for(request.user, profile)
    except RateLimited as refusal:
        found = ProfileCheck(is_ready=False, cause=None, detail=refusal.detail)
    values = {"checked": profile, "check": found}
    if is_htmx(request):
        return render(request, "runs/models/check.html", {**values, "profile": profile})
    return place.page(request, values)


def _form(
    request: PageRequest,
    place: Place,
    form: str,
    values: dict[str, str],
    *,
    profile: ModelProfile | None = None,
    errors: dict[str, Any] | None = None,
) -> HttpResponse:
    """The list with a form over it: `new`, `change` or `key`."""
    shown = {
        "form": form,
        "values": values,
        "providers": Provider.choices,
        "edited": profile,
        "errors": errors or {},
        "models_home": place.home,
    }
    return place.page(request, shown, status=400 if errors else 200)
