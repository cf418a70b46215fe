"""A password and a user name are the same from every keyboard (RFC 8265)."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts import sign_in as trying
from accounts.models import FailureCount, User
from accounts.normalization import prepare_password, spellings_of_password
from accounts.reauthentication import prove
from accounts.services import change_password
from kernel.errors import ValidationFailed
from tests.accounts.callers import caller_of
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import confirm, is_signed_in, seem_unproven, sign_in

pytestmark = pytest.mark.django_db

COMPOSED = unicodedata.normalize("NFC", "Grüße aus Málaga, Ngườ")
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
FORMS = pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED, COMPOSED.replace(" ", "\u00a0")])


@FORMS
@pytest.mark.parametrize("chosen", [COMPOSED, DECOMPOSED])
def test_a_password_fits_however_its_letters_are_composed(
    client: Client, person: User, chosen: str, typed: str
) -> None:
    change_password(caller=caller_of(person), password=chosen)
    sign_in(client, password=typed)
    assert is_signed_in(client)
    assert not FailureCount.objects.filter(subject__contains=":account:").exists()
    seem_unproven(client)
    assert confirm(client, typed).status_code == 302
    proof = prove(caller=caller_of(person), username="daniel", password=typed, about={"release_id": "1"})
    assert proof.components == ["username", "password"]
    made = {"username": "daniel", "password": typed, "name": "IDE"}
    assert Client().post("/api/v1/auth/tokens/", made, content_type="application/json").status_code == 201


@pytest.mark.parametrize("hashed", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED])
def test_a_hash_from_before_goes_on_to_fit(client: Client, person: User, hashed: str, typed: str) -> None:
    User.objects.filter(pk=person.pk).update(password=make_password(hashed))
    sign_in(client, password=typed)
    assert is_signed_in(client)


def test_a_wrong_one_is_one_try_however_many_spellings_it_has(client: Client, person: User) -> None:
    assert len(spellings_of_password(COMPOSED)) == 2
    sign_in(client, password=COMPOSED)
    assert FailureCount.objects.get(subject__contains=":account:").failures == 1


def test_a_used_password_is_known_in_another_spelling(person: User) -> None:
    change_password(caller=caller_of(person), password=COMPOSED)
    with pytest.raises(ValidationFailed, match="used this password before"):
        change_password(caller=caller_of(person), password=DECOMPOSED)


def test_case_and_width_stay_somebody_s_choice() -> None:
    assert prepare_password("ＡBc") == "ＡBc"
    assert spellings_of_password("plain ASCII") == ["plain ASCII"]


@pytest.mark.parametrize("password", ["with\ta tab in the middle", "with \u0378 that is no character"])
def test_what_no_keyboard_types_is_no_password(person: User, password: str) -> None:
    with pytest.raises(ValidationFailed):
        change_password(caller=caller_of(person), password=password)


@pytest.mark.parametrize("name", ["ＤＡＮＩＥＬ", "Daniel", " daniel ", "ｄａｎｉｅｌ"])
def test_a_user_name_is_found_however_it_is_typed(client: Client, person: User, name: str) -> None:
    sign_in(client, name)
    assert is_signed_in(client)
    proof = prove(caller=caller_of(person), username=name, password=PASSWORD, about={"release_id": "1"})
    assert proof.components == ["username", "password"]


def test_the_time_tells_no_names(client: Client, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[Any] = []
    monkeypatch.setattr(trying, "make_password", hashed.append)
    sign_in(client, "nobody", DECOMPOSED)
    assert hashed == spellings_of_password(DECOMPOSED)[1:]
    sign_in(client, "daniel", DECOMPOSED)
    assert len(hashed) == 1
