"""Second factors: codes, passkeys, recovery codes; every change on record (control c06), failures counted (c17)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from accounts import factors
from accounts.callers import Caller
from accounts.factors import check_code, remove_factors
from accounts.models import User
from accounts.suspension import may_sign
from audit.models import Event
from kernel.errors import PermissionDenied
from tests.accounts.callers import caller_of
from tests.accounts.conftest import PASSWORD
from tests.accounts.devices import code_of
from tests.accounts.pages import (
    FACTORS,
    add_codes,
    add_codes_by,
    add_passkey,
    confirm,
    is_signed_in,
    options_on,
    seem_unproven,
    sign_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(client: Client, person: User) -> Client:
    """The person's browser."""
    sign_in(client)
    return client


def story() -> list[tuple[str, Any]]:
    """What is on record about factors."""
    events = Event.objects.chain("site").filter(action__contains="factor")
    return [(event.action, event.data.get("factor")) for event in events]


def codes_shown(client: Client) -> list[str]:
    page = client.get(f"{FACTORS}recovery/").content.decode()
    (listed,) = re.findall(r'class="code-list"[^>]*>(.*?)</pre>', page, re.DOTALL)
    return str(listed).split()


def test_an_app_for_codes_is_added_with_recovery_codes_and_both_events(here: Client, person: User) -> None:
    add_codes(here)
    assert story() == [("account.factor_added", "totp"), ("account.factor_added", "recovery_codes")]
    event = Event.objects.get(action="account.factor_added", canonical__contains="totp")
    assert (event.actor_id, event.target_id) == (person.id, str(person.id))
    assert len(codes_shown(here)) == 10
    assert "code-list" not in here.get(f"{FACTORS}recovery/").content.decode(), "they are shown once"


def test_its_secret_cannot_be_read_from_the_database(here: Client, person: User) -> None:
    secret = add_codes(here)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        assert not any(secret in row[0] for row in cursor.fetchall())


