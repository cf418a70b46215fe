"""Finds the account that a command is about."""

from __future__ import annotations

from django.core.management.base import CommandError

from accounts.models import User


def named(username: str) -> User:
    """The account of that user name. Raises `CommandError`."""
    user = User.objects.named(username).first()
    if user is None:
        raise CommandError(f"There is no account {username}.")
    return user
