"""Reauthentication before a page changes credentials or permissions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows, suspend_request
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.callers import caller_from_request
from accounts.models import User
from accounts.rules import require_proof
from kernel.errors import ReauthenticationNeeded


def redirect_to_confirmation(request: HttpRequest) -> HttpResponse:
    """Redirect to the reauthentication page, and from there back; a form that was sent is kept in the session.

    Only for forms without secrets, since the session stores them.
    """
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        return render(request, "account/sign_in_again.html", {"next": _way_back(request)}, status=403)
    onward = suspend_request(request, methods[0]["url"])
    return HttpResponseClientRedirect(onward.url) if getattr(request, "htmx", False) else onward


def confirmation_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorator of views that need a recent reauthentication."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User):
            try:
                require_proof(caller_from_request(request))
            except ReauthenticationNeeded:
                return redirect_to_confirmation(request)
        return view(request, *args, **kwargs)

    return guarded


def record_sign_in_as_proof(request: HttpRequest, user: User) -> None:
    """Count a sign-in as a reauthentication if the account has no password and no factor.

    People who sign in through an external provider reauthenticate by signing in there again.
    """
    records = list(get_authentication_records(request, user))
    if records and not get_reauthentication_flows(user):
        records[-1] = {**records[-1], "reauthenticated": True}
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = records


def _way_back(request: HttpRequest) -> str:
    """The page to return to: this one, or the one whose form was sent."""
    return request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("workspace:account")
