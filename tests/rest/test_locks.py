"""Locks through REST: taken, kept, asked for, handed over, taken over, and on record."""

from __future__ import annotations

from uuid import uuid4

import pytest

from accounts.models import User
from audit.models import Event
from projects.models import Project
from tests.rest.client import members, problem
from tests.rest.writer import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(editor: User, project: Project) -> Writer:
    return Writer(editor, project)


def test_a_taken_field_names_its_holder(writer: Writer, owner: User, editor: User, project: Project) -> None:
    writer.take("prompt_text")
    answer = Writer(owner, project).do("locks/", {"field": "prompt_text"})
    assert problem(answer) == (423, "lock_held")
    assert members(answer)["holder"] == editor.person()
    assert {"since", "expires_at"} <= members(answer).keys()


def test_a_lock_says_what_the_field_holds(writer: Writer) -> None:
    writer.save({"prompt_text": "x"}, release_locks=True)
    lock = members(writer.do("locks/", {"field": "prompt_text"}))
    assert lock.keys() == {"field", "token", "session_id", "expires_at", "version", "sha256"}
    assert (lock["version"], len(lock["sha256"])) == (1, 64)
    assert members(writer.do("locks/", {"field": "prompt_text"}))["token"] == lock["token"]
    new = members(writer.do("locks/", {"field": "files/new.md"}))
    assert (new["version"], new["sha256"]) == (1, None)


def test_a_lock_asked_for_again_is_no_second_one(writer: Writer, owner: User, project: Project) -> None:
    key = {"Idempotency_Key": str(uuid4())}
    first, again = (writer.do("locks/", {"field": "prompt_text"}, **key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert members(first)["token"] == members(again)["token"]
    other = Writer(owner, project)
    key = {"Idempotency_Key": str(uuid4())}
    first, again = (other.do("locks/take-over/", {"field": "prompt_text", "reason": "Urgent"}, **key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert members(first)["token"] == members(again)["token"]


@pytest.mark.parametrize(
    "field", ["", "x", "files/", "files/../a", "files/a\\b", "files/.git/config", "prompt", 7, None]
)
def test_only_fields_are_locked(writer: Writer, field: object) -> None:
    answer = writer.do("locks/", {"field": field})
    assert problem(answer) == (400, "validation_failed")
    assert list(members(answer)["errors"]) == ["field"]


def test_locks_are_kept_asked_for_and_handed_over(writer: Writer, owner: User, project: Project) -> None:
    other = Writer(owner, project)
    token = writer.take("prompt_text")
    (seen,) = members(other.read("locks/"))["results"]
    assert (seen["field"], seen["session_id"]) == ("prompt_text", writer.session)
    renewed = members(writer.do("locks/renew/", {"fields": ["prompt_text", "files/a.md"]}))
    assert (list(renewed["expires_at"]), renewed["lost"]) == (["prompt_text"], ["files/a.md"])
    assert list(members(writer.do("locks/renew/", {"field": "prompt_text"}))["expires_at"]) == ["prompt_text"]
    assert members(other.do("locks/request/", {"field": "prompt_text"})) == {}
    (asked,) = members(writer.read("locks/"))["requests"]
    assert (asked["session_id"], asked["user"]) == (other.session, owner.person())
    assert members(writer.do("locks/keep/", {"field": "prompt_text", "to": other.session})) == {}
    assert members(writer.read("locks/"))["requests"] == []
    late = {"field": "prompt_text", "token": token + 1000, "to": other.session}
    assert problem(writer.do("locks/hand-over/", late)) == (409, "stale_token")
    assert members(writer.do("locks/hand-over/", {**late, "token": token})) == {}
    assert other.take("prompt_text") > token
    assert problem(writer.do("locks/release/", {"field": "prompt_text"})) == (409, "lock_not_held")


def test_an_owner_takes_over_for_a_reason(writer: Writer, owner: User, project: Project) -> None:
    other = Writer(owner, project)
    token = writer.take("prompt_text")
    assert problem(other.do("locks/take-over/", {"field": "prompt_text"})) == (400, "validation_failed")
    taken = other.do("locks/take-over/", {"field": "prompt_text", "reason": "Urgent"})
    assert taken.status_code == 201
    assert members(taken)["token"] > token
    journal = members(other.read("leases/?field=prompt_text"))["results"]
    assert [each["end_reason"] for each in journal] == [None, "taken_over"]
    assert members(other.read("leases/?field=model_configuration"))["results"] == []
    assert problem(other.read("leases/?field=nothing")) == (400, "validation_failed")


def test_a_session_is_its_openers_only(writer: Writer, owner: User, project: Project) -> None:
    other = Writer(owner, project)
    other.session = writer.session
    assert problem(other.do("locks/", {"field": "prompt_text"})) == (403, "permission_denied")
    other.session = str(uuid4())
    assert problem(other.do("locks/", {"field": "prompt_text"})) == (404, "not_found")


def test_the_record_names_the_session(writer: Writer, project: Project) -> None:
    writer.take("prompt_text")
    event = Event.objects.of_project(project.id).last()
    assert event is not None
    assert event.record["session"] == writer.session


def test_nobody_is_here_without_a_socket(writer: Writer) -> None:
    assert members(writer.read("presence/")) == {"next": None, "previous": None, "results": []}


def test_an_owner_sees_that_somebody_has_unsaved_text_but_not_what_it_says(
    writer: Writer, owner: User, editor: User, project: Project
) -> None:
    tokens = {"prompt_text": writer.take("prompt_text")}
    writer.do("locks/release/", {"field": "prompt_text"})
    refused = {"base_version": 0, "changes": {"prompt_text": "half a sentence"}, "tokens": tokens}
    assert problem(writer.do("drafts/", refused)) == (409, "stale_token")

    seen = Writer(owner, project).read("working-copies/")

    assert members(seen)["results"] == []
    (other,) = members(seen)["others"]
    assert (other["field"], other["writer"], other["lease_open"]) == ("prompt_text", editor.person(), False)
    assert "half a sentence" not in seen.content.decode()
    assert members(writer.read("working-copies/"))["others"] == []
