"""People for the tests of accounts, made by the services under test."""

from __future__ import annotations

import pytest

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.services import create_account
from accounts.suspension import restore_signing
from tests.accounts.callers import caller_of

PASSWORD = "correct horse battery staple"


@pytest.fixture
def administrator(db: None) -> Caller:
    """An administrator at a browser."""
    user = create_account(caller=foundry_caller("command"), username="anna.admin", is_administrator=True)
    return caller_of(user)


@pytest.fixture
def person(db: None) -> User:
    """An ordinary person with a password of their own."""
    foundry = foundry_caller("command")
    user = create_account(caller=foundry, username="daniel", display_name="Daniel Okafor", password=PASSWORD)
    restore_signing(caller=foundry, user_id=user.id, reason="It is them")
    user.refresh_from_db()
    return user
