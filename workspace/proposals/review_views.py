"""One proposal under review: a round beside the text now, its votes, and what its reader can do with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from projects.access import Access, get_project
from projects.fields import check_field_name
from projects.models import Status
from projects.permissions import allowed
from proposals.drift import Drift
from proposals.models import Proposal, Round
from proposals.reading import ProposalSummary, proposal_summaries
from workspace.compare.views import fold_page, view_of
from workspace.decorators import PageRequest, page
from workspace.project_frame import ProjectFrame, frame_of
from workspace.proposals.comparing import (
    CURRENT,
    Against,
    compare_round,
    get_round,
    read_against,
    sides_of,
    text_in_round,
)
from workspace.proposals.deciding import Review, makes_version, review_of, vote_lines
from workspace.proposals.makers import maker_of
from workspace.proposals.other_changes import follow_ups, other_changes
from workspace.proposals.presentation import (
    TargetView,
    drift_cause,
    moved_fields,
    state_words,
    time_left,
    versions_that_changed,
    writing_address,
)
from workspace.proposals.talk import composer_context, reminder, talk_of
from workspace.query_numbers import query_number
from workspace.releases.views import live_data


@page()
def proposal(request: PageRequest, project_id: UUID, number: int) -> HttpResponse:
    """`?round=3&against=current|base|2&view=unified[&field=[&after=]]`: a round beside another text.

    With `remind`, a comment is begun that asks those who can approve the round and have not.

    With `live`, what changes while the page is open, without the comparison; `version` is the current one of that.
    """
    access, shown = get_proposal(request, project_id, number)
    return render(request, "workspace/proposal.html", review_context(request, access, shown))


@page()
def fold(request: PageRequest, project_id: UUID, number: int) -> HttpResponse:
    """`?round=&against=&field=&old=1&new=1&count=16&view=`: equal lines that were folded away."""
    access, shown = get_proposal(request, project_id, number)
    round_ = get_round(shown, query_number(request.GET, "round"))
    field = check_field_name(request.GET.get("field"))
    text = text_in_round(round_, field, access.project.current_draft)
    against = read_against(shown, request.GET.get("against", ""))
    talk = talk_of(shown, round_, against, access, request.user, only=field)
    context = {
        "project_id": project_id,
        "proposal": shown,
        "talk": talk,
        "said": talk.fields.get(field),
        "may_comment": talk.may_write,
    }
    return fold_page(request, text, place="new", context=context)


def get_proposal(request: PageRequest, project_id: UUID, number: int) -> tuple[Access, Proposal]:
    """An opened proposal of a project that the reader may see. Raises `NotFound`."""
    access = get_project(user=request.user, project_id=project_id)
    found = Proposal.objects.visible_to(request.user).filter(project=project_id, number=number).with_people().first()
    if found is None:
        raise NotFound(_("There is no such proposal."))
    return access, found


def review_context(request: PageRequest, access: Access, shown: Proposal, **dialog: Any) -> dict[str, Any]:
    """What the page of one proposal shows; `dialog` asks for a reason, or says why something was refused."""
    live = live_data(request, access.project.id)
    frame = frame_of(access, user=request.user, tab="proposals")
    (summary,) = proposal_summaries([shown], user=request.user)
    newest = summary.round
    assert newest is not None
    asked = query_number(request.GET, "round")
    round_ = newest if asked in {None, newest.number} else get_round(shown, asked)
    against = read_against(shown, request.GET.get("against", "" if shown.ended_at is None else "base"))
    context: dict[str, Any] = {
        "frame": frame,
        "project_id": access.project.id,
        "proposal": shown,
        "state": state_words(shown),
        "round": round_,
        "newest": newest,
        "makes_version": makes_version(newest),
        "rounds": summary.rounds[::-1],
        "against": against,
        "view": view_of(request),
        "sides": sides_of(shown, round_, against, version=frame.version),
        "time_left": time_left(shown),
        "writing": writing_address(shown),
        "live": live,
        "live_address": _live_address(round_, against, frame, view_of(request)),
        "moved_on": _moved_on(request, against, frame),
        "is_live": "live" in request.GET,
        **talk_context(request, access, round_, against, shown),
        **_decision(request, access, summary, frame),
        **dialog,
    }
    review: Review | None = context.get("review")
    if "remind" in request.GET and review is not None:
        context |= {"text": reminder(review), "is_reminding": True}
    if "live" not in request.GET:
        context["comparison"] = _comparison(request, access, round_, against)
        context["maker"] = maker = maker_of(shown)
        context["other_changes"] = other_changes(round_, against, maker.reasons if maker else None)
        context["follow_ups"] = follow_ups(round_) if shown.is_open else []
    return context


def talk_context(
    request: PageRequest, access: Access, round_: Round, against: Against, shown: Proposal
) -> dict[str, Any]:
    """What was said of the round, and who may say more."""
    talk = talk_of(shown, round_, against, access, request.user)
    composer = composer_context(shown, round_) if talk.may_write else {}
    return {**composer, "talk": talk, "may_comment": talk.may_write, "chosen_thread": request.GET.get("comment", "")}


def _comparison(request: PageRequest, access: Access, round_: Round, against: Against) -> Any:
    field = request.GET.get("field")
    return compare_round(
        round_,
        against,
        current=access.project.current_draft,
        reader=request.user.id,
        only=check_field_name(field) if field else None,
        after=query_number(request.GET, "after") or 0,
    )


def _decision(request: PageRequest, access: Access, summary: ProposalSummary, frame: ProjectFrame) -> dict[str, Any]:
    """The right column and the bars: votes, what is in the way, what has drifted, and what the reader may do."""
    shown, user = summary.proposal, request.user
    is_own = shown.is_of(user)
    if shown.ended_at is not None:
        votes = vote_lines(summary, user)
        return {"is_own": is_own, "votes": votes, "may_copy": _may("proposal.stage", access)}
    moved = [
        (TargetView(item.key, item.renamed), movement)
        for item, movement in zip(summary.items, summary.movements, strict=True)
        if is_own and movement.drift != Drift.NONE
    ]
    changed_in = versions_that_changed(shown.project_id, moved_fields([summary])) if moved else {}
    return {
        "is_own": is_own,
        "review": review_of(summary, access, user, frame.leases),
        "drifted": [(target, drift_cause(target, changed_in), movement) for target, movement in moved],
        "has_new_round": is_own and has_new_round(summary),
        "may_stage": is_own and _may("proposal.stage", access),
        "may_withdraw": is_own and _may("proposal.submit", access),
        "may_reject": _may("proposal.reject", access),
        "may_copy": _may("proposal.stage", access),
    }


def has_new_round(summary: ProposalSummary) -> bool:
    """Whether what its author has staged differs from the newest round."""
    assert summary.round is not None
    staged = {str(item.key): {"base": item.base, "after": item.after} for item in summary.items}
    # A change back to what was there is left out of a round.
    changes: dict[str, Any] = summary.round.changes
    return {key: sides for key, sides in staged.items() if sides["base"] != sides["after"]} != changes


def _live_address(round_: Round, against: Against, frame: ProjectFrame, view: str) -> str:
    shown = {"round": str(round_.number), "against": against.name, "version": str(frame.version), "view": view}
    return f"?{urlencode({'live': '1', **shown})}"


def _moved_on(request: PageRequest, against: Against, frame: ProjectFrame) -> bool:
    """Whether there is a newer version than the one that the open page shows as the current one."""
    shown = query_number(request.GET, "version")
    return against.name == CURRENT and shown is not None and shown < frame.version


def _may(action: str, access: Access) -> bool:
    return allowed(action, role=access.role, status=Status(access.project.status))
