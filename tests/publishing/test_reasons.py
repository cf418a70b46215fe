"""What takes something from somebody, or back, needs a reason that stays on record (Annex 11 §9; control c19)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from audit.models import Event
from drafts.attachments.services import remove_attachment
from drafts.comments.services import create_comment, withdraw_comment
from drafts.services import revert_draft
from kernel.errors import ValidationFailed
from locking.services import take_over_lock
from projects.services import change_role, remove_member
from tests.drafts.attachments.files import attach
from tests.publishing.reviews import Review, caller_of
from tests.writers import Writer

pytestmark = pytest.mark.django_db

Act = Callable[[Review, str], object]


def owner_of(review: Review) -> dict[str, Any]:
    return {"caller": caller_of(review.people["owner"]), "project_id": review.project.id}


def revert(review: Review, reason: str) -> object:
    review.save("# Role\nBe brief.\n")
    review.writer.give_back()
    return revert_draft(**owner_of(review), version=1, reason=reason)


def take_over(review: Review, reason: str) -> object:
    review.writer.take("files/a.md")
    mine = Writer(caller_of(review.people["owner"]), review.project).session
    return take_over_lock(**owner_of(review), session_id=mine, field="files/a.md", reason=reason)


def withdraw_somebody_s_comment(review: Review, reason: str) -> object:
    theirs = create_comment(
        caller=caller_of(review.people["editor"]),
        project_id=review.project.id,
        version=1,
        target_field="prompt_text",
        text="Why?",
    )
    return withdraw_comment(caller=caller_of(review.people["owner"]), comment_id=theirs.id, reason=reason)


def remove_a_file(review: Review, reason: str) -> object:
    caller = caller_of(review.people["reviewer"])
    attached = attach(caller, review.project, b"a patient", name="patient.txt")
    return remove_attachment(caller=caller, attachment_id=attached.id, reason=reason)


ACTS: dict[str, Act] = {
    "draft.saved": revert,
    "lock.taken_over": take_over,
    "release.rejected": lambda review, reason: review.reject(review.submit(), reason),
    "release.withdrawn": lambda review, reason: review.withdraw(review.submit(), reason),
    "member.role_changed": lambda review, reason: change_role(
        **owner_of(review), user_id=review.people["viewer"].id, role="editor", reason=reason
    ),
    "member.removed": lambda review, reason: remove_member(
        **owner_of(review), user_id=review.people["viewer"].id, reason=reason
    ),
    "comment.withdrawn": withdraw_somebody_s_comment,
    "attachment.removed": remove_a_file,
}


@pytest.mark.parametrize("action", ACTS)
@pytest.mark.parametrize("reason", ["", "  \n "])
def test_c19_it_is_refused_without_a_reason(review: Review, action: str, reason: str):
    with pytest.raises(ValidationFailed) as refusal:
        ACTS[action](review, reason)

    assert "reason" in refusal.value.errors


@pytest.mark.parametrize("action", ACTS)
def test_c19_its_reason_is_on_record(review: Review, action: str):
    ACTS[action](review, "Amendment 4 asks for it")

    events = Event.objects.of_project(review.project.id).filter(action=action)
    assert events.latest("seq").record["reason"] == "Amendment 4 asks for it"