def test_the_page_shows_the_secret_and_a_picture_of_it_without_inline_code(here: Client) -> None:
    confirm(here)
    answer = here.get(f"{FACTORS}codes/add/")
    assert 'src="data:image/svg+xml;base64,' in answer.content.decode()
    assert " style=" not in answer.content.decode()
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_changing_factors_asks_for_the_password_again(here: Client, person: User) -> None:
    for path in ("codes/add/", "passkeys/add/", "recovery/make/"):
        answer = here.get(FACTORS + path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_with_codes_a_password_alone_does_not_sign_in(here: Client, person: User) -> None:
    secret = add_codes(here)
    there = Client()
    answer = sign_in(there)
    assert answer["Location"] == f"{FACTORS}sign-in/"
    assert not is_signed_in(there)
    there.post(f"{FACTORS}sign-in/", {"code": code_of(secret, steps=1)})
    assert is_signed_in(there)
    event = Event.objects.filter(action="account.signed_in").order_by("-seq")[0]
    assert event.data["methods"] == ["password", "totp"]


def test_a_code_is_good_once_whatever_the_cache_remembers(here: Client, person: User) -> None:
    secret = add_codes(here)
    assert not check_code(person, code_of(secret)), "it was used when the app was added"
    code = code_of(secret, steps=1)
    assert check_code(person, code), "clocks may be half a minute apart"
    assert not check_code(person, code)
    assert not check_code(person, code_of(secret)), "nor an older one after it"
    assert not check_code(person, code_of(secret, steps=9))


def test_the_code_that_adds_the_app_neither_signs_in_nor_makes_a_token(here: Client, person: User) -> None:
    _secret, code = add_codes_by(here)
    there = Client()
    sign_in(there)
    there.post(f"{FACTORS}sign-in/", {"code": code})
    assert not is_signed_in(there)
    wanted = {"username": "daniel", "password": PASSWORD, "otp": code, "name": "IDE"}
    answer = Client().post("/api/v1/auth/tokens/", wanted, content_type="application/json")
    assert answer.status_code == 401
    seem_unproven(here)
    here.post(f"{FACTORS}confirm/", {"code": code})
    assert here.get(f"{FACTORS}recovery/make/").status_code == 302


def test_c17_wrong_codes_lock_the_account_like_wrong_passwords(here: Client, person: User) -> None:
    secret = add_codes(here)
    there = Client()
    sign_in(there)
    for _ in range(5):
        there.post(f"{FACTORS}sign-in/", {"code": "000000"})
        sign_in(Client())
    answer = there.post(f"{FACTORS}sign-in/", {"code": code_of(secret)})
    assert "this account is locked" in answer.content.decode()
    failed = Event.objects.filter(action="account.sign_in_failed")
    assert {event.data["component"] for event in failed} == {"otp"}
    assert Event.objects.filter(action="account.sign_in_locked").count() == 1


def test_a_recovery_code_signs_in_once_and_is_on_record(here: Client, person: User) -> None:
    add_codes(here)
    (first, *_others) = codes_shown(here)
    for expected in (True, False):
        there = Client()
        sign_in(there)
        there.post(f"{FACTORS}sign-in/", {"code": first})
        assert is_signed_in(there) is expected
    event = Event.objects.get(action="account.recovery_code_used")
    assert event.data["left"] == 9


def test_new_recovery_codes_end_the_old_ones(here: Client, person: User) -> None:
    add_codes(here)
    old = codes_shown(here)
    here.post(f"{FACTORS}recovery/make/")
    assert not set(codes_shown(here)) & set(old)
    assert story()[-2:] == [("account.factor_removed", "recovery_codes"), ("account.factor_added", "recovery_codes")]


def test_an_app_is_removed_with_its_recovery_codes(here: Client, person: User) -> None:
    add_codes(here)
    here.post(f"{FACTORS}codes/remove/")
    assert not Authenticator.objects.exists()
    assert {kind for action, kind in story() if action == "account.factor_removed"} == {"totp", "recovery_codes"}
    assert sign_in(Client())["Location"] == "/"


def test_no_event_no_factor(here: Client, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the trail is away")

    confirm(here)
    page = here.get(f"{FACTORS}codes/add/").content.decode()
    (secret,) = re.findall(r'token-text">([A-Z2-7]+)<', page)
    monkeypatch.setattr(factors, "record", fail)
    with pytest.raises(RuntimeError):
        here.post(f"{FACTORS}codes/add/", {"code": code_of(secret)})
    assert not Authenticator.objects.exists()


def test_c16_an_administrator_removes_lost_factors_and_with_it_suspends_signing(
    here: Client, person: User, administrator: Caller
) -> None:
    add_codes(here)
    with pytest.raises(PermissionDenied):
        remove_factors(caller=caller_of(person), user_id=person.id, reason="I am no administrator")
    remove_factors(caller=administrator, user_id=person.id, reason="The telephone is lost")
    assert not Authenticator.objects.exists()
    event = Event.objects.filter(action="account.factor_removed").order_by("-seq")[0]
    assert (event.actor_id, event.record["reason"]) == (administrator.user.id, "The telephone is lost")
    assert not may_sign(User.objects.get(pk=person.pk))


def test_confirming_by_a_code_or_a_passkey(here: Client, person: User) -> None:
    secret = add_codes(here)
    passkey = add_passkey(here)
    forget_what_was_proven(here)
    here.post(f"{FACTORS}confirm/", {"code": code_of(secret, steps=1)})
    assert here.get(f"{FACTORS}recovery/make/").status_code == 200
    forget_what_was_proven(here)
    wanted = options_on(here.get(f"{FACTORS}passkeys/confirm/"))["request_options"]
    here.post(f"{FACTORS}passkeys/confirm/", {"credential": passkey.give(wanted)})
    assert here.get(f"{FACTORS}recovery/make/").status_code == 200


def forget_what_was_proven(client: Client) -> None:
    session = client.session
    session.pop("account_authentication_methods")
    session.save()
    assert client.get(f"{FACTORS}recovery/make/").status_code == 302


def test_an_app_for_codes_names_the_site(client: Client, person: User) -> None:
    """What the app shows beside the code: which of several Foundrys it is for."""
    sign_in(client)
    confirm(client)
    address = str(client.get(f"{FACTORS}codes/add/").context["totp_url"])
    assert "issuer=Foundry%20testserver" in address
