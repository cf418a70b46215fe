"""Promoting a part of a pad in a dialog: it says what would change and who wrote it, then saves, asks or proposes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.callers import Caller, caller_from_request
from kernel.errors import DomainError, ValidationFailed
from locking.services import request_lock
from projects import field_names
from projects.access import get_project
from projects.rest import in_session
from stages.pads import services
from stages.pads.models import Pad
from stages.pads.pages.pad_views import pad_of
from stages.pads.pages.promote_form import ALL, PromoteForm, Wanted, read_range
from workspace.decorators import PageRequest, is_htmx, page
from workspace.htmx_action import done, refusal_text
from workspace.query_numbers import query_number


@page("GET", "HEAD", "POST")
def promote(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """GET `?revision=&part=&selection=&into=&session=&form`: the dialog, or only its form.

    POST the same and `base_version, message`: save, and give the lock back. `token` is that of the lock which the
    dialog holds; without one it is taken for the moment.
    """
    form = _form(request, project_id, pad_id)
    if request.method != "POST":
        return _shown(request, form)
    try:
        version = _promote(request, form)
    except DomainError as refusal:
        return _refused(request, form, refusal)
    words = _("{field} is v{version} now.").format(field=field_names.label(form.field), version=version)
    return done(request, event="pad-promoted", otherwise=_page_of(form.pad), toast=words)


@page("POST")
def propose(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """Make a private proposal of it, and go there."""
    form = _form(request, project_id, pad_id)
    try:
        proposal = services.propose_pad(
            caller=caller_from_request(request),
            pad_id=pad_id,
            revision=form.wanted.revision,
            part=form.part,
            field=form.field,
            place=form.place,
            base_version=_base_version(request, form),
            title=request.POST.get("message", "").strip(),
        )
    except DomainError as refusal:
        return _refused(request, form, refusal)
    address = f"{reverse('workspace:workspace', args=[project_id])}?proposal={proposal.id}"
    return HttpResponseClientRedirect(address) if is_htmx(request) else redirect(address)


@page("POST")
def ask(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """Ask who holds the field for it."""
    form = _form(request, project_id, pad_id)
    try:
        caller = _caller(request, form)
        assert caller.session_id is not None
        request_lock(caller=caller, project_id=project_id, session_id=caller.session_id, field=form.field)
    except DomainError as refusal:
        return _refused(request, form, refusal)
    return _shown(request, form, {"asked": True})


def _promote(request: PageRequest, form: PromoteForm) -> int:
    """Promote under the dialog's lock, or one for the moment; the number of the version."""
    caller = _caller(request, form)
    session_id = caller.session_id
    assert session_id is not None
    if (token := query_number(request.POST, "token")) is not None:
        return _promoted(request, form, caller, token=token, base_version=_base_version(request, form))
    with services.lock_for_promotion(
        caller=caller, pad_id=form.pad.id, field=form.field, session_id=session_id
    ) as lock:
        # Nobody else changes the field from here on: what the form showed is what is saved.
        base_version = _base_version(request, form, now=lock.version)
        return _promoted(request, form, caller, token=lock.token, base_version=base_version)


def _promoted(request: PageRequest, form: PromoteForm, caller: Caller, *, token: int, base_version: int) -> int:
    """Save under a lock, which is given back with it."""
    assert caller.session_id is not None
    draft = services.promote_pad(
        caller=caller,
        pad_id=form.pad.id,
        revision=form.wanted.revision,
        part=form.part,
        field=form.field,
        place=form.place,
        session_id=caller.session_id,
        token=token,
        base_version=base_version,
        message=request.POST.get("message", ""),
        release_locks=True,
    )
    return draft.version_number


def _form(request: PageRequest, project_id: UUID, pad_id: UUID) -> PromoteForm:
    access = get_project(user=request.user, project_id=project_id, action="proposal.stage")
    pad = pad_of(access, pad_id)
    return PromoteForm(access, pad, request.user, _wanted(request, pad))


def _wanted(request: PageRequest, pad: Pad) -> Wanted:
    given = request.POST if request.method == "POST" else request.GET
    selection, session = given.get("selection"), given.get("session")
    revision = query_number(given, "revision")
    return Wanted(
        revision=pad.head if revision is None else min(revision, pad.head),
        part=given.get("part") or selection or ALL,
        selection=read_range(selection, "selection") if selection else None,
        into=given.get("into", ""),
        session_id=_uuid(session) if session else None,
    )


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise ValidationFailed({"session": [_("Not a session.")]}) from None


def _caller(request: PageRequest, form: PromoteForm) -> Caller:
    """The caller in the session of the page. Raises `ValidationFailed` where it has none."""
    if form.wanted.session_id is None:
        raise ValidationFailed({"session": [_("This page is not connected. Wait a moment, and try again.")]})
    return in_session(caller_from_request(request), form.wanted.session_id)


def _base_version(request: PageRequest, form: PromoteForm, *, now: int | None = None) -> int:
    """The version that the form showed, the newest one where it does not say.

    Raises `ValidationFailed` where the field has changed since.
    """
    shown = query_number(request.POST, "base_version")
    now = form.base_version if now is None else now
    if shown is None:
        return now
    if shown != now and form.is_stale(shown, now):
        words = _("{field} has changed meanwhile. Look at the difference again.")
        raise ValidationFailed({"base_version": [words.format(field=field_names.label(form.field))]})
    return shown


def _shown(request: PageRequest, form: PromoteForm, more: Mapping[str, Any] | None = None) -> HttpResponse:
    """The dialog; its form alone where that is asked for again."""
    given = request.POST if request.method == "POST" else request.GET
    only_form = request.method == "POST" or "form" in given
    context = {
        **form.context(),
        "message": given.get("message", form.pad.name),
        "session": given.get("session", ""),
        "selection": given.get("selection", ""),
        **(more or {}),
    }
    part = "pads/promote/form.html" if only_form else "pads/promote/dialog.html"
    status = 400 if more and "error" in more else 200
    return render(request, part, context, status=status)


def _refused(request: PageRequest, form: PromoteForm, refusal: DomainError) -> HttpResponse:
    """The form as things are now, with what was refused."""
    if not is_htmx(request):
        raise refusal
    fresh = _form(request, form.pad.project_id, form.pad.id)
    return _shown(request, fresh, {"error": refusal_text(refusal)})


def _page_of(pad: Pad) -> str:
    return reverse("pads:pad", args=[pad.project_id, pad.id])
