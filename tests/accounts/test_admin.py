"""Administrators manage accounts in the admin, through the same services as everybody."""

from __future__ import annotations

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.services import authenticate_token, create_account, create_token
from audit.jobs import post_checkpoint
from audit.models import Event
from kernel.errors import NotAuthenticated
from tests.accounts.callers import caller_of, newest_event
from tests.accounts.pages import seem_proven

pytestmark = pytest.mark.django_db

USERS = "/admin/accounts/user/"
TOKENS = "/admin/accounts/personalaccesstoken/"
JOBS = "/admin/procrastinate/procrastinatejob/"
FACTS = {"display_name": "Mei Lin", "email": "", "new_password": ""}


@pytest.fixture
def at_admin(administrator: Caller, client: Client) -> Client:
    client.force_login(administrator.user)
    seem_proven(client)
    return client


def test_it_makes_an_account_with_its_event(at_admin: Client, administrator: Caller) -> None:
    facts = {**FACTS, "username": "mei", "kind": "human", "new_password": "long enough for this"}
    assert at_admin.post(f"{USERS}add/", facts).status_code == 302
    mei = User.objects.get(username="mei")
    assert mei.check_password("long enough for this")
    assert mei.is_active
    created, suspended = Event.objects.chain("site").filter(target_type="user", target_id=str(mei.id))
    assert (created.action, created.actor_id) == ("account.created", administrator.user.id)
    assert (suspended.action, suspended.data) == ("account.signing_suspended", {"why": "password_set"})


def test_it_shows_what_is_wrong_with_a_new_account(at_admin: Client) -> None:
    facts = {**FACTS, "username": "mei", "kind": "human", "new_password": "12345678"}
    answer = at_admin.post(f"{USERS}add/", facts, follow=True)
    assert "too short" in answer.content.decode()
    assert not User.objects.named("mei").exists()
    answer = at_admin.post(f"{USERS}add/", {**FACTS, "username": "ANNA.admin", "kind": "human"})
    assert "taken" in answer.content.decode()


def test_it_changes_and_closes_an_account(at_admin: Client, person: User) -> None:
    at_admin.post(f"{USERS}{person.id}/change/", {**FACTS, "is_auditor": "on", "username": "other", "kind": "agent"})
    changed = User.objects.get(id=person.id)
    assert (changed.display_name, changed.is_auditor, changed.is_active) == ("Mei Lin", True, False)
    assert (changed.username, changed.kind) == ("daniel", "human")
    assert newest_event().action == "account.deactivated"
    at_admin.post(USERS, {"action": "reactivate", "_selected_action": [str(person.id)]})
    assert User.objects.get(id=person.id).is_active


def test_it_refuses_to_close_the_last_administrator(at_admin: Client, administrator: Caller) -> None:
    address = f"{USERS}{administrator.user.id}/change/"
    answer = at_admin.post(address, {**FACTS, "is_superuser": "on"}, follow=True)
    assert "last administrator" in answer.content.decode()
    person = User.objects.get(id=administrator.user.id)
    assert person.is_active
    assert person.display_name == "anna.admin", "nothing is saved in part"


def test_c14_nobody_can_delete_an_account(at_admin: Client, person: User) -> None:
    assert at_admin.post(f"{USERS}{person.id}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in at_admin.get(USERS).content.decode()


def test_c18_it_revokes_tokens_and_shows_no_secret(at_admin: Client, person: User) -> None:
    token, text = create_token(caller=caller_of(person), name="IDE")
    page = at_admin.get(f"{TOKENS}{token.id}/change/").content.decode()
    assert token.digest not in page
    at_admin.post(TOKENS, {"action": "revoke", "_selected_action": [str(token.id)]})
    with pytest.raises(NotAuthenticated):
        authenticate_token(text)


def test_there_is_one_page_to_change_a_password(at_admin: Client) -> None:
    answer = at_admin.get("/admin/password_change/")
    assert (answer.status_code, answer["location"]) == (302, "/accounts/password/change/")


def test_there_is_one_sign_in_form(client: Client) -> None:
    answer = client.get("/admin/login/?next=/admin/")
    assert (answer.status_code, answer["location"]) == (302, "/accounts/login/?next=%2Fadmin%2F")


def test_others_do_not_get_in(client: Client, person: User) -> None:
    for user in (person, create_account(caller=foundry_caller("command"), username="aud", is_auditor=True)):
        client.force_login(user)
        assert client.get(USERS).status_code in {302, 403}


def test_jobs_are_shown_and_nobody_calls_one_off(at_admin: Client) -> None:
    post_checkpoint.defer(number=1)
    job = ProcrastinateJob.objects.get(task_name=post_checkpoint.name)
    assert "post_checkpoint" in at_admin.get(JOBS).content.decode()
    at_admin.post(JOBS, {"action": "cancel", "_selected_action": [str(job.pk)]})
    job.refresh_from_db()
    assert job.status == "todo"
