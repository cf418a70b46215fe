"""Authentication of a signature: both components, counted failures, lock-out and alert (c15, c16, c17).

21 CFR 11.200(a)(1): the first signing of a session needs all components, later ones at least the private one. Only a
browser session counts: a token is not a continuous period of controlled access, so every signing with one needs both.
The proof is stored by session, in Postgres, for `FOUNDRY_SIGNING_MINUTES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from fido2.webauthn import UserVerificationRequirement

from accounts import actions
from accounts.callers import Caller
from accounts.factors import Factor, check_code, factors_of
from accounts.lockout import Purpose, attempt
from accounts.models import ProvenSession, User
from accounts.normalization import fold_username
from accounts.passkeys import is_from_own_page
from accounts.suspension import why_not_sign
from audit.services import Target, record
from kernel.canonical import canonical_hash
from kernel.errors import ReauthenticationFailed, ValidationFailed
from kernel.transactions import unavailable_on_timeout, write_transaction

# Seconds. After this time a new passkey challenge is needed.
PASSKEY_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Proof:
    """Proof of a successful authentication: the names of the components that were given."""

    components: list[str]


@dataclass(frozen=True, slots=True)
class _SubmittedCredentials:
    """The submitted components: the user name (public), and one private component."""

    username: str | None
    password: str | None
    otp: str | None
    passkey: Mapping[str, Any] | None

    def private(self) -> str:
        """The name of the private component. Raises `ValidationFailed` for none or several."""
        submitted = [name for name in ("password", "otp", "passkey") if getattr(self, name)]
        if len(submitted) != 1:
            raise ValidationFailed({"password": [_("Give your password, a one-time code, or a passkey.")]})
        return submitted[0]


def prove(
    *,
    caller: Caller,
    username: str | None = None,
    password: str | None = None,
    otp: str | None = None,
    passkey: Mapping[str, Any] | None = None,
    about: Mapping[str, str],
    words: str = "",
) -> Proof:
    """Authenticate the caller for a signature.

    `about` names what is signed, and the meaning; the event of a failure contains it. The challenge of a passkey is
    bound to it, to the `words` that are signed with it, and to the caller's session. Raises `ValidationFailed` for
    missing components, `ReauthenticationFailed`, and `RateLimited` while locked out. Has its own transactions, so that
    a failed try stays counted whatever happens afterwards.
    """
    submitted = _SubmittedCredentials(username, password, otp, passkey)
    private = submitted.private()
    with unavailable_on_timeout():
        user = User.objects.get(pk=caller.user.id)
        refusal = why_not_sign(user)
        if refusal:
            raise ReauthenticationFailed(refusal)
        if needs_username(caller) and not username:
            raise ValidationFailed({"username": [_("Your first signature in this session needs your user name too.")]})
    with attempt(purpose=Purpose.SIGNING, caller=caller, user=user) as tried:
        # The name must be the caller's own, even if it fits the password of another account.
        own_name = username is None or fold_username(username) == user.username.lower()
        if own_name and _fits(user, submitted, private, _challenge_key(caller, about, words)):
            tried.succeed(completely=True)
        else:
            _record_failure(caller, user, about=about, component=private if own_name else "username")
    if not tried.success:
        raise ReauthenticationFailed(_("Wrong user name or password. Nothing was signed."))
    if username and caller.credential.startswith("cookie:"):
        _remember(caller, user, about=about, components=["username", private])
    return Proof([*(["username"] if username else []), private])


def needs_username(caller: Caller) -> bool:
    """Whether the user name is needed: it was not given recently in this session."""
    if not caller.credential.startswith("cookie:"):
        return True
    proven = ProvenSession.objects.filter(user=caller.user, credential=caller.credential)
    return not proven.filter(proven_at__gt=Now() - settings.FOUNDRY_SIGNING_PERIOD).exists()


def private_components(user: User) -> list[str]:
    """The private components that the account has, of `password`, `otp`, `passkey`."""
    names = {Factor.CODE: "otp", Factor.PASSKEY: "passkey"}
    factors = factors_of(user)
    password = ["password"] if user.has_usable_password() else []
    return password + [name for factor, name in names.items() if factor in factors]


def passkey_challenge(caller: Caller, *, about: Mapping[str, str], words: str = "") -> dict[str, Any]:
    """The options for `navigator.credentials.get`, for this session and what is signed; valid once, for 5 minutes.

    Only inside a web request, because a passkey depends on the address of the site.
    """
    options, state = auth.get_server().authenticate_begin(
        credentials=auth.get_credentials(caller.user), user_verification=UserVerificationRequirement.REQUIRED
    )
    cache.set(_challenge_key(caller, about, words), state, timeout=PASSKEY_SECONDS)
    return dict(options)


def _fits(user: User, submitted: _SubmittedCredentials, private: str, challenge_key: str) -> bool:
    """Whether the private component is right. Slow on purpose for a password: call it without holding row locks."""
    if private not in private_components(user):
        return False
    checks: dict[str, Callable[[], bool]] = {
        "password": lambda: user.check_password(submitted.password or ""),
        "otp": lambda: check_code(user, submitted.otp or "", recovery=False) is not None,
        "passkey": lambda: _passkey_fits(user, submitted.passkey or {}, challenge_key),
    }
    return checks[private]()


def _passkey_fits(user: User, response: Mapping[str, Any], key: str) -> bool:
    state = cache.get(key)
    # Deleting the challenge makes this the only try.
    if state is None or not cache.delete(key) or not is_from_own_page(response):
        return False
    try:
        auth.parse_authentication_response(dict(response))
        auth.get_server().authenticate_complete(state, auth.get_credentials(user), dict(response))
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return False
    return True


def _remember(caller: Caller, user: User, *, about: Mapping[str, str], components: list[str]) -> None:
    """Record that both components were given: the next signatures of this session need only one."""
    with write_transaction():
        data = {**about, "credential": caller.credential, "components": components}
        event = record(caller=caller, action=actions.SIGNING_PROVEN, target=Target.of("user", user.id), data=data)
        proven = {"proven_at": event.at}
        ProvenSession.objects.update_or_create(user=user, credential=caller.credential, defaults=proven)


def _record_failure(caller: Caller, user: User, *, about: Mapping[str, str], component: str) -> None:
    """Record the failure as the caller's: it happened in their session."""
    with write_transaction():
        data = {**about, "component": component}
        record(caller=caller, action=actions.SIGNING_FAILED, target=Target.of("user", user.id), data=data)


def _challenge_key(caller: Caller, about: Mapping[str, str], words: str) -> str:
    act = canonical_hash({"session": caller.credential, "about": dict(about), "words": words})
    return f"signing:passkey:{caller.user.id}:{act}"
