"""What second factors are called, and what a wrong password is answered."""

from __future__ import annotations

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.template.loader import render_to_string
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_a_passkey_without_a_name_is_called_a_passkey(person: User) -> None:
    assert get_adapter().generate_authenticator_name(person, Authenticator.Type.WEBAUTHN) == "Passkey"
    Authenticator.objects.bulk_create([Authenticator(user=person, type=Authenticator.Type.WEBAUTHN, data={})])
    assert get_adapter().generate_authenticator_name(person, Authenticator.Type.WEBAUTHN) == "Passkey 2"


@pytest.mark.parametrize(("kind", "words"), [("added", "Passkey added."), ("removed", "Passkey removed.")])
def test_a_passkey_is_a_passkey_in_messages_too(kind: str, words: str) -> None:
    assert render_to_string(f"mfa/messages/webauthn_{kind}.txt").strip() == words


def test_a_wrong_password_is_told_in_one_short_sentence() -> None:
    answer = Client().post("/accounts/login/", {"login": "nobody", "password": "wrong"})
    assert "Wrong user name or password." in answer.content.decode()
