"""Rows of proposals in the world of `tests/proof`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from drafts.comments.services import answer_comment, resolve_comment
from proposals.services import (
    accept_proposal,
    comment_on_proposal,
    create_proposal,
    reject_proposal,
    submit_proposal,
    vote_on_proposal,
)
from tests.publishing.reviews import Review, caller_of


def make_rows(review: Review) -> None:
    """One proposal with a vote that is accepted, and one that is rejected."""
    project, people = review.project, review.people
    # Who accepts, and for whom it is, become authors: the owner still approves the release.
    editor, owner = caller_of(people["editor"], on_behalf_of=people["viewer"].id), caller_of(people["owner"])
    facts: dict[str, Any] = {"caller": editor, "project_id": project.id, "base_version": 1, "description": "For lot 7"}
    for number in (1, 2):
        changes = {f"files/proposed-{number}.md": {"content": f"Proposed {number}\n"}}
        made = create_proposal(title=f"Proposal {number}", changes=changes, **facts)
        submit_proposal(caller=editor, proposal_id=made.id, expires_at=timezone.now() + timedelta(days=9))
        comment: dict[str, Any] = {"round": 1, "target": f"files/proposed-{number}.md", "text": "Which lot?"}
        lines = {"from_line": 1, "to_line": 1, "quote": "Proposed"}
        thread = comment_on_proposal(caller=editor, proposal_id=made.id, anchor=lines, **comment)
        answer_comment(caller=owner, comment_id=thread.id, text="Seven")
        resolve_comment(caller=owner, comment_id=thread.id)
        vote: dict[str, Any] = {"round": 1, "verdict": "approve", "comment": "Read"}
        vote_on_proposal(caller=caller_of(people["reviewer"]), proposal_id=made.id, **vote)
        if number == 1:
            accept_proposal(caller=editor, proposal_id=made.id, round=1)
        else:
            reject_proposal(caller=owner, proposal_id=made.id, reason="Not now")
