"""Personal access tokens: shown once, kept as digests, expiring, revocable (control c18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.callers import Caller, foundry_caller
from accounts.doctor import examine
from accounts.models import PersonalAccessToken, Scope, User
from accounts.services import authenticate_token, create_account, create_token, revoke_token, set_shortcuts
from audit.keys.text import rfc3339
from audit.models import Event
from kernel.errors import ClientRefReused, NotAuthenticated, NotFound, PermissionDenied, ReadOnlyToken, ValidationFailed
from tests.accounts.callers import caller_of, newest_event

pytestmark = pytest.mark.django_db


def test_a_token_names_its_user(person: User) -> None:
    token, text = create_token(caller=caller_of(person), name=" IDE ")
    assert text.startswith("fdy_")
    assert len(text) == 47
    assert authenticate_token(text).user == person
    assert token.name == "IDE"
    assert token.credential == f"token:{token.id}"


def test_its_text_is_kept_nowhere(person: User) -> None:
    token, text = create_token(caller=caller_of(person), name="IDE")
    event = newest_event()
    assert (event.action, event.target_id) == ("token.created", str(token.id))
    assert text[4:] not in event.canonical
    # Its SHA-256 is, so that `verify_audit` knows a planted one.
    assert event.data["digest"] == token.digest
    assert text[4:] not in str(PersonalAccessToken.objects.values().get(id=token.id))


@pytest.mark.parametrize("text", ["", "fdy_", "fdy_" + "a" * 43, "x" * 10_000, "fdy_" + "ä" * 43])
def test_it_refuses_what_is_no_token(person: User, text: str) -> None:
    with pytest.raises(NotAuthenticated):
        authenticate_token(text)


def test_it_refuses_an_expired_token(person: User) -> None:
    token, text = create_token(caller=caller_of(person), name="IDE")
    past = timezone.now() - timedelta(seconds=1)
    PersonalAccessToken.objects.filter(id=token.id).update(created_at=past - timedelta(days=1), expires_at=past)
    with pytest.raises(NotAuthenticated):
        authenticate_token(text)


def test_c18_a_revoked_token_ends_at_once_and_for_ever(person: User) -> None:
    token, text = create_token(caller=caller_of(person), name="IDE")
    revoke_token(caller=caller_of(person), token_id=token.id)
    with pytest.raises(NotAuthenticated):
        authenticate_token(text)
    with pytest.raises(IntegrityError, match="stays revoked"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_personalaccesstoken SET revoked_at = NULL WHERE id = %s", [token.id])
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        token.delete()


def test_revoking_twice_is_one_event(person: User) -> None:
    token, _ = create_token(caller=caller_of(person), name="IDE")
    for _ in range(2):
        revoke_token(caller=caller_of(person), token_id=token.id)
    assert Event.objects.chain("site").filter(action="token.revoked").count() == 1


def test_a_client_ref_stands_for_one_revocation(person: User) -> None:
    tokens = [create_token(caller=caller_of(person), name="IDE")[0] for _ in range(2)]
    caller = caller_of(person, client_ref=uuid4())
    revoke_token(caller=caller, token_id=tokens[0].id)
    revoke_token(caller=caller, token_id=tokens[0].id)
    with pytest.raises(ClientRefReused):
        revoke_token(caller=caller, token_id=tokens[1].id)


def test_c18_administrators_revoke_any_token_and_others_only_their_own(administrator: Caller, person: User) -> None:
    other = create_account(caller=administrator, username="other")
    token, text = create_token(caller=caller_of(person), name="IDE")
    with pytest.raises(NotFound):
        revoke_token(caller=caller_of(other), token_id=token.id)
    assert authenticate_token(text) == token
    revoke_token(caller=administrator, token_id=token.id)
    token.refresh_from_db()
    assert token.revoked_at is not None
    told = {"user": str(person.id), "name": "IDE", "revoked_at": rfc3339(token.revoked_at)}
    assert newest_event().data == told


def test_nobody_holds_a_token_of_another_person(administrator: Caller, person: User) -> None:
    with pytest.raises(PermissionDenied):
        create_token(caller=administrator, name="mine now", user_id=person.id)
    agent = create_account(caller=administrator, username="agent", kind="agent")
    with pytest.raises(PermissionDenied):
        create_token(caller=caller_of(person), name="mine now", user_id=agent.id)
    assert create_token(caller=administrator, name="runner", user_id=agent.id)[0].user == agent
    assert create_token(caller=foundry_caller("command"), name="demo", user_id=person.id)[0].user == person


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\x00", "\ud800", "x" * 101])
def test_it_refuses_a_name_that_is_none(person: User, name: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        create_token(caller=caller_of(person), name=name)
    assert list(refusal.value.errors) == ["name"]


def test_use_is_noted_at_most_once_a_minute_and_is_no_event(person: User) -> None:
    token, text = create_token(caller=caller_of(person), name="IDE")
    newest = newest_event()
    authenticate_token(text)
    first = PersonalAccessToken.objects.get(id=token.id).last_used_at
    assert first is not None
    authenticate_token(text)
    assert PersonalAccessToken.objects.get(id=token.id).last_used_at == first
    long_ago = first - timedelta(minutes=2)
    PersonalAccessToken.objects.filter(id=token.id).update(last_used_at=long_ago)
    authenticate_token(text)
    again = PersonalAccessToken.objects.get(id=token.id).last_used_at
    assert again is not None
    assert again > first
    assert newest_event() == newest


def test_a_token_for_reading_says_so_on_record_and_is_rebuilt(person: User) -> None:
    token, text = create_token(caller=caller_of(person), name="dashboard", scope=Scope.READ)
    assert authenticate_token(text).is_read_only
    assert newest_event().data["scope"] == "read"
    assert not create_token(caller=caller_of(person), name="IDE")[0].is_read_only
    assert newest_event().data["scope"] == "write"
    call_command("verify_audit")
    with pytest.raises(IntegrityError, match="what a token may do never changes"), transaction.atomic():
        PersonalAccessToken.objects.filter(id=token.id).update(scope=Scope.WRITE)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_personalaccesstoken DISABLE TRIGGER USER")
    PersonalAccessToken.objects.filter(id=token.id).update(scope=Scope.WRITE)
    with pytest.raises(CommandError, match=r"token .*: its scope was changed"):
        call_command("verify_audit")


def test_no_service_writes_for_a_token_that_is_for_reading(person: User) -> None:
    caller = replace(caller_of(person), is_read_only=True)
    with pytest.raises(ReadOnlyToken):
        set_shortcuts(caller=caller, are_on=False)
    person.refresh_from_db()
    assert person.uses_shortcuts


@pytest.mark.parametrize("scope", ["", "admin", "READ"])
def test_it_refuses_an_unknown_scope(person: User, scope: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        create_token(caller=caller_of(person), name="IDE", scope=scope)
    assert list(refused.value.errors) == ["scope"]


def test_its_end_may_be_chosen_within_what_the_site_allows(person: User) -> None:
    soon = timezone.now() + timedelta(days=1)
    token, text = create_token(caller=caller_of(person), name="IDE", expires_at=soon)
    assert token.expires_at == soon
    assert not authenticate_token(text).has_expired
    for wrong in (timezone.now() - timedelta(seconds=1), timezone.now() + settings.FOUNDRY_TOKEN_LIFETIME * 2):
        with pytest.raises(ValidationFailed) as refused:
            create_token(caller=caller_of(person), name="IDE", expires_at=wrong)
        assert list(refused.value.errors) == ["expires_at"]


def test_the_doctor_names_tokens_that_end_soon_or_that_nothing_uses(person: User) -> None:
    def told() -> str:
        return "; ".join(f"{finding.level} {finding.text}" for finding in examine())

    token, text = create_token(caller=caller_of(person), name="CI", scope=Scope.READ)
    assert "of them for reading only" in told()
    assert "warn" not in told()
    authenticate_token(text)
    now = timezone.now()
    mine = PersonalAccessToken.objects.filter(id=token.id)
    mine.update(expires_at=now + timedelta(days=2))
    assert f"the first “CI” of {person.username}" in told()
    mine.update(created_at=now - timedelta(days=70), last_used_at=now - timedelta(days=65))
    assert "warn 1 not used for 60 days" in told()


def test_the_command_makes_one_that_only_reads(person: User) -> None:
    told = StringIO()
    call_command("create_token", person.username, "backup", "--read-only", "--days", "3", stdout=told)
    token = authenticate_token(told.getvalue().strip())
    assert token.is_read_only
    assert token.expires_at < timezone.now() + timedelta(days=3)
    with pytest.raises(CommandError, match="--days must be 1 to"):
        call_command("create_token", person.username, "backup", "--days", "0")
