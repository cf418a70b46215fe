"""Browser sessions: which there are, ending them, and ending those that nobody uses (allauth.usersessions lists them).

All of it is in Postgres: Django's session, and beside it the row that says since when, from where, and when it was
last used. Used means that a person did something: opened a page, sent a form, wrote into a socket; what a page asks
for by itself keeps nobody signed in.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Final

from allauth.core.internal.sessionkit import get_session_user
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from accounts import actions
from accounts.callers import Caller, cookie_credential, foundry_caller
from accounts.models import User
from accounts.rules import require_proof
from audit.errors import NotFound
from audit.services import Target, record
from audit.transactions import write_transaction

logger = logging.getLogger(__name__)

# How exact the time of the last use is; one UPDATE a minute is nothing, one for each request would be.
TOUCH_INTERVAL: Final = timedelta(minutes=1)
# So many are ended at a time; the next round finds the others.
SWEEP_LIMIT: Final = 100


def sessions_of(user: User) -> list[UserSession]:
    """The account's browser sessions that are open, the newest use first."""
    rows = UserSession.objects.filter(user=user).order_by("-last_seen_at")
    return [row for row in rows if _is_open(row)]


def still_open(request: HttpRequest) -> bool:
    """Whether this signed-in browser session may go on; notes its use. One query, and once a minute a second one."""
    key = request.session.session_key
    rows = UserSession.objects.filter(session_key=key)
    found = rows.annotate(now=Now()).values_list("now", "created_at", "last_seen_at").first()
    if found is None:
        UserSession.objects.create_from_request(request)
        return True
    now, began_at, used_at = found
    if _is_over(now, began_at, used_at):
        return False
    if now - used_at > TOUCH_INTERVAL and _is_somebodys_act(request):
        rows.filter(last_seen_at__lt=now - TOUCH_INTERVAL).update(last_seen_at=Now())
    return True


def note_use(*, user: User, credential: str) -> None:
    """A person has done something in a socket that was opened with this credential."""
    for row in UserSession.objects.filter(user=user, last_seen_at__lt=Now() - TOUCH_INTERVAL):
        if cookie_credential(row.session_key) == credential:
            UserSession.objects.filter(pk=row.pk).update(last_seen_at=Now())


def end_session(*, caller: Caller, session_id: int) -> None:
    """Sign out one of one's own browsers, wherever it is.

    Raises `NotFound` for another one's, `ReauthenticationNeeded`.
    """
    require_proof(caller)
    row = UserSession.objects.filter(pk=session_id, user=caller.user).first()
    if row is None:
        raise NotFound("There is no such session.")
    end_sessions(caller=caller, rows=[row], why="elsewhere")


def end_other_sessions(*, caller: Caller) -> int:
    """Sign out everywhere but here; how many there were. Raises `ReauthenticationNeeded`."""
    require_proof(caller)
    others = [row for row in sessions_of(caller.user) if cookie_credential(row.session_key) != caller.credential]
    return end_sessions(caller=caller, rows=others, why="elsewhere")


def end_sessions(*, caller: Caller, rows: Iterable[UserSession], why: str) -> int:
    """End browser sessions with their events, which close their sockets and free their locks within 2 s."""
    ended = 0
    for row in rows:
        with write_transaction():
            was_open = _is_open(row)
            if not UserSession.objects.filter(pk=row.pk).delete()[0]:
                continue
            _store(row.session_key).delete()
            if was_open:
                data = {"credential": cookie_credential(row.session_key), "why": why}
                record(caller=caller, action=actions.SIGNED_OUT, target=Target.of("user", row.user_id), data=data)
                ended += 1
    return ended


def end_unused_sessions() -> int:
    """What every node does now and then: sign out whom nobody has seen for too long; how many there were."""
    rows = _over()[:SWEEP_LIMIT]
    return end_sessions(caller=foundry_caller(), rows=rows, why="unused") if rows else 0


def forget_session(session_key: str) -> None:
    """The session has been ended by its person."""
    UserSession.objects.filter(session_key=session_key).delete()


def _over() -> QuerySet[Any]:
    idle = Q(last_seen_at__lt=Now() - settings.FOUNDRY_SESSION_IDLE)
    old = Q(created_at__lt=Now() - settings.FOUNDRY_SESSION_LIFETIME)
    rows: QuerySet[Any] = UserSession.objects.filter(idle | old).order_by("pk")
    return rows


def _is_over(now: datetime, began_at: datetime, used_at: datetime) -> bool:
    return used_at < now - settings.FOUNDRY_SESSION_IDLE or began_at < now - settings.FOUNDRY_SESSION_LIFETIME


def _is_open(row: UserSession) -> bool:
    """Whether the session still signs somebody in: it may have ended with a password, or with the account."""
    return bool(row.exists()) and get_session_user(_store(row.session_key)) is not None


def _is_somebodys_act(request: HttpRequest) -> bool:
    """A form that was sent, or a page that was opened; not what a page fetches because something happened."""
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        return True
    return "HX-Request" not in request.headers and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def _store(session_key: str) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(session_key)
