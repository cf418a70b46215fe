"""A project in which something of every kind has happened, and which was released twice."""

from __future__ import annotations

import pytest

from drafts.comments.services import answer_comment, create_comment, resolve_comment, withdraw_comment
from drafts.services import revert_draft
from drafts.tasks.services import change_task, create_task
from projects.services import remove_member, reopen_project, update_project
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review, caller_of


@pytest.fixture
def told(review: Review) -> Review:  # noqa: F811 (the fixture)
    """Versions, a revert, locks of every kind, members, comments, tasks, a policy, three releases and a rename."""
    owner, reviewer = caller_of(review.people["owner"]), caller_of(review.people["reviewer"])
    project = review.project.id
    review.require(open_comments="ignore", open_tasks="ignore")
    review.save("# Role\nBe exact.\nBe brief.\n", **{"files/a.md": {"content": "One\n"}}, model_configuration={"a": 1})
    said = create_comment(
        caller=reviewer,
        project_id=project,
        version=2,
        target_field="prompt_text",
        text="Really?",
        anchor={"from_line": 2, "to_line": 2, "quote": "Be exact."},
    )
    answer_comment(caller=owner, comment_id=said.id, text="Yes.")
    resolve_comment(caller=reviewer, comment_id=said.id)
    over = create_comment(caller=reviewer, project_id=project, version=1, target_field="prompt_text", text="A slip")
    withdraw_comment(caller=owner, comment_id=over.id, reason="Not meant")
    task = create_task(caller=owner, project_id=project, text="Read it", assignee_id=review.people["reviewer"].id)
    change_task(caller=reviewer, task_id=task.id, done=True)
    create_task(caller=owner, project_id=project, text="Read it again")
    review.withdraw(review.submit("0.9.0"))
    review.release("1.0.0")
    reopen_project(caller=owner, project_id=project)
    update_project(caller=owner, project_id=project, name="Another agent", description="For another team")
    revert_draft(caller=owner, project_id=project, version=1, reason="As it was")
    remove_member(caller=owner, project_id=project, user_id=review.people["viewer"].id, reason="Left")
    review.writer.take("files/open.md")
    return review
