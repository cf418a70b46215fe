"""Proving oneself at the act of signing: both components, counted failures, lock-out and alert (c15, c16, c17).

21 CFR 11.200(a)(1): the first signing of a session takes all components, later ones at least the private one. Only a
browser session is one: a token is no continuous period of controlled access, so there every signing takes both.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Now

from accounts import actions
from accounts.callers import Caller
from accounts.models import User
from audit.errors import RateLimited, ReauthenticationFailed, ValidationFailed
from audit.models import SITE_CHAIN, Event
from audit.services import Target, record
from audit.transactions import unavailable_on_timeout, write_transaction
from publishing.models import Signature, SigningGuard
from publishing.proofs import Proof, fits

logger = logging.getLogger(__name__)

ALLOWED_FAILURES: Final = 5
# Failures count together while less than this lies between two of them; the lock-out lasts as long.
LOCKOUT: Final = timedelta(minutes=15)

SIGNING_FAILED: Final = "account.signing_failed"
SIGNING_LOCKED: Final = "account.signing_locked"


def needs_username(caller: Caller) -> bool:
    """Whether the caller must also name themselves: until their first signature in this browser session."""
    if not caller.credential.startswith("cookie:"):
        return True
    return not Signature.objects.filter(signer=caller.user, credential=caller.credential).exists()


def suspended(user: User) -> bool:
    """Whether somebody else set the account's password, and its person has not chosen one of their own since (c16)."""
    set_last = Event.objects.filter(
        chain=SITE_CHAIN, target_type="user", target_id=str(user.id), action=actions.PASSWORD_CHANGED
    )
    event = set_last.order_by("-seq").first()
    return event is not None and event.data.get("by") != "self"


def prove(*, caller: Caller, proof: Proof, release_id: UUID) -> list[str]:
    """Let the caller prove that they are who they are signed in as; return the names of the components they gave.

    Raises `ValidationFailed` for missing components, `ReauthenticationFailed`, and `RateLimited` while locked out. Has
    transactions of its own: a failed try must stay counted whatever happens after it.
    """
    kind = proof.kind
    components = [*(["username"] if proof.username else []), kind]
    with unavailable_on_timeout():
        user = User.objects.get(pk=caller.user.id)
        if needs_username(caller) and not proof.username:
            raise ValidationFailed({"username": ["Your first signature in this session needs your user name too."]})
        if suspended(user):
            raise ReauthenticationFailed("Your password was set by somebody else. Choose one of your own, then sign.")
    _count_try(user)
    # Nobody signs for another: the name must be the caller's own, whoever's password comes with it.
    own_name = proof.username is None or proof.username.lower() == user.username.lower()
    if not own_name or not fits(user, proof, release_id=release_id):
        _record_failure(caller, user, release_id=release_id, component=kind if own_name else "username")
        raise ReauthenticationFailed("That did not confirm who you are. Nothing was signed.")
    SigningGuard.objects.filter(pk=user.id).update(failures=0, failed_at=None, locked_until=None)
    return components


def _count_try(user: User) -> None:
    """Count a failure before the try is checked; a success takes it back. Raises `RateLimited` while locked out."""
    SigningGuard.objects.bulk_create([SigningGuard(user=user)], ignore_conflicts=True)
    guard = SigningGuard.objects.filter(pk=user.id)
    long_ago = Now() - Value(LOCKOUT)
    until = ExpressionWrapper(Now() + Value(LOCKOUT), output_field=DateTimeField())
    with unavailable_on_timeout():
        guard.filter(failed_at__lt=long_ago).update(failures=0, locked_until=None)
        free = guard.filter(Q(locked_until=None) | Q(locked_until__lte=Now()), failures__lt=ALLOWED_FAILURES)
        if not free.update(failures=F("failures") + 1, failed_at=Now()):
            raise RateLimited(
                "Too many failed tries to sign. Signing is locked for a while.",
                retry_after=int(LOCKOUT.total_seconds()),
            )
        guard.filter(failures__gte=ALLOWED_FAILURES).update(locked_until=until)


def _record_failure(caller: Caller, user: User, *, release_id: UUID, component: str) -> None:
    """The session is the caller's, so the failure is on record as theirs; the alert goes to whoever watches the log."""
    target = Target.of("user", user.id)
    data = {"release_id": str(release_id), "component": component}
    with write_transaction():
        record(caller=caller, action=SIGNING_FAILED, target=target, data=data)
        failures = SigningGuard.objects.values_list("failures", flat=True).get(pk=user.id)
        locked = failures >= ALLOWED_FAILURES
        if locked:
            minutes = int(LOCKOUT.total_seconds() // 60)
            record(caller=caller, action=SIGNING_LOCKED, target=target, data={"failures": failures, "minutes": minutes})
    if locked:
        logger.error("ALERT: signing is locked for user %s after %d failed tries", user.id, failures)
