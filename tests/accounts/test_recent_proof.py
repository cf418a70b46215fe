"""A session cookie in other hands changes nothing about an account (c16): every change asks for a proof first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.callers import Caller, foundry_caller
from accounts.factors import remove_factors
from accounts.lockout import unlock_account, unlock_address
from accounts.models import PersonalAccessToken, User
from accounts.services import (
    change_password,
    create_account,
    create_token,
    deactivate_account,
    reactivate_account,
    revoke_token,
    set_password,
    update_account,
)
from accounts.sessions import end_other_sessions, end_session
from accounts.suspension import restore_signing
from audit.models import Event
from kernel.errors import PermissionDenied, ReauthenticationNeeded
from notifications.models import Preferences
from notifications.services import set_preferences
from tests.accounts.callers import caller_of
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import FACTORS, add_codes, confirm, is_signed_in, seem_proven, seem_unproven, sign_in

pytestmark = pytest.mark.django_db

USERS = "/admin/accounts/user/"
NEW_PASSWORD = "a password of the thief"


@pytest.fixture
def anna() -> User:
    """An administrator with a password of their own."""
    user = create_account(
        caller=foundry_caller("command"), username="anna", password=PASSWORD, is_administrator=True, email="a@b.example"
    )
    restore_signing(caller=foundry_caller("command"), user_id=user.id, reason="It is them")
    return user


@pytest.fixture
def thief(anna: User, client: Client) -> Client:
    """A browser with the administrator's cookie, and no more."""
    sign_in(client, "anna")
    assert is_signed_in(client)
    return client


def count_events() -> int:
    return Event.objects.exclude(action__in=("account.signed_in", "account.sign_in_failed")).count()


def test_c16_nobody_sets_their_own_password_in_the_administration(thief: Client, anna: User) -> None:
    confirm(thief)
    page = thief.get(f"{USERS}{anna.id}/change/").content.decode()
    assert 'name="display_name"' in page
    assert 'name="new_password"' not in page
    facts = {"display_name": "Anna", "email": "", "is_superuser": "on", "is_active": "on"}
    assert thief.post(f"{USERS}{anna.id}/change/", {**facts, "new_password": NEW_PASSWORD}).status_code == 302
    assert User.objects.get(pk=anna.pk).check_password(PASSWORD)
    with pytest.raises(PermissionDenied, match="account page"):
        set_password(caller=caller_of(anna), user_id=anna.id, password=NEW_PASSWORD)


def test_c16_nobody_removes_their_own_factors_in_the_administration(thief: Client, anna: User) -> None:
    add_codes(thief)
    thief.post(USERS, {"action": "remove_factors", "_selected_action": [str(anna.id)]})
    assert Authenticator.objects.filter(user=anna, type="totp").exists()
    with pytest.raises(PermissionDenied, match="account page"):
        remove_factors(caller=caller_of(anna), user_id=anna.id, reason="Mine")


@pytest.mark.parametrize("path", [f"{USERS}add/", f"{USERS}{{person}}/change/"])
def test_c16_the_administration_asks_who_sits_there_before_an_account_is_typed(
    thief: Client, person: User, path: str
) -> None:
    answer = thief.get(path.format(person=person.id))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/?next=%2Fadmin%2Faccounts%2Fuser%2F")


def test_c16_an_account_that_is_sent_too_late_is_not_changed_and_keeps_what_was_typed(
    thief: Client, person: User
) -> None:
    before = count_events()
    facts = {"display_name": "Daniel the Second", "email": "", "is_auditor": "on", "is_active": "on"}
    answer = thief.post(f"{USERS}{person.id}/change/", {**facts, "new_password": NEW_PASSWORD})
    page = answer.content.decode()
    assert (answer.status_code, count_events()) == (200, before)
    assert "Daniel the Second" in page
    assert 'href="/accounts/reauthenticate/" target="_blank"' in page
    assert NEW_PASSWORD not in page


@pytest.mark.parametrize("action", ["deactivate", "reactivate", "unlock", "restore_signing", "remove_factors"])
def test_c16_an_act_in_the_administration_waits_for_the_proof_and_then_goes_on(
    thief: Client, person: User, action: str
) -> None:
    before = count_events()
    answer = thief.post(USERS, {"action": action, "_selected_action": [str(person.id)]})
    assert (answer.status_code, count_events()) == (302, before)
    assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_an_act_that_waited_is_done_after_the_proof(thief: Client, person: User) -> None:
    onward = thief.post(USERS, {"action": "deactivate", "_selected_action": [str(person.id)]})["Location"]
    answer = thief.post(onward, {"password": PASSWORD, "next": USERS})
    assert answer.status_code == 302
    assert not User.objects.get(pk=person.pk).is_active


