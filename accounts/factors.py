"""Second factors: listing them, checking codes, and the event of every change (allauth.mfa stores them)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from accounts import actions
from accounts.callers import Caller, caller_from_request
from accounts.models import User
from accounts.rules import lock_account, require_administrator
from accounts.suspension import FACTORS_REMOVED, suspend_signing
from audit.keys.text import rfc3339
from audit.services import Target, record
from kernel.canonical import canonical_hash
from kernel.errors import Conflict, PermissionDenied
from kernel.names import check_reason
from kernel.transactions import write_transaction

# In the data of a code factor: the time step of the last accepted code. A code is valid once (RFC 6238, section 5.2).
_LAST_STEP: Final = "last_step"


class Factor(StrEnum):
    """A kind of second factor; the values are allauth's."""

    CODE = "totp"
    PASSKEY = "webauthn"
    RECOVERY = "recovery_codes"


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """Named by the setting ``MFA_ADAPTER``. Encrypts the seeds of codes, so that read access to the database is not
    enough to sign in.
    """

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return f"Foundry {self._get_site_name()}"

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 (allauth's name)
        """A default name for a passkey."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey") if number == 1 else _("Passkey {number}").format(number=number)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send no mail about factors, because the account page shows the events."""


def factors_of(user: User) -> frozenset[Factor]:
    """The second factors that the account can sign in with, without recovery codes, which only replace one of them."""
    types = Authenticator.objects.filter(user_id=user.id).values_list("type", flat=True)
    return frozenset(Factor(each) for each in types) - {Factor.RECOVERY}


@dataclass(frozen=True, slots=True)
class Factors:
    """The second factors of one account, as its owner sees them."""

    codes: Authenticator | None
    passkeys: list[Authenticator]
    recovery_left: int


def describe_factors(user: User) -> Factors:
    """The second factors of the account; the oldest passkey first."""
    rows = list(Authenticator.objects.filter(user_id=user.id).order_by("pk"))
    codes = next((row for row in rows if row.type == Factor.CODE), None)
    recovery = next((row for row in rows if row.type == Factor.RECOVERY), None)
    left = len(recovery.wrap().get_unused_codes()) if recovery else 0
    return Factors(codes, [row for row in rows if row.type == Factor.PASSKEY], left)


def check_code(user: User, code: str, *, recovery: bool = True) -> Authenticator | None:
    """The factor that this code belongs to, or None. The code is used up."""
    kinds = [Factor.CODE, Factor.RECOVERY] if recovery else [Factor.CODE]
    with write_transaction():
        rows = Authenticator.objects.filter(user_id=user.id, type__in=kinds).select_for_update()
        for factor in sorted(rows, key=lambda row: bool(row.type != Factor.CODE)):
            fits = _take_code(factor, code) if factor.type == Factor.CODE else factor.wrap().validate_code(code)
            if fits:
                factor.user = user
                return factor
    return None


def remove_factors(*, caller: Caller, user_id: UUID, reason: str) -> None:
    """Remove all second factors of a person who has lost them. Administrators only.

    Suspends the account's signing, because the administrator could otherwise sign in, and sign, as that person (c16).
    """
    require_administrator(caller)
    if user_id == caller.user.id:
        raise PermissionDenied(_("Change your own two-step sign-in on your account page."))
    with write_transaction(), acting_as(caller, reason=check_reason(reason)):
        user = lock_account(user_id)
        rows = Authenticator.objects.filter(user_id=user.id)
        if not rows.exists():
            raise Conflict(_("The account has no second factor."))
        rows.delete()
        suspend_signing(caller=caller, user=user, why=FACTORS_REMOVED)


_acting: ContextVar[tuple[Caller, str | None] | None] = ContextVar("acting_as", default=None)


@contextmanager
def acting_as(caller: Caller, *, reason: str | None = None) -> Iterator[None]:
    """Record the changes of factors inside as acts of this caller instead of the person of the request."""
    before = _acting.set((caller, reason))
    try:
        yield
    finally:
        _acting.reset(before)


def record_change(action: str, factor: Authenticator) -> None:
    """Record that a factor was added, removed or changed, in the transaction of its change."""
    acting = _acting.get()
    caller, reason = acting or (caller_from_request(context.request, user=factor.user), None)
    data: dict[str, Any] = {
        "factor": factor.type,
        "id": factor.pk,
        "created_at": rfc3339(factor.created_at),
        "sha256": material_sha256(factor.data),
        "used_mask": factor.data.get("used_mask"),
    }
    if factor.type == Factor.PASSKEY:
        data["name"] = name_of(factor.data)
    if action == actions.RECOVERY_CODE_USED:
        data["left"] = len(factor.wrap().get_unused_codes())
    with transaction.atomic():
        record(caller=caller, action=action, target=Target.of("user", factor.user_id), data=data, reason=reason)


def name_of(data: Mapping[str, Any]) -> str:
    """The name that its owner gave to a passkey; empty for other factors."""
    return str(data.get("name", ""))[:100]


def material_sha256(data: Mapping[str, Any]) -> str:
    """SHA-256 of the stored credential: an encrypted seed, or the public key of a passkey."""
    kept = {name: data[name] for name in ("secret", "seed", "credential", "migrated_codes") if name in data}
    return canonical_hash(kept)


def _take_code(factor: Authenticator, code: str) -> bool:
    """Whether this is a currently valid code that is newer than the last accepted one; if so, accept it."""
    secret = decrypt(factor.data["secret"])
    for step in yield_hotp_counters_from_time():
        expected = format_hotp_value(hotp_value(secret, step))
        if step > factor.data.get(_LAST_STEP, 0) and compare_user_code(actual=code, expected=expected):
            factor.data[_LAST_STEP] = step
            factor.save(update_fields=["data"])
            return True
    return False


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> bytes:
    derived = HKDF(SHA256(), 32, salt=None, info=b"foundry.accounts.factors").derive(
        hashlib.sha256(force_bytes(secret)).digest()
    )
    return base64.urlsafe_b64encode(derived)
