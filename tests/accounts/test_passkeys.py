"""Passkeys sign in, alone or as the second step, and are renamed and removed on record."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from tests.accounts.callers import newest_event
from tests.accounts.devices import Passkey
from tests.accounts.pages import (
    FACTORS,
    add_passkey,
    is_signed_in,
    options_on,
    seem_proven,
    sign_in,
)
from tests.accounts.test_factors import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(client: Client, person: User) -> Client:
    """The person's browser."""
    sign_in(client)
    return client


def test_a_passkey_alone_signs_in(here: Client, person: User) -> None:
    passkey = add_passkey(here, name="Daniel's laptop")
    there = Client()
    wanted = there.get(f"{FACTORS}passkeys/sign-in/", headers={"Accept": "application/json"}).json()
    there.post(f"{FACTORS}passkeys/sign-in/", {"credential": passkey.give(wanted["request_options"])})
    assert is_signed_in(there)
    event = Event.objects.filter(action="account.signed_in").order_by("-seq")[0]
    assert event.data["methods"] == ["webauthn"]
    assert "Daniel&#x27;s laptop" in there.get("/account/").content.decode()


def test_a_passkey_is_the_second_step_too(here: Client, person: User) -> None:
    passkey = add_passkey(here)
    there = Client()
    sign_in(there)
    wanted = options_on(there.get(f"{FACTORS}sign-in/"))["request_options"]
    there.post(f"{FACTORS}sign-in/", {"credential": passkey.give(wanted)})
    assert is_signed_in(there)


def test_a_key_on_the_desk_is_not_enough(here: Client, person: User) -> None:
    """Neither to be added nor to sign in: it asks its owner for a finger or a PIN."""
    passkey = add_passkey(here)
    there = Client()
    wanted = there.get(f"{FACTORS}passkeys/sign-in/", headers={"Accept": "application/json"}).json()
    passkey.verified = False
    there.post(f"{FACTORS}passkeys/sign-in/", {"credential": passkey.give(wanted["request_options"])})
    assert not is_signed_in(there)
    event = Event.objects.filter(action="account.sign_in_failed").order_by("-seq")[0]
    assert event.data == {"username": None, "component": "passkey"}


@pytest.mark.parametrize("origin", ["https://testserver", "http://testserver:8080", "http://evil.testserver"])
def test_a_passkey_given_to_another_page_neither_signs_in_nor_is_added(here: Client, person: User, origin: str) -> None:
    passkey = add_passkey(here)
    passkey.origin = origin
    there = Client()
    wanted = there.get(f"{FACTORS}passkeys/sign-in/", headers={"Accept": "application/json"}).json()
    there.post(f"{FACTORS}passkeys/sign-in/", {"credential": passkey.give(wanted["request_options"])})
    assert not is_signed_in(there)
    options = options_on(here.get(f"{FACTORS}passkeys/add/"))["creation_options"]
    here.post(f"{FACTORS}passkeys/add/", {"name": "x", "credential": Passkey(origin=origin).make(options)})
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_an_answer_is_good_once(here: Client, person: User) -> None:
    passkey = add_passkey(here)
    there, elsewhere = Client(), Client()
    wanted = there.get(f"{FACTORS}passkeys/sign-in/", headers={"Accept": "application/json"}).json()
    answer = passkey.give(wanted["request_options"])
    there.post(f"{FACTORS}passkeys/sign-in/", {"credential": answer})
    elsewhere.get(f"{FACTORS}passkeys/sign-in/", headers={"Accept": "application/json"})
    elsewhere.post(f"{FACTORS}passkeys/sign-in/", {"credential": answer})
    assert (is_signed_in(there), is_signed_in(elsewhere)) == (True, False)


def test_c05_a_closed_account_s_passkey_signs_nobody_in(here: Client, person: User) -> None:
    passkey = add_passkey(here)
    User.objects.filter(pk=person.pk).update(is_active=False)
    there = Client()
    wanted = there.get(f"{FACTORS}passkeys/sign-in/", headers={"Accept": "application/json"}).json()
    answer = there.post(f"{FACTORS}passkeys/sign-in/", {"credential": passkey.give(wanted["request_options"])})
    assert (answer.status_code, is_signed_in(there)) == (403, False)
    assert newest_event().data == {"username": "daniel", "component": "account"}


@pytest.mark.parametrize(
    "credential", ["", "x", "null", "[]", "{}", '{"response": 1}', '{"id": "x", "rawId": "x", "response": {}}']
)
def test_what_no_browser_sends_is_refused_calmly(here: Client, person: User, credential: str) -> None:
    add_passkey(here)
    there = Client()
    there.get(f"{FACTORS}passkeys/sign-in/", headers={"Accept": "application/json"})
    assert there.post(f"{FACTORS}passkeys/sign-in/", {"credential": credential}).status_code == 302
    assert not is_signed_in(there)
    assert here.post(f"{FACTORS}passkeys/add/", {"name": "x", "credential": credential}).status_code == 200
    assert here.post(f"{FACTORS}passkeys/confirm/", {"credential": credential}).status_code == 302


def test_a_passkey_is_renamed_and_removed_on_record(here: Client, person: User) -> None:
    add_passkey(here)
    factor = Authenticator.objects.get(type="webauthn")
    here.post(f"{FACTORS}passkeys/{factor.pk}/rename/", {"name": "telephone"})
    assert (newest_event().action, newest_event().data["name"]) == ("account.factor_renamed", "telephone")
    here.post(f"{FACTORS}passkeys/{factor.pk}/remove/")
    assert ("account.factor_removed", "webauthn") in story()


def test_somebody_else_s_passkey_is_not_there(here: Client, person: User, administrator: Caller) -> None:
    add_passkey(here)
    factor = Authenticator.objects.get(type="webauthn")
    other = Client()
    other.force_login(administrator.user)
    seem_proven(other)
    for path in ("rename/", "remove/"):
        assert other.post(f"{FACTORS}passkeys/{factor.pk}/{path}", {"name": "mine"}).status_code == 404
