"""No page asks the database more often because there is more of anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

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
from proposals.models import Proposal
from proposals.services import comment_on_proposal, create_proposal, stage_changes, submit_proposal, vote_on_proposal
from publishing.services import submit_release, withdraw_release
from tests.blobs.matrix import PNG
from tests.drafts.attachments.files import attach
from tests.matrix import declared, matrices, things_in
from tests.rest.addresses import addresses
from tests.workspace.conftest import Browser
from tests.writers import Writer

pytestmark = [pytest.mark.django_db, pytest.mark.matrix]

PAGES = {name: path for module in matrices() for name, path in getattr(module, "BUDGETED_PAGES", {}).items()}
# Beyond this a page is slow, however constant.
MAX_QUERIES = 30


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
            self._propose()
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
        on_version = Draft.objects.of_project(self.project.id).get(version_number=2 if newest > 1 else 1)
        for subject in (("project", self.project.id), ("draft", on_version.id), ("comment", thread.id)):
            attach(reviewer, self.project, PNG, name="a.png", subject_type=subject[0], subject_id=subject[1])
        create_task(caller=reviewer, project_id=self.project.id, text="A line", assignee_id=owner.id)

    def _propose(self) -> None:
        """Proposals that drift: one of the reader's, open and of one more round, and a private one."""
        owner, reviewer = self.caller_for(self.people["owner"]), self.caller_for(self.people["reviewer"])
        base = Draft.objects.of_project(self.project.id).values_list("version_number", flat=True)[0]
        for texts in (["line\nand mine\n"], ["line\nand mine\n", "line\nmine\n"]):
            changes: dict[str, Any] = {"prompt_text": texts[0], f"files/{base}-{len(texts)}.md": {"content": "line\n"}}
            made = create_proposal(
                caller=owner, project_id=self.project.id, title="Mine", base_version=base, changes=changes
            )
            if len(texts) == 1:
                continue
            submit_proposal(caller=owner, proposal_id=made.id)
            vote_on_proposal(caller=reviewer, proposal_id=made.id, round=1, verdict="object", comment="No")
            self._comment_on(made.id)
            stage_changes(
                caller=owner,
                proposal_id=made.id,
                base_version=base,
                changes={"prompt_text": texts[1]},
                revisions={"prompt_text": 1},
            )
            submit_proposal(caller=owner, proposal_id=made.id)
            vote_on_proposal(caller=reviewer, proposal_id=made.id, round=2, verdict="approve")
        # On the proposal whose page is asked for, too.
        first = Proposal.objects.filter(project=self.project, number=1).first()
        if first is not None:
            self._comment_on(first.id)
        self._save()

    def _comment_on(self, proposal_id: UUID) -> None:
        reviewer, owner = self.caller_for(self.people["reviewer"]), self.caller_for(self.people["owner"])
        for side in ("after", "current"):
            place: dict[str, Any] = {"target": "prompt_text", "side": side, "anchor": {"from_line": 1, "to_line": 1}}
            thread = comment_on_proposal(caller=reviewer, proposal_id=proposal_id, round=1, text="Why?", **place)
            answer_comment(caller=owner, comment_id=thread.id, text="So.")

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
    things = {name: str(thing) for name, thing in things_in(project).items()} | {"project": str(project.id)}
    return {name: count(client, path.replace("…", f"/projects/{project.id}/"), things) for name, path in PAGES.items()}


def count(client: Client, path: str, things: dict[str, str]) -> int:
    url = path.format(**things)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    # A refusal with a page of its own is a page too: what is ended cannot be rejected.
    assert response.status_code in {200, 409}, (url, response.status_code)
    # Once a minute a session notes that it is used, on whatever page that is.
    return sum('UPDATE "usersessions' not in query["sql"] for query in captured.captured_queries)


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
