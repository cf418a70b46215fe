"""What administrators do with accounts on the page People: each form is a dialog with an address of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from accounts.models import Kind, User
from accounts.rules import require_proof
from accounts.services import create_account, deactivate_account, reactivate_account, update_account
from kernel.errors import DomainError, ReauthenticationNeeded, ValidationFailed
from kernel.names import check_reason
from projects.succession import projects_left_by
from workspace.accounts.fields import EMAIL, NAME, NEW_NAME, PASSWORD, REASON, USERNAME, TextField
from workspace.accounts.views import account_of, people_page, person_page, show_list
from workspace.decorators import PageRequest
from workspace.person_facts import closing_notes

_FLAGS: Final = ("is_administrator", "is_auditor")


@people_page("GET", "HEAD", "POST")
def new_account(request: PageRequest) -> HttpResponse:
    """GET: the form, once the reader has confirmed who they are. POST `username, display_name, …`: an account."""
    caller = caller_from_request(request)
    if request.method != "POST":
        require_proof(caller)
        return _new_form(request, {"kind": Kind.HUMAN})
    post = request.POST
    facts: dict[str, Any] = {name: post.get(name, "") for name in ("username", "display_name", "email", "kind")}
    try:
        made = create_account(caller=caller, **facts, password=post.get("password") or None, **_flags(post))
    except ReauthenticationNeeded as refusal:
        # The session would keep the form until then, and with it the password.
        return _new_form(request, post, refusal=refusal, is_unproven=True)
    except DomainError as refusal:
        return _new_form(request, post, refusal=refusal)
    messages.success(request, _("{name} has an account now.").format(name=made.display_name))
    return redirect("workspace:person", made.id)


@people_page("GET", "HEAD", "POST")
def change(request: PageRequest, user_id: UUID) -> HttpResponse:
    """GET: the form. POST `display_name, email, is_administrator, is_auditor`: change the account."""
    shown = account_of(user_id)
    part = "workspace/people/change_form.html"
    if request.method != "POST":
        values: dict[str, Any] = {"display_name": shown.display_name, "email": shown.email}
        values |= {"is_administrator": shown.is_superuser, "is_auditor": shown.is_auditor}
        return _dialog(request, shown, part, values, NEW_NAME, EMAIL)
    post = request.POST
    facts: dict[str, Any] = {name: post.get(name, "") for name in ("display_name", "email")}
    try:
        update_account(caller=caller_from_request(request), user_id=user_id, **facts, **_flags(post))
    except DomainError as refusal:
        return _dialog(request, shown, part, post, NEW_NAME, EMAIL, refusal=refusal)
    messages.success(request, _("The account is changed."))
    return redirect("workspace:person", user_id)


@people_page("GET", "HEAD", "POST")
def close(request: PageRequest, user_id: UUID) -> HttpResponse:
    """GET: what it ends. POST `reason, successor`: close the account; the successor takes over its projects."""
    shown = account_of(user_id)
    if request.method != "POST":
        return _close_form(request, shown, {})
    post = request.POST
    try:
        deactivate_account(
            caller=caller_from_request(request),
            user_id=user_id,
            reason=check_reason(post.get("reason", "")),
            successor_id=_successor(post.get("successor", "")),
        )
    except DomainError as refusal:
        return _close_form(request, shown, post, refusal=refusal)
    messages.success(request, _("The account of {name} is closed.").format(name=shown.display_name))
    return redirect("workspace:person", user_id)


@people_page("GET", "HEAD", "POST")
def reopen(request: PageRequest, user_id: UUID) -> HttpResponse:
    """GET: asks for the reason. POST `reason`: open a closed account again."""
    shown = account_of(user_id)
    part = "workspace/people/reopen_form.html"
    if request.method != "POST":
        return _dialog(request, shown, part, {}, REASON)
    post = request.POST
    try:
        reason = check_reason(post.get("reason", ""))
        reactivate_account(caller=caller_from_request(request), user_id=user_id, reason=reason)
    except DomainError as refusal:
        return _dialog(request, shown, part, post, REASON, refusal=refusal)
    messages.success(request, _("The account of {name} is open again.").format(name=shown.display_name))
    return redirect("workspace:person", user_id)


def _new_form(
    request: PageRequest, values: Mapping[str, Any], *, refusal: DomainError | None = None, is_unproven: bool = False
) -> HttpResponse:
    return show_list(
        request,
        status=refusal.status if refusal else 200,
        kinds=[(Kind.HUMAN, Kind.HUMAN.label), (Kind.AGENT, Kind.AGENT.label)],
        is_unproven=is_unproven,
        back=reverse("workspace:accounts"),
        dialog_part="workspace/people/new_form.html",
        **_form(values, (USERNAME, NAME, EMAIL, PASSWORD), refusal),
    )


def _close_form(
    request: PageRequest, shown: User, values: Mapping[str, Any], *, refusal: DomainError | None = None
) -> HttpResponse:
    left = projects_left_by(shown.id)
    # Whoever takes over is asked for first.
    reason = replace(REASON, is_first=not left)
    more = {"notes": closing_notes(shown), "left": left}
    return _dialog(request, shown, "workspace/people/close_form.html", values, reason, refusal=refusal, **more)


def _dialog(
    request: PageRequest,
    shown: User,
    part: str,
    values: Mapping[str, Any],
    *fields: TextField,
    refusal: DomainError | None = None,
    **more: Any,
) -> HttpResponse:
    """The page of the account with a form over it, and why it was refused. Raises `ReauthenticationNeeded`."""
    if isinstance(refusal, ReauthenticationNeeded):
        # The form is kept until its writer has confirmed who they are.
        raise refusal
    status = refusal.status if refusal else 200
    return person_page(request, shown.id, status=status, dialog_part=part, **_form(values, fields, refusal), **more)


def _form(values: Mapping[str, Any], fields: Sequence[TextField], refusal: DomainError | None) -> dict[str, Any]:
    """What every form shows: its fields with what was typed, and why it was refused."""
    errors = refusal.errors if isinstance(refusal, ValidationFailed) else {}
    return {
        "values": values,
        "fields": [each.filled(values, errors) for each in fields],
        "errors": errors,
        "problem": refusal.detail if refusal and not errors else "",
        "dialog_title": "account-title",
    }


def _flags(post: QueryDict) -> dict[str, Any]:
    return {name: post.get(name) == "on" for name in _FLAGS}


def _successor(username: str) -> UUID | None:
    """The person of that user name; None for no name. Raises `ValidationFailed`."""
    if not username.strip():
        return None
    found = User.objects.active().named(username.strip()).values_list("id", flat=True).first()
    if found is None:
        raise ValidationFailed({"successor": [_("No account with this user name.")]})
    return found
