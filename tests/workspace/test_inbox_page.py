"""The bell, and what it leads to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client

from accounts.callers import Caller
from accounts.models import User
from audit.event_types import INBOX_LINES
from drafts.comments.services import create_comment, withdraw_comment
from drafts.tasks.services import create_task
from notifications.models import Notification
from notifications.topics import topic_of
from projects.models import Project
from projects.services import remove_member
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words

pytestmark = pytest.mark.django_db

URL = "/inbox/"
Callers = Callable[..., Caller]


@pytest.fixture
def mentioned(two_versions: Project, reviewer: User, editor: User, caller_for: Callers) -> Any:
    """The editor is named in a comment; being added to the project is unread too."""
    return create_comment(
        caller=caller_for(reviewer),
        project_id=two_versions.id,
        version=2,
        target_field="files/topology.yaml",
        text=f"Look <here>, @{editor.username}",
    )


def lines(client: Client, query: str = "") -> list[str]:
    return [words(row) for row in elements(client.get(URL + query), "h3")]


def bell(client: Client, url: str = URL) -> str:
    return words(elements(client.get(url), "a", class_="bell")[0])


def test_it_says_who_did_what_and_quotes_what_was_said(browser: Browser, mentioned: Any, editor: User) -> None:
    client = browser(editor)
    assert lines(client) == ["Reviewer mentioned you on topology.yaml", "Owner added you as Editor"]
    response = client.get(URL)
    assert [words(each) for each in elements(response, "blockquote")] == [f"Look <here>, @{editor.username}"]
    assert len(elements(response, "article", data_unread="")) == 2


def test_a_withdrawn_comment_is_not_quoted(
    browser: Browser, mentioned: Any, reviewer: User, editor: User, caller_for: Callers
) -> None:
    withdraw_comment(caller=caller_for(reviewer), comment_id=mentioned.id)
    assert elements(browser(editor).get(URL), "blockquote") == []


def test_a_line_leads_to_its_place_and_is_read(
    browser: Browser, two_versions: Project, mentioned: Any, editor: User
) -> None:
    client = browser(editor)
    assert bell(client) == "2Inbox, 2 unread"
    row = Notification.objects.get(recipient=editor, kind="comment.mentioned")
    place = urlsplit(client.get(f"{URL}{row.id}/")["Location"])
    assert place.path == f"/projects/{two_versions.id}/"
    assert parse_qs(place.query) == {
        "panel": ["comments"],
        "comment": [str(mentioned.id)],
        "field": ["files/topology.yaml"],
    }
    assert client.get(place.geturl()).status_code == 200
    assert lines(client, "?show=unread") == ["Owner added you as Editor"]
    assert bell(client) == "1Inbox, 1 unread"


def test_everything_is_read_at_once_up_to_what_was_seen(browser: Browser, mentioned: Any, editor: User) -> None:
    client = browser(editor)
    seen = Notification.objects.filter(recipient=editor).order_by("id")[0]
    client.post(f"{URL}read/", {"until": str(seen.id)})
    assert lines(client, "?show=unread") == ["Reviewer mentioned you on topology.yaml"]
    client.post(f"{URL}read/")
    assert "You have read everything" in client.get(f"{URL}?show=unread").content.decode()
    assert client.post(f"{URL}read/", {"until": "x"}).status_code == 400


def test_it_says_what_will_stand_here_where_nothing_does(browser: Browser, outsider: User) -> None:
    response = browser(outsider).get(URL)
    assert "Nothing here yet" in response.content.decode()
    assert bell(browser(outsider)) == "Inbox, nothing unread"


def test_it_is_paged(browser: Browser, project: Project, owner: User, editor: User, caller_for: Callers) -> None:
    for number in range(51):
        create_task(caller=caller_for(owner), project_id=project.id, text=f"Task {number}", assignee_id=editor.id)
    client = browser(editor)
    first = client.get(URL)
    assert len(elements(first, "h3")) == 50
    (older,) = [each for each in elements(first, "a", class_="btn btn-plain") if words(each) == "Older"]
    assert [words(each) for each in elements(client.get(URL + older.attributes["href"]), "h3")] == [
        "Owner assigned you the task Task 0",
        "Owner added you as Editor",
    ]
    for wrong in ("?before=x", "?before=%00"):
        assert client.get(URL + wrong).status_code == 400


def test_nobody_sees_anothers_and_nothing_of_a_project_they_left(
    browser: Browser, two_versions: Project, mentioned: Any, owner: User, editor: User, caller_for: Callers
) -> None:
    row = Notification.objects.get(recipient=editor, kind="comment.mentioned")
    assert browser(owner).get(f"{URL}{row.id}/").status_code == 404
    remove_member(caller=caller_for(owner), project_id=two_versions.id, user_id=editor.id, reason="Left")
    assert lines(browser(editor)) == ["Owner removed you from Oncology protocol agent"]
    assert "Left" in browser(editor).get(URL).content.decode()
    assert browser(editor).get(f"{URL}{row.id}/").status_code == 404


def test_the_bell_asks_without_keeping_anybody_signed_in(browser: Browser, mentioned: Any, editor: User) -> None:
    response = browser(editor).get("/inbox/count/", headers={"HX-Request": "true"})
    assert words(elements(response, "span", class_="bell-count")[0]) == "2"
    assert response["Cache-Control"] == "no-store"


FACTS: dict[str, dict[str, Any]] = {
    "lock": {"field": "prompt_text"},
    "comment": {"target_field": "prompt_text"},
    "task": {"task_id": "1", "text": "Cite"},
    "release": {"release_id": str(uuid4()), "name": "1.0.0", "version": 2, "meaning": "approved"},
    "member": {"role": "owner", "before": "viewer"},
}
# What a project no longer is the place of.
ELSEWHERE = {"member.removed"}


@pytest.mark.parametrize("kind", [kind for kind in INBOX_LINES if topic_of(kind) in FACTS and kind not in ELSEWHERE])
def test_every_kind_has_its_words_and_its_place(
    browser: Browser, mentioned: Any, two_versions: Project, owner: User, editor: User, kind: str
) -> None:
    comment = str(mentioned.id)
    made_of = {"thread_id": comment, "comment_id": comment} if kind.startswith("comment.") else {}
    facts = {**FACTS[topic_of(kind)], **made_of}
    row = Notification.objects.create(
        recipient=editor, project=two_versions, kind=kind, actor=owner, chain=str(two_versions.id), facts=facts
    )
    client = browser(editor)
    said = lines(client)[0]
    assert said.startswith("Owner ")
    assert "{" not in said
    assert client.get(f"{URL}{row.id}/")["Location"].startswith(f"/projects/{two_versions.id}/")


class TestMails:
    def test_they_are_chosen_on_the_account_page(self, browser: Browser, editor: User, settings: Any) -> None:
        settings.FOUNDRY_SENDS_MAIL = True
        client = browser(editor)
        client.post("/account/mails/", {"topic": ["task", "comment"], "address": "me@example.org"})
        response = client.get("/account/")
        chosen = [each.attributes["value"] for each in elements(response, "input", name="topic", checked="")]
        assert chosen == ["comment", "task"]
        assert elements(response, "input", name="address")[0].attributes["value"] == "me@example.org"

    def test_a_wrong_address_is_said_and_nothing_typed_is_lost(
        self, browser: Browser, editor: User, settings: Any
    ) -> None:
        settings.FOUNDRY_SENDS_MAIL = True
        response = browser(editor).post("/account/mails/", {"topic": ["task"], "address": "me@"})
        assert response.status_code == 400
        assert "This is not an e-mail address." in response.content.decode()
        assert elements(response, "input", name="address")[0].attributes["value"] == "me@"
        assert [each.attributes["value"] for each in elements(response, "input", name="topic", checked="")] == ["task"]

    def test_without_a_mail_server_there_is_no_choice(self, browser: Browser, editor: User) -> None:
        response = browser(editor).get("/account/")
        assert "sends no e-mail" in response.content.decode()
        assert not elements(response, "input", name="topic")
