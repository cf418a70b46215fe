"""A token for who has a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.devices import code_of
from tests.accounts.pages import add_codes, add_passkey, sign_in
from tests.rest.client import Api, members, problem

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"


@pytest.fixture
def person(make_user: Callable[..., User]) -> User:
    return make_user("person", password=PASSWORD)


@pytest.fixture
def browser(person: User) -> Client:
    client = Client()
    sign_in(client, person.username)
    return client


def ask(person: User, **given: str) -> Any:
    return Api().post("auth/tokens/", {"username": person.username, "password": PASSWORD, "name": "IDE", **given})


def test_it_takes_a_one_time_code_too(person: User, browser: Client) -> None:
    secret = add_codes(browser)
    without = ask(person)
    assert problem(without) == (401, "not_authenticated")
    assert "`otp`" in members(without)["detail"]
    assert problem(ask(person, otp="000000")) == (401, "not_authenticated")
    assert ask(person, otp=code_of(secret, steps=1)).status_code == 201
    assert problem(ask(person, otp=code_of(secret, steps=1))) == (401, "not_authenticated"), "a code is good once"


def test_c17_codes_cannot_be_guessed_with_a_right_password(person: User, browser: Client) -> None:
    secret = add_codes(browser)
    for _ in range(5):
        assert problem(ask(person, otp="000000")) == (401, "not_authenticated")
    refusal = ask(person, otp=code_of(secret))
    assert problem(refusal) == (429, "rate_limited")
    assert int(refusal["Retry-After"]) > 800


def test_who_has_only_a_passkey_makes_it_on_the_account_page(person: User, browser: Client) -> None:
    add_passkey(browser)
    refusal = ask(person, otp="123456")
    assert problem(refusal) == (401, "not_authenticated")
    assert "account page" in members(refusal)["detail"]


@pytest.mark.parametrize("otp", [1, "x" * 21, None])
def test_a_code_is_a_short_text(person: User, otp: Any) -> None:
    assert problem(ask(person, otp=otp)) == (400, "validation_failed")
