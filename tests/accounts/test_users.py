"""Names and accounts are for ever, in the database too (control c14)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.services import create_account, reactivate_account, update_account
from accounts.services.passwords import password_sha256
from audit.keys.text import rfc3339
from kernel.errors import Conflict, PermissionDenied, ValidationFailed
from tests.accounts.callers import caller_of, newest_event

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM accounts_user WHERE id = %s",
        "UPDATE accounts_user SET username = 'other' WHERE id = %s",
        "UPDATE accounts_user SET kind = 'agent' WHERE id = %s",
        "TRUNCATE accounts_user CASCADE -- %s",
    ],
)
def test_c14_the_database_keeps_accounts_and_their_names(person: User, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="is refused"), transaction.atomic():
            cursor.execute(statement, [person.id])
    assert User.objects.get(id=person.id).username == "daniel"


@pytest.mark.parametrize("username", ["daniel", "DANIEL"])
def test_c14_a_name_is_taken_for_ever(administrator: Caller, person: User, username: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        create_account(caller=administrator, username=username)
    assert list(refusal.value.errors) == ["username"]


@pytest.mark.parametrize("username", ["", "a@b", "näme", " a", "a b", "-a", "a\n", "a\x00", "\ud800", "x" * 151])
def test_it_refuses_a_misspelt_user_name(administrator: Caller, username: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        create_account(caller=administrator, username=username)
    assert "username" in refusal.value.errors


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"display_name": "a\nb"}, "display_name"),
        ({"display_name": "x" * 151}, "display_name"),
        ({"email": "nowhere"}, "email"),
        ({"kind": "robot"}, "kind"),
        ({"password": "12345678"}, "password"),
    ],
)
def test_it_names_the_wrong_field(administrator: Caller, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        create_account(caller=administrator, username="new", **facts)
    assert list(refusal.value.errors) == [field]
    assert not User.objects.named("new").exists()


def test_it_records_a_new_account(administrator: Caller) -> None:
    user = create_account(caller=administrator, username="ines", display_name="Inês", kind="agent", is_auditor=True)
    event = newest_event()
    assert (event.action, event.actor_id, event.target_id) == ("account.created", administrator.user.id, str(user.id))
    assert event.data == {
        "username": "ines",
        "display_name": "Inês",
        "kind": "agent",
        "email": "",
        "is_administrator": False,
        "is_auditor": True,
        "date_joined": rfc3339(user.date_joined),
        "password_sha256": password_sha256(user.password),
    }
    assert user.person() == {"id": str(user.id), "display_name": "Inês", "kind": "agent"}


def test_an_account_without_password_has_none_that_fits(administrator: Caller) -> None:
    user = create_account(caller=administrator, username="robot", kind="service")
    assert not user.has_usable_password()
    assert user.display_name == "robot"


def test_only_administrators_make_accounts(person: User) -> None:
    with pytest.raises(PermissionDenied):
        create_account(caller=caller_of(person), username="friend")


def test_names_are_found_ignoring_case(person: User) -> None:
    assert User.objects.get_by_natural_key("DaNiEl") == person


def test_people_change_their_own_name_but_not_their_rights(person: User) -> None:
    update_account(caller=caller_of(person), user_id=person.id, display_name="Daniel O.")
    event = newest_event()
    assert event.action == "account.changed"
    assert event.data == {"before": {"display_name": "Daniel Okafor"}, "after": {"display_name": "Daniel O."}}
    with pytest.raises(PermissionDenied):
        update_account(caller=caller_of(person), user_id=person.id, is_administrator=True)


def test_nobody_changes_another_one_but_administrators(administrator: Caller, person: User) -> None:
    with pytest.raises(PermissionDenied):
        update_account(caller=caller_of(person), user_id=administrator.user.id, display_name="X")
    update_account(caller=administrator, user_id=person.id, is_auditor=True)
    assert User.objects.get(id=person.id).is_staff


def test_a_change_that_changes_nothing_is_no_event(person: User) -> None:
    before = newest_event()
    update_account(caller=caller_of(person), user_id=person.id, display_name=person.display_name)
    assert newest_event() == before


def test_the_last_administrator_keeps_the_right(administrator: Caller) -> None:
    with pytest.raises(Conflict):
        update_account(caller=administrator, user_id=administrator.user.id, is_administrator=False)
    create_account(caller=administrator, username="second", is_administrator=True)
    update_account(caller=administrator, user_id=administrator.user.id, is_administrator=False)
    with pytest.raises(PermissionDenied):
        reactivate_account(caller=administrator, user_id=administrator.user.id)


def test_the_service_user_is_there_and_cannot_sign_in() -> None:
    foundry = foundry_caller().user
    assert (foundry.username, foundry.kind, foundry.is_active) == ("foundry", "service", True)
    assert not foundry.has_usable_password()
    assert not foundry.is_staff
