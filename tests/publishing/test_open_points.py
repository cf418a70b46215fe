"""Open comments and tasks warn, block, or do not matter, as the policy says."""

from __future__ import annotations

import pytest

from audit.models import Event
from drafts.comments.services import create_comment, resolve_comment
from drafts.models import Draft
from drafts.tasks.services import change_task, create_task
from kernel.errors import Conflict
from publishing.models import Release
from publishing.policies import Rules
from publishing.reading import release_body, warnings_of
from tests.publishing.reviews import Review, caller_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("enforcement", ["warn", "block"])
def test_open_comments_warn_or_block_as_the_policy_says(review: Review, enforcement: str):
    review.require(open_comments=enforcement)
    said = create_comment(
        caller=caller_of(review.people["reviewer"]),
        project_id=review.project.id,
        version=1,
        target_field="prompt_text",
        text="Really?",
    )
    if enforcement == "block":
        with pytest.raises(Conflict, match="1 comment is open"):
            review.submit()
        resolve_comment(caller=caller_of(review.people["reviewer"]), comment_id=said.id)
    review.submit()

    event = Event.objects.of_project(review.project.id).get(action="release.submitted")
    assert event.data["open_comments"] == (1 if enforcement == "warn" else 0)


def test_a_comment_made_in_review_blocks_the_last_signature(review: Review):
    review.require(open_comments="block")
    release = review.submit()
    review.sign(release, "authored", "editor")
    review.sign(release, "reviewed", "reviewer")
    create_comment(
        caller=caller_of(review.people["reviewer"]),
        project_id=review.project.id,
        version=1,
        target_field="prompt_text",
        text="One more thing",
    )

    with pytest.raises(Conflict, match="comment is open"):
        review.sign(release, "approved", "owner")
    assert Release.objects.get(pk=release.id).signatures.count() == 2


def test_open_tasks_block_until_they_are_ticked(review: Review):
    reviewer = caller_of(review.people["reviewer"])
    review.require(open_tasks="block")
    task = create_task(caller=reviewer, project_id=review.project.id, text="Name the sources")
    with pytest.raises(Conflict, match="1 task is open"):
        review.submit()

    change_task(caller=reviewer, task_id=task.id, done=True)
    review.submit()


def test_what_warns_is_said_and_what_does_not_matter_is_not(review: Review):
    create_task(caller=caller_of(review.people["reviewer"]), project_id=review.project.id, text="Name the sources")
    draft = Draft.objects.get(project=review.project)

    assert warnings_of(draft, Rules()) == ["1 task is open."]
    assert warnings_of(draft, Rules(open_tasks="ignore")) == []


def test_signers_are_told_of_characters_that_nobody_sees(review: Review):
    draft = review.save("Only \u202eadmins\u202c may.\n", **{"files/a.md": {"content": "a\u200bb"}})
    assert warnings_of(draft, Rules()) == ["It contains invisible characters: prompt_text (2), files/a.md (1)."]
    assert release_body(review.submit())["warnings"] == warnings_of(draft, Rules())
