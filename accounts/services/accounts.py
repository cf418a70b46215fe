"""Making, changing and closing accounts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actions
from accounts.callers import Caller
from accounts.deactivation import Deactivation, run_deactivation_steps
from accounts.models import SERVICE_USERNAME, Kind, PersonalAccessToken, User
from accounts.rules import (
    check_account,
    check_display_name,
    check_password,
    lock_account,
    lock_account_and_administrators,
    require_account,
    require_administrator,
    require_another_administrator,
    require_proof,
)
from accounts.services.passwords import password_sha256, remember_password
from accounts.suspension import EMAIL_CHANGED, PASSWORD_SET, suspend_signing
from audit.keys.text import rfc3339
from audit.services import Target, record
from kernel.errors import Conflict, ValidationFailed
from kernel.names import check_reason
from kernel.transactions import write_transaction

# The attributes of an account that can be changed, with their names in events.
CHANGEABLE = {
    "display_name": "display_name",
    "email": "email",
    "is_administrator": "is_superuser",
    "is_auditor": "is_auditor",
}


def create_account(
    *,
    caller: Caller,
    username: str,
    display_name: str = "",
    email: str = "",
    kind: str = Kind.HUMAN,
    password: str | None = None,
    is_administrator: bool = False,
    is_auditor: bool = False,
) -> User:
    """Make an account; without a password nobody can sign in to it, but tokens work.

    People whose password somebody else has set cannot sign until they choose one of their own (c16). Raises
    `PermissionDenied` for callers who are not administrators, `ValidationFailed` for a name that is taken or invalid
    and for a weak password.
    """
    require_administrator(caller)
    username = User.normalize_username(username)
    user = User(
        username=username,
        display_name=check_display_name(display_name) if display_name.strip() else username,
        email=email,
        kind=kind,
        is_superuser=is_administrator,
        is_auditor=is_auditor,
    )
    check_account(user)
    if password is None:
        user.set_unusable_password()
    else:
        check_password(user, password)
        user.set_password(password)
    with write_transaction():
        _insert(caller, user, has_password=password is not None)
        if password is not None and user.kind == Kind.HUMAN:
            suspend_signing(caller=caller, user=user, why=PASSWORD_SET)
    user.refresh_from_db()
    return user


def create_agent(*, caller: Caller, username: str, display_name: str) -> User:
    """Make the account of an AI agent, without password and tokens, inside the caller's transaction.

    For server code that makes an agent together with something that the caller may make; nobody signs in to it.
    Raises `ValidationFailed`.
    """
    return _create_without_password(caller, username, display_name, Kind.AGENT)


def create_device(*, caller: Caller, username: str, display_name: str) -> User:
    """The same for the account of a device, whose own credentials the calling app keeps. Raises `ValidationFailed`."""
    return _create_without_password(caller, username, display_name, Kind.DEVICE)


def create_service(*, caller: Caller, username: str, display_name: str) -> User:
    """The same for the account of a part of the server, which acts on behalf of people. Raises `ValidationFailed`."""
    return _create_without_password(caller, username, display_name, Kind.SERVICE)


def _create_without_password(caller: Caller, username: str, display_name: str, kind: Kind) -> User:
    user = User(username=username, display_name=check_display_name(display_name), kind=kind)
    check_account(user)
    user.set_unusable_password()
    _insert(caller, user, has_password=False)
    return user


def _insert(caller: Caller, user: User, *, has_password: bool) -> None:
    """Insert a new account with its event. Raises `ValidationFailed` for a user name that is taken."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise ValidationFailed({"username": [_("This user name is taken, or was once.")]}) from None
    if has_password:
        remember_password(user)
    data = {
        "username": user.username,
        "kind": user.kind,
        "date_joined": rfc3339(user.date_joined),
        "password_sha256": password_sha256(user.password),
        **{name: getattr(user, column) for name, column in CHANGEABLE.items()},
    }
    record(caller=caller, action=actions.ACCOUNT_CREATED, target=_target(user), data=data)


