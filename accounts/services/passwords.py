"""Passwords: chosen by their person, or set by an administrator, and what an account had before."""

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
    """Choose a password of one's own, having proved oneself just now; all browser sessions of the account end.

    The browser in which people change their own gets a new one from allauth. Raises `ReauthenticationNeeded`,
    `ValidationFailed` for a weak one, and for one that the account had before.
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

    It suspends the account's signing until its person proves themselves (c16). Nobody sets their own this way: it asks
    for no old password. Raises as `change_password`, and `PermissionDenied`.
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
    """Keep a password that was just given correctly as the site hashes passwords now; nobody's act, so Foundry's."""
    with write_transaction():
        lock_account(user.id)
        user.set_password(password)
        user.save(update_fields=["password"])
        data = {"password_sha256": password_sha256(user.password)}
        target = Target.of("user", user.id)
        record(caller=foundry_caller(), action=actions.PASSWORD_REHASHED, target=target, data=data)


def password_sha256(encoded: str) -> str:
    """What events tell of a password: SHA-256 of its salted hash, by which nobody can try passwords."""
    return hashlib.sha256(encoded.encode()).hexdigest()


def remember_password(user: User) -> None:
    """Keep the hash of the password that the account has now, and no more of the older ones than the site wants."""
    PastPassword.objects.create(user=user, encoded=user.password)
    kept = PastPassword.objects.filter(user=user).values_list("pk", flat=True)[
        : max(1, settings.FOUNDRY_PASSWORD_HISTORY)
    ]
    PastPassword.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
