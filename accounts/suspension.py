"""Who may sign: people, unless somebody else could be behind their sign-in (21 CFR 11.200(a)(2), 11.100(a); c16, c23).

An administrator who sets a password, or takes the second factors away, could sign in as that person. So signing is
suspended with it, until the person proves themselves: they choose a password of their own, having signed in with their
second factor where they have one. Where `FOUNDRY_SIGNING_CONFIRMED` asks for more, a person without a factor of their
own also needs another administrator, who has seen them, to say so.
"""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import F

from accounts import actions
from accounts.callers import Caller
from accounts.models import Kind, User
from accounts.rules import is_service, lock_account, require_administrator
from audit.errors import Conflict, PermissionDenied
from audit.models import SITE_CHAIN, Event
from audit.services import Target, record
from audit.transactions import write_transaction


def why_not_sign(user: User) -> str | None:
    """Why this account may not sign, in words for its owner; None where it may."""
    if user.kind != Kind.HUMAN:
        return "Only people sign."
    if not user.is_active:
        return "Your account is closed."
    if user.signing_suspended_at is None:
        return None
    if _needs_confirmation(user):
        return "Somebody else has changed how you sign in. Ask another administrator to confirm that it is you."
    return "Your password was set by somebody else. Choose one of your own, then sign."


def may_sign(user: User) -> bool:
    """Whether this account may sign."""
    return why_not_sign(user) is None


def suspend_signing(*, caller: Caller, user: User, why: str) -> None:
    """Suspend signing inside the transaction of what somebody else did to the account's sign-in; its row is locked."""
    target = Target.of("user", user.id)
    event = record(caller=caller, action=actions.SIGNING_SUSPENDED, target=target, data={"why": why})
    User.objects.filter(pk=user.pk).update(signing_suspended_at=event.at)


def restore_by_own_password(*, caller: Caller, user: User) -> None:
    """The person has chosen a password of their own, in a transaction that holds their row: they may sign again."""
    if user.signing_suspended_at is not None and not _needs_confirmation(user):
        _restore(caller, user, by="own_password")


def restore_signing(*, caller: Caller, user_id: UUID, reason: str) -> None:
    """Confirm that the person is who they are. By an administrator who neither is the person nor suspended them.

    Raises `PermissionDenied`, and `Conflict` where signing is not suspended.
    """
    require_administrator(caller)
    with write_transaction():
        user = lock_account(user_id)
        if user.signing_suspended_at is None:
            raise Conflict("Signing is not suspended.")
        if caller.user.id in {user.id, _suspended_by(user)} and not is_service(caller):
            raise PermissionDenied("This takes another administrator: not the person, and not who changed the sign-in.")
        _restore(caller, user, by="administrator", reason=reason)


def _restore(caller: Caller, user: User, *, by: str, reason: str | None = None) -> None:
    User.objects.filter(pk=user.pk).update(signing_suspended_at=None)
    target = Target.of("user", user.id)
    record(caller=caller, action=actions.SIGNING_RESTORED, target=target, data={"by": by}, reason=reason)


def _needs_confirmation(user: User) -> bool:
    """Whether the person's own word is not enough: they have no factor from before, which they signed in with."""
    if not settings.FOUNDRY_SIGNING_CONFIRMED:
        return False
    older = Authenticator.objects.filter(user_id=user.id, created_at__lt=F("user__signing_suspended_at"))
    return not older.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def _suspended_by(user: User) -> UUID | None:
    events = Event.objects.filter(
        chain=SITE_CHAIN, target_type="user", target_id=str(user.id), action=actions.SIGNING_SUSPENDED
    )
    return events.order_by("-seq").values_list("actor_id", flat=True).first()
