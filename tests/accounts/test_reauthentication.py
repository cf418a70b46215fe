"""Proving oneself at the act of signing (controls c15, c16, c17, c23)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from allauth.core import context
from django.contrib.sessions.backends.db import SessionStore
from django.db.models.functions import Now
from django.test import Client, RequestFactory

from accounts.callers import Caller
from accounts.models import Kind, ProvenSession, User
from accounts.reauthentication import needs_username, passkey_challenge, private_components, prove
from accounts.services import create_account
from audit.models import Event
from kernel.errors import RateLimited, ReauthenticationFailed, ValidationFailed
from tests.accounts.callers import caller_of, newest_event
from tests.accounts.conftest import PASSWORD
from tests.accounts.devices import code_of
from tests.accounts.pages import add_codes, add_passkey, sign_in

pytestmark = pytest.mark.django_db

ABOUT = {"release_id": "1"}


def try_to_sign(caller: Caller, **given: Any) -> list[str]:
    return prove(caller=caller, about=ABOUT, **given).components


def afresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_c15_the_first_time_in_a_session_takes_both_later_the_private_one(person: User) -> None:
    here = caller_of(person)
    assert needs_username(here)
    with pytest.raises(ValidationFailed, match="user name"):
        try_to_sign(here, password=PASSWORD)
    assert try_to_sign(here, username="Daniel", password=PASSWORD) == ["username", "password"]
    assert try_to_sign(here, password=PASSWORD) == ["password"]
    assert needs_username(Caller(user=person, via="browser", credential="cookie:elsewhere"))


def test_c15_what_was_proven_ages(person: User) -> None:
    here = caller_of(person)
    try_to_sign(here, username="daniel", password=PASSWORD)
    ProvenSession.objects.update(proven_at=Now() - timedelta(minutes=61))
    assert needs_username(here)
    try_to_sign(here, username="daniel", password=PASSWORD)
    assert not needs_username(here)


def test_c15_a_private_component_alone_does_not_make_it_younger(person: User) -> None:
    here = caller_of(person)
    try_to_sign(here, username="daniel", password=PASSWORD)
    ProvenSession.objects.update(proven_at=Now() - timedelta(minutes=59))
    before = ProvenSession.objects.get().proven_at
    try_to_sign(here, password=PASSWORD)
    assert ProvenSession.objects.get().proven_at == before


def test_c15_a_token_is_no_session(person: User) -> None:
    program = Caller(user=person, via="api", credential="token:1")
    try_to_sign(program, username="daniel", password=PASSWORD)
    assert needs_username(program)


@pytest.mark.parametrize("given", [{}, {"password": ""}, {"password": PASSWORD, "otp": "123456"}])
def test_c15_exactly_one_private_component_is_given(person: User, given: dict[str, str]) -> None:
    with pytest.raises(ValidationFailed):
        try_to_sign(caller_of(person), username="daniel", **given)


def test_c15_a_code_proves_and_a_recovery_code_does_not(person: User, client: Client) -> None:
    sign_in(client)
    secret = add_codes(client)
    here = caller_of(person)
    assert private_components(person) == ["password", "otp"]
    with pytest.raises(ReauthenticationFailed):
        try_to_sign(here, username="daniel", otp=code_of(secret))
    assert try_to_sign(here, username="daniel", otp=code_of(secret, steps=1)) == ["username", "otp"]
    with pytest.raises(ReauthenticationFailed):
        try_to_sign(here, otp=code_of(secret, steps=1))
    page = client.get("/accounts/factors/recovery/").content.decode()
    recovery = page.partition("code-list")[2].partition(">")[2].split()[0]
    with pytest.raises(ReauthenticationFailed):
        try_to_sign(here, otp=recovery)


@pytest.fixture
def in_a_request(rf: RequestFactory) -> Any:
    """A passkey's challenge names the address of the site."""
    request = rf.get("/")
    request.session = SessionStore()
    with context.request_context(request):
        yield


