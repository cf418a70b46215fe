"""Browser sessions: which there are, ending them, and ending those that nobody uses (allauth.usersessions lists them).

All of it is in Postgres: Django's session, and beside it the row that says since when, from where, and when it was
last used. Used means that a person did something: opened a page, sent a form, wrote into a socket, or moved in a page
while reading (its script says so by a POST, once a minute). What a page asks for by itself keeps nobody signed in.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any, Final

from allauth.core.internal.sessionkit import get_session_user
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import actions
from accounts.callers import Caller, cookie_credential, foundry_caller
from accounts.models import User
from accounts.rules import require_proof
from audit.services import Target, record
from kernel.errors import NotFound
from kernel.transactions import write_transaction

logger = logging.getLogger(__name__)

# How exact the time of the last use is; one UPDATE a minute is nothing, one for each request would be.
TOUCH_INTERVAL: Final = timedelta(minutes=1)
# So many are ended at a time; the next round finds the others.
MAX_SESSIONS_SWEPT: Final = 100


def sessions_of(user: User) -> list[UserSession]:
    """The account's browser sessions that are open, the newest use first."""
    rows = UserSession.objects.filter(user=user).order_by("-last_seen_at")
    return [row for row in rows if _is_open(row)]


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """How long a browser session still lasts: without anybody's act, and at most."""

    idle: timedelta
    life: timedelta

    @property
    def is_over(self) -> bool:
        return self.idle < timedelta(0) or self.life < timedelta(0)


def time_left(request: HttpRequest) -> TimeLeft:
    """How long this signed-in browser session may go on; notes its use. One query, and once a minute a second one."""
    key = request.session.session_key
    rows = UserSession.objects.filter(session_key=key)
    found = rows.annotate(now=Now()).values_list("now", "created_at", "last_seen_at").first()
    if found is None:
        if not request.session.exists(key or ""):
            # It was ended since this request began: nothing may bring it back.
            return TimeLeft(timedelta(-1), timedelta(-1))
        UserSession.objects.create_from_request(request)
        return TimeLeft(settings.FOUNDRY_SESSION_IDLE, settings.FOUNDRY_SESSION_LIFETIME)
    now, began_at, used_at = found
    left = TimeLeft(used_at + settings.FOUNDRY_SESSION_IDLE - now, began_at + settings.FOUNDRY_SESSION_LIFETIME - now)
    if left.is_over or now - used_at <= TOUCH_INTERVAL or not _is_user_activity(request):
        return left
    if rows.filter(last_seen_at__lt=now - TOUCH_INTERVAL).update(last_seen_at=Now()):
        return TimeLeft(settings.FOUNDRY_SESSION_IDLE, left.life)
    # Another request noted it in this moment, or ended the session.
    return time_left(request)


def record_use(*, user: User, credential: str) -> None:
    """A person has done something in a socket that was opened with this credential."""
    for row in UserSession.objects.filter(user=user, last_seen_at__lt=Now() - TOUCH_INTERVAL):
        if cookie_credential(row.session_key) == credential:
            UserSession.objects.filter(pk=row.pk).update(last_seen_at=Now())


def remember_signed_in_user(request: HttpRequest, user: User, session_key: str) -> None:
    """Remember who was signed in when the request came: whoever signs in during it takes their session's place."""
    request.came_with = (user, session_key)  # type: ignore[attr-defined]


def replaced_session(request: HttpRequest) -> tuple[User, str] | None:
    """Whose session a sign-in has just taken the place of, without a sign-out, and its key; None for nobody's."""
    came_with: tuple[User, str] | None = getattr(request, "came_with", None)
    return came_with if came_with and came_with[1] != request.session.session_key else None


def end_session(*, caller: Caller, session_id: int) -> None:
    """Sign out one of one's own browsers, wherever it is.

    Raises `NotFound` for another one's, `ReauthenticationNeeded`.
    """
    require_proof(caller)
    row = UserSession.objects.filter(pk=session_id, user=caller.user).first()
    if row is None:
        raise NotFound(_("There is no such session."))
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
    """What every node does now and then: sign out whom nobody has seen for too long, or who came too long ago."""
    return sum(
        end_sessions(caller=foundry_caller(), rows=[row], why=_why_over(row)) for row in _over()[:MAX_SESSIONS_SWEPT]
    )


def end_over_session(request: HttpRequest) -> None:
    """This browser's session has lasted as long as it may."""
    for row in _over().filter(session_key=request.session.session_key):
        end_sessions(caller=foundry_caller(), rows=[row], why=_why_over(row))


def forget_session(session_key: str) -> None:
    """The session has been ended by its person."""
    UserSession.objects.filter(session_key=session_key).delete()


def _over() -> QuerySet[Any]:
    idle = Q(last_seen_at__lt=Now() - settings.FOUNDRY_SESSION_IDLE)
    old = Q(created_at__lt=Now() - settings.FOUNDRY_SESSION_LIFETIME)
    is_old = Case(When(old, then=Value(True)), default=Value(False))
    rows: QuerySet[Any] = UserSession.objects.annotate(is_old=is_old).filter(idle | old).order_by("pk")
    return rows


def _why_over(row: Any) -> str:
    return "lifetime" if row.is_old else "unused"


def _is_open(row: UserSession) -> bool:
    """Whether the session still signs somebody in: it may have ended with a password, or with the account."""
    return bool(row.exists()) and get_session_user(_store(row.session_key)) is not None


def _is_user_activity(request: HttpRequest) -> bool:
    """A form that was sent, or a page that was opened; not what a page fetches because something happened."""
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        return True
    return "HX-Request" not in request.headers and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def _store(session_key: str) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(session_key)
