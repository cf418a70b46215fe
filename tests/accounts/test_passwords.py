"""The rules of passwords, and what an account had before."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.test import Client

from accounts.callers import Caller
from accounts.models import PastPassword, User
from accounts.services import change_password, set_password
from kernel.errors import ValidationFailed
from tests.accounts.callers import caller_of
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import confirm, is_signed_in

pytestmark = pytest.mark.django_db


def choose(person: User, password: str) -> None:
    change_password(caller=caller_of(person), password=password)


@pytest.mark.parametrize(
    "password", ["short", "eleven long", "danielokafor", "123456789012345", "nul in \0 the middle"]
)
def test_a_weak_one_is_refused(person: User, password: str) -> None:
    with pytest.raises(ValidationFailed):
        choose(person, password)


def test_none_of_the_last_five_is_taken_again(person: User) -> None:
    chosen = [PASSWORD, *(f"a new password {number}" for number in range(4))]
    for password in chosen[1:]:
        choose(person, password)
    for password in chosen:
        with pytest.raises(ValidationFailed, match="used this password before"):
            choose(person, password)
    choose(person, "the sixth password")
    choose(person, PASSWORD)


def test_an_administrator_cannot_give_an_old_one_either(person: User, administrator: Caller) -> None:
    with pytest.raises(ValidationFailed):
        set_password(caller=administrator, user_id=person.id, password=PASSWORD)


def test_they_are_kept_hashed_and_no_more_than_needed(person: User) -> None:
    for number in range(8):
        choose(person, f"a new password {number}")
    kept = PastPassword.objects.filter(user=person)
    assert kept.count() == 5
    assert not any("password" in row.encoded for row in kept)


def test_a_password_from_before_the_history_counts_too(person: User) -> None:
    PastPassword.objects.all().delete()
    with pytest.raises(ValidationFailed):
        choose(person, PASSWORD)


def test_without_a_history_the_same_one_may_come_again(person: User, settings: Any) -> None:
    settings.FOUNDRY_PASSWORD_HISTORY = 0
    choose(person, PASSWORD)


class OlderHasher(MD5PasswordHasher):
    """Not the first of the site any more."""

    algorithm = "older"


def test_who_confirms_with_a_password_whose_hash_is_renewed_stays_signed_in(
    client: Client, person: User, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, f"{__name__}.OlderHasher"]
    User.objects.filter(pk=person.pk).update(password=make_password(PASSWORD, hasher="older"))
    client.force_login(User.objects.get(pk=person.pk))
    confirm(client, PASSWORD)
    assert not User.objects.get(pk=person.pk).password.startswith("older")
    assert is_signed_in(client)
