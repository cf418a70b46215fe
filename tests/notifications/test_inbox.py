"""One's own inbox: reading it, and choosing what comes by mail."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from drafts.tasks.services import create_task
from kernel.errors import NotFound, ValidationFailed
from notifications.models import Notification, Preferences, count_unread
from notifications.services import mark_all_read, mark_read, set_preferences
from projects.models import Project
from tests.notifications.inboxes import inbox_kinds
from tests.rest.client import Api, problem

pytestmark = pytest.mark.django_db

Callers = Callable[..., Caller]


@pytest.fixture
def give(project: Project, owner: User, editor: User, caller_for: Callers) -> Callable[..., None]:
    def give(*texts: str) -> None:
        for text in texts:
            create_task(caller=caller_for(owner), project_id=project.id, text=text, assignee_id=editor.id)

    return give


def texts(user: User) -> list[str]:
    return [row.facts.get("text", row.kind) for row in Notification.objects.of(user).unread()]


def test_lines_are_read_one_by_one_or_up_to_what_was_seen(
    give: Callable[..., None], editor: User, caller_for: Callers
) -> None:
    give("one", "two")
    seen = Notification.objects.of(editor)[0]
    give("three")
    assert texts(editor) == ["three", "two", "one", "member.added"]
    mark_read(caller=caller_for(editor), notification_id=Notification.objects.get(facts__text="one").id)
    assert texts(editor) == ["three", "two", "member.added"]
    assert mark_all_read(caller=caller_for(editor), until=seen.id) == 2
    assert texts(editor) == ["three"]
    mark_all_read(caller=caller_for(editor))
    assert count_unread(editor) == 0


def test_it_is_nobody_elses(give: Callable[..., None], editor: User, owner: User, caller_for: Callers) -> None:
    give("one")
    row = Notification.objects.get(facts__text="one")
    with pytest.raises(NotFound):
        mark_read(caller=caller_for(owner), notification_id=row.id)
    mark_all_read(caller=caller_for(owner))
    row.refresh_from_db()
    assert row.read_at is None


def test_reading_is_no_record(give: Callable[..., None], editor: User, caller_for: Callers) -> None:
    give("one")
    before = Event.objects.count()
    mark_all_read(caller=caller_for(editor))
    set_preferences(caller=caller_for(editor), topics=["task"], address="me@example.org")
    assert Event.objects.count() == before


def test_the_database_keeps_one_line_an_event(give: Callable[..., None], editor: User) -> None:
    give("one")
    row = Notification.objects.get(facts__text="one")
    row.pk = uuid4()
    with pytest.raises(IntegrityError, match="once_an_event"), transaction.atomic():
        row.save(force_insert=True)


def test_preferences_are_checked(editor: User, caller_for: Callers) -> None:
    caller = caller_for(editor)
    for facts, wrong in (
        ({"topics": ["weather"], "address": "me@example.org"}, "topics"),
        ({"topics": ["task"], "address": "me"}, "address"),
        ({"topics": ["task"]}, "address"),
    ):
        with pytest.raises(ValidationFailed) as refusal:
            set_preferences(caller=caller, **facts)
        assert list(refusal.value.errors) == [wrong]
    set_preferences(caller=caller, topics=["task", "task"], address=" me@example.org ")
    assert Preferences.objects.get(user=editor).topics == ["task"]
    set_preferences(caller=caller, topics=[])
    assert Preferences.objects.get(user=editor).topics == []


class TestRest:
    def test_an_ide_reads_and_settles_its_persons_inbox(self, give: Callable[..., None], editor: User) -> None:
        give("one", "two")
        api = Api(editor)
        listed = api.get("inbox/?unread=true&limit=2").json()
        assert [each["facts"]["text"] for each in listed["results"]] == ["two", "one"]
        assert listed["next"] is not None
        line = listed["results"][1]
        assert (line["kind"], line["read_at"]) == ("task.assigned", None)
        assert api.get("inbox/count/").json() == {"unread": 3}
        assert api.post(f"inbox/{line['id']}/read/", {}).json()["read_at"] is not None
        assert api.post("inbox/read/", {"until": listed["results"][0]["id"]}).json() == {"unread": 0}
        assert api.get("inbox/?unread=false").json()["results"][1]["id"] == line["id"]
        assert problem(api.get("inbox/?unread=x"))[1] == "validation_failed"

    def test_nobody_sees_anothers(self, give: Callable[..., None], editor: User, owner: User) -> None:
        give("one")
        row = Notification.objects.get(facts__text="one")
        assert Api(owner).get("inbox/").json()["results"] == []
        assert problem(Api(owner).post(f"inbox/{row.id}/read/", {})) == (404, "not_found")
        assert inbox_kinds(editor, unread=True)[-1] == "task.assigned"
