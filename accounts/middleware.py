"""Browser sessions that nobody uses end on the server, whatever the cookie says."""

from __future__ import annotations

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from accounts.callers import foundry_caller
from accounts.models import User
from accounts.sessions import end_sessions, still_open


class BrowserSessions:
    """Stands behind Django's authentication and messages. Requests without a session cookie cost nothing here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.session.session_key and isinstance(request.user, User) and not still_open(request):
            rows = UserSession.objects.filter(session_key=request.session.session_key)
            end_sessions(caller=foundry_caller(), rows=rows, why="unused")
            request.session.flush()
            request.user = AnonymousUser()
            messages.info(request, _("You were signed out, because nobody was here for a while."))
        return self._get_response(request)
