"""The rules of accounts and who may change them: checks that the services call."""

from __future__ import annotations

import unicodedata
from uuid import UUID

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import MAX_DISPLAY_NAME, SERVICE_USERNAME, User
from accounts.normalization import prepare_password
from kernel.errors import Conflict, NotFound, PermissionDenied, ReauthenticationNeeded, ValidationFailed
from kernel.ijson import check_text
from kernel.names import check_name
from kernel.site_permissions import may_on_site


def lock_account(user_id: UUID) -> User:
    """The account, its row locked until the transaction ends. Raises `NotFound`."""
    user = User.objects.select_for_update(no_key=True).filter(id=user_id).first()
    if user is None:
        raise NotFound(_("Account not found."))
    return user


def require_account(user_id: UUID) -> None:
    """Raise `NotFound` for an id that no account has."""
    if not User.objects.filter(id=user_id).exists():
        raise NotFound(_("Account not found."))


def lock_account_and_administrators(user_id: UUID) -> tuple[User, list[User]]:
    """The account and all other active administrators, locked in order of their ids.

    Every caller locks in the same order, so that two administrators neither deadlock nor demote each other at once.
    """
    rows = User.objects.filter(Q(id=user_id) | Q(is_superuser=True)).order_by("id").select_for_update(no_key=True)
    found = {user.id: user for user in rows}
    user = found.pop(user_id, None)
    if user is None:
        raise NotFound(_("Account not found."))
    return user, [other for other in found.values() if other.is_active and other.is_superuser]


def is_service(caller: Caller) -> bool:
    """Whether the caller is Foundry itself: a command on the server, or a job."""
    return caller.user.username == SERVICE_USERNAME


def may_administer(caller: Caller) -> bool:
    """Whether the caller may manage accounts now. Reads the account again: the permission may have been revoked."""
    return is_service(caller) or may_on_site("manage_users", User.objects.filter(id=caller.user.id).first())


def require_proof(caller: Caller) -> None:
    """Require a recent reauthentication in this session, since a session cookie can be stolen.

    Called before every change of a credential or of an account's permissions. Raises `ReauthenticationNeeded`. Commands
    on the server are exempt: only the operator can run them.
    """
    if is_service(caller):
        return
    if caller.proven_at is None or caller.proven_at < timezone.now() - settings.FOUNDRY_PROOF_PERIOD:
        raise ReauthenticationNeeded(_("Confirm your identity first. Nothing was changed."))


def require_administrator(caller: Caller) -> None:
    """Require an active administrator (`PermissionDenied`) with a recent reauthentication (`require_proof`)."""
    if not may_administer(caller):
        raise PermissionDenied(_("Only an administrator may do this."))
    require_proof(caller)


def require_another_administrator(others: list[User]) -> None:
    if not others:
        raise Conflict(_("This is the last administrator; name another one first."))


def check_account(user: User) -> None:
    """Check names, address and kind by the model's own rules. Raises `ValidationFailed` by field."""
    for name in ("username", "email"):
        check_name(getattr(user, name), name=name, maximum=254, required=False)
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        raise ValidationFailed({_field(name): list(texts) for name, texts in error.message_dict.items()}) from None


def check_password(user: User, password: str) -> None:
    """Check a new password, in the spelling that is hashed, by the site's rules. Raises `ValidationFailed`."""
    check_text(password, name="password")
    password = prepare_password(password)
    if any(unicodedata.category(character) in {"Cc", "Cn"} for character in password):
        raise ValidationFailed({"password": [_("Use only common characters.")]})
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationFailed({"password": list(error.messages)}) from None


def check_display_name(name: str) -> str:
    """Return the printed name as it is stored. Raises `ValidationFailed`."""
    return check_name(name, name="display_name", maximum=MAX_DISPLAY_NAME)


def _field(name: str) -> str:
    """The field of an error. Errors of the whole row concern the user name, the only unique field."""
    return "username" if name == "__all__" else name
