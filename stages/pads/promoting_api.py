"""Promoting and proposing over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from drafts import reading
from drafts.serializers import DraftInfo
from projects.rest import in_session
from proposals.reading import proposal_body
from proposals.serializers import WholeProposal
from rest.schema import operation
from stages.pads import promoting_serializers as shapes
from stages.pads import services
from stages.pads.api import OnePadView
from stages.pads.ranges import Range


class PromoteView(OnePadView):
    write_action = "draft.save"

    @operation("pads_promote", takes=shapes.NewPromotion, answer=DraftInfo, status=201, repeatable=True)
    def post(self, request: Request, pad_id: UUID) -> HttpResponseBase:
        """Save what the pad said at a revision, or a part of it, as a field's text or in a place of it.

        It needs the field's lock. The version names everybody who changed the pad: they count as its authors.
        """
        self.access()
        given = _with_ranges(self.body(shapes.NewPromotion))
        caller = in_session(self.caller(), given["session_id"])
        draft = services.promote_pad(caller=caller, pad_id=pad_id, **given)
        return self.answer(reading.body(draft), 200 if draft.repeated else 201)


class ProposeView(OnePadView):
    write_action = "proposal.stage"

    @operation("pads_propose", takes=shapes.NewPadProposal, answer=WholeProposal, status=201)
    def post(self, request: Request, pad_id: UUID) -> HttpResponseBase:
        """Make a private proposal that changes a field as promoting would. No lock is needed.

        Everybody who changed the pad is a contributor. There is one for a revision and part until it ends.
        """
        self.access()
        given = _with_ranges(self.body(shapes.NewPadProposal))
        made = services.propose_pad(caller=self.caller(), pad_id=pad_id, **given)
        return self.answer(proposal_body(made, user=self.user()), 201)


def _with_ranges(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "part": Range.of(given.get("part")), "place": Range.of(given.get("place"))}
