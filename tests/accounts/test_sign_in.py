"""Signing in and out at the browser, and what of it is on record."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.callers import cookie_credential, foundry_caller
from accounts.models import User
from accounts.services import set_password
from audit.models import Event
from kernel.errors import PermissionDenied
from tests.accounts.callers import caller_of
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client: Client, username: str = "daniel", password: str = PASSWORD) -> int:
    answer = client.post("/accounts/login/", {"login": username, "password": password}, HTTP_USER_AGENT="A\x1fB")
    return answer.status_code


def events(action: str) -> list[Event]:
    return list(Event.objects.chain("site").filter(action=action))


def test_c11_a_sign_in_is_on_record_with_its_circumstances(client: Client, person: User) -> None:
    assert sign_in(client) == 302
    (event,) = events("account.signed_in")
    assert event.actor_id == person.id
    record = event.record
    assert (record["address"], record["user_agent"], record["via"]) == ("127.0.0.1", "AB", "browser")
    credential = cookie_credential(client.session.session_key or "")
    assert event.data == {"credential": credential, "methods": ["password"]}


def test_user_names_ignore_case(client: Client, person: User) -> None:
    assert sign_in(client, username="DANIEL") == 302


def test_a_sign_out_names_the_session_that_ended(client: Client, person: User) -> None:
    sign_in(client)
    credential = cookie_credential(client.session.session_key or "")
    client.post("/accounts/logout/")
    assert [event.data for event in events("account.signed_out")] == [{"credential": credential}]
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("username", "kept"), [("daniel", "daniel"), ("my-secret", None), ("a" * 5000, None)])
def test_c17_a_refused_sign_in_is_on_record_without_what_was_typed(
    client: Client, person: User, username: str, kept: str | None
) -> None:
    assert sign_in(client, username=username, password="wrong") == 200
    found = events("account.sign_in_failed")
    if len(username) > 150:
        assert not found
        return
    assert found[0].actor_id == foundry_caller().user.id
    assert found[0].data == {"username": kept, "component": "password"}
    assert "my-secret" not in found[0].canonical


def test_a_closed_account_is_refused_like_a_wrong_password(client: Client, person: User) -> None:
    User.objects.filter(id=person.id).update(is_active=False)
    assert sign_in(client) == 200
    assert len(events("account.sign_in_failed")) == 1


def test_nobody_signs_up(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404


def test_changing_a_password_keeps_this_browser_and_ends_the_others(person: User) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here)
    sign_in(elsewhere)
    new = "another good password"
    answer = here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    (event,) = events("account.password_changed")
    assert event.data["by"] == "self"
    assert here.get("/accounts/password/change/").status_code == 200
    assert elsewhere.get("/accounts/password/change/").status_code == 302


def test_only_administrators_set_another_ones_password(person: User) -> None:
    with pytest.raises(PermissionDenied):
        set_password(caller=caller_of(person), user_id=foundry_caller().user.id, password="a good password")
