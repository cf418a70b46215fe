"""No page asks the database more often because there is more of anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.callers import Caller
from accounts.models import User
from drafts.comments.services import answer_comment, create_comment
from drafts.models import Draft
from drafts.tasks.services import create_task
from notifications.models import Notification
from projects.models import Project
from projects.services import add_member
from publishing.services import submit_release, withdraw_release
from tests.matrix import declared, matrices, things_in
from tests.rest.addresses import addresses
from tests.workspace.conftest import Browser
from tests.writers import Writer

pytestmark = pytest.mark.django_db

PAGES = {name: path for module in matrices() for name, path in getattr(module, "BUDGETED_PAGES", {}).items()}
# Beyond this a page is slow, however constant.
MAX_QUERIES = 27


class Life:
    """A project in which everything there is becomes more, and somebody whom all of it concerns."""

    def __init__(
        self,
        project: Project,
        people: dict[str, User],
        caller_for: Callable[..., Caller],
        make_user: Callable[..., User],
        make_project: Callable[..., Project],
    ) -> None:
        self.project, self.people, self.caller_for = project, people, caller_for
        self.make_user, self.make_project = make_user, make_project
        self.writer = Writer(caller_for(people["editor"]), project)

    def goes_on(self, rounds: int) -> None:
        for _ in range(rounds):
            self._save()
            self._talk()
            self._review()
            newcomer = self.make_user("user")
            owner = self.caller_for(self.people["owner"])
            add_member(caller=owner, project_id=self.project.id, user_id=newcomer.id, role="reviewer")
            # Somebody writes in another project of the reader's.
            Writer(owner, self.make_project("Another")).take()

    def _save(self) -> None:
        newest = Draft.objects.of_project(self.project.id).values_list("version_number", flat=True).first() or 0
        field = f"files/{newest}.md"
        text = "".join(f"line {number}\n" for number in range(newest + 1))
        changes: dict[str, Any] = {"prompt_text": text, field: {"content": "line\n"}}
        self.writer.save(changes, self.writer.take(), self.writer.take(field), base=newest, release_locks=True)

    def _talk(self) -> None:
        reviewer, owner = self.caller_for(self.people["reviewer"]), self.people["owner"]
        newest = Draft.objects.of_project(self.project.id).values_list("version_number", flat=True)[0]
        anchor = {"from_line": 1, "to_line": 1}
        thread = create_comment(
            caller=reviewer,
            project_id=self.project.id,
            version=newest,
            target_field="prompt_text",
            text=f"@{owner.username} line?",
            anchor=anchor,
        )
        answer_comment(caller=self.caller_for(owner), comment_id=thread.id, text="line")
        create_task(caller=reviewer, project_id=self.project.id, text="A line", assignee_id=owner.id)

    def _review(self) -> None:
        editor = self.caller_for(self.people["editor"])
        release = submit_release(caller=editor, project_id=self.project.id, name="1.0.0", version=1)
        withdraw_release(caller=editor, release_id=release.id, reason="Not yet")


@pytest.fixture
def life(
    project: Project,
    owner: User,
    editor: User,
    reviewer: User,
    caller_for: Callable[..., Caller],
    make_user: Callable[..., User],
    make_project: Callable[..., Project],
) -> Life:
    people = {"owner": owner, "editor": editor, "reviewer": reviewer}
    return Life(project, people, caller_for, make_user, make_project)


def asked(client: Client, project: Project) -> dict[str, int]:
    """How many queries each page takes now."""
    things = {name: str(thing) for name, thing in things_in(project).items()}
    return {name: count(client, path.replace("…", f"/projects/{project.id}/"), things) for name, path in PAGES.items()}


def count(client: Client, path: str, things: dict[str, str]) -> int:
    url = path.format(**things)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    # A refusal with a page of its own is a page too: what is ended cannot be rejected.
    assert response.status_code in {200, 409}, (url, response.status_code)
    return len(captured)


def test_no_page_asks_more_often_because_there_is_more(browser: Browser, life: Life, owner: User) -> None:
    client = browser(owner)
    life.goes_on(3)
    before = asked(client, life.project)
    life.goes_on(6)
    after = asked(client, life.project)
    assert {name: (before[name], after[name]) for name in PAGES if after[name] > before[name]} == {}
    # There was more.
    assert Notification.objects.of(owner).count() >= 18
    assert max(after.values()) <= MAX_QUERIES, sorted(after.items(), key=lambda each: -each[1])[:5]


def test_every_page_has_a_budget() -> None:
    listed = PAGES.keys() | set(declared("NO_PAGES"))
    assert {name for name, _ in addresses() if name.startswith("workspace:")} <= listed
    assert {row.name for row in declared("PAGES")} <= listed
