"""The errors that answer a poll for a token, by RFC 8628 (section 3.5) and RFC 6749 (section 5.2)."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class SignInError(Exception):
    """`error` is the word for programs, `description` the one for people."""

    error: ClassVar[str]
    description: ClassVar[str | Promise]


class AuthorizationPending(SignInError):
    error, description = "authorization_pending", _("Nobody has decided yet. Ask again after the interval.")


class SlowDown(SignInError):
    error, description = "slow_down", _("Asked too early. Wait five seconds longer from now on.")


class AccessDenied(SignInError):
    error, description = "access_denied", _("The sign-in was denied.")


class ExpiredToken(SignInError):
    error, description = "expired_token", _("The code has expired. Begin the sign-in again.")


class InvalidGrant(SignInError):
    error, description = "invalid_grant", _("The code is unknown, or a token was already given for it.")
