"""Middleware for browsers: expired sessions end, and a page acts only for its own account."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.binding import refusal_for, refused
from accounts.models import User
from accounts.sessions import TimeLeft, end_over_session, remember_signed_in_user, time_left

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class BrowserSessions:
    """Ends sessions on the server, whatever the cookie says; `request.time_left` says how long one still lasts.

    Placed after Django's authentication and messages. Requests without a session cookie cost no query.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.session.session_key
        if key and isinstance(request.user, User):
            remember_signed_in_user(request, request.user, key)
            left = time_left(request)
            request.time_left = left  # type: ignore[attr-defined]
            if left.is_over:
                end_over_session(request)
                request.session.flush()
                request.user = AnonymousUser()
                messages.info(request, _why(left))
        return self._get_response(request)


class AccountBinding:
    """Refuses requests of a page after another account has signed in at the browser. Placed after sessions."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        refusal = refusal_for(request)
        answer = refused(request, refusal) if refusal is not None else None
        return answer if answer is not None else self._get_response(request)


def _why(left: TimeLeft) -> str:
    if left.life.total_seconds() >= 0:
        return _("You were signed out because of inactivity.")
    hours = round(settings.FOUNDRY_SESSION_LIFETIME.total_seconds() / 3600)
    words = ngettext(
        "You were signed out: a sign-in lasts {hours} hour.",
        "You were signed out: a sign-in lasts {hours} hours.",
        hours,
    )
    return words.format(hours=hours)
