"""How somebody proves themselves at the act of signing: with what their account has (control c15)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.core.cache import cache
from django.core.exceptions import ValidationError

from accounts.models import User
from audit.errors import ValidationFailed

# A passkey's challenge is answered by a touch; who takes longer asks for another one.
PASSKEY_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Proof:
    """What the signer gives: their user name (the public component), and exactly one private one."""

    username: str | None = None
    password: str | None = None
    otp: str | None = None
    passkey: Mapping[str, Any] | None = None

    @property
    def kind(self) -> str:
        """Which private component it is. Raises `ValidationFailed` for none or several."""
        given = [name for name in ("password", "otp", "passkey") if getattr(self, name)]
        if len(given) != 1:
            raise ValidationFailed({"password": ["Give your password, a one-time code, or a passkey."]})
        return given[0]


def private_components(user: User) -> list[str]:
    """What the account can prove itself with, of `password`, `otp`, `passkey`."""
    found = ["password"] if user.has_usable_password() else []
    if apps.is_installed("allauth.mfa"):
        from allauth.mfa.models import Authenticator

        names = {Authenticator.Type.TOTP: "otp", Authenticator.Type.WEBAUTHN: "passkey"}
        types = set(Authenticator.objects.filter(user_id=user.id).values_list("type", flat=True))
        found += [name for kind, name in names.items() if kind in types]
    return found


def fits(user: User, proof: Proof, *, release_id: UUID) -> bool:
    """Whether the private component is this user's, now. Slow by intent for a password: hold no row meanwhile."""
    kind = proof.kind
    if kind not in private_components(user):
        return False
    checks: dict[str, Callable[[], bool]] = {
        "password": lambda: user.check_password(proof.password or ""),
        "otp": lambda: _otp_fits(user, proof.otp or ""),
        "passkey": lambda: _passkey_fits(user, proof.passkey or {}, release_id),
    }
    return checks[kind]()


def passkey_challenge(user: User, *, release_id: UUID) -> dict[str, Any]:
    """What `navigator.credentials.get` takes, bound to this user and release, good for one try within 5 minutes.

    Inside a web request only: the address of the site is part of a passkey.
    """
    from allauth.mfa.webauthn.internal import auth
    from fido2.webauthn import UserVerificationRequirement

    options, state = auth.get_server().authenticate_begin(
        credentials=auth.get_credentials(user), user_verification=UserVerificationRequirement.REQUIRED
    )
    cache.set(_challenge_key(user, release_id), state, timeout=PASSKEY_SECONDS)
    return dict(options)


def _otp_fits(user: User, code: str) -> bool:
    from allauth.mfa.models import Authenticator

    authenticator = Authenticator.objects.filter(user_id=user.id, type=Authenticator.Type.TOTP).first()
    return authenticator is not None and bool(authenticator.wrap().validate_code(code))


def _passkey_fits(user: User, response: Mapping[str, Any], release_id: UUID) -> bool:
    from allauth.mfa.webauthn.internal import auth

    key = _challenge_key(user, release_id)
    state = cache.get(key)
    # Whoever deletes it has the one try.
    if state is None or not cache.delete(key):
        return False
    try:
        auth.parse_authentication_response(dict(response))
        auth.get_server().authenticate_complete(state, auth.get_credentials(user), dict(response))
    except (ValidationError, ValueError, TypeError, KeyError):
        return False
    return True


def _challenge_key(user: User, release_id: UUID) -> str:
    return f"signing:passkey:{user.id}:{release_id}"
