"""Who guesses is locked out, in Postgres, on record, and with an alert (control c17)."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.test import Client

from accounts import lockout
from accounts.callers import Caller, foundry_caller
from accounts.lockout import Purpose, attempt
from accounts.models import FailureCount, User
from audit.models import Event
from kernel.errors import PermissionDenied, RateLimited
from tests.accounts.callers import caller_of, newest_event
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import is_signed_in, seem_proven, sign_in

pytestmark = pytest.mark.django_db


def events(action: str) -> list[Event]:
    return list(Event.objects.chain("site").filter(action=action))


def guess(client: Client, times: int = 5, username: str = "daniel") -> None:
    for _ in range(times):
        assert sign_in(client, username, password="wrong").status_code == 200


def let_time_pass(much: timedelta) -> None:
    FailureCount.objects.update(failed_at=Now() - much, locked_until=Now() - timedelta(seconds=1))


def test_c17_five_failures_lock_the_account_and_a_vanished_cache_changes_nothing(client: Client, person: User) -> None:
    guess(client)
    cache.clear()
    answer = sign_in(client)
    assert "this account is locked. Try again in 15 minutes, or ask an administrator" in answer.content.decode()
    assert not is_signed_in(client)
    assert len(events("account.sign_in_failed")) == 5


def test_c17_the_lock_out_is_on_record_and_alerts(
    client: Client, person: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "accounts"):
        guess(client)
    (event,) = events("account.sign_in_locked")
    assert (event.target_id, event.actor_id, event.data["failures"]) == (str(person.id), foundry_caller().user.id, 5)
    assert f"ALERT: sign_in is locked for user {person.id} after 5 failed tries" in caplog.text


def test_a_name_without_an_account_locks_alike_and_is_kept_nowhere(client: Client, person: User) -> None:
    guess(client, username="my-secret-password")
    answer = sign_in(client, "my-secret-password")
    assert "this account is locked" in answer.content.decode()
    assert not FailureCount.objects.filter(subject__contains="my-secret").exists()
    assert not Event.objects.filter(canonical__contains="my-secret").exists()


def test_it_ends_by_itself(client: Client, person: User) -> None:
    guess(client)
    let_time_pass(timedelta(minutes=1))
    assert sign_in(client).status_code == 302
    assert not FailureCount.objects.filter(subject=f"sign_in:account:{person.id}").exists()


def test_failures_long_ago_are_not_counted(client: Client, person: User) -> None:
    guess(client, times=4)
    FailureCount.objects.update(failed_at=Now() - timedelta(minutes=16))
    guess(client, times=4)
    assert sign_in(client).status_code == 302


def test_a_sign_in_forgets_the_failures_before_it(client: Client, person: User) -> None:
    guess(client, times=4)
    sign_in(client)
    client.post("/accounts/logout/")
    guess(client, times=4)
    assert sign_in(client).status_code == 302


def test_c17_an_address_that_tries_many_names_is_locked(client: Client, person: User, settings: Any) -> None:
    settings.FOUNDRY_LOCKOUT_ADDRESS_FAILURES = 8
    for number in range(8):
        guess(client, times=1, username=f"somebody-{number}")
    assert "from your network" in sign_in(client).content.decode()
    (event,) = events("address.sign_in_locked")
    assert (event.target_type, event.target_id) == ("address", "127.0.0.1")
    assert sign_in(client, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_a_success_does_not_wash_an_address_clean(client: Client, person: User) -> None:
    guess(client, times=3)
    sign_in(client)
    assert FailureCount.objects.get(subject="sign_in:address:127.0.0.1").failures == 3


def test_an_ipv6_neighbourhood_is_one_address(client: Client, person: User) -> None:
    for last in ("1", "2", "ffff:1"):
        sign_in(client, password="wrong", REMOTE_ADDR=f"2001:db8::{last}")
    assert FailureCount.objects.get(subject="sign_in:address:2001:db8::/64").failures == 3


def test_the_old_password_cannot_be_guessed_in_an_open_session(client: Client, person: User) -> None:
    client.force_login(person)
    new = "another good password"
    form = {"oldpassword": "wrong", "password1": new, "password2": new}
    for _ in range(5):
        client.post("/accounts/password/change/", form)
    answer = client.post("/accounts/password/change/", {**form, "oldpassword": PASSWORD})
    assert "this account is locked" in answer.content.decode()
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


def test_administrators_unlock(client: Client, person: User, administrator: Caller) -> None:
    guess(client)
    page = Client()
    page.force_login(administrator.user)
    seem_proven(page)
    shown = page.get(f"/admin/accounts/user/{person.id}/change/").content.decode()
    assert "Sign-in locked until" in shown
    page.post("/admin/accounts/user/", {"action": "unlock", "_selected_action": [str(person.id)]})
    assert (newest_event().action, newest_event().actor_id) == ("account.unlocked", administrator.user.id)
    assert sign_in(client).status_code == 302


def test_the_operator_unlocks(client: Client, person: User) -> None:
    guess(client)
    call_command("unlock", "daniel")
    call_command("unlock", address="127.0.0.1")
    assert [event.action for event in Event.objects.chain("site")][-2:] == ["account.unlocked", "address.unlocked"]
    with pytest.raises(CommandError):
        call_command("unlock", "daniel")
    assert sign_in(client).status_code == 302


def test_nobody_else_unlocks(person: User) -> None:
    with pytest.raises(PermissionDenied):
        lockout.unlock_account(caller=caller_of(person), user_id=person.id)
    with pytest.raises(PermissionDenied):
        lockout.unlock_address(caller=caller_of(person), address="127.0.0.1")


def test_signing_and_signing_in_are_counted_apart(person: User) -> None:
    for _ in range(5):
        with attempt(purpose=Purpose.SIGNING, caller=caller_of(person), user=person):
            pass
    with pytest.raises(RateLimited), attempt(purpose=Purpose.SIGNING, caller=caller_of(person), user=person):
        pass
    with attempt(purpose=Purpose.SIGN_IN, caller=caller_of(person), user=person) as tried:
        tried.succeed()
    assert newest_event().action == "account.signing_locked"
    assert newest_event().actor_id == person.id


def test_a_check_that_breaks_has_failed(person: User) -> None:
    with pytest.raises(ZeroDivisionError), attempt(purpose=Purpose.SIGNING, caller=caller_of(person), user=person):
        raise ZeroDivisionError
    assert FailureCount.objects.get(subject=f"signing:account:{person.id}").failures == 1
