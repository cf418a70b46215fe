"""The checklist through REST."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from drafts.tasks.models import Task
from projects.models import Project
from tests.rest.client import Api, members, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(project: Project) -> str:
    return f"projects/{project.id}/tasks/"


def test_a_task_reads_back_and_is_ticked(path: str, reviewer: User, editor: User) -> None:
    priya, daniel = Api(reviewer), Api(editor)
    answer = priya.post(path, {"text": "Name the sources", "assignee_id": str(editor.id)})
    assert answer.status_code == 201
    task = members(answer)
    assert task == {
        "id": task["id"],
        "text": "Name the sources",
        "assignee": editor.person(),
        "due_on": None,
        "created_at": task["created_at"],
        "created_by": reviewer.person(),
        "done": False,
        "done_at": None,
        "done_by": None,
    }
    assert members(daniel.get(path))["results"] == [task] == [members(daniel.get(f"tasks/{task['id']}/"))]

    ticked = members(daniel.patch(f"tasks/{task['id']}/", {"done": True}))

    assert (ticked["done"], ticked["done_by"]) == (True, editor.person())
    assert members(daniel.get(path + "?done=false"))["results"] == []
    assert members(daniel.get(path + "?done=true"))["results"] == [ticked]
    freed = members(priya.patch(f"tasks/{task['id']}/", {"assignee_id": None, "done": False, "text": "Name them"}))
    assert (freed["assignee"], freed["done_at"], freed["text"]) == (None, None, "Name them")


def test_a_repeat_gets_the_first_answer(path: str, reviewer: User) -> None:
    key = str(uuid4())
    answers = [Api(reviewer).post(path, {"text": "Once"}, Idempotency_Key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert members(answers[0]) == members(answers[1])
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": 1},
        {"text": "x", "assignee_id": str(uuid4())},
        {"text": "x", "due_on": "soon"},
        {"text": "x", "due_on": "2026-12-3"},
    ],
)
def test_it_refuses_what_has_the_wrong_shape(path: str, reviewer: User, body: dict[str, Any]) -> None:
    assert problem(Api(reviewer).post(path, body)) == (400, "validation_failed")


def test_it_refuses_a_question_that_is_none(path: str, reviewer: User) -> None:
    assert problem(Api(reviewer).get(path + "?done=perhaps")) == (400, "validation_failed")
    assert problem(Api(reviewer).get(f"tasks/{uuid4()}/")) == (404, "not_found")


def test_a_due_date_is_set_and_taken_away(path: str, reviewer: User) -> None:
    priya = Api(reviewer)
    task = members(priya.post(path, {"text": "Sign", "due_on": "2026-12-03"}))
    assert task["due_on"] == "2026-12-03"
    assert members(priya.patch(f"tasks/{task['id']}/", {"text": "Sign it"}))["due_on"] == "2026-12-03"
    assert members(priya.patch(f"tasks/{task['id']}/", {"due_on": None}))["due_on"] is None
