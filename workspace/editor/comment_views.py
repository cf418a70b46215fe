"""The comment threads of the side panel, and the actions on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from accounts.models import User
from drafts.comments import services
from drafts.comments.models import Comment
from kernel.errors import Conflict, NotFound, ValidationFailed
from projects.access import Access, get_project
from projects.fields import PROMPT, check_field_name
from proposals.models import Round
from workspace.attachments.block import rows_of_comments
from workspace.decorators import PageRequest, is_htmx, page
from workspace.editor.discussion import discussion_of
from workspace.htmx_action import done, htmx_action, refusal_text
from workspace.query_numbers import query_number

CHANGED = "comments-changed"


@page("GET", "HEAD", "POST")
def comments(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?field=&closed=&order=newest`: the threads on the current version. POST: a new thread."""
    if request.method == "POST":
        return _create(request, project_id)
    access = get_project(user=request.user, project_id=project_id)
    field = check_field_name(request.GET.get("field") or PROMPT)
    context = {
        "project_id": project_id,
        "chosen_field": field,
        **panel_of(
            access,
            request.user,
            field,
            shows_closed="closed" in request.GET,
            newest_first=request.GET.get("order") == "newest",
        ),
    }
    return render(request, "workspace/parts/comments/panel.html", context)


def panel_of(
    access: Access, user: User, field: str, *, shows_closed: bool = False, newest_first: bool = False
) -> dict[str, Any]:
    """What the panel of comments shows beside a field of the current version."""
    draft = access.project.current_draft
    discussion = discussion_of(
        access, user=user, draft=draft, field=field, shows_closed=shows_closed, newest_first=newest_first
    )
    said = [comment.body["id"] for comment in discussion.comments()]
    return {
        "discussion": discussion,
        "version": draft.version_number if draft else 0,
        "files": rows_of_comments(access, user, said),
    }


@htmx_action
def _create(request: PageRequest, project_id: UUID) -> HttpResponse:
    comment = services.create_comment(
        caller=caller_from_request(request),
        project_id=project_id,
        version=_number(request, "version"),
        target_field=request.POST.get("field", ""),
        text=request.POST.get("text", ""),
        anchor=_anchor(request),
    )
    return _done(request, project_id, comment, is_new=True)


@page("POST")
@htmx_action
def reply(request: PageRequest, project_id: UUID, comment_id: UUID) -> HttpResponse:
    """Answer in a thread."""
    _check(request, project_id, comment_id)
    text = request.POST.get("text", "")
    answer = services.answer_comment(caller=caller_from_request(request), comment_id=comment_id, text=text)
    return _done(request, project_id, answer, is_new=True)


@page("POST")
@htmx_action
def resolve(request: PageRequest, project_id: UUID, comment_id: UUID) -> HttpResponse:
    """Resolve a thread."""
    return _step(request, project_id, comment_id, services.resolve_comment)


@page("POST")
@htmx_action
def reopen(request: PageRequest, project_id: UUID, comment_id: UUID) -> HttpResponse:
    """Open a resolved thread again."""
    return _step(request, project_id, comment_id, services.reopen_comment)


@page("GET", "HEAD", "POST")
def withdraw(request: PageRequest, project_id: UUID, comment_id: UUID) -> HttpResponse:
    """GET: the dialog. POST: withdraw a comment; it stays readable, struck through."""
    comment = _check(request, project_id, comment_id)
    context: dict[str, Any] = {
        "project_id": project_id,
        "comment": comment,
        "is_own": comment.author_id == request.user.id,
    }
    if request.method != "POST":
        return render(request, "workspace/parts/comments/withdraw.html", context)
    reason = request.POST.get("reason", "")
    try:
        services.withdraw_comment(caller=caller_from_request(request), comment_id=comment_id, reason=reason)
    except (Conflict, ValidationFailed) as refusal:
        if not is_htmx(request):
            raise
        context |= {"reason": reason, "errors": {"reason": [refusal_text(refusal)]}}
        return render(request, "workspace/parts/comments/withdraw_form.html", context, status=refusal.status)
    return _done(request, project_id, comment, toast=_("The comment is withdrawn. It stays readable."))


def _step(request: PageRequest, project_id: UUID, comment_id: UUID, write: Callable[..., Comment]) -> HttpResponse:
    _check(request, project_id, comment_id)
    return _done(request, project_id, write(caller=caller_from_request(request), comment_id=comment_id))


def _done(
    request: PageRequest, project_id: UUID, comment: Comment, *, toast: str = "", is_new: bool = False
) -> HttpResponse:
    otherwise = _page_of(project_id, comment)
    facts = {"thread": str(comment.thread_id or comment.id), "comment": str(comment.id) if is_new else ""}
    return done(request, event=CHANGED, facts=facts, otherwise=otherwise, toast=toast)


def _page_of(project_id: UUID, comment: Comment) -> str:
    """Where a comment is shown: on the page of its proposal, or beside the editor."""
    round_id = comment.round_id or (comment.thread.round_id if comment.thread else None)
    if round_id is None:
        return reverse("workspace:workspace", args=[project_id]) + "?panel=comments"
    number = Round.objects.values_list("proposal__number", flat=True).get(pk=str(round_id))
    return reverse("workspace:proposal", args=[project_id, number])


def _check(request: PageRequest, project_id: UUID, comment_id: UUID) -> Comment:
    """Raise `NotFound` unless the comment belongs to the project in the address."""
    comment = services.visible_comment(user=request.user, comment_id=comment_id)
    if comment.project_id != project_id:
        raise NotFound(_("Comment not found."))
    return comment


def _anchor(request: PageRequest) -> dict[str, Any] | None:
    """The lines that the form names; None for the whole field."""
    if not request.POST.get("from_line"):
        return None
    ends = {name: _number(request, name) for name in ("from_line", "to_line")}
    # A browser sends the line ends of a form as CR LF.
    return {**ends, "quote": request.POST.get("quote", "").replace("\r\n", "\n")}


def _number(request: PageRequest, name: str) -> int:
    found = query_number(request.POST, name)
    if found is None:
        raise ValidationFailed({name: [_("Must be a number.")]})
    return found