def update_account(
    *,
    caller: Caller,
    user_id: UUID,
    display_name: str | None = None,
    email: str | None = None,
    is_administrator: bool | None = None,
    is_auditor: bool | None = None,
) -> User:
    """Change attributes of an account; those that are ``None`` are not changed.

    People may change their own display name and address, administrators everything. Raises `Conflict` if the last
    administrator would lose that right, `ReauthenticationNeeded`.
    """
    require_proof(caller)
    wanted = {
        "display_name": display_name if display_name is None else check_display_name(display_name),
        "email": email,
        "is_administrator": is_administrator,
        "is_auditor": is_auditor,
    }
    with write_transaction():
        user, administrators = lock_account_and_administrators(user_id)
        if user.id != caller.user.id or is_administrator is not None or is_auditor is not None:
            require_administrator(caller)
        before = {name: getattr(user, column) for name, column in CHANGEABLE.items()}
        after = {name: value for name, value in wanted.items() if value is not None and value != before[name]}
        if not after:
            return user
        for name, value in after.items():
            setattr(user, CHANGEABLE[name], value)
        check_account(user)
        if after.get("is_administrator") is False:
            require_another_administrator(administrators)
        user.save(update_fields=[CHANGEABLE[name] for name in after])
        data = {"before": {name: before[name] for name in after}, "after": after}
        record(caller=caller, action=actions.ACCOUNT_CHANGED, target=_target(user), data=data)
        if "email" in after and user.id != caller.user.id and _signs_in_by_email(user):
            suspend_signing(caller=caller, user=user, why=EMAIL_CHANGED)
    return user


def _signs_in_by_email(user: User) -> bool:
    """Whether the external provider finds accounts by address, so that a changed address changes who can sign in."""
    provider = settings.FOUNDRY_OIDC
    return user.kind == Kind.HUMAN and provider is not None and provider.username_claim == "email"


def set_shortcuts(*, caller: Caller, are_on: bool) -> User:
    """Switch one's own keyboard shortcuts on or off, because they can conflict with those of a screen reader."""
    with write_transaction():
        user = lock_account(caller.user.id)
        if user.uses_shortcuts == are_on:
            return user
        user.uses_shortcuts = are_on
        user.save(update_fields=["uses_shortcuts"])
        data = {"before": {"uses_shortcuts": not are_on}, "after": {"uses_shortcuts": are_on}}
        record(caller=caller, action=actions.ACCOUNT_CHANGED, target=_target(user), data=data)
    return user


def deactivate_account(
    *, caller: Caller, user_id: UUID, reason: str | None = None, successor_id: UUID | None = None
) -> User:
    """Close an account: its browser sessions end, its tokens are revoked; its name stays on record (11.10d).

    The successor becomes owner of the projects that would have none otherwise. Closing a closed account changes
    nothing. Raises `Conflict` for the last administrator, for the service user, and if a needed successor is missing.
    """
    reason = check_reason(reason) if reason else None
    with write_transaction():
        require_administrator(caller)
        require_account(user_id)
        once_locked = run_deactivation_steps(Deactivation(caller, user_id, successor_id, reason))
        user, administrators = lock_account_and_administrators(user_id)
        if user.username == SERVICE_USERNAME:
            raise Conflict(_("The service user cannot be deactivated."))
        if not user.is_active:
            return user
        if user.is_superuser:
            require_another_administrator(administrators)
        for step in once_locked:
            step()
        user.is_active = False
        user.session_generation += 1
        user.save(update_fields=["is_active", "session_generation"])
        tokens = PersonalAccessToken.objects.filter(user=user, revoked_at=None)
        revoked = sorted(str(token_id) for token_id in tokens.values_list("id", flat=True))
        revoked_at = timezone.now()
        tokens.update(revoked_at=revoked_at)
        data = {"revoked_tokens": revoked, "revoked_at": rfc3339(revoked_at)}
        record(caller=caller, action=actions.ACCOUNT_DEACTIVATED, target=_target(user), data=data, reason=reason)
    return user


def close_device(*, caller: Caller, user_id: UUID, reason: str) -> None:
    """Close the account of a device inside the caller's transaction, for server code that ends the device.

    Nothing depends on a device's account, so no step of other apps runs. Closing a closed one changes nothing.
    """
    user = lock_account(user_id)
    if user.kind != Kind.DEVICE:
        raise ValueError("only the account of a device is closed without an administrator")
    if user.is_active:
        user.is_active = False
        user.session_generation += 1
        user.save(update_fields=["is_active", "session_generation"])
        data: dict[str, Any] = {"revoked_tokens": [], "revoked_at": rfc3339(timezone.now())}
        record(caller=caller, action=actions.ACCOUNT_DEACTIVATED, target=_target(user), data=data, reason=reason)


def reactivate_account(*, caller: Caller, user_id: UUID, reason: str | None = None) -> User:
    """Reopen a closed account; its old sessions and tokens stay ended."""
    reason = check_reason(reason) if reason else None
    with write_transaction():
        require_administrator(caller)
        user = lock_account(user_id)
        if not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])
            record(caller=caller, action=actions.ACCOUNT_REACTIVATED, target=_target(user), reason=reason)
    return user


def _target(user: User) -> Target:
    return Target.of("user", user.id)
