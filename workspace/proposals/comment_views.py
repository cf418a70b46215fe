"""Comments on the lines of a proposal's round, and on what it changes as a whole."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django_htmx.http import trigger_client_event

from accounts.callers import caller_from_request
from blobs.models import sha256_of
from drafts.comments.models import Comment, Side
from kernel.errors import DomainError, ValidationFailed
from projects.access import Access
from projects.fields import check_field_name
from proposals.models import Proposal, Round
from proposals.services import comment_on_proposal
from workspace.decorators import PageRequest, is_htmx, page
from workspace.editor.comment_views import CHANGED
from workspace.htmx_action import refusal_text
from workspace.proposals.comparing import get_round, read_against
from workspace.proposals.presentation import proposal_address
from workspace.proposals.review_views import get_proposal
from workspace.proposals.talk import FieldTalk, composer_context, talk_of
from workspace.query_numbers import query_number


@page("GET", "HEAD", "POST")
def comments(request: PageRequest, project_id: UUID, number: int) -> HttpResponse:
    """GET `round, against, field, side, line`: the open threads on a line, with `form` a form for one more.

    POST with `text`: start a thread; without `line` on the whole field, without `field` on all that the round changes.
    """
    access, shown = get_proposal(request, project_id, number)
    asked = request.POST if request.method == "POST" else request.GET
    round_ = get_round(shown, query_number(asked, "round"))
    if request.method == "POST":
        return _create(request, access, shown, round_)
    return render(request, "workspace/parts/proposals/talk.html", _line_context(request, access, shown, round_, asked))


def _create(request: PageRequest, access: Access, shown: Proposal, round_: Round) -> HttpResponse:
    posted, line = request.POST, query_number(request.POST, "line")
    refusal: DomainError | None = None
    written: Comment | None = None
    try:
        written = comment_on_proposal(
            caller=caller_from_request(request),
            proposal_id=shown.id,
            round=round_.number,
            target=posted.get("field", ""),
            text=posted.get("text", ""),
            side=posted.get("side") or Side.AFTER.value,
            anchor={"from_line": line, "to_line": line} if line else None,
        )
    except ValidationFailed as error:
        refusal = error
    if refusal is None and not is_htmx(request):
        return redirect(proposal_address(shown))
    words = {
        "text": posted.get("text", "") if refusal else "",
        "problem": refusal_text(refusal) if refusal else "",
        "shows_form": refusal is not None,
    }
    if posted.get("field"):
        context = {**_line_context(request, access, shown, round_, posted), **words}
        template = "workspace/parts/proposals/talk.html"
    else:
        context = {**composer_context(shown, round_), **words, "project_id": access.project.id}
        template = "workspace/parts/proposals/composer.html"
    response = render(request, template, context, status=refusal.status if refusal else 200)
    if written is not None:
        trigger_client_event(response, CHANGED, {"comment": str(written.id)})
    return response


def _line_context(
    request: PageRequest, access: Access, shown: Proposal, round_: Round, asked: QueryDict
) -> dict[str, Any]:
    against = read_against(shown, asked.get("against", ""))
    field, line = check_field_name(asked.get("field")), query_number(asked, "line") or 0
    hidden = {"round": round_.number, "against": against.name, "field": field}
    talk = talk_of(shown, round_, against, access, request.user, only=field)
    side = asked.get("side") or Side.AFTER.value
    said = talk.fields.get(field, FieldTalk())
    return {
        "project_id": access.project.id,
        "proposal": shown,
        "round": round_,
        "talk": talk,
        "line": line,
        "hidden": {**hidden, "side": side, "line": line} if line else hidden,
        "place": f"round:{round_.id}-{side}-{line or sha256_of(field.encode())[:16]}",
        "threads": (said.new if side == Side.AFTER else said.old).get(line, []),
        "may_comment": talk.may_write,
        "shows_form": "form" in asked,
    }
