"""Comments through REST, with the bodies of the protocol."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from drafts.comments.models import Comment
from projects.models import Project
from tests.drafts.comments.conftest import PROMPT
from tests.drafts.conftest import Save
from tests.rest.client import Answer, Api, members, problem

pytestmark = pytest.mark.django_db

ANCHOR = {"from_line": 4, "to_line": 5, "quote": "5 mg"}


class Discussion(Api):
    """One person's view of the comments of a project."""

    def __init__(self, user: User, project: Project) -> None:
        super().__init__(user)
        self.base = f"projects/{project.id}/comments/"

    def say(self, **changes: Any) -> Answer:
        asked = {"version": 1, "target_field": "prompt_text", "text": "Says who?", "anchor": ANCHOR}
        return self.post(self.base, asked | changes)

    def act(self, comment: dict[str, Any], step: str, body: dict[str, Any] | None = None, **headers: str) -> Answer:
        return self.post(f"comments/{comment['id']}/{step}/", body, **headers)

    def threads(self, query: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = members(self.get(self.base + query))["results"]
        return found


@pytest.fixture
def priya(save: Save, reviewer: User, project: Project) -> Discussion:
    save(PROMPT)
    return Discussion(reviewer, project)


def test_a_thread_reads_back_as_it_was_said(priya: Discussion, reviewer: User) -> None:
    answer = priya.say()

    assert answer.status_code == 201
    said = members(answer)
    assert said == {
        "id": said["id"],
        "text": "Says who?",
        "author": reviewer.person(),
        "created_at": said["created_at"],
        "state": "open",
        "state_at": None,
        "state_by": None,
        "version": 1,
        "target_field": "prompt_text",
        "field": "prompt_text",
        "anchor": ANCHOR,
        "position": {"from_line": 4, "to_line": 5},
        "replies": [],
    }
    assert priya.threads() == [said]
    assert members(priya.get(f"comments/{said['id']}/")) == said


def test_the_place_is_that_on_the_asked_version(priya: Discussion, save: Save) -> None:
    priya.say()
    save("New first line.\n" + PROMPT)
    save("Rewritten.\n")

    assert priya.threads()[0]["position"] is None
    assert priya.threads("?version=2")[0]["position"] == {"from_line": 5, "to_line": 6}
    assert priya.threads("?version=1")[0]["position"] == {"from_line": 4, "to_line": 5}


def test_a_thread_is_answered_resolved_and_reopened(priya: Discussion, editor: User, project: Project) -> None:
    said = members(priya.say())
    daniel = Discussion(editor, project)

    answer = daniel.act(said, "replies", {"text": "Section 6."})
    assert (answer.status_code, members(answer)["thread_id"]) == (201, said["id"])
    resolved = members(daniel.act(said, "resolve"))
    assert (resolved["state"], resolved["state_by"]) == ("resolved", editor.person())
    assert [reply["text"] for reply in resolved["replies"]] == ["Section 6."]
    assert priya.threads("?state=open") == []
    assert members(priya.act(said, "reopen"))["state"] == "open"
    assert problem(priya.act(said, "reopen")) == (409, "conflict")


def test_withdrawing_a_reply_answers_its_thread(priya: Discussion) -> None:
    said = members(priya.say())
    reply = members(priya.act(said, "replies", {"text": "Oops."}))

    thread = members(priya.act(reply, "withdraw"))

    assert (thread["id"], thread["state"]) == (said["id"], "open")
    assert [(each["text"], each["state"]) for each in thread["replies"]] == [("Oops.", "withdrawn")]


def test_an_owner_withdraws_for_a_reason(priya: Discussion, owner: User, editor: User, project: Project) -> None:
    said = members(priya.say())

    assert problem(Discussion(editor, project).act(said, "withdraw", {"reason": "No"})) == (403, "permission_denied")
    assert problem(Discussion(owner, project).act(said, "withdraw")) == (400, "validation_failed")
    answer = Discussion(owner, project).act(said, "withdraw", {"reason": "Names a patient"})
    assert members(answer)["state"] == "withdrawn"


def test_a_repeat_gets_the_first_answer(priya: Discussion) -> None:
    key = str(uuid4())
    asked = {"version": 1, "target_field": "prompt_text", "text": "Once"}
    answers = [priya.post(priya.base, asked, Idempotency_Key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert members(answers[0]) == members(answers[1])
    assert Comment.objects.count() == 1
    again = priya.post(priya.base, {**asked, "text": "Twice"}, Idempotency_Key=key)
    assert problem(again) == (409, "client_ref_reused")


def test_the_margin_is_counted(priya: Discussion, save: Save) -> None:
    for _ in range(2):
        priya.say()
    priya.act(members(priya.say(anchor=None)), "resolve")
    save("New first line.\n" + PROMPT)

    assert members(priya.get(priya.base + "counts/")) == {
        "version": 2,
        "fields": {"prompt_text": {"open": 2, "resolved": 1, "withdrawn": 0, "gone": 0, "lines": {"5": 2}}},
    }


def test_before_the_first_version_there_is_nothing(reviewer: User, project: Project) -> None:
    priya = Discussion(reviewer, project)

    assert priya.threads() == []
    assert members(priya.get(priya.base + "counts/")) == {"version": None, "fields": {}}
    assert problem(priya.get(priya.base + "?version=1")) == (404, "not_found")


def test_threads_come_in_pages(priya: Discussion) -> None:
    said = [members(priya.say(text=f"No. {number}"))["id"] for number in range(3)]

    first = members(priya.get(priya.base + "?limit=2"))
    rest = members(priya.get(first["next"].removeprefix("http://testserver")))

    assert [each["id"] for each in [*first["results"], *rest["results"]]] == said[::-1]


def test_another_field_has_its_own_threads(priya: Discussion, save: Save) -> None:
    save("a: 1\n", "files/a.yaml")
    said = members(priya.say(version=2, target_field="files/a.yaml", anchor=None))
    priya.say()

    assert [each["id"] for each in priya.threads("?field=files/a.yaml")] == [said["id"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "1"},
        {"version": 99},
        {"target_field": "files/none.md"},
        {"text": ""},
        {"anchor": {"from_line": 1}},
        {"anchor": {"from_line": 9, "to_line": 9, "quote": ""}},
        {"anchor": {"from_line": 1, "to_line": 1, "quote": "not there"}},
    ],
)
def test_it_refuses_what_has_the_wrong_shape(priya: Discussion, changes: dict[str, Any]) -> None:
    assert problem(priya.say(**changes)) == (400, "validation_failed")
    assert priya.threads() == []


@pytest.mark.parametrize("query", ["?version=0", "?version=x", "?state=closed", "?field=nonsense"])
def test_it_refuses_a_question_that_is_none(priya: Discussion, query: str) -> None:
    assert problem(priya.get(priya.base + query)) == (400, "validation_failed")


def test_c10_who_may_what(priya: Discussion, viewer: User, outsider: User, project: Project) -> None:
    said = members(priya.say())
    paths = [(priya.base, {"version": 1, "target_field": "prompt_text", "text": "x"})]
    paths += [(f"comments/{said['id']}/{step}/", {"text": "x"}) for step in ("replies", "resolve", "withdraw")]

    assert Discussion(viewer, project).threads()[0]["id"] == said["id"]
    for path, body in paths:
        assert problem(Api().post(path, body)) == (401, "not_authenticated")
        assert problem(Api(viewer).post(path, body)) == (403, "permission_denied")
        assert problem(Api(viewer).post(path, {"text": 5})) == (403, "permission_denied")
        assert problem(Api(outsider).post(path, body)) == (404, "not_found")
    for path in (priya.base, priya.base + "counts/", f"comments/{said['id']}/"):
        assert problem(Api(outsider).get(path)) == (404, "not_found")
    assert problem(priya.get(f"comments/{uuid4()}/")) == (404, "not_found")
