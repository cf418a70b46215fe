"""Django's sign-in signals, handed on to the services that record them; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import services
from accounts.callers import caller_from_request, foundry_caller, unknown_caller
from accounts.models import User


@receiver(user_logged_in)
def signed_in(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    services.record_sign_in(caller=caller_from_request(request, user=user))


@receiver(user_logged_out)
def signed_out(sender: object, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Sent before the session is emptied; ``user`` is None where nobody was signed in."""
    if user is not None:
        services.record_sign_out(caller=caller_from_request(request, user=user))


@receiver(user_login_failed)
def sign_in_failed(
    sender: object, credentials: Mapping[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    caller = foundry_caller("command") if request is None else unknown_caller(request)
    services.record_failed_sign_in(caller=caller, username=str(credentials.get("username", "")))
