"""Commenting on a round of a proposal. Answers, and what moves a thread, are those of every comment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from drafts.comments.inputs import CommentTarget, check_comment_text, read_anchor
from drafts.comments.models import Comment, Side
from drafts.comments.places import RoundThreads
from drafts.comments.services import repeated_comment, start_thread
from drafts.fingerprints import fingerprint
from kernel.errors import ValidationFailed
from projects.writing import project_write
from proposals.discussion import text_hash, thread_bodies
from proposals.drift import contents_now, items_of_round
from proposals.models import Proposal, Round
from proposals.renaming import follow_renames
from proposals.visibility import project_of


def comment_on_proposal(
    *,
    caller: Caller,
    proposal_id: UUID,
    round: int,  # noqa: A002 (the protocol's word)
    text: str,
    target: str = "",
    side: str = Side.AFTER,
    anchor: Mapping[str, Any] | None = None,
) -> Comment:
    """Start a thread on what a round changes in a target, or on lines of it; without a target, on all that it changes.

    `side` is the text that the lines are of: what the round was made from (`base`), what is `current`, or what it
    proposes (`after`). `anchor` is as in `create_comment`. A proposal can be commented on after its end, too. Raises
    `NotFound`, `PermissionDenied`, `ProjectFrozen`, `ValidationFailed` for a round, target, side, range or quote that
    does not exist, and for the text.
    """
    project_id = project_of(user=caller.user, proposal_id=proposal_id)
    parameters = {
        "proposal": str(proposal_id),
        "round": round,
        "place": fingerprint([target, side, anchor]),
        "text": fingerprint(text),
    }
    with project_write(caller=caller, project_id=project_id, action="comment.write", parameters=parameters) as write:
        if write.repeat_of is not None:
            return repeated_comment(write)
        text = check_comment_text(text)
        return start_thread(write, _read_place(proposal_id, round, target, side, anchor), text)


def _read_place(
    proposal_id: UUID, number: int, target: str, side: str, anchor: Mapping[str, Any] | None
) -> CommentTarget:
    round_ = Round.objects.filter(proposal=proposal_id, number=number).first()
    if round_ is None:
        raise ValidationFailed({"round": [_("There is no round {number}.").format(number=number)]})
    if side not in Side.values:
        raise ValidationFailed({"side": [_("Must be one of {values}.").format(values=", ".join(Side.values))]})
    if not target:
        return _on_the_whole(round_, side, anchor)
    item = next((item for item in items_of_round(round_) if item.key.name == target), None)
    if item is None:
        raise ValidationFailed({"target": [_("Round {number} does not change it.").format(number=number)]})
    if side == Side.CURRENT:
        (item,) = follow_renames(round_.project_id, [item])
        content = contents_now(round_.project_id, [item.now_key])[item.now_key]
    else:
        content = item.base if side == Side.BASE else item.after
    digest = text_hash(content)
    return CommentTarget(target, digest, round_id=round_.id, side=side, **read_anchor(anchor, digest))


def _on_the_whole(round_: Round, side: str, anchor: Mapping[str, Any] | None) -> CommentTarget:
    if anchor is not None or side != Side.AFTER:
        words = _("Name the target whose text the comment is on.")
        raise ValidationFailed({"target": [words]})
    return CommentTarget("", None, round_id=round_.id, side=side)


def _facts(thread: Comment) -> dict[str, Any]:
    round_ = Round.objects.select_related("proposal").get(pk=str(thread.round_id))
    return {
        "proposal_id": str(round_.proposal_id),
        "proposal_number": round_.proposal.number,
        "round": round_.number,
        "round_id": str(round_.id),
        "side": thread.side,
    }


def _people(thread: Comment) -> set[UUID]:
    return Proposal.objects.get(rounds=thread.round_id).people


ROUND_THREADS = RoundThreads(facts=_facts, bodies=thread_bodies, people=_people)
