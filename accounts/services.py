"""Everything that writes accounts and tokens: each function one transaction, with its event on the chain ``site``."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import actions
from accounts.callers import Caller
from accounts.managers import SERVICE_USERNAME
from accounts.models import Kind, PersonalAccessToken, User
from accounts.rules import (
    check_account,
    check_password,
    check_token_name,
    is_service,
    lock_account,
    lock_account_and_administrators,
    may_administer,
    require_administrator,
    require_another_administrator,
)
from audit.errors import Conflict, NotAuthenticated, NotFound, PermissionDenied, ValidationFailed
from audit.services import Target, answered, record, request_hash
from audit.transactions import unavailable_on_timeout, write_transaction

TOKEN_PATTERN = re.compile(r"fdy_[A-Za-z0-9_-]{43}")
TOKEN_TOUCH_INTERVAL = timedelta(minutes=1)

# The settable facts of an account, by the names under which events keep them.
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

    Raises `PermissionDenied` for callers who are no administrators, `ValidationFailed` for a name that is taken or
    misspelt and for a weak password.
    """
    require_administrator(caller)
    user = User(
        username=username,
        display_name=display_name.strip() or username,
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
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError:
            raise ValidationFailed({"username": ["This user name is taken, or was once."]}) from None
        facts = {name: getattr(user, column) for name, column in CHANGEABLE.items()}
        data = {"username": user.username, "kind": user.kind, **facts}
        record(caller=caller, action=actions.ACCOUNT_CREATED, target=_target(user), data=data)
    return user


def update_account(
    *,
    caller: Caller,
    user_id: UUID,
    display_name: str | None = None,
    email: str | None = None,
    is_administrator: bool | None = None,
    is_auditor: bool | None = None,
) -> User:
    """Change what may change about an account; ``None`` leaves a fact as it is.

    One's own display name and address are one's own to change; the rest is an administrator's. Raises `Conflict` for
    taking the right from the last administrator.
    """
    asked = {
        "display_name": display_name,
        "email": email,
        "is_administrator": is_administrator,
        "is_auditor": is_auditor,
    }
    with write_transaction():
        user, administrators = lock_account_and_administrators(user_id)
        if user.id != caller.user.id or is_administrator is not None or is_auditor is not None:
            require_administrator(caller)
        before = {name: getattr(user, column) for name, column in CHANGEABLE.items()}
        after = {name: value for name, value in asked.items() if value is not None and value != before[name]}
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
    return user


def set_password(*, caller: Caller, user_id: UUID, password: str) -> User:
    """Set one's own password, or as an administrator somebody else's; all browser sessions of the account end.

    The browser in which people change their own gets a new one from allauth. Raises `ValidationFailed` for a weak one.
    """
    with write_transaction():
        user = lock_account(user_id)
        own = user.id == caller.user.id
        if not own:
            require_administrator(caller)
        check_password(user, password)
        user.set_password(password)
        user.save(update_fields=["password"])
        data = {"by": "self" if own else "administrator"}
        record(caller=caller, action=actions.PASSWORD_CHANGED, target=_target(user), data=data)
    return user


def deactivate_account(*, caller: Caller, user_id: UUID, reason: str | None = None) -> User:
    """Close an account: its browser sessions end, its tokens are revoked; its name stays on record (11.10d).

    Closing a closed account changes nothing. Raises `Conflict` for the last administrator and for the service user.
    """
    with write_transaction():
        require_administrator(caller)
        user, administrators = lock_account_and_administrators(user_id)
        if user.username == SERVICE_USERNAME:
            raise Conflict("The service user cannot be deactivated.")
        if not user.is_active:
            return user
        if user.is_superuser:
            require_another_administrator(administrators)
        user.is_active = False
        user.session_generation += 1
        user.save(update_fields=["is_active", "session_generation"])
        tokens = PersonalAccessToken.objects.filter(user=user, revoked_at=None)
        revoked = sorted(str(token_id) for token_id in tokens.values_list("id", flat=True))
        tokens.update(revoked_at=timezone.now())
        data = {"revoked_tokens": revoked}
        record(caller=caller, action=actions.ACCOUNT_DEACTIVATED, target=_target(user), data=data, reason=reason)
    return user


def reactivate_account(*, caller: Caller, user_id: UUID, reason: str | None = None) -> User:
    """Open a closed account again; its old sessions and tokens stay ended."""
    with write_transaction():
        require_administrator(caller)
        user = lock_account(user_id)
        if not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])
            record(caller=caller, action=actions.ACCOUNT_REACTIVATED, target=_target(user), reason=reason)
    return user


