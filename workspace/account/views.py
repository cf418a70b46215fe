"""One's own account: second factors, sessions, access tokens, and how Foundry looks."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from accounts.factors import describe_factors
from accounts.models import PersonalAccessToken
from accounts.services import create_token, revoke_token, set_shortcuts
from accounts.sessions import end_other_sessions, end_session, sessions_of
from accounts.suspension import why_not_sign
from kernel.errors import ValidationFailed
from notifications.services import set_preferences
from workspace.account.devices import SessionView
from workspace.account.mail_choice import MailChoice
from workspace.decorators import PageRequest, page


@page("GET", "HEAD", "POST")
def account(request: PageRequest) -> HttpResponse:
    """GET: the page. POST: a new token; its text is in this one answer and nowhere else."""
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        name = request.POST.get("name", "")
        try:
            token, text = create_token(caller=caller_from_request(request), name=name)
            context = {"fresh": token, "fresh_text": text}
        except ValidationFailed as refusal:
            context, status = {"errors": refusal.errors, "name": name}, refusal.status
    return _page(request, context, status)


def _page(request: PageRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    caller = caller_from_request(request)
    context["factors"] = describe_factors(request.user)
    context["why_not_sign"] = why_not_sign(request.user)
    context["sessions"] = [SessionView.of(row, caller) for row in sessions_of(request.user)]
    context["tokens"] = PersonalAccessToken.objects.filter(user=request.user, revoked_at__isnull=True)
    context.setdefault("mails", MailChoice.of(request.user))
    return render(request, "workspace/account.html", context, status=status)


@page("POST")
def choose_mails(request: PageRequest) -> HttpResponse:
    """`topic` (any number of them), `address`: what one also has by mail."""
    topics, address = request.POST.getlist("topic"), request.POST.get("address", "")
    try:
        set_preferences(caller=caller_from_request(request), topics=topics, address=address)
    except ValidationFailed as refusal:
        context: dict[str, object] = {"mails": MailChoice(request.user, topics, address), "mail_errors": refusal.errors}
        return _page(request, context, refusal.status)
    messages.success(request, _("E-mail choices saved."))
    return redirect("workspace:account")


@page("POST")
def switch_shortcuts(request: PageRequest) -> HttpResponse:
    """`shortcuts=on` or off: one's own keyboard shortcuts on all pages."""
    are_on = request.POST.get("shortcuts") == "on"
    set_shortcuts(caller=caller_from_request(request), are_on=are_on)
    messages.success(request, _("Shortcuts are on.") if are_on else _("Shortcuts are off."))
    return redirect("workspace:account")


@page("POST")
def revoke(request: PageRequest, token_id: UUID) -> HttpResponse:
    """End a token at once."""
    revoke_token(caller=caller_from_request(request), token_id=token_id)
    messages.success(request, _("Token revoked. It no longer works."))
    return redirect("workspace:account")


@page("POST")
def end_browser_session(request: PageRequest, session_id: int) -> HttpResponse:
    """Sign out another browser of one's own."""
    end_session(caller=caller_from_request(request), session_id=session_id)
    messages.success(request, _("That browser is signed out."))
    return redirect("workspace:account")


@page("POST")
def end_elsewhere(request: PageRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    end_other_sessions(caller=caller_from_request(request))
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("workspace:account")
