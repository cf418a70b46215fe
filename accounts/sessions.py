"""Browser sessions: listing them (by allauth.usersessions), ending them, and ending those that are not used.

Everything is in Postgres: Django's session, and a row with its beginning, address and last use. A use is an act of a
person: opening a page, sending a form, writing into a socket, or moving in a page while reading (which its script
reports by a POST, once a minute). Requests that a page makes by itself do not extend a session.
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

# The precision of the time of the last use: it is updated once a minute instead of once a request.
TOUCH_INTERVAL: Final = timedelta(minutes=1)
# How many sessions one sweep ends at most; the next sweep finds the others.
MAX_SESSIONS_SWEPT: Final = 100


def sessions_of(user: User) -> list[UserSession]:
    """The account's browser sessions that are open, the newest use first."""
    rows = UserSession.objects.filter(user=user).order_by("-last_seen_at")
    return [row for row in rows if _is_open(row)]


def count_sessions(user: User) -> int:
    """How many browser sessions the account has, by one query; one that a new password has just ended may count."""
    return int(UserSession.objects.filter(user=user).count())


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """How long a browser session still lasts: if it is not used, and at most."""

    idle: timedelta
    life: timedelta

    @property
    def is_over(self) -> bool:
        return self.idle < timedelta(0) or self.life < timedelta(0)


def time_left(request: HttpRequest) -> TimeLeft:
    """How long this signed-in session still lasts; records its use. One query, and once a minute a second one."""
    key = request.session.session_key
    rows = UserSession.objects.filter(session_key=key)
    found = rows.annotate(now=Now()).values_list("now", "created_at", "last_seen_at").first()
    if found is None:
        if not request.session.exists(key or ""):
            # It was ended after this request began, and must not be saved again.
            return TimeLeft(timedelta(-1), timedelta(-1))
        UserSession.objects.create_from_request(request)
        return TimeLeft(settings.FOUNDRY_SESSION_IDLE, settings.FOUNDRY_SESSION_LIFETIME)
    now, began_at, used_at = found
    left = TimeLeft(used_at + settings.FOUNDRY_SESSION_IDLE - now, began_at + settings.FOUNDRY_SESSION_LIFETIME - now)
    if left.is_over or now - used_at <= TOUCH_INTERVAL or not _is_user_activity(request):
        return left
    if rows.filter(last_seen_at__lt=now - TOUCH_INTERVAL).update(last_seen_at=Now()):
        return TimeLeft(settings.FOUNDRY_SESSION_IDLE, left.life)
    # Another request has just recorded the use, or ended the session.
    return time_left(request)


def record_use(*, user: User, credential: str) -> None:
    """Record that a person was active in a socket that was opened with this credential."""
    for row in UserSession.objects.filter(user=user, last_seen_at__lt=Now() - TOUCH_INTERVAL):
        if cookie_credential(row.session_key) == credential:
            UserSession.objects.filter(pk=row.pk).update(last_seen_at=Now())


def remember_signed_in_user(request: HttpRequest, user: User, session_key: str) -> None:
    """Store on the request who was signed in when it began, because a sign-in during it replaces their session."""
    request.came_with = (user, session_key)  # type: ignore[attr-defined]


def replaced_session(request: HttpRequest) -> tuple[User, str] | None:
    """The user and key of the session that a sign-in has just replaced without a sign-out; None if there was none."""
    came_with: tuple[User, str] | None = getattr(request, "came_with", None)
    return came_with if came_with and came_with[1] != request.session.session_key else None


def end_session(*, caller: Caller, session_id: int) -> None:
    """Sign the caller out of one of their other browsers.

    Raises `NotFound` also for another person's session, and `ReauthenticationNeeded`.
    """
    require_proof(caller)
    row = UserSession.objects.filter(pk=session_id, user=caller.user).first()
    if row is None:
        raise NotFound(_("Session not found."))
    end_sessions(caller=caller, rows=[row], why="elsewhere")


def end_other_sessions(*, caller: Caller) -> int:
    """Sign the caller out of all other browsers. Returns how many. Raises `ReauthenticationNeeded`."""
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
    """Periodic on every node: end sessions that were not used for too long, or that are too old."""
    return sum(
        end_sessions(caller=foundry_caller(), rows=[row], why=_why_over(row)) for row in _over()[:MAX_SESSIONS_SWEPT]
    )


def end_over_session(request: HttpRequest) -> None:
    """End the session of this browser, which has reached its limit."""
    for row in _over().filter(session_key=request.session.session_key):
        end_sessions(caller=foundry_caller(), rows=[row], why=_why_over(row))


def forget_session(session_key: str) -> None:
    """Delete a session that its person has ended."""
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
    """Whether the session is still signed in: a new password or a closed account also ends it."""
    return bool(row.exists()) and get_session_user(_store(row.session_key)) is not None


def _is_user_activity(request: HttpRequest) -> bool:
    """Whether a person sent a form or opened a page, unlike requests that a page makes by itself."""
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        return True
    return "HX-Request" not in request.headers and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def _store(session_key: str) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(session_key)
