"""One's own account: second factors, sessions, access tokens, and how Foundry looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from accounts.factors import describe_factors
from accounts.models import PersonalAccessToken, Scope
from accounts.services import create_token, revoke_token, set_shortcuts
from accounts.sessions import end_other_sessions, end_session, sessions_of
from accounts.suspension import why_not_sign
from kernel.errors import ValidationFailed
from notifications.services import set_preferences
from workspace.account.devices import SessionView
from workspace.account.mail_choice import MailChoice
from workspace.decorators import PageRequest, page
from workspace.sections import ACCOUNT_SECTIONS, SectionContext, shown_sections
from workspace.templatetags.foundry import reader_zone


@page("GET", "HEAD", "POST")
def account(request: PageRequest) -> HttpResponse:
    """GET: the page. POST: a new token; its text is in this one answer and nowhere else."""
    if request.method != "POST":
        return account_page(request)
    name, scope, until = (request.POST.get(key, "") for key in ("name", "scope", "until"))
    try:
        token, text = create_token(
            caller=caller_from_request(request),
            name=name,
            scope=scope or Scope.WRITE,
            expires_at=_end_of(until, request),
        )
    except ValidationFailed as refusal:
        again = {"tokens": {"errors": refusal.errors, "name": name, "scope": scope, "until": until}}
        return account_page(request, again=again, status=refusal.status)
    return account_page(request, again={"tokens": {"fresh": token, "fresh_text": text}})


def _end_of(day: str, request: PageRequest) -> datetime | None:
    """The end of a day in the reader's time zone, on the last possible day the last possible moment; None for no day.

    Raises `ValidationFailed`.
    """
    if not day:
        return None
    try:
        end = datetime.combine(date.fromisoformat(day), time.max, reader_zone(request))
        limit = timezone.now() + settings.FOUNDRY_TOKEN_LIFETIME
        return min(end, limit) if timezone.localtime(limit, reader_zone(request)).date() == end.date() else end
    except (ValueError, OverflowError):
        raise ValidationFailed({"expires_at": [_("Give a date, such as 2026-11-20.")]}) from None


def account_page(
    request: PageRequest, *, again: Mapping[str, Mapping[str, Any]] = MappingProxyType({}), status: int = 200
) -> HttpResponse:
    """The account page with the sections that apps register; `again` has values of a section whose form was refused."""
    sections = shown_sections(ACCOUNT_SECTIONS, SectionContext(request, request.user), again)
    return render(request, "workspace/account.html", {"sections": sections}, status=status)


def factors_values(context: SectionContext) -> dict[str, Any]:
    """The second factors, and why the reader may not sign."""
    return {"factors": describe_factors(context.user), "why_not_sign": why_not_sign(context.user)}


def sessions_values(context: SectionContext) -> dict[str, Any]:
    """The browsers in which the reader is signed in."""
    caller = caller_from_request(context.request)
    return {"sessions": [SessionView.of(row, caller) for row in sessions_of(context.user)]}


def mails_values(context: SectionContext) -> dict[str, Any]:
    """What the reader has by mail."""
    return {"mails": MailChoice.of(context.user)}


def tokens_values(context: SectionContext) -> dict[str, Any]:
    """The reader's access tokens."""
    zone = reader_zone(context.request)
    last_day = timezone.localtime(timezone.now() + settings.FOUNDRY_TOKEN_LIFETIME, zone).date()
    return {
        "tokens": PersonalAccessToken.objects.filter(user=context.user, revoked_at__isnull=True),
        "scopes": Scope.choices,
        "today": timezone.localtime(timezone.now(), zone).date(),
        "last_day": last_day,
        "last_day_in_words": date_format(last_day, "j M Y"),
        "scope": Scope.WRITE,
    }


@page("POST")
def choose_mails(request: PageRequest) -> HttpResponse:
    """`topic` (any number of them), `address`: what one also has by mail."""
    topics, address = request.POST.getlist("topic"), request.POST.get("address", "")
    try:
        set_preferences(caller=caller_from_request(request), topics=topics, address=address)
    except ValidationFailed as refusal:
        values = {"mails": MailChoice(request.user, topics, address), "mail_errors": refusal.errors}
        return account_page(request, again={"mails": values}, status=refusal.status)
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
