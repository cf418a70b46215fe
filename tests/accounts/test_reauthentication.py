"""Proving oneself at the act of signing (controls c15, c16, c17, c23)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from allauth.core import context
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.test import Client, RequestFactory

from accounts.callers import Caller, foundry_caller
from accounts.factors import remove_factors
from accounts.models import Kind, ProvenSession, User
from accounts.reauthentication import needs_username, passkey_challenge, private_components, prove
from accounts.services import change_password, create_account, set_password
from accounts.suspension import may_sign, restore_signing, why_not_sign
from audit.models import Event
from kernel.errors import Conflict, PermissionDenied, RateLimited, ReauthenticationFailed, ValidationFailed
from tests.accounts.callers import caller_of, newest_event
from tests.accounts.conftest import PASSWORD
from tests.accounts.devices import code_of
from tests.accounts.pages import add_codes, add_passkey, confirm, sign_in

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


def second_administrator(administrator: Caller) -> Caller:
    return caller_of(create_account(caller=administrator, username="berta", is_administrator=True))


def test_c16_a_password_set_by_an_administrator_suspends_signing(person: User, administrator: Caller) -> None:
    set_password(caller=administrator, user_id=person.id, password="known to two people")
    assert newest_event().action == "account.signing_suspended"
    with pytest.raises(ReauthenticationFailed, match="Someone else set your password"):
        try_to_sign(caller_of(person), username="daniel", password="known to two people")
    change_password(caller=caller_of(person), password="chosen by whom?")
    with pytest.raises(ReauthenticationFailed, match="another administrator"):
        try_to_sign(caller_of(person), username="daniel", password="chosen by whom?")
    restore_signing(caller=second_administrator(administrator), user_id=person.id, reason="Seen with their badge")
    try_to_sign(caller_of(person), username="daniel", password="chosen by whom?")


def test_c16_an_administrator_confirms_nobody_through_an_account_that_they_made(
    person: User, administrator: Caller
) -> None:
    set_password(caller=administrator, user_id=person.id, password="known to two people")
    change_password(caller=caller_of(person), password="chosen by whom?")
    given = "known to two people"
    second = create_account(caller=administrator, username="berta", password=given, is_administrator=True)
    change_password(caller=caller_of(second), password="the same hands again")
    with pytest.raises(PermissionDenied, match="before you can sign"):
        restore_signing(caller=caller_of(second), user_id=person.id, reason="It is them")
    robot = create_account(
        caller=administrator, username="robot", kind=Kind.SERVICE, password=given, is_administrator=True
    )
    with pytest.raises(PermissionDenied, match="before you can sign"):
        restore_signing(caller=caller_of(robot), user_id=person.id, reason="It is them")
    assert not may_sign(afresh(person))


@pytest.mark.parametrize("who", ["an administrator", "the operator"])
def test_c16_nobody_confirms_a_password_that_an_administrator_knows(
    person: User, administrator: Caller, who: str
) -> None:
    set_password(caller=administrator, user_id=person.id, password="known to two people")
    caller = second_administrator(administrator) if who == "an administrator" else foundry_caller("command")
    with pytest.raises(Conflict, match="first choose a new password"):
        restore_signing(caller=caller, user_id=person.id, reason="It is them")
    assert not may_sign(afresh(person))


def test_c16_nobody_lifts_a_suspension_that_they_caused_before_somebody_else_did(
    person: User, administrator: Caller, client: Client
) -> None:
    sign_in(client)
    add_codes(client)
    set_password(caller=administrator, user_id=person.id, password="known to two people")
    other = second_administrator(administrator)
    remove_factors(caller=other, user_id=person.id, reason="The telephone is lost")
    change_password(caller=caller_of(person), password="chosen by whom?")
    for caller in (administrator, other):
        with pytest.raises(PermissionDenied, match="Another administrator"):
            restore_signing(caller=caller, user_id=person.id, reason="It is them")


def test_c16_a_factor_added_while_suspended_is_none_from_before(person: User, administrator: Caller) -> None:
    set_password(caller=administrator, user_id=person.id, password="known to two people")
    there = Client()
    sign_in(there, password="known to two people")
    confirm(there, "known to two people")
    page = there.get("/accounts/factors/codes/add/").content.decode()
    secret = page.partition('token-text">')[2].partition("<")[0]
    there.post("/accounts/factors/codes/add/", {"code": code_of(secret)})
    set_password(caller=administrator, user_id=person.id, password="known to two again")
    change_password(caller=caller_of(person), password="chosen by whom?")
    assert not may_sign(afresh(person))


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_c16_who_was_given_a_first_password_signs_with_one_of_their_own(
    administrator: Caller, settings: Any, is_confirmed: bool
) -> None:
    settings.FOUNDRY_SIGNING_CONFIRMED = is_confirmed
    given = "known to two people"
    newcomer = create_account(caller=administrator, username="newcomer", password=given)
    assert newest_event().action == "account.signing_suspended"
    with pytest.raises(ReauthenticationFailed, match="Someone else set your password"):
        try_to_sign(caller_of(newcomer), username="newcomer", password=given)
    change_password(caller=caller_of(newcomer), password="known to one person")
    assert may_sign(afresh(newcomer)) is not is_confirmed


def test_c16_whom_the_operator_gave_a_password_chooses_one_and_signs(db: None) -> None:
    newcomer = create_account(caller=foundry_caller("command"), username="newcomer", password=PASSWORD)
    assert not may_sign(newcomer)
    change_password(caller=caller_of(newcomer), password="known to one person")
    try_to_sign(caller_of(newcomer), username="newcomer", password="known to one person")


def test_c16_the_account_page_says_so(person: User, administrator: Caller, client: Client) -> None:
    set_password(caller=administrator, user_id=person.id, password="known to two people")
    sign_in(client, password="known to two people")
    assert "You cannot sign releases at the moment" in client.get("/account/").content.decode()


def test_c16_another_administrator_confirms_neither_who_set_the_password_nor_the_person(
    person: User, administrator: Caller
) -> None:
    """Who set the password could have chosen the next one too; so neither they nor the account itself may confirm."""
    set_password(caller=administrator, user_id=person.id, password="known to two people")
    change_password(caller=caller_of(person), password="chosen by whom?")
    assert "another administrator" in (why_not_sign(afresh(person)) or "")
    with pytest.raises(PermissionDenied, match="Another administrator"):
        restore_signing(caller=administrator, user_id=person.id, reason="It was me")
    with pytest.raises(PermissionDenied):
        restore_signing(caller=caller_of(person), user_id=person.id, reason="It is me")
    second = caller_of(create_account(caller=administrator, username="berta", is_administrator=True))
    restore_signing(caller=second, user_id=person.id, reason="Seen with their badge")
    assert (newest_event().record["reason"], newest_event().actor_id) == ("Seen with their badge", second.user.id)
    assert may_sign(afresh(person))


def test_c16_a_factor_from_before_is_proof_enough_and_a_later_one_is_not(
    person: User, administrator: Caller, client: Client
) -> None:
    sign_in(client)
    set_password(caller=administrator, user_id=person.id, password="known to two people")
    there = Client()
    sign_in(there, password="known to two people")
    answer = there.post("/accounts/reauthenticate/", {"password": "known to two people"})
    assert answer.status_code == 302
    change_password(caller=caller_of(person), password="chosen by whom?")
    assert not may_sign(afresh(person))
    restore_signing(caller=foundry_caller("command"), user_id=person.id, reason="Seen")
    here = Client()
    sign_in(here, password="chosen by whom?")
    here.post("/accounts/reauthenticate/", {"password": "chosen by whom?"})
    page = here.get("/accounts/factors/codes/add/").content.decode()
    secret = page.partition('token-text">')[2].partition("<")[0]
    here.post("/accounts/factors/codes/add/", {"code": code_of(secret)})
    set_password(caller=administrator, user_id=person.id, password="known to two again")
    assert not may_sign(afresh(person))
    change_password(caller=caller_of(person), password="mine and mine alone")
    assert may_sign(afresh(person)), "nobody else could have signed in to choose it"


def test_the_operator_restores_with_a_reason(person: User, administrator: Caller) -> None:
    with pytest.raises(CommandError, match="not suspended"):
        call_command("restore_signing", "daniel", reason="?")
    set_password(caller=administrator, user_id=person.id, password="known to two people")
    change_password(caller=caller_of(person), password="known to one person")
    call_command("restore_signing", "daniel", reason="Called back at their desk")
    assert may_sign(afresh(person))
    with pytest.raises(Conflict):
        restore_signing(caller=foundry_caller("command"), user_id=person.id, reason="Twice")
