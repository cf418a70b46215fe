"""Passwords that the server takes, and that are quick to hash here."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import override_settings

from accounts.callers import foundry_caller
from accounts.models import User
from accounts.services import set_password


class FewIterations(PBKDF2PasswordHasher):
    """The product's algorithm: the server, which runs on the product's own settings, reads the number in the hash."""

    iterations = 1000


def hashed_as_the_server_does() -> override_settings:
    """The tests' usual hashes are none that the server knows."""
    return override_settings(PASSWORD_HASHERS=[f"{__name__}.{FewIterations.__name__}"])


def give_password(user: User, password: str) -> None:
    """Give somebody a password with which they can sign in at the server; to be used inside `arrange`."""
    with hashed_as_the_server_does():
        set_password(caller=foundry_caller("command"), user_id=user.id, password=password)
