"""Whoever could sign in as somebody else suspends that person's signing, until it is certain who they are (c16)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.callers import Caller, foundry_caller
from accounts.factors import remove_factors
from accounts.models import Kind, User
from accounts.services import change_password, create_account, set_password
from accounts.suspension import may_sign, restore_signing, why_not_sign
from kernel.errors import Conflict, PermissionDenied, ReauthenticationFailed
from tests.accounts.callers import caller_of, newest_event
from tests.accounts.conftest import PASSWORD
from tests.accounts.devices import code_of
from tests.accounts.pages import add_codes, confirm, sign_in
from tests.accounts.test_reauthentication import afresh, try_to_sign

pytestmark = pytest.mark.django_db


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
