"""Lock-out: failed tries are counted in PostgreSQL by account and by address (21 CFR 11.300(d); c17).

A try counts as failed from before it is checked until it succeeds, so that tries at the same moment cannot slip
through together. `attempt` combines the three steps `check`, `failed` and `succeeded`. A typed name without an account
is counted like an account, so that the answers do not reveal which names exist.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import actions
from accounts.callers import Caller, foundry_caller
from accounts.client_addresses import network_of
from accounts.metrics import LOCKOUTS, REFUSED
from accounts.models import FailureCount, User
from accounts.normalization import fold_username
from accounts.rules import lock_account, require_administrator
from audit.services import Target, record
from kernel.errors import RateLimited
from kernel.transactions import write_transaction

logger = logging.getLogger(__name__)


class Purpose(StrEnum):
    """The purpose of a try; each is counted separately."""

    SIGN_IN = "sign_in"
    SIGNING = "signing"
    DEVICE_CODE = "device_code"


@dataclass(frozen=True, slots=True)
class _Subject:
    """The key by which failures are counted, and how many are allowed."""

    key: str
    limit: int
    target: Target


@dataclass(slots=True)
class Attempt:
    """One try that has begun."""

    purpose: Purpose
    caller: Caller
    subjects: tuple[_Subject, ...]
    ended: bool = False
    success: bool = False

    def succeed(self, *, completely: bool = False) -> None:
        """Take back the failure that was counted in advance; `completely`: also earlier failures of the account."""
        succeeded(self, completely=completely)


_LOCKED_ACTIONS: Final = {
    Purpose.SIGN_IN: actions.SIGN_IN_LOCKED,
    Purpose.SIGNING: actions.SIGNING_LOCKED,
    Purpose.DEVICE_CODE: actions.DEVICE_CODES_LOCKED,
}
# By the clock of PostgreSQL, since those of two nodes may differ. A count restarts after a window or a lock-out.
_COUNT: Final = """
INSERT INTO accounts_failurecount AS count (subject, failures, failed_at, locked_until)
VALUES (%(key)s, 1, clock_timestamp(), CASE WHEN %(limit)s = 1 THEN clock_timestamp() + %(lasts)s::interval END)
ON CONFLICT (subject) DO UPDATE SET (failures, failed_at, locked_until) = (
    SELECT failures, clock_timestamp(), CASE WHEN failures >= %(limit)s THEN clock_timestamp() + %(lasts)s::interval END
    FROM (SELECT CASE
        WHEN count.failed_at < clock_timestamp() - %(window)s::interval OR count.locked_until IS NOT NULL THEN 1
        ELSE count.failures + 1
    END AS failures) AS counted
)
WHERE count.locked_until IS NULL OR count.locked_until <= clock_timestamp()
RETURNING failures
"""
_LOCKED: Final = """
SELECT locked_until, clock_timestamp() FROM accounts_failurecount WHERE subject = %s AND locked_until IS NOT NULL
"""


@contextmanager
def attempt(*, purpose: Purpose, caller: Caller, name: str = "", user: User | None = None) -> Iterator[Attempt]:
    """Count a try: unless `succeed` is called inside, it has failed. Raises `RateLimited` while locked out.

    Give the account or, while it is not known, the typed name. `caller` is recorded with the failure.
    """
    tried = check(purpose=purpose, caller=caller, name=name, user=user)
    try:
        yield tried
    finally:
        if not tried.ended:
            failed(tried)


def check(*, purpose: Purpose, caller: Caller, name: str = "", user: User | None = None) -> Attempt:
    """Count a try as failed before it is checked. Raises `RateLimited`, and then counts nothing."""
    account = user or User.objects.named(name).first()
    subjects = [_of_account(purpose, account, name)]
    if purpose is Purpose.SIGN_IN and caller.address:
        subjects.append(_of_address(purpose, caller.address))
    with write_transaction(), connection.cursor() as cursor:
        for subject in subjects:
            cursor.execute(_COUNT, {"key": subject.key, "limit": subject.limit, **_durations()})
            if cursor.fetchone() is None:
                cursor.execute(_LOCKED, [subject.key])
                raise _refusal(purpose, subject, cursor.fetchone())
    return Attempt(purpose, caller, tuple(subjects))


def succeeded(tried: Attempt, *, completely: bool = False) -> None:
    """Take back the failure that `check` counted. Earlier ones of the address stay: a guesser may own an account."""
    tried.ended = tried.success = True
    account, *others = tried.subjects
    with write_transaction():
        for subject in (account, *others):
            rows = FailureCount.objects.filter(subject=subject.key, failures__gt=0)
            if completely and subject is account:
                rows.delete()
            else:
                rows.update(failures=F("failures") - 1, locked_until=None)


def failed(tried: Attempt) -> None:
    """Keep the failure; if it locks something, record an event and log an alert."""
    tried.ended = True
    REFUSED.labels(tried.purpose).inc()
    locked = []
    with write_transaction():
        for subject in tried.subjects:
            row = FailureCount.objects.filter(subject=subject.key, locked_until__isnull=False).first()
            if row is None:
                continue
            data = {"failures": row.failures, "until": row.locked_until.isoformat() if row.locked_until else None}
            action = _action(tried.purpose, subject)
            record(caller=_recorder(tried), action=action, target=subject.target, data=data)
            locked.append((subject, row.failures))
        _forget_old()
    for subject, failures in locked:
        LOCKOUTS.labels(tried.purpose).inc()
        what = f"{subject.target.type} {subject.target.id}"
        logger.error("ALERT: %s is locked for %s after %d failed tries", tried.purpose, what, failures)


def forget(user: User) -> None:
    """Forget the failures of an account after a complete sign-in."""
    FailureCount.objects.filter(subject=_of_account(Purpose.SIGN_IN, user, "").key).delete()


def unlock_account(*, caller: Caller, user_id: UUID) -> bool:
    """Unlock an account for sign-in and signing. Returns whether anything was counted. Administrators only."""
    require_administrator(caller)
    with write_transaction():
        user = lock_account(user_id)
        keys = [_of_account(purpose, user, "").key for purpose in Purpose]
        return _unlock(caller, keys, actions.UNLOCKED, Target.of("user", user.id))


def unlock_address(*, caller: Caller, address: str) -> bool:
    """Unlock an address. Returns whether anything was counted. Administrators only."""
    require_administrator(caller)
    subject = _of_address(Purpose.SIGN_IN, address)
    return _unlock(caller, [subject.key], actions.ADDRESS_UNLOCKED, subject.target)


def locked_until(user: User) -> datetime | None:
    """Until when the account is locked for signing in; None if it is not."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, [_of_account(Purpose.SIGN_IN, user, "").key])
        row = cursor.fetchone()
    return row[0] if row and row[0] > row[1] else None


