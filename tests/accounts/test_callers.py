"""The caller: who asks, as the record will name them (control c11)."""

from __future__ import annotations

import hashlib

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.callers import (
    MAX_USER_AGENT,
    caller_from_request,
    caller_from_scope,
    cookie_credential,
    foundry_caller,
    unknown_caller,
)
from accounts.models import User
from accounts.services import create_token
from tests.accounts.callers import caller_of

pytestmark = pytest.mark.django_db


def test_a_token_makes_a_program_and_a_cookie_a_browser(person: User, rf: RequestFactory) -> None:
    request = rf.get("/api/v1/me/", headers={"User-Agent": "IDE"}, REMOTE_ADDR="192.0.2.1")
    request.user = person
    caller = caller_from_request(request)
    assert (caller.via, caller.address, caller.user_agent, caller.credential) == ("browser", "192.0.2.1", "IDE", "")
    token, _ = create_token(caller=caller_of(person), name="IDE")
    setattr(request, "auth", token)  # noqa: B010 (the REST framework puts it there)
    caller = caller_from_request(request)
    assert (caller.via, caller.credential) == ("api", f"token:{token.id}")


def test_nobody_is_no_caller(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()
    with pytest.raises(TypeError):
        caller_from_request(request)
    assert unknown_caller(request).user == User.objects.foundry()


def test_a_user_agent_is_cut_and_printable(person: User, rf: RequestFactory) -> None:
    request = rf.get("/", headers={"User-Agent": "a\x00b\n" + "c" * 1000})
    request.user = person
    found = caller_from_request(request).user_agent
    assert found is not None
    assert found.startswith("abc")
    assert len(found) == MAX_USER_AGENT


def test_a_socket_has_a_caller_too(person: User) -> None:
    scope = {
        "user": person,
        "credential": "token:1",
        "is_read_only": True,
        "client": ["192.0.2.2", 4711],
        "headers": [(b"user-agent", b"IDE")],
    }
    caller = caller_from_scope(scope)
    assert caller.is_read_only
    assert (caller.via, caller.address, caller.user_agent, caller.credential) == (
        "gateway",
        "192.0.2.2",
        "IDE",
        "token:1",
    )


def test_a_cookie_is_named_without_giving_it_away() -> None:
    digest = hashlib.sha256(b"the-key").hexdigest()
    assert cookie_credential("the-key") == f"cookie:{digest[:32]}"


def test_commands_and_jobs_are_foundrys_own() -> None:
    assert (foundry_caller().via, foundry_caller("command").credential) == ("job", "command")
