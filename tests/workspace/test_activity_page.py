"""What happened, in words, by day: for everybody in the project, and no more than they may know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from audit.event_types import EVENT_KINDS, EVENT_TYPES, EventType
from audit.models import Event
from drafts.comments.services import create_comment
from drafts.tasks.services import change_task, create_task
from locking.services import revoke_locks
from projects.models import Project
from projects.services import change_role
from tests.workspace.conftest import Browser
from tests.workspace.html import Page, elements, words
from tests.workspace.test_event_words import DANIEL, SAID, event_of
from tests.writers import Writer
from workspace.activity.entries import ActivityFilter, bars_of, events_of
from workspace.event_words import event_sentence

pytestmark = pytest.mark.django_db

Callers = Callable[..., Caller]


def address(project: Project, name: str = "activity") -> str:
    return reverse(f"workspace:{name}", args=[project.id])


def rows(response: Page) -> list[str]:
    return [words(each) for each in elements(response, "h3")]


def test_changes_of_tasks_in_a_row_by_one_person_are_one_line_that_opens(
    browser: Browser, project: Project, viewer: User, editor: User, caller_for: Callers
) -> None:
    caller = caller_for(editor)
    for text in ("Check section 6", "Check section 7", "Check section 8"):
        task = create_task(caller=caller, project_id=project.id, text=text)
        change_task(caller=caller, task_id=task.id, done=True)

    (group,) = elements(browser(viewer).get(address(project)), "details", class_="activity-group")

    assert "worked on 3 tasks: 3 added, 3 completed" in words(group)
    assert "completed the task Check section 7" in words(group)


def test_locks_in_a_row_by_one_person_are_one_line(
    browser: Browser, two_versions: Project, viewer: User, editor: User, caller_for: Callers
) -> None:
    writer = Writer(caller_for(editor), two_versions)
    for field in ("prompt_text", "model_configuration"):
        writer.take(field)
        writer.give_back(field)

    page = browser(viewer).get(f"{address(two_versions)}?kind=locks")

    (group, *_) = elements(page, "details", class_="activity-group")
    assert f"{editor.display_name} edited Prompt, Model configuration" in words(group)


@pytest.fixture
def busy(two_versions: Project, owner: User, reviewer: User, caller_for: Callers) -> Project:
    """Two versions, a comment, a task, a role that changed for a secret reason."""
    place: dict[str, Any] = {"version": 2, "target_field": "prompt_text", "text": "Why?"}
    create_comment(caller=caller_for(reviewer), project_id=two_versions.id, **place)
    create_task(caller=caller_for(owner), project_id=two_versions.id, text="Cite 6.1.2")
    change_role(
        caller=caller_for(owner, address="203.0.113.7", user_agent="Secretive"),
        project_id=two_versions.id,
        user_id=reviewer.id,
        role="editor",
        reason="Between us",
    )
    return two_versions


def test_it_tells_what_happened_newest_first_without_locks(browser: Browser, busy: Project, viewer: User) -> None:
    assert rows(browser(viewer).get(address(busy))) == [
        "Owner changed a role: Reviewer, Reviewer to Editor",
        "Owner added the task Cite 6.1.2",
        "Reviewer commented on Prompt",
        "Editor saved v2: Prompt, Model configuration, topology.yaml",
        "Editor saved v1: Prompt, Model configuration",
        "Owner added Viewer, Viewer",
        "Owner added Reviewer, Reviewer",
        "Owner added Editor, Editor",
        "Owner created the project",
    ]


@pytest.mark.parametrize("page", ["activity", "activity_panel"])
def test_it_tells_no_reason_address_or_token(browser: Browser, busy: Project, viewer: User, page: str) -> None:
    told = browser(viewer).get(address(busy, page), {"kind": "everything"}).content.decode()
    assert "changed a role" in told
    for secret in ("Between us", "203.0.113.7", "Secretive", "token "):
        assert secret not in told


def test_each_line_leads_to_its_place(browser: Browser, busy: Project, viewer: User) -> None:
    client = browser(viewer)
    links = [each.attributes["href"] for each in elements(client.get(address(busy)), "a") if "href" in each.attributes]
    version = reverse("workspace:version", args=[busy.id, 2])
    assert version in links
    assert f"{address(busy, 'workspace')}?panel=tasks" in links
    comment = next(link for link in links if "comment=" in link)
    for link in (version, comment):
        assert client.get(link).status_code == 200


def test_it_is_asked_for_by_person_kind_field_and_time(
    browser: Browser, busy: Project, viewer: User, owner: User, reviewer: User
) -> None:
    client = browser(viewer)

    def shown(**query: str) -> list[str]:
        return rows(client.get(address(busy), query))

    assert shown(person=str(reviewer.id)) == ["Reviewer commented on Prompt"]
    assert shown(kind="tasks") == ["Owner added the task Cite 6.1.2"]
    assert shown(kind="versions", person=str(owner.id)) == []
    assert shown(field="files/topology.yaml", kind="versions") == [
        "Editor saved v2: Prompt, Model configuration, topology.yaml"
    ]
    assert shown(field="files/topology.yaml")[0] == "Editor stopped editing topology.yaml"
    assert [each for each in shown(field="prompt_text") if "comment" in each] == ["Reviewer commented on Prompt"]
    assert shown(until="2020-01-01") == []
    assert len(shown(since="2020-01-01")) == 9
    assert len(shown(kind="everything")) > len(shown())
    assert "Nothing of that kind" in client.get(address(busy), {"kind": "releases"}).content.decode()


@pytest.mark.parametrize(
    "query", ["person=x", "before=x", "since=yesterday", "until=0001-01-01", "until=9999-12-31", "field=%00"]
)
def test_it_refuses_what_cannot_be_asked(browser: Browser, busy: Project, viewer: User, query: str) -> None:
    assert browser(viewer).get(f"{address(busy)}?{query}").status_code == 400


def test_it_goes_on_with_what_is_older(
    browser: Browser, busy: Project, viewer: User, owner: User, editor: User, caller_for: Callers
) -> None:
    callers = [caller_for(editor), caller_for(owner)]
    for number in range(60):
        create_task(caller=callers[number % 2], project_id=busy.id, text=f"Task {number}")
    client = browser(viewer)
    first = client.get(address(busy), {"kind": "tasks"})
    assert len(rows(first)) == 60
    (older,) = [each for each in elements(first, "a") if words(each) == "Older"]
    assert rows(client.get(address(busy) + older.attributes["href"])) == ["Owner added the task Cite 6.1.2"]


def test_htmx_is_given_the_list_alone(browser: Browser, busy: Project, viewer: User) -> None:
    response = browser(viewer).get(address(busy), headers={"HX-Request": "true"})
    assert not elements(response, "html")
    assert elements(response, "div", id="live-body")
    assert "HX-Request" in response["Vary"]


def test_days_and_the_picture_are_of_the_readers_calendar(busy: Project) -> None:
    last = Event.objects.of_project(busy.id).last()
    assert last is not None
    for name in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        zone = ZoneInfo(name)
        bars = bars_of(events_of(busy.id, ActivityFilter(kind="members")), zone)
        assert {bar.day for bar in bars} <= {each.at.astimezone(zone).date() for each in [last, *_events(busy)]}
        assert sum(bar.count for bar in bars) == 5


def _events(project: Project) -> list[Event]:
    return list(Event.objects.of_project(project.id))


def test_a_day_begins_where_the_reader_is(browser: Browser, busy: Project, viewer: User) -> None:
    client: Client = browser(viewer)
    client.cookies["zone"] = "Pacific/Kiritimati"
    day = datetime.now(ZoneInfo("Pacific/Kiritimati")).date().isoformat()
    assert rows(client.get(address(busy), {"since": day, "kind": "tasks"})) == ["Owner added the task Cite 6.1.2"]


def test_an_ended_lock_of_somebody_else_says_whose_it_was(
    browser: Browser, two_versions: Project, writer: Writer, owner: User
) -> None:
    writer.take()
    revoke_locks(caller=foundry_caller(), project_id=two_versions.id, user_id=writer.caller.user.id)
    told = rows(browser(owner).get(address(two_versions), {"kind": "locks"}))
    assert told[0] == "Foundry ended the lock on Prompt, held by Editor: access lost"
    assert "Editor started editing Prompt" in told


def test_every_event_of_a_project_has_a_sentence_an_icon_and_a_kind() -> None:
    for name, each in EVENT_TYPES.items():
        if each.chain != "site":
            assert each.sentence, name
            assert each.icon != EventType("").icon, name
            assert each.kind in EVENT_KINDS, name


@pytest.mark.parametrize(("action", "data", "_words"), [row for row in SAID if EVENT_TYPES[row[0]].sentence])
def test_sentences_are_whole(action: str, data: dict[str, Any], _words: str) -> None:
    holder = {"id": "1", "display_name": "Daniel Okafor", "kind": "human"}
    event = event_of(action, {"holder": holder, **data} if action.startswith("lock.") else data)
    sentence, thing = event_sentence(event)
    assert sentence.startswith("{name} ")
    assert thing != action


def test_an_event_of_another_shape_is_still_told() -> None:
    assert event_sentence(event_of("draft.saved", {}))[1] == "draft.saved"
    assert event_sentence(event_of("weather.changed", {})) == ("{name}: {thing}", "weather.changed")


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("revert", "{name} reverted to {thing}"), ("undo", "{name} undid {thing}"), ("redo", "{name} redid {thing}")],
)
def test_a_version_made_of_an_earlier_one_names_both(kind: str, sentence: str) -> None:
    data = {"version": 76, "kind": kind, "source_version": 47, "changed_fields": ["prompt_text"]}
    assert event_sentence(event_of("draft.saved", data)) == (sentence, "v47 (now v76): Prompt")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"done": True, "before": {"done": False}}, ("{name} completed the task {thing}", "Check terms.")),
        ({"done": False, "before": {"done": True}}, ("{name} reopened the task {thing}", "Check terms.")),
        (
            {"assignee": DANIEL, "done": True, "before": {"assignee": None, "done": False}},
            ("{name} changed the task {thing}", "Check terms: done, for Daniel Okafor"),
        ),
    ],
)
def test_a_changed_task_is_told_in_one_sentence(data: dict[str, Any], sentence: tuple[str, str]) -> None:
    assert event_sentence(event_of("task.changed", {"text": "Check terms.", **data})) == sentence