def create_token(*, caller: Caller, name: str, user_id: UUID | None = None) -> tuple[PersonalAccessToken, str]:
    """Make a token for oneself, or as an administrator for an account that is no person's; answer it with its text.

    The text is shown here once and kept nowhere; hence no ``client_ref`` either.
    """
    name = check_token_name(name)
    text = f"fdy_{secrets.token_urlsafe(32)}"
    now = timezone.now()
    with write_transaction():
        user = lock_account(user_id or caller.user.id)
        if user.id != caller.user.id:
            require_administrator(caller)
            if user.kind == Kind.HUMAN and not is_service(caller):
                raise PermissionDenied("Only the person can make a token of their own.")
        if not user.is_active:
            raise Conflict("The account is closed.")
        token = PersonalAccessToken.objects.create(
            user=user, name=name, digest=_digest(text), created_at=now, expires_at=now + settings.FOUNDRY_TOKEN_LIFETIME
        )
        data = {"user": str(user.id), "name": name, "expires_at": token.expires_at.isoformat()}
        record(caller=caller, action=actions.TOKEN_CREATED, target=Target.of("token", token.id), data=data)
    return token, text


def revoke_token(*, caller: Caller, token_id: UUID) -> None:
    """End a token at once (11.300c); ending an ended one changes nothing.

    Raises `NotFound` for a token that is not the caller's, unless the caller is an administrator.
    """
    request = request_hash(actions.TOKEN_REVOKED, {"token_id": str(token_id)})
    with write_transaction():
        token = PersonalAccessToken.objects.select_for_update(no_key=True).filter(id=token_id).first()
        if token is None or (token.user_id != caller.user.id and not may_administer(caller)):
            raise NotFound("There is no such token.")
        if answered(caller=caller, project_id=None, request=request) or token.revoked_at is not None:
            return
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        data = {"user": str(token.user_id), "name": token.name}
        target = Target.of("token", token.id)
        record(caller=caller, action=actions.TOKEN_REVOKED, target=target, data=data, request=request)


def authenticate_token(text: str) -> PersonalAccessToken:
    """The usable token with that text, its user loaded. Raises `NotAuthenticated`, whatever is wrong with it.

    Notes the use at most once a minute; that is a convenience for its owner, not a record.
    """
    token = None
    if TOKEN_PATTERN.fullmatch(text):
        with unavailable_on_timeout():
            token = PersonalAccessToken.objects.usable().of_digest(_digest(text))
    if token is None:
        raise NotAuthenticated("The token is unknown, expired or revoked.")
    now = timezone.now()
    long_ago = now - TOKEN_TOUCH_INTERVAL
    if token.last_used_at is None or token.last_used_at < long_ago:
        stale = PersonalAccessToken.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=long_ago), id=token.id)
        with unavailable_on_timeout():
            stale.update(last_used_at=now)
    return token


def record_sign_in(*, caller: Caller) -> None:
    """Record that a browser session began."""
    with write_transaction():
        data = {"credential": caller.credential}
        record(caller=caller, action=actions.SIGNED_IN, target=_target(caller.user), data=data)


def record_sign_out(*, caller: Caller) -> None:
    """Record that a browser session was ended by its user."""
    with write_transaction():
        data = {"credential": caller.credential}
        record(caller=caller, action=actions.SIGNED_OUT, target=_target(caller.user), data=data)


def record_failed_sign_in(*, caller: Caller, username: str) -> None:
    """Record a refused sign-in, in the name of the service user: who it was is just what is not known (11.300d).

    The typed name is kept only where an account has it: people type their password there by mistake.
    """
    with write_transaction():
        user = User.objects.named(username).first()
        target = _target(user) if user else Target.of("user", "unknown")
        data = {"username": user.username if user else None}
        record(caller=caller, action=actions.SIGN_IN_FAILED, target=target, data=data)


def _target(user: User) -> Target:
    return Target.of("user", user.id)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
