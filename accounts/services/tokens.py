"""Personal access tokens: made, used, revoked."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actions
from accounts.callers import Caller
from accounts.models import MAX_TOKEN_NAME, Kind, PersonalAccessToken, Scope
from accounts.rules import is_service, lock_account, may_administer, require_administrator, require_proof
from audit.keys.text import rfc3339
from audit.services import Target, answered, record, request_hash
from kernel.errors import Conflict, NotAuthenticated, NotFound, PermissionDenied, ValidationFailed
from kernel.names import check_name
from kernel.transactions import unavailable_on_timeout, write_transaction

TOKEN_PATTERN = re.compile(r"fdy_[A-Za-z0-9_-]{43}")
TOKEN_TOUCH_INTERVAL = timedelta(minutes=1)


def create_token(
    *,
    caller: Caller,
    name: str,
    user_id: UUID | None = None,
    scope: str = Scope.WRITE,
    expires_at: datetime | None = None,
) -> tuple[PersonalAccessToken, str]:
    """Make a token for oneself, or as an administrator for an account that is no person's; answer it with its text.

    The text is returned once and stored nowhere, which is why there is no ``client_ref``. A token outlives the session
    in which it was made, so a session cookie is not enough: raises `ReauthenticationNeeded`. It ends at `expires_at`,
    by default and at the latest after `FOUNDRY_TOKEN_LIFETIME`. Raises `ValidationFailed` for name, scope and end.
    """
    require_proof(caller)
    name = check_name(name, name="name", maximum=MAX_TOKEN_NAME)
    text = f"fdy_{secrets.token_urlsafe(32)}"
    now = timezone.now()
    expires_at = _check_end(expires_at, now)
    if scope not in Scope.values:
        raise ValidationFailed({"scope": [_("Must be “read” or “write”.")]})
    with write_transaction():
        user = lock_account(user_id or caller.user.id)
        if user.id != caller.user.id:
            require_administrator(caller)
            if user.kind == Kind.HUMAN and not is_service(caller):
                raise PermissionDenied(_("Only the person can make a token of their own."))
        if not user.is_active:
            raise Conflict(_("The account is closed."))
        token = PersonalAccessToken.objects.create(
            user=user, name=name, digest=_digest(text), scope=scope, created_at=now, expires_at=expires_at
        )
        data = {
            "user": str(user.id),
            "name": name,
            "digest": token.digest,
            "scope": token.scope,
            "created_at": rfc3339(token.created_at),
            "expires_at": rfc3339(token.expires_at),
        }
        record(caller=caller, action=actions.TOKEN_CREATED, target=Target.of("token", token.id), data=data)
    return token, text


def revoke_token(*, caller: Caller, token_id: UUID) -> None:
    """Revoke a token at once (11.300c); revoking a revoked one changes nothing.

    Raises `NotFound` for a token that is not the caller's, unless the caller is an administrator, and
    `ReauthenticationNeeded` in a browser. A program may always end what it signed in with.
    """
    if caller.via == "browser":
        require_proof(caller)
    request = request_hash(actions.TOKEN_REVOKED, {"token_id": str(token_id)})
    with write_transaction():
        token = PersonalAccessToken.objects.select_for_update(no_key=True).filter(id=token_id).first()
        if token is None or (token.user_id != caller.user.id and not may_administer(caller)):
            raise NotFound(_("Token not found."))
        if answered(caller=caller, project_id=None, request=request) or token.revoked_at is not None:
            return
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        data = {"user": str(token.user_id), "name": token.name, "revoked_at": rfc3339(token.revoked_at)}
        target = Target.of("token", token.id)
        record(caller=caller, action=actions.TOKEN_REVOKED, target=target, data=data, request=request)


def authenticate_token(text: str) -> PersonalAccessToken:
    """The usable token with that text, with its user. Raises `NotAuthenticated` for any other text.

    Stores the time of use at most once a minute, for information only.
    """
    token = None
    if TOKEN_PATTERN.fullmatch(text):
        with unavailable_on_timeout():
            token = PersonalAccessToken.objects.usable().of_digest(_digest(text))
    if token is None:
        raise NotAuthenticated(_("The token is unknown, expired or revoked."))
    now = timezone.now()
    long_ago = now - TOKEN_TOUCH_INTERVAL
    if token.last_used_at is None or token.last_used_at < long_ago:
        stale = PersonalAccessToken.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=long_ago), id=token.id)
        with unavailable_on_timeout():
            stale.update(last_used_at=now)
    return token


def _check_end(expires_at: datetime | None, now: datetime) -> datetime:
    limit: datetime = now + settings.FOUNDRY_TOKEN_LIFETIME
    if expires_at is None:
        return limit
    if not now < expires_at <= limit:
        words = _("Must be in the future, and at most {days} days away.")
        raise ValidationFailed({"expires_at": [words.format(days=settings.FOUNDRY_TOKEN_LIFETIME.days)]})
    return expires_at


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
