"""Passwords: chosen by their owner or set by an administrator, and the history of an account's passwords."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from accounts import actions
from accounts.callers import Caller, foundry_caller
from accounts.models import PastPassword, User
from accounts.rules import check_password, lock_account, require_administrator, require_proof
from accounts.suspension import PASSWORD_SET, restore_by_own_password, suspend_signing
from audit.services import Target, record
from kernel.errors import PermissionDenied
from kernel.transactions import write_transaction


def change_password(*, caller: Caller, password: str) -> User:
    """Change one's own password after a recent reauthentication; all browser sessions of the account end.

    The browser in which it was changed gets a new session from allauth. Raises `ReauthenticationNeeded`,
    `ValidationFailed` for a weak password or one that the account had before.
    """
    require_proof(caller)
    with write_transaction():
        user = lock_account(caller.user.id)
        _write_password(caller, user, password, by="self")
        restore_by_own_password(caller=caller, user=user)
    user.refresh_from_db()
    return user


def set_password(*, caller: Caller, user_id: UUID, password: str) -> User:
    """Set somebody else's password, as an administrator; all browser sessions of the account end.

    Suspends the account's signing until its owner has proved their identity (c16). Not for one's own password, because
    it asks for no old one. Raises as `change_password`, and `PermissionDenied`.
    """
    require_administrator(caller)
    if user_id == caller.user.id:
        raise PermissionDenied(_("Change your own password on your account page."))
    with write_transaction():
        user = lock_account(user_id)
        _write_password(caller, user, password, by="administrator")
        suspend_signing(caller=caller, user=user, why=PASSWORD_SET)
    user.refresh_from_db()
    return user


def _write_password(caller: Caller, user: User, password: str, *, by: str) -> None:
    check_password(user, password)
    user.set_password(password)
    user.save(update_fields=["password"])
    remember_password(user)
    target = Target.of("user", user.id)
    data = {"by": by, "password_sha256": password_sha256(user.password)}
    record(caller=caller, action=actions.PASSWORD_CHANGED, target=target, data=data)


def rehash_password(*, user: User, password: str) -> None:
    """Store a correctly given password with the current hash settings of the site; recorded as Foundry's act."""
    with write_transaction():
        lock_account(user.id)
        user.set_password(password)
        user.save(update_fields=["password"])
        data = {"password_sha256": password_sha256(user.password)}
        target = Target.of("user", user.id)
        record(caller=foundry_caller(), action=actions.PASSWORD_REHASHED, target=target, data=data)


def password_sha256(encoded: str) -> str:
    """The fingerprint of a password in events: SHA-256 of its salted hash, which cannot be used to guess passwords."""
    return hashlib.sha256(encoded.encode()).hexdigest()


def remember_password(user: User) -> None:
    """Add the current hash to the history, and delete older ones beyond the site's limit."""
    PastPassword.objects.create(user=user, encoded=user.password)
    kept = PastPassword.objects.filter(user=user).values_list("pk", flat=True)[
        : max(1, settings.FOUNDRY_PASSWORD_HISTORY)
    ]
    PastPassword.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