def test_c16_tokens_in_the_administration_are_revoked_after_a_proof_only(thief: Client, person: User) -> None:
    token, _ = create_token(caller=caller_of(person), name="IDE")
    thief.post("/admin/accounts/personalaccesstoken/", {"action": "revoke", "_selected_action": [str(token.id)]})
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize(
    ("path", "posted"),
    [
        ("/account/", {"name": "of the thief"}),
        ("/account/tokens/{token}/revoke/", {}),
        ("/account/sessions/{session}/end/", {}),
        ("/account/sessions/end-others/", {}),
        ("/account/mails/", {"address": "thief@example.org"}),
        (f"{FACTORS}codes/add/", {"code": "123456"}),
        (f"{FACTORS}codes/remove/", {}),
        (f"{FACTORS}recovery/make/", {}),
        (f"{FACTORS}passkeys/add/", {"credential": "{}"}),
        (f"{FACTORS}passkeys/1/remove/", {}),
        (f"{FACTORS}passkeys/1/rename/", {"name": "x"}),
    ],
)
def test_c16_the_account_page_changes_nothing_for_a_cookie_alone(
    thief: Client, anna: User, path: str, posted: dict[str, str]
) -> None:
    token, _ = create_token(caller=caller_of(anna), name="IDE")
    before = count_events()
    answer = thief.post(path.format(token=token.id, session=1), posted)
    assert answer.status_code == 302, answer.content
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert (count_events(), Preferences.objects.exists()) == (before, False)


def test_a_token_that_waited_is_shown_after_the_proof(thief: Client, anna: User) -> None:
    onward = thief.post("/account/", {"name": "laptop"})["Location"]
    page = thief.post(onward, {"password": PASSWORD, "next": "/account/"}).content.decode()
    assert "fdy_" in page
    assert PersonalAccessToken.objects.get().name == "laptop"


def test_a_proof_ages(thief: Client, settings: Any) -> None:
    confirm(thief)
    assert thief.get(f"{USERS}add/").status_code == 200
    session = thief.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 601
    session.save()
    assert thief.get(f"{USERS}add/").status_code == 302


def test_a_changed_password_is_proof_of_the_old_one(thief: Client, anna: User) -> None:
    posted = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert thief.post("/accounts/password/change/", {**posted, "oldpassword": "guessed"}).status_code == 200
    assert User.objects.get(pk=anna.pk).check_password(PASSWORD)
    thief.post("/accounts/password/change/", posted)
    assert User.objects.get(pk=anna.pk).check_password(NEW_PASSWORD)


def test_c16_an_account_without_a_password_is_given_none_for_a_cookie(person: User, client: Client) -> None:
    """Who comes in by a provider has nothing to give here: they come in again, and only that is proof."""
    User.objects.filter(pk=person.pk).update(password="!")
    client.force_login(User.objects.get(pk=person.pk))
    seem_unproven(client)
    posted = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    for path in ("/accounts/password/set/", f"{FACTORS}codes/add/", f"{FACTORS}passkeys/add/"):
        answer = client.post(path, posted)
        assert answer.status_code == 403
        assert "Sign in again the same way" in answer.content.decode()
    seem_proven(client)
    client.post("/accounts/password/set/", posted)
    assert User.objects.get(pk=person.pk).check_password(NEW_PASSWORD)


Write = Callable[[Caller, User, PersonalAccessToken], object]


@pytest.mark.parametrize(
    "write",
    [
        lambda caller, person, token: create_account(caller=caller, username="accomplice", password=NEW_PASSWORD),
        lambda caller, person, token: update_account(caller=caller, user_id=person.id, is_administrator=True),
        lambda caller, person, token: update_account(caller=caller, user_id=person.id, is_auditor=True),
        lambda caller, person, token: update_account(caller=caller, user_id=caller.user.id, is_auditor=True),
        lambda caller, person, token: update_account(caller=caller, user_id=caller.user.id, email="thief@x.example"),
        lambda caller, person, token: set_password(caller=caller, user_id=person.id, password=NEW_PASSWORD),
        lambda caller, person, token: change_password(caller=caller, password=NEW_PASSWORD),
        lambda caller, person, token: deactivate_account(caller=caller, user_id=person.id),
        lambda caller, person, token: reactivate_account(caller=caller, user_id=person.id),
        lambda caller, person, token: unlock_account(caller=caller, user_id=person.id),
        lambda caller, person, token: unlock_address(caller=caller, address="192.0.2.9"),
        lambda caller, person, token: restore_signing(caller=caller, user_id=person.id, reason="It is them"),
        lambda caller, person, token: remove_factors(caller=caller, user_id=person.id, reason="Lost"),
        lambda caller, person, token: create_token(caller=caller, name="of the thief"),
        lambda caller, person, token: revoke_token(caller=caller, token_id=token.id),
        lambda caller, person, token: end_session(caller=caller, session_id=1),
        lambda caller, person, token: end_other_sessions(caller=caller),
        lambda caller, person, token: set_preferences(caller=caller, topics=[], address="thief@example.org"),
    ],
)
def test_c16_every_service_that_changes_an_account_asks_for_a_proof(anna: User, person: User, write: Write) -> None:
    token, _ = create_token(caller=caller_of(person), name="IDE")
    before = count_events()
    with_a_cookie = Caller(user=anna, via="browser", credential="cookie:stolen")
    with pytest.raises(ReauthenticationNeeded):
        write(with_a_cookie, person, token)
    assert count_events() == before


def test_a_program_may_always_end_its_own_token(person: User) -> None:
    token, _ = create_token(caller=caller_of(person), name="IDE")
    revoke_token(caller=Caller(user=person, via="api", credential=token.credential), token_id=token.id)
    token.refresh_from_db()
    assert token.revoked_at is not None
