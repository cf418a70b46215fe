"""Checking a user name, a password and a code, within the limits of `accounts.lockout`."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import services
from accounts.callers import unknown_caller
from accounts.factors import Factor, check_code, factors_of
from accounts.lockout import Purpose, attempt
from accounts.models import User
from accounts.normalization import spellings_of_password
from kernel.errors import NotAuthenticated


def by_password(request: HttpRequest, *, username: str, password: str) -> User | None:
    """The active account of that name and password, or None. Raises `RateLimited` while locked out.

    A right password only takes back the failure that was counted for it: a second factor may still be missing.
    """
    with attempt(purpose=Purpose.SIGN_IN, caller=unknown_caller(request), name=username) as tried:
        user = authenticate(request, username=username, password=password)
        if isinstance(user, User):
            tried.succeed()
            return user
        _spend_equal_time(username, password)
    return None


def _spend_equal_time(username: str, password: str) -> None:
    """Hash as many spellings for an unknown name too, so that the response time does not reveal which names exist."""
    if not User.objects.named(username).exists():
        for spelling in spellings_of_password(password)[1:]:
            make_password(spelling)


def by_code(request: HttpRequest, *, user: User, code: str) -> Authenticator | None:
    """The factor of the account that a one-time or recovery code belongs to, or None. Raises `RateLimited`."""
    caller = unknown_caller(request)
    with attempt(purpose=Purpose.SIGN_IN, caller=caller, user=user) as tried:
        factor = check_code(user, code)
        if factor is not None:
            tried.succeed()
        else:
            services.record_failed_sign_in(caller=caller, username=user.username, component="otp")
    return factor


def prove_for_token(request: HttpRequest, *, username: str, password: str, otp: str | None) -> User:
    """The user of that name and password, and of that code if the account has a code factor.

    Raises `NotAuthenticated`, or `RateLimited` after too many failures.
    """
    user = by_password(request, username=username, password=password)
    if user is None:
        raise NotAuthenticated(_("Wrong user name or password."))
    factors = factors_of(user)
    if Factor.CODE in factors:
        if not otp:
            raise NotAuthenticated(_("This account needs a one-time code too: give it as `otp`."))
        if by_code(request, user=user, code=otp) is None:
            raise NotAuthenticated(_("Wrong one-time code."))
    elif factors:
        raise NotAuthenticated(_("This account signs in with a passkey. Make the token on its account page."))
    return user
