"""Who may sign: people, unless somebody else could be behind their sign-in (21 CFR 11.200(a)(2), 11.100(a); c16, c23).

Whoever sets the password of a person, or removes their second factors, could sign in as that person. This suspends
their signing until two conditions are met. First, the current password was chosen in the person's own session. Second,
it was really that person: they signed in with an older second factor, or another administrator, who has met them,
confirms it. Commands on the server do not need the second condition, because the operator could do more than that.
`FOUNDRY_SIGNING_CONFIRMED=false` waives it everywhere. See ADR 0024.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext as _

from accounts import actions
from accounts.callers import Caller
from accounts.models import Kind, User
from accounts.rules import is_service, lock_account, require_administrator
from audit.models import SITE_CHAIN, Event
from audit.services import Target, record
from kernel.errors import Conflict, PermissionDenied
from kernel.names import check_reason
from kernel.transactions import write_transaction

# Reasons for a suspension, as its event records them.
PASSWORD_SET: Final = "password_set"  # noqa: S105 (no password)
FACTORS_REMOVED: Final = "factors_removed"
EMAIL_CHANGED: Final = "email_changed"


@dataclass(slots=True)
class _Suspension:
    """What happened to an account's credentials since its person could last sign, according to its events.

    `since` is when it was first suspended, and `caused_by` are those whose acts suspended it; `password_of` is who set
    the password in force, None for the person.
    """

    since: datetime | None = None
    caused_by: set[UUID] = field(default_factory=set)
    password_of: UUID | None = None


def why_not_sign(user: User) -> str | None:
    """Why this account may not sign, as a message to its owner; None if it may."""
    if user.kind != Kind.HUMAN:
        return _("Only people can sign.")
    if not user.is_active:
        return _("Your account is closed.")
    if user.signing_suspended_at is None:
        return None
    suspension = _suspension_of(user)
    needs_confirmation = _needs_confirmation(user, suspension)
    if suspension.password_of is None and needs_confirmation:
        return _("Someone else changed how you sign in. Ask another administrator to confirm your identity.")
    if needs_confirmation:
        return _(
            "Someone else set your password. Choose a new one, then ask another administrator to confirm your identity."
        )
    return _("Someone else set your password. Choose a new one, then sign.")


def may_sign(user: User) -> bool:
    """Whether this account may sign."""
    return why_not_sign(user) is None


def suspend_signing(*, caller: Caller, user: User, why: str) -> None:
    """Suspend signing, in the transaction of somebody else's change of the credentials, which has locked the row."""
    target = Target.of("user", user.id)
    event = record(caller=caller, action=actions.SIGNING_SUSPENDED, target=target, data={"why": why})
    User.objects.filter(pk=user.pk).update(signing_suspended_at=event.at)


def restore_by_own_password(*, caller: Caller, user: User) -> None:
    """Restore signing if it is no longer in doubt, now that the person has chosen a password. The row is locked."""
    if user.signing_suspended_at is not None and not _needs_confirmation(user, _suspension_of(user)):
        _restore(caller, user, by="own_password")


def restore_signing(*, caller: Caller, user_id: UUID, reason: str) -> None:
    """Confirm a person's identity, as an administrator who is neither this person nor caused the suspension.

    An administrator whose own signing is suspended cannot confirm others: somebody else may control that account.
    Raises `PermissionDenied`, and `Conflict` if signing is not suspended or the current password was set by somebody
    else, who could sign with it. The operator may confirm a password that the operator has set.
    """
    require_administrator(caller)
    reason = check_reason(reason)
    if not is_service(caller) and not may_sign(User.objects.get(pk=caller.user.id)):
        raise PermissionDenied(_("You cannot confirm others before you can sign yourself."))
    with write_transaction():
        user = lock_account(user_id)
        if user.signing_suspended_at is None:
            raise Conflict(_("Signing is not suspended."))
        suspension = _suspension_of(user)
        if caller.user.id in {user.id, *suspension.caused_by} and not is_service(caller):
            raise PermissionDenied(
                _("Another administrator must do this: not the person concerned, and not whoever changed the sign-in.")
            )
        if suspension.password_of not in {None, caller.user.id}:
            raise Conflict(_("They must first choose a new password, because someone else knows this one."))
        _restore(caller, user, by="administrator", reason=reason)


def _restore(caller: Caller, user: User, *, by: str, reason: str | None = None) -> None:
    User.objects.filter(pk=user.pk).update(signing_suspended_at=None)
    target = Target.of("user", user.id)
    record(caller=caller, action=actions.SIGNING_RESTORED, target=target, data={"by": by}, reason=reason)


def _needs_confirmation(user: User, suspension: _Suspension) -> bool:
    """Whether an administrator must confirm the person: no second factor is older than the suspension."""
    if not settings.FOUNDRY_SIGNING_CONFIRMED or suspension.caused_by <= {User.objects.foundry().id}:
        return False
    older = Authenticator.objects.filter(user_id=user.id, created_at__lt=suspension.since)
    return not older.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def _suspension_of(user: User) -> _Suspension:
    """Read from the events whether and why the account may not sign."""
    about_signing = (actions.SIGNING_SUSPENDED, actions.SIGNING_RESTORED, actions.PASSWORD_CHANGED)
    events = Event.objects.filter(
        chain=SITE_CHAIN, target_type="user", target_id=str(user.id), action__in=about_signing
    )
    found = _Suspension()
    for event in events.order_by("seq"):
        if event.action == actions.SIGNING_RESTORED:
            found = _Suspension()
        elif event.action == actions.SIGNING_SUSPENDED:
            found.since = found.since or event.at
            found.caused_by.add(event.actor_id)
            if event.data.get("why") == PASSWORD_SET:
                found.password_of = event.actor_id
        elif event.data.get("by") == "self":
            found.password_of = None
    return found
