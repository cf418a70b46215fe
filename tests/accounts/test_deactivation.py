"""A closed account can do nothing any more (control c05), and what it did stays."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from accounts.callers import Caller, foundry_caller
from accounts.deactivation import DEACTIVATION_STEPS, Afterwards, Deactivation
from accounts.models import PersonalAccessToken, User
from accounts.services import (
    authenticate_token,
    create_account,
    create_token,
    deactivate_account,
    reactivate_account,
)
from accounts.services.accounts import close_device
from audit.models import Event
from kernel.errors import Conflict, NotAuthenticated, NotFound, PermissionDenied
from tests.accounts.callers import caller_of, newest_event

pytestmark = pytest.mark.django_db


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session and client.get("/accounts/login/").status_code == 302


def test_c05_deactivation_ends_tokens_for_ever(administrator: Caller, person: User) -> None:
    token, text = create_token(caller=caller_of(person), name="IDE")
    deactivate_account(caller=administrator, user_id=person.id, reason="left the company")
    event = newest_event()
    assert (event.action, event.data["revoked_tokens"]) == ("account.deactivated", [str(token.id)])
    assert event.record["reason"] == "left the company"
    reactivate_account(caller=administrator, user_id=person.id)
    with pytest.raises(NotAuthenticated):
        authenticate_token(text)


def test_c05_deactivation_ends_browser_sessions_for_ever(administrator: Caller, person: User, client: Client) -> None:
    client.force_login(person)
    assert signed_in(client)
    deactivate_account(caller=administrator, user_id=person.id)
    assert not signed_in(client)
    reactivate_account(caller=administrator, user_id=person.id)
    assert not signed_in(client)


def test_closing_twice_is_one_event(administrator: Caller, person: User) -> None:
    for _ in range(2):
        deactivate_account(caller=administrator, user_id=person.id)
    assert Event.objects.chain("site").filter(action="account.deactivated").count() == 1


def test_only_administrators_close_accounts(administrator: Caller, person: User) -> None:
    with pytest.raises(PermissionDenied):
        deactivate_account(caller=caller_of(person), user_id=person.id)


def test_an_administrator_closed_meanwhile_can_do_nothing(administrator: Caller, person: User) -> None:
    other = create_account(caller=administrator, username="other", is_administrator=True)
    stale = caller_of(User.objects.get(id=other.id))
    deactivate_account(caller=administrator, user_id=other.id)
    with pytest.raises(PermissionDenied):
        deactivate_account(caller=stale, user_id=person.id)


def test_the_last_administrator_and_the_service_user_stay(administrator: Caller) -> None:
    with pytest.raises(Conflict):
        deactivate_account(caller=administrator, user_id=administrator.user.id)
    with pytest.raises(Conflict):
        deactivate_account(caller=administrator, user_id=foundry_caller().user.id)


def test_an_unknown_account_is_not_found(administrator: Caller, person: User) -> None:
    with pytest.raises(NotFound):
        deactivate_account(caller=administrator, user_id=PersonalAccessToken().id)


def test_what_a_step_answers_is_called_once_the_account_is_locked(administrator: Caller, person: User) -> None:
    called: list[str] = []

    def step(deactivation: Deactivation) -> Afterwards:
        called.append(f"before {deactivation.user_id}")
        return lambda: called.append("afterwards")

    with DEACTIVATION_STEPS.replaced({"fleet": step, "projects": lambda deactivation: None}):
        for _ in range(2):
            deactivate_account(caller=administrator, user_id=person.id)
    assert called == [f"before {person.id}", "afterwards", f"before {person.id}"]
    assert newest_event().action == "account.deactivated"


def test_only_a_device_is_closed_without_an_administrator(person: User) -> None:
    device = create_account(caller=foundry_caller("command"), username="dok-ws-07", kind="device")
    with transaction.atomic():
        for _ in range(2):
            close_device(caller=foundry_caller(), user_id=device.id, reason="It was lost")
        with pytest.raises(ValueError, match="device"):
            close_device(caller=foundry_caller(), user_id=person.id, reason="It was lost")
    assert (newest_event().action, newest_event().record["reason"]) == ("account.deactivated", "It was lost")
    assert not User.objects.get(pk=device.id).is_active
    assert device not in User.objects.people()
