"""The side panel's discussion and checklist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.callers import Caller
from accounts.models import User
from drafts.comments.models import Comment, CommentState
from drafts.comments.services import answer_comment, create_comment, resolve_comment
from drafts.tasks.models import Task
from drafts.tasks.services import change_task, create_task
from projects.models import Project
from publishing.services.submitting import submit_release
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words
from tests.writers import Writer

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SOURCES = "Answer only from the documents."
Say = Callable[..., Comment]


@pytest.fixture
def say(two_versions: Project, reviewer: User, caller_for: Callable[..., Caller]) -> Say:
    """The reviewer's comment on a line of the current version's prompt."""

    def comment(text: str = "Which ones?", line: int = 5, **more: object) -> Comment:
        facts = {"version": 2, "target_field": "prompt_text", "anchor": {"from_line": line, "to_line": line}, **more}
        who = caller_for(reviewer)
        return create_comment(caller=who, project_id=two_versions.id, text=text, **facts)  # type: ignore[arg-type]

    return comment


def address(name: str, project: Project, *more: object) -> str:
    return reverse(f"workspace:{name}", args=[project.id, *more])


def test_threads_stand_by_line_and_quote(browser: Browser, two_versions: Project, say: Say, viewer: User) -> None:
    say("Second", line=5)
    say("First", line=1)
    response = browser(viewer).get(address("workspace", two_versions))
    assert [words(each).split()[0] for each in elements(response, "button", class_="line-chip")] == ["L1", "L5"]
    assert [each.text for each in elements(response, "span", data_part="quote")] == ["# Role", SOURCES]
    assert words(elements(response, "button", id="tab-comments")[0]) == "Comments2"
    # A viewer reads; there is nothing to write with.
    assert not elements(response, "form", class_="composer")


def test_the_chosen_fields_threads_come_first(browser: Browser, two_versions: Project, say: Say, viewer: User) -> None:
    say()
    say("Empty?", target_field="files/topology.yaml", line=1)
    response = browser(viewer).get(address("comments", two_versions), {"field": "files/topology.yaml"})
    fields = [each.attributes["data-field"] for each in elements(response, "article", data_comments_target="thread")]
    assert fields == ["files/topology.yaml", "prompt_text"]


def test_closed_threads_are_behind_a_switch(
    browser: Browser, two_versions: Project, say: Say, reviewer: User, caller_for: Callable[..., Caller]
) -> None:
    resolve_comment(caller=caller_for(reviewer), comment_id=say().id)
    client = browser(reviewer)
    response = client.get(address("comments", two_versions))
    assert not elements(response, "article")
    (switch,) = elements(response, "button", role="switch")
    assert (words(switch), switch.attributes["aria-checked"]) == ("1 closed", "false")
    shown = client.get(address("comments", two_versions), {"closed": "1"})
    assert len(elements(shown, "article", data_state="resolved")) == 1
    assert elements(shown, "button", role="switch")[0].attributes["aria-checked"] == "true"


def test_a_thread_whose_text_is_gone_says_so(
    browser: Browser, two_versions: Project, say: Say, writer: Writer, viewer: User
) -> None:
    say()
    lock = writer.take()
    writer.save({"prompt_text": "All new.\n"}, lock, base=2, release_locks=True)
    response = browser(viewer).get(address("comments", two_versions))
    assert words(elements(response, "p", class_="thread-gone")[0]) == "Its text was removed after v2."
    assert elements(response, "blockquote", class_="thread-quote is-gone")
    assert elements(response, "span", data_part="quote")[0].text == SOURCES


def test_lines_are_commented_from_the_page(browser: Browser, two_versions: Project, reviewer: User) -> None:
    body = {"version": "2", "field": "prompt_text", "from_line": "4", "to_line": "5", "quote": "", "text": "Why?"}
    response = browser(reviewer).post(address("comments", two_versions), body, headers=HTMX)
    assert response.status_code == 204
    comment = Comment.objects.get()
    assert f'"thread": "{comment.id}"' in response["HX-Trigger"]
    assert (comment.from_line, comment.to_line, comment.quote) == (4, 5, f"# Sources\n{SOURCES}")


def test_a_quote_may_span_lines_as_a_form_sends_them(browser: Browser, two_versions: Project, reviewer: User) -> None:
    body = {"version": "2", "field": "prompt_text", "from_line": "4", "to_line": "5", "quote": "Sources\r\nAnswer"}
    assert browser(reviewer).post(address("comments", two_versions), {**body, "text": "Why?"}).status_code == 302
    assert Comment.objects.get().quote == "Sources\nAnswer"


def test_a_refusal_is_told_in_a_toast(browser: Browser, two_versions: Project, reviewer: User) -> None:
    client = browser(reviewer)
    body = {"version": "2", "field": "prompt_text", "from_line": "900", "to_line": "900", "text": "Why?"}
    response = client.post(address("comments", two_versions), body, headers=HTMX)
    assert (response.status_code, response["HX-Reswap"]) == (400, "none")
    assert "Must be a line from 1 to" in response["HX-Trigger"]
    body["version"] = "x"
    assert client.post(address("comments", two_versions), body, headers=HTMX).status_code == 400


def test_threads_are_answered_resolved_and_reopened(
    browser: Browser, two_versions: Project, say: Say, editor: User
) -> None:
    thread, client = say(), browser(editor)
    client.post(address("reply_to_comment", two_versions, thread.id), {"text": "All of them."}, headers=HTMX)
    assert Comment.objects.get(thread=thread).text == "All of them."
    for name, state in (("resolve_comment", CommentState.RESOLVED), ("reopen_comment", CommentState.OPEN)):
        assert client.post(address(name, two_versions, thread.id), headers=HTMX).status_code == 204
        thread.refresh_from_db()
        assert thread.state == state
    again = client.post(address("reopen_comment", two_versions, thread.id), headers=HTMX)
    assert (again.status_code, "comment is open" in again["HX-Trigger"]) == (409, True)


def test_an_owner_withdraws_anybodys_comment_for_a_reason(
    browser: Browser, two_versions: Project, say: Say, owner: User, reviewer: User, editor: User
) -> None:
    thread = say()
    url = address("withdraw_comment", two_versions, thread.id)
    assert not elements(browser(reviewer).get(url), "input", name="reason")
    assert elements(browser(owner).get(url), "input", name="reason")
    refused = browser(owner).post(url, {"reason": ""}, headers=HTMX)
    assert (refused.status_code, bool(elements(refused, "p", class_="field-error"))) == (400, True)
    assert browser(editor).post(url, {"reason": "x"}).status_code == 403
    assert browser(owner).post(url, {"reason": "Names a patient"}, headers=HTMX).status_code == 204
    thread.refresh_from_db()
    assert thread.state == CommentState.WITHDRAWN


def test_a_comment_is_reached_in_its_own_project_only(
    browser: Browser, two_versions: Project, say: Say, make_project: Callable[..., Project], owner: User
) -> None:
    other = make_project("Another")
    assert browser(owner).post(address("resolve_comment", other, say().id)).status_code == 404
    assert browser(owner).post(address("resolve_comment", two_versions, uuid4())).status_code == 404


def test_tasks_are_written_ticked_and_given_to_somebody(
    browser: Browser, two_versions: Project, reviewer: User, editor: User, outsider: User
) -> None:
    client = browser(reviewer)
    assert client.post(address("tasks", two_versions), {"text": "Check 6.4.4"}, headers=HTMX).status_code == 204
    task = Task.objects.get()
    url = address("change_task", two_versions, task.id)
    assert client.post(url, {"assignee": str(editor.id)}, headers=HTMX).status_code == 204
    assert client.post(url, {"assignee": str(outsider.id)}, headers=HTMX).status_code == 400
    assert client.post(url, {"assignee": "nobody"}, headers=HTMX).status_code == 400
    response = client.get(address("tasks", two_versions))
    assert words(elements(response, "option", selected="")[-1]) == editor.display_name
    client.post(url, {"done": "yes"}, headers=HTMX)
    task.refresh_from_db()
    assert (task.done_by, task.assignee) == (reviewer, editor)
    done = client.get(address("tasks", two_versions))
    assert "0 of 1 open" in words(elements(done, "div", class_="panel-sub")[0])
    client.post(url, {"done": "no", "text": "Check 6.4.5", "assignee": ""}, headers=HTMX)
    task.refresh_from_db()
    assert (task.text, task.done_at, task.assignee) == ("Check 6.4.5", None, None)


def test_a_viewer_only_reads_the_checklist(
    browser: Browser, two_versions: Project, viewer: User, owner: User, caller_for: Callable[..., Caller]
) -> None:
    create_task(caller=caller_for(owner), project_id=two_versions.id, text="Sign")
    response = browser(viewer).get(address("tasks", two_versions))
    assert "disabled" in elements(response, "input", type="checkbox")[0].attributes
    assert browser(viewer).post(address("tasks", two_versions), {"text": "x"}, headers=HTMX).status_code == 403


def _count(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["workspace", "comments", "tasks"])
def test_queries_do_not_grow_with_threads_and_tasks(
    browser: Browser,
    two_versions: Project,
    say: Say,
    owner: User,
    writer: Writer,
    caller_for: Callable[..., Caller],
    name: str,
) -> None:
    client, url = browser(owner), address(name, two_versions)

    def one(number: int) -> None:
        thread = say(f"Thread {number}", line=number % 5 + 1)
        answer_comment(caller=caller_for(owner), comment_id=thread.id, text="Yes")
        create_task(caller=caller_for(owner), project_id=two_versions.id, text=f"Task {number}")

    one(0)
    lock = writer.take()
    writer.save({"prompt_text": f"A new first line\n{SOURCES}\n"}, lock, base=2, release_locks=True)
    before = _count(client, url)
    for number in range(1, 6):
        one(number)
    assert _count(client, url) <= before


def test_what_is_overdue_says_so_in_words_on_the_checklist_the_release_page_and_in_the_inbox(
    browser: Browser,
    reviewer: User,
    editor: User,
    owner: User,
    caller_for: Callable[..., Caller],
    two_versions: Project,
) -> None:
    client, today = browser(reviewer), timezone.now().date()
    for text, day in (("Later", today + timedelta(days=40)), ("Now", today), ("Late", today - timedelta(days=3))):
        sent = {"text": text, "due_on": str(day)}
        assert client.post(address("tasks", two_versions), sent, headers=HTMX).status_code == 204
    late = Task.objects.get(text="Late")
    change_task(caller=caller_for(owner), task_id=late.id, assignee_id=editor.id)
    words_of_late = f"Overdue since {date_format(today - timedelta(days=3), 'j M')}"

    checklist = client.get(address("tasks", two_versions)).content.decode()
    assert checklist.index("Late") < checklist.index("Now") < checklist.index("Later")
    assert words_of_late in checklist
    assert "Due today" in checklist
    assert words_of_late in browser(editor).get(reverse("workspace:inbox")).content.decode()
    submitted = submit_release(caller=caller_for(owner), project_id=two_versions.id, version=2, name="1.0.0")
    page = client.get(reverse("workspace:release", args=[two_versions.id, submitted.id])).content.decode()
    assert words_of_late in page
    assert page.index("Task: Late") < page.index("Task: Later")
