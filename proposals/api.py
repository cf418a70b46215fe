"""Proposals: staging them in private, reviewing and deciding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from drafts.comments.models import CommentState
from drafts.comments.serializers import ThreadInfo
from drafts.reading import body as draft_body
from drafts.reading import get_draft
from kernel.errors import ValidationFailed
from projects.access import Access, get_project
from projects.fields import CONFIGURATION
from projects.rest import ProjectView
from projects.serializers import Reason
from proposals import comparing, discussion, reading, services
from proposals import serializers as shapes
from proposals.listing import proposal_bodies
from proposals.models import Proposal, ProposalState
from proposals.services.facts import load_proposal
from proposals.visibility import own_proposal, that_change, visible_proposal
from rest.pagination import page
from rest.queries import query_integer, query_text
from rest.schema import operation, page_of

STATE = OpenApiParameter("state", str, enum=ProposalState.values, description="Only in this state.")
FIELD = OpenApiParameter("field", str, description="Only those that change this field.")
ROUND_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": shapes.MAX_ROUND}
ROUND = OpenApiParameter("round", ROUND_NUMBER, description="As it was in this round; as I see it if left out.")
AGAINST = OpenApiParameter(
    "against", str, enum=comparing.AGAINST, description="What it is compared with; what is there now if left out."
)
LEFT = OpenApiParameter(
    "left", str, enum=discussion.LEFTS, description="The text in which comments on the left side are looked for."
)
COMMENT_STATE = OpenApiParameter("state", str, enum=CommentState.values, description="Only in this state.")
OTHER = OpenApiParameter("other", ROUND_NUMBER, description="The round to compare with; 1 if left out.")

ONLY = OpenApiParameter("field", str, description="Only what it changes in this target.")


def _with_spelled_configuration(view: ProjectView, given: dict[str, Any]) -> dict[str, Any]:
    """The body's members, a configuration as it was spelled: a parsed number no longer knows how."""
    if isinstance(given.get("changes", {}).get(CONFIGURATION), dict):
        given["changes"][CONFIGURATION] = msgspec.Raw(view.parsed().raw_text("changes", CONFIGURATION).encode())
    return given