@pytest.mark.usefixtures("in_a_request")
def test_c15_a_passkey_proves_for_the_act_it_was_asked_for_and_once(person: User, client: Client) -> None:
    sign_in(client)
    passkey = add_passkey(client)
    here = caller_of(person)
    answer = json.loads(passkey.give(passkey_challenge(caller_of(person), about=ABOUT)))
    with pytest.raises(ReauthenticationFailed):
        prove(caller=here, about={"release_id": "2"}, username="daniel", passkey=answer)
    assert try_to_sign(here, username="daniel", passkey=answer) == ["username", "passkey"]
    with pytest.raises(ReauthenticationFailed):
        try_to_sign(here, passkey=answer)


@pytest.mark.usefixtures("in_a_request")
@pytest.mark.parametrize(
    ("credential", "about", "words"),
    [
        ("cookie:another", ABOUT, "Fit for use"),
        ("cookie:of-a-test", {**ABOUT, "meaning": "reviewed"}, "Fit for use"),
        ("cookie:of-a-test", ABOUT, "Not fit for use"),
    ],
)
def test_c15_a_passkey_proves_for_one_session_meaning_and_comment(
    person: User, client: Client, credential: str, about: dict[str, str], words: str
) -> None:
    sign_in(client)
    passkey = add_passkey(client)
    here = caller_of(person)
    answer = json.loads(passkey.give(passkey_challenge(here, about=ABOUT, words="Fit for use")))
    there = replace(here, credential=credential)
    with pytest.raises(ReauthenticationFailed):
        prove(caller=there, about=about, words=words, username="daniel", passkey=answer)
    proof = prove(caller=here, about=ABOUT, words="Fit for use", username="daniel", passkey=answer)
    assert proof.components == ["username", "passkey"]


@pytest.mark.usefixtures("in_a_request")
@pytest.mark.parametrize(
    "origin", ["https://testserver", "http://testserver:8080", "http://evil.testserver", "http://testserver.example"]
)
def test_c15_a_passkey_given_to_another_page_proves_nothing(person: User, client: Client, origin: str) -> None:
    sign_in(client)
    passkey = add_passkey(client)
    here = caller_of(person)
    passkey.origin = origin
    with pytest.raises(ReauthenticationFailed):
        try_to_sign(here, username="daniel", passkey=json.loads(passkey.give(passkey_challenge(here, about=ABOUT))))


@pytest.mark.usefixtures("in_a_request")
@pytest.mark.parametrize("answer", [{"id": "x"}, {"id": 1, "response": []}])
def test_a_passkey_s_answer_of_somebody_s_own_making_is_refused(
    person: User, client: Client, answer: dict[str, Any]
) -> None:
    sign_in(client)
    add_passkey(client)
    passkey_challenge(caller_of(person), about=ABOUT)
    with pytest.raises(ReauthenticationFailed):
        try_to_sign(caller_of(person), username="daniel", passkey=answer)


def test_c16_somebody_else_s_name_and_password_prove_nothing(person: User, administrator: Caller) -> None:
    create_account(caller=administrator, username="mara", password=PASSWORD)
    with pytest.raises(ReauthenticationFailed):
        try_to_sign(caller_of(person), username="mara", password=PASSWORD)
    assert newest_event().data == {**ABOUT, "component": "username"}


def test_c17_failures_lock_signing_and_are_on_record_as_the_session_s(person: User) -> None:
    here = caller_of(person)
    for _ in range(5):
        with pytest.raises(ReauthenticationFailed):
            try_to_sign(here, username="daniel", password="wrong")
    with pytest.raises(RateLimited) as refusal:
        try_to_sign(here, username="daniel", password=PASSWORD)
    assert refusal.value.extra["retry_after"] == pytest.approx(900, abs=5)
    failed = Event.objects.filter(action="account.signing_failed")
    assert {(event.actor_id, event.data["component"]) for event in failed} == {(person.id, "password")}
    assert Event.objects.filter(action="account.signing_locked", actor_id=person.id).count() == 1


@pytest.mark.parametrize("kind", [Kind.AGENT, Kind.SERVICE, Kind.DEVICE])
def test_c23_only_people_sign(administrator: Caller, kind: Kind) -> None:
    machine = create_account(caller=administrator, username="robot", kind=kind, password=PASSWORD)
    with pytest.raises(ReauthenticationFailed, match="Only people"):
        try_to_sign(caller_of(machine), username="robot", password=PASSWORD)