def _unlock(caller: Caller, keys: list[str], action: str, target: Target) -> bool:
    with write_transaction():
        removed, _by_table = FailureCount.objects.filter(subject__in=keys).delete()
        if removed:
            record(caller=caller, action=action, target=target)
    return bool(removed)


def _durations() -> dict[str, str]:
    """The window and the duration of a lock-out, as intervals for PostgreSQL."""
    durations = {"window": settings.FOUNDRY_LOCKOUT_WINDOW, "lasts": settings.FOUNDRY_LOCKOUT_DURATION}
    return {name: f"{duration.total_seconds()} seconds" for name, duration in durations.items()}


def _of_account(purpose: Purpose, user: User | None, name: str) -> _Subject:
    """Counts by account, or by the keyed hash of the typed name: people type passwords there by mistake."""
    limit = settings.FOUNDRY_LOCKOUT_FAILURES
    if user is not None:
        return _Subject(f"{purpose}:account:{user.id}", limit, Target.of("user", user.id))
    digest = salted_hmac("accounts.lockout", fold_username(name), algorithm="sha256").hexdigest()
    return _Subject(f"{purpose}:name:{digest}", limit, Target.of("user", "unknown"))


def _of_address(purpose: Purpose, address: str) -> _Subject:
    """Counts by address; an IPv6 network of 64 bits counts as one, since one person controls all of it."""
    name = network_of(address)
    return _Subject(f"{purpose}:address:{name}", settings.FOUNDRY_LOCKOUT_ADDRESS_FAILURES, Target.of("address", name))


def _action(purpose: Purpose, subject: _Subject) -> str:
    if subject.target.type == "address":
        return actions.ADDRESS_LOCKED
    return _LOCKED_ACTIONS[purpose]


def _recorder(tried: Attempt) -> Caller:
    """The actor of a lock-out's event: Foundry for a sign-in, otherwise the caller, who is signed in."""
    return foundry_caller() if tried.purpose is Purpose.SIGN_IN else tried.caller


def _refusal(purpose: Purpose, subject: _Subject, row: tuple[datetime, datetime] | None) -> RateLimited:
    left = row[0] - row[1] if row else timedelta(seconds=1)
    seconds = max(1, int(left.total_seconds()) + 1)
    minutes = -(-seconds // 60)
    when = ngettext("in a minute", "in {minutes} minutes", minutes).format(minutes=minutes)
    if purpose is Purpose.SIGNING:
        text = _("Too many failed tries to sign: signing is locked. Try again {when}, or ask an administrator.")
    elif purpose is Purpose.DEVICE_CODE:
        text = _("Too many codes that no device shows. Try again {when}, or ask an administrator.")
    elif subject.target.type == "address":
        text = _("Too many failed sign-ins from your network. Try again {when}, or ask an administrator.")
    else:
        text = _("Too many failed sign-ins: this account is locked. Try again {when}, or ask an administrator.")
    return RateLimited(text.format(when=when), retry_after=seconds)


def _forget_old() -> None:
    """Delete counts that are past both their window and their lock-out; those of typed names would accumulate."""
    longest = max(settings.FOUNDRY_LOCKOUT_WINDOW, settings.FOUNDRY_LOCKOUT_DURATION)
    with connection.cursor() as cursor:
        sql = "DELETE FROM accounts_failurecount WHERE failed_at < clock_timestamp() - %s::interval"
        cursor.execute(sql, [f"{longest.total_seconds()} seconds"])
