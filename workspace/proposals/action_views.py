"""What is done to a proposal on its page: vote, accept, reject, withdraw, submit, settle drift, copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.callers import Caller, caller_from_request
from kernel.errors import (
    ApprovalsMissing,
    Conflict,
    DomainError,
    Drifted,
    LockHeld,
    PayloadTooLarge,
    ProjectFrozen,
    StaleProposal,
    ValidationFailed,
)
from projects.access import Access, get_project
from proposals import services
from proposals.models import Proposal, ProposalState, Verdict
from proposals.visibility import require_own
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text
from workspace.proposals.presentation import proposal_address, writing_address
from workspace.proposals.review_views import get_proposal, review_context
from workspace.query_numbers import query_number
from workspace.releases.views import go_to

# What is shown at the form, with what was typed; anything else is a page of its own.
REFUSALS: Final = (
    ValidationFailed,
    Conflict,
    StaleProposal,
    ApprovalsMissing,
    Drifted,
    LockHeld,
    PayloadTooLarge,
    ProjectFrozen,
)


@page("GET", "HEAD", "POST")
def vote(request: PageRequest, project_id: UUID, number: int) -> HttpResponse:
    """GET: the page with the dialog of an objection. POST `round, verdict, comment`: vote."""
    access, shown = get_proposal(request, project_id, number)
    if request.method != "POST":
        get_project(user=request.user, project_id=project_id, action="proposal.vote")
        return _page(request, access, shown, dialog="object")
    verdict, comment = request.POST.get("verdict", ""), request.POST.get("comment", "")

    def write(caller: Caller) -> str:
        services.vote_on_proposal(
            caller=caller, proposal_id=shown.id, round=_round(request), verdict=verdict, comment=comment
        )
        words = _("You approved {proposal}.") if verdict == Verdict.APPROVE else _("You objected to {proposal}.")
        return words.format(proposal=shown)

    dialog = "object" if verdict == Verdict.OBJECT else ""
    return _act(request, access, shown, write, dialog=dialog, comment=comment)


@page("GET", "HEAD", "POST")
def accept(request: PageRequest, project_id: UUID, number: int) -> HttpResponse:
    """GET: the page with the dialog for accepting against objections. POST `round, reason`: accept."""
    access, shown = get_proposal(request, project_id, number)
    if request.method != "POST":
        get_project(user=request.user, project_id=project_id, action="proposal.override_objection")
        return _page(request, access, shown, dialog="accept")
    reason = request.POST.get("reason", "")

    def write(caller: Caller) -> str:
        facts: dict[str, Any] = {"round": _round(request), "reason": reason}
        accepted = services.accept_proposal(caller=caller, proposal_id=shown.id, **facts)
        if accepted.draft is None:
            return _("{proposal} was accepted.").format(proposal=shown)
        words = _("{proposal} was accepted as v{version}.")
        return words.format(proposal=shown, version=accepted.draft.version_number)

    dialog = "accept" if "reason" in request.POST else ""
    return _act(request, access, shown, write, dialog=dialog, reason=reason)


@page("GET", "HEAD", "POST")
def reject(request: PageRequest, project_id: UUID, number: int) -> HttpResponse:
    """GET: the page with the dialog that asks for the reason. POST: reject it."""
    return _end(request, project_id, number, "reject", services.reject_proposal)


@page("GET", "HEAD", "POST")
def withdraw(request: PageRequest, project_id: UUID, number: int) -> HttpResponse:
    """GET: the page with the dialog that asks for the reason. POST: withdraw one's own."""
    return _end(request, project_id, number, "withdraw", services.withdraw_proposal)


_ENDED: Final = {
    "reject": gettext_lazy("{proposal} was rejected."),
    "withdraw": gettext_lazy("{proposal} was withdrawn."),
}


def _end(request: PageRequest, project_id: UUID, number: int, act: str, write: Callable[..., Proposal]) -> HttpResponse:
    access, shown = get_proposal(request, project_id, number)
    if request.method != "POST":
        if act == "withdraw":
            require_own(shown, request.user)
        action = "proposal.submit" if act == "withdraw" else "proposal.reject"
        get_project(user=request.user, project_id=project_id, action=action)
        return _page(request, access, shown, dialog=act)
    reason = request.POST.get("reason", "")

    def do(caller: Caller) -> str:
        write(caller=caller, proposal_id=shown.id, reason=reason)
        return str(_ENDED[act]).format(proposal=shown)

    return _act(request, access, shown, do, dialog=act, reason=reason)


@page("POST")
def submit(request: PageRequest, project_id: UUID, number: int) -> HttpResponse:
    """Make the next round of one's own from what is staged."""
    access, shown = get_proposal(request, project_id, number)

    def write(caller: Caller) -> str:
        services.submit_proposal(caller=caller, proposal_id=shown.id)
        return _("{proposal} has a new round.").format(proposal=shown)

    return _act(request, access, shown, write)


@page("POST")
def resolve(request: PageRequest, project_id: UUID, number: int) -> HttpResponse:
    """`target, how`: settle one drifted target of one's own. Where merging takes a choice, the workspace asks."""
    access, shown = get_proposal(request, project_id, number)
    target, how = request.POST.get("target", ""), request.POST.get("how", "")

    def write(caller: Caller) -> str:
        services.resolve_drift(caller=caller, proposal_id=shown.id, target=target, how=how)
        return _("Settled. Submit a new round when you are ready.")

    return _act(request, access, shown, write)


@page("POST")
def copy(request: PageRequest, project_id: UUID, number: int) -> HttpResponse:
    """Make a private proposal of one's own from this one, and open it."""
    access, shown = get_proposal(request, project_id, number)
    try:
        made = services.create_proposal(
            caller=caller_from_request(request),
            project_id=project_id,
            title=shown.title,
            description=shown.description,
            copy_of=shown.id,
        )
    except (Conflict, PayloadTooLarge) as refusal:
        return _page(request, access, shown, refusal=refusal)
    return go_to(request, writing_address(made))


def _act(
    request: PageRequest,
    access: Access,
    shown: Proposal,
    write: Callable[[Caller], str],
    *,
    dialog: str = "",
    **typed: str,
) -> HttpResponse:
    """Write, and go to the page of the proposal; a refusal is shown at its form, with what was typed."""
    try:
        words = write(caller_from_request(request))
    except REFUSALS as refusal:
        access, shown = get_proposal(request, access.project.id, shown.number or 0)
        return _page(request, access, shown, refusal=refusal, dialog=dialog, **typed)
    messages.success(request, words)
    return go_to(request, proposal_address(shown))


def _page(
    request: PageRequest,
    access: Access,
    shown: Proposal,
    *,
    refusal: DomainError | None = None,
    dialog: str = "",
    **typed: str,
) -> HttpResponse:
    errors = refusal.errors if isinstance(refusal, ValidationFailed) else {}
    if shown.state != ProposalState.OPEN:
        dialog = ""
    values: dict[str, Any] = {
        "dialog": dialog,
        "errors": errors,
        "problem": refusal_text(refusal) if refusal is not None and not (dialog and errors) else "",
        **typed,
    }
    context = review_context(request, access, shown, **values)
    return render(request, "workspace/proposal.html", context, status=refusal.status if refusal else 200)


def _round(request: PageRequest) -> int:
    return query_number(request.POST, "round") or 0