class ProposalsView(ProjectView):
    write_action = "proposal.stage"

    @operation("proposals_list", answer=page_of(shapes.ProposalInfo), parameters=[STATE, FIELD], paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The proposals of the project that were opened, and one's own private ones, newest first."""
        self.access()
        proposals = Proposal.objects.visible_to(self.user()).filter(project=project_id)
        state, field = query_text(request, "state"), query_text(request, "field")
        if state is not None:
            if state not in ProposalState.values:
                words = _("Must be one of {values}.").format(values=", ".join(ProposalState.values))
                raise ValidationFailed({"state": [words]})
            proposals = proposals.filter(state=state)
        if field is not None:
            proposals = that_change(proposals, field, user=self.user())
        # Ids alone, of which no instances are made: the bodies have their own statements.
        ids = proposals.values_list("id", named=True)
        found = page(request, ids, lambda row: row.id)
        bodies = proposal_bodies(found["results"], project_id=project_id, user=self.user())
        return self.answer({**found, "results": bodies})

    @operation("proposals_create", takes=shapes.NewProposal, answer=shapes.WholeProposal, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Make a private proposal. Nobody else learns of it until it is submitted."""
        given = _with_spelled_configuration(self, self.body(shapes.NewProposal))
        made = services.create_proposal(caller=self.caller(), project_id=project_id, **given)
        found = reading.proposal_body(load_proposal(made.id), user=self.user())
        return self.answer(found, 200 if made.repeated else 201)


class _OneProposal(ProjectView):
    """The base of what is asked of one proposal, whose address does not name its project."""

    # Whether only its own people may do what the view writes.
    is_for_its_own = False

    @property
    def proposal_id(self) -> UUID:
        found: UUID = self.kwargs["proposal_id"]
        return found

    def access(self) -> Access:
        """The proposal's project, if the caller may do what they ask."""
        proposal, access = visible_proposal(user=self.user(), proposal_id=self.proposal_id)
        if self.request.method in SAFE_METHODS:
            return access
        if self.is_for_its_own:
            own_proposal(caller=self.caller(), proposal_id=self.proposal_id, action=self.write_action)
        return get_project(user=self.user(), project_id=proposal.project_id, action=self.write_action)

    def proposal(self) -> Proposal:
        """The proposal, as the caller may see it."""
        return visible_proposal(user=self.user(), proposal_id=self.proposal_id)[0]

    def whole(self) -> HttpResponseBase:
        """The answer of what changes it."""
        return self.answer(reading.proposal_body(self.proposal(), user=self.user()))


class OneProposalView(_OneProposal):
    write_action = "proposal.stage"
    is_for_its_own = True

    @operation("proposals_read", answer=shapes.WholeProposal)
    def get(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """One proposal; to its own people with what they have staged."""
        return self.whole()

    @operation("proposals_edit", takes=shapes.EditedProposal, answer=shapes.WholeProposal)
    def patch(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """Change the title or description of my own."""
        given = self.body(shapes.EditedProposal)
        services.edit_proposal(caller=self.caller(), proposal_id=proposal_id, **given)
        return self.whole()

    @operation("proposals_discard", answer=None, status=204)
    def delete(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """Discard my own private one. Nothing of it is kept."""
        services.discard_proposal(caller=self.caller(), proposal_id=proposal_id)
        return HttpResponse(status=204)


class ChangesView(_OneProposal):
    write_action = "proposal.stage"
    is_for_its_own = True

    @operation("proposals_stage", takes=shapes.NewChanges, answer=shapes.Revisions)
    def put(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """Keep new values in my own. A text that another window has changed is not overwritten: `stale_base`."""
        given = _with_spelled_configuration(self, self.body(shapes.NewChanges))
        revisions = services.stage_changes(caller=self.caller(), proposal_id=proposal_id, **given)
        return self.answer({"revisions": revisions})

    @operation("proposals_unstage", takes=shapes.Unstaged, answer=shapes.WholeProposal)
    def delete(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """Drop one change."""
        services.unstage_change(caller=self.caller(), proposal_id=proposal_id, **self.body(shapes.Unstaged))
        return self.whole()


class ResolveView(_OneProposal):
    write_action = "proposal.stage"
    is_for_its_own = True

    @operation("proposals_resolve", takes=shapes.Resolution, answer=shapes.WholeProposal)
    def post(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """Settle a target that has drifted. `drifted` has the `parts` where merging takes a choice."""
        services.resolve_drift(caller=self.caller(), proposal_id=proposal_id, **self.body(shapes.Resolution))
        return self.whole()


class SubmitView(_OneProposal):
    write_action = "proposal.submit"
    is_for_its_own = True

    @operation("proposals_submit", takes=shapes.Submission, answer=shapes.WholeProposal)
    def post(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """Open it for review, or make its next round where its changes differ."""
        given = self.body(shapes.Submission)
        services.submit_proposal(caller=self.caller(), proposal_id=proposal_id, **given)
        return self.whole()


class VotesView(_OneProposal):
    write_action = "proposal.vote"

    @operation("proposals_vote", takes=shapes.NewVote, answer=shapes.VoteInfo, status=201, repeatable=True)
    def post(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """Approve the newest round, or object to it. Only people vote."""
        given = self.body(shapes.NewVote)
        vote = services.vote_on_proposal(caller=self.caller(), proposal_id=proposal_id, **given)
        return self.answer(reading.vote_body(vote), 200 if vote.repeated else 201)


class AcceptView(_OneProposal):
    write_action = "proposal.accept"

    @operation(
        "proposals_accept",
        takes=shapes.NewAcceptance,
        answer=shapes.AcceptedProposal,
        status=201,
        repeatable=True,
        problems=[423],
    )
    def post(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """Accept the newest round: everything it changes becomes current, in one version."""
        given = self.body(shapes.NewAcceptance)
        accepted = services.accept_proposal(caller=self.caller(), proposal_id=proposal_id, **given)
        found: dict[str, Any] = {"proposal": reading.proposal_body(self.proposal(), user=self.user())}
        if accepted.draft is not None:
            version = accepted.draft.version_number
            found |= draft_body(get_draft(project_id=accepted.project_id, version=version))
        return self.answer(found, 200 if accepted.repeated else 201)


class _EndView(_OneProposal):
    def end(self, write: Callable[..., Proposal]) -> HttpResponseBase:
        write(caller=self.caller(), proposal_id=self.proposal_id, **self.body(Reason))
        return self.whole()


class RejectProposalView(_EndView):
    write_action = "proposal.reject"

    @operation("proposals_reject", takes=Reason, answer=shapes.WholeProposal)
    def post(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """Reject it, for a reason."""
        return self.end(services.reject_proposal)


class WithdrawProposalView(_EndView):
    write_action = "proposal.submit"
    is_for_its_own = True

    @operation("proposals_withdraw", takes=Reason, answer=shapes.WholeProposal)
    def post(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """Take my own back, for a reason."""
        return self.end(services.withdraw_proposal)


class CommentsView(_OneProposal):
    write_action = "comment.write"

    @operation(
        "proposal_comments_list", answer=page_of(ThreadInfo), parameters=[ROUND, LEFT, COMMENT_STATE], paged=True
    )
    def get(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """List the threads on its rounds, newest first, each at the position of its text in one round."""
        proposal = self.proposal()
        left, state = query_text(request, "left") or "current", query_text(request, "state")
        for name, value, values in (("left", left, discussion.LEFTS), ("state", state, CommentState.values)):
            if value is not None and value not in values:
                raise ValidationFailed({name: [_("Must be one of {values}.").format(values=", ".join(values))]})
        number = query_integer(request, "round", default=0, minimum=1, maximum=shapes.MAX_ROUND) or None
        found = page(request, discussion.threads_query(proposal, number=number, state=state), lambda thread: thread)
        bodies = discussion.bodies(proposal, found["results"], number=number, left=left)
        return self.answer({**found, "results": bodies})

    @operation("proposal_comments_create", takes=shapes.NewRoundComment, answer=ThreadInfo, status=201, repeatable=True)
    def post(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """Start a thread on what a round changes, or on lines of it."""
        given = self.body(shapes.NewRoundComment)
        comment = services.comment_on_proposal(caller=self.caller(), proposal_id=proposal_id, **given)
        return self.answer(discussion.thread_bodies([comment])[0], 200 if comment.repeated else 201)


class PreviewView(_OneProposal):
    @operation("proposals_preview", answer=shapes.PreviewInfo)
    def get(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """The current version with the proposal on top of it."""
        return self.answer(reading.preview(self.proposal(), user=self.user()))


class ProposalComparisonView(_OneProposal):
    @operation("proposals_compare", answer=shapes.ComparedProposal, parameters=[ROUND, AGAINST, OTHER, ONLY])
    def get(self, request: Request, proposal_id: UUID) -> HttpResponseBase:
        """How the proposed texts differ from those now, from those it was made from, or from another round's.

        Texts of more than 16 MiB together are refused with 413; `field` compares them one by one.
        """
        proposal = self.proposal()
        number = query_integer(request, "round", default=0, minimum=1, maximum=shapes.MAX_ROUND) or None
        other = query_integer(request, "other", default=0, minimum=1, maximum=shapes.MAX_ROUND) or None
        against, only = query_text(request, "against") or "current", query_text(request, "field")
        found = comparing.comparison(proposal, user=self.user(), number=number, against=against, other=other, only=only)
        return self.answer(found)
