"""Rows of the permission matrix: proposals. The one in each place was opened by the owner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from accounts.callers import Caller
from drafts.models import Draft
from projects.models import Project
from proposals.models import Proposal
from proposals.services import (
    accept_proposal,
    create_proposal,
    reject_proposal,
    submit_proposal,
    vote_on_proposal,
)
from tests.matrix import NOT_ARCHIVED, OPEN, OWNERS, REVIEWERS, WRITERS, Row

PROPOSAL = "/api/v1/proposals/{proposal}/"
CHANGES = {"prompt_text": "Be exact, and brief."}
STAGED = {"title": "Brief answers", "base_version": 2, "changes": CHANGES}
# Nobody edits this one.
FILE = {"files/brief.md": {"content": "Be brief."}}
REASON = {"reason": "Not now"}
COMMENT = {"round": 1, "target": "prompt_text", "text": "Why?"}
REST = (
    Row("api_proposals", "GET", "proposals/", 200),
    Row("api_proposals", "POST", "proposals/", 201, REVIEWERS, NOT_ARCHIVED, STAGED),
    Row("api_proposal", "GET", PROPOSAL, 200),
    Row("api_proposal", "PATCH", PROPOSAL, 200, OWNERS, NOT_ARCHIVED, {"title": "Shorter"}),
    Row("api_proposal", "DELETE", PROPOSAL, "conflict", OWNERS, NOT_ARCHIVED),
    Row(
        "api_proposal_changes",
        "PUT",
        PROPOSAL + "changes/",
        200,
        OWNERS,
        NOT_ARCHIVED,
        {"base_version": 2, "changes": {"files/b.md": {"content": "x"}}},
    ),
    Row(
        "api_proposal_changes",
        "DELETE",
        PROPOSAL + "changes/",
        200,
        OWNERS,
        NOT_ARCHIVED,
        {"target": "prompt_text"},
    ),
    Row(
        "api_proposal_resolve",
        "POST",
        PROPOSAL + "resolve/",
        200,
        OWNERS,
        NOT_ARCHIVED,
        {"target": "prompt_text", "how": "mine"},
    ),
    Row("api_proposal_submit", "POST", PROPOSAL + "submit/", 200, OWNERS, NOT_ARCHIVED),
    Row(
        "api_proposal_votes",
        "POST",
        PROPOSAL + "votes/",
        201,
        REVIEWERS,
        NOT_ARCHIVED,
        {"round": 1, "verdict": "approve"},
    ),
    Row("api_proposal_accept", "POST", PROPOSAL + "accept/", 201, WRITERS, OPEN, {"round": 1}),
    Row("api_proposal_reject", "POST", PROPOSAL + "reject/", 200, WRITERS, NOT_ARCHIVED, REASON),
    Row("api_proposal_withdraw", "POST", PROPOSAL + "withdraw/", 200, OWNERS, NOT_ARCHIVED, REASON),
    Row("api_proposal_comments", "GET", PROPOSAL + "comments/", 200),
    Row("api_proposal_comments", "POST", PROPOSAL + "comments/", 201, REVIEWERS, NOT_ARCHIVED, COMMENT),
    Row("api_proposal_preview", "GET", PROPOSAL + "preview/", 200),
    Row("api_proposal_compare", "GET", PROPOSAL + "compare/", 200),
)
# Staging is private and has no event to repeat; an owner's word over an objection is part of accepting.
NO_WRITES = ("proposal.stage", "proposal.override_objection")


def furnish(project: Project, caller: Caller) -> None:
    """Open a proposal."""
    _opened(project.id, caller, CHANGES)


def things_in(project: Project) -> dict[str, UUID]:
    """What addresses of a project name in it."""
    first = Proposal.objects.filter(project=project).order_by("id").first()
    return {"proposal": first.id} if first else {}


def _opened(project_id: UUID, caller: Caller, changes: Mapping[str, Any]) -> Proposal:
    version = Draft.objects.of_project(project_id).values_list("version_number", flat=True).first() or 0
    staged: dict[str, Any] = {"title": "Brief answers", "base_version": version, "changes": changes}
    proposal = create_proposal(caller=caller, project_id=project_id, **staged)
    return submit_proposal(caller=caller, proposal_id=proposal.id)


def _submitting(world: Any) -> Callable[[Caller], Any]:
    proposal = create_proposal(
        caller=world.mine.caller, project_id=world.id, title="Brief answers", base_version=1, changes=FILE
    )
    return lambda caller: submit_proposal(caller=caller, proposal_id=proposal.id)


def _on_a_proposal(act: Callable[..., Any], **facts: Any) -> Callable[[Any], Callable[[Caller], Any]]:
    def arrange(world: Any) -> Callable[[Caller], Any]:
        proposal = _opened(world.id, world.owner, FILE)
        return lambda caller: act(caller=caller, proposal_id=proposal.id, **facts)

    return arrange


REPEATS = (
    ("proposal.submit", _submitting),
    ("proposal.vote", _on_a_proposal(vote_on_proposal, round=1, verdict="approve")),
    ("proposal.accept", _on_a_proposal(accept_proposal, round=1)),
    ("proposal.reject", _on_a_proposal(reject_proposal, reason="Not now")),
)
