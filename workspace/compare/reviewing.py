"""What a reader does with a difference besides reading it: mark fields as read, and comment on its lines."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import trigger_client_event

from accounts.callers import caller_from_request
from accounts.models import User
from drafts.comments.models import Comment, CommentState
from drafts.comments.reading import margin_counts, thread_bodies
from drafts.comments.services import create_comment
from drafts.models import Draft
from drafts.reading import get_draft
from drafts.readings.services import mark_read, read_fields
from kernel.errors import ValidationFailed
from projects.access import Access, get_project
from projects.fields import check_field_name
from projects.models import Status
from projects.permissions import allowed
from workspace.attachments.block import rows_of_comments
from workspace.compare.rows import ComparisonView
from workspace.decorators import PageRequest, is_htmx, page
from workspace.editor.comment_views import CHANGED
from workspace.editor.discussion import comment_ids
from workspace.htmx_action import refusal_text
from workspace.query_numbers import query_number


def reviewing_context(access: Access, user: User, base: Draft, target: Draft, shown: ComparisonView) -> dict[str, Any]:
    """The reader's marks, how many open comments each line of the new side has, and whether one may comment."""
    names = [field.name for field in shown.fields]
    counts = margin_counts(project_id=access.project.id, draft=target)
    read = read_fields(user=user, base=base, target=target)
    lines = {name: dict(counts[name].lines) for name in names if name in counts}
    return {
        "read": read,
        "read_count": len(read & set(names)),
        "project_id": access.project.id,
        "shows": "progress row",
        "line_comments": {name: json.dumps(found) for name, found in lines.items()},
        "may_comment": allowed("comment.write", role=access.role, status=Status(access.project.status)),
        "may_revert": allowed("draft.revert", role=access.role, status=Status(access.project.status)),
    }


@page("POST")
def mark(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`base, target, field, read`: mark a field as read, or take the mark back."""
    posted = request.POST
    field, read = posted.get("field", ""), posted.get("read") == "yes"
    numbers = {name: query_number(posted, name) or 0 for name in ("base", "target")}
    shown = {name: query_number(posted, name) or 0 for name in ("number", "total")}
    caller = caller_from_request(request)
    base, target = mark_read(caller=caller, project_id=project_id, field=field, read=read, **numbers)
    if not is_htmx(request):
        return redirect(f"{reverse('workspace:compare', args=[project_id])}?{urlencode(numbers)}")
    context = {
        "project_id": project_id,
        "name": field,
        "is_read": read,
        "read": len(read_fields(user=request.user, base=base, target=target)),
        "base_number": numbers["base"],
        "target_number": numbers["target"],
        "shows": posted.get("shows", ""),
        **shown,
    }
    return render(request, "workspace/parts/compare_read_answer.html", context)


@page("GET", "HEAD", "POST")
def line_comments(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`target, field, line`: the open threads on a line of the new side, and the form for another one. POST: write it.

    Without `line` they are on the whole field.
    """
    asked = request.POST if request.method == "POST" else request.GET
    access = get_project(user=request.user, project_id=project_id)
    target = get_draft(project_id=project_id, version=query_number(asked, "target"))
    field, line = check_field_name(asked.get("field")), query_number(asked, "line")
    text, problem, written = asked.get("text", ""), "", None
    if request.method == "POST":
        try:
            written = create_comment(
                caller=caller_from_request(request),
                project_id=project_id,
                version=target.version_number,
                target_field=field,
                text=text,
                anchor={"from_line": line, "to_line": line} if line else None,
            )
            text = ""
        except ValidationFailed as refusal:
            problem = refusal_text(refusal)
    threads = _threads(target, field, line)
    context = {
        "project_id": project_id,
        "field": field,
        "line": line,
        "hidden": {"target": target.version_number, "field": field, **({"line": line} if line else {})},
        "text": text,
        "problem": problem,
        "place": f"difference:{(target.sha256_of(field) or '')[:16]}-{line or 0}",
        "threads": threads,
        "files": rows_of_comments(access, request.user, comment_ids(threads)),
        "may_comment": allowed("comment.write", role=access.role, status=Status(access.project.status)),
    }
    response = render(request, "workspace/parts/compare_comments.html", context, status=400 if problem else 200)
    if written is not None:
        trigger_client_event(response, CHANGED, {"comment": str(written.id)})
    return response


def _threads(target: Draft, field: str, line: int | None) -> list[dict[str, Any]]:
    """The open threads that begin on this line of the version, oldest first."""
    threads = Comment.objects.threads(target.project_id).made_up_to(target.version_number)
    found = list(threads.filter(field=field, state=CommentState.OPEN).with_facts().order_by("id"))
    bodies = thread_bodies(found, target)
    return [body for body in bodies if _line_of(body) == line and (line is not None or body["anchor"] is None)]


def _line_of(body: dict[str, Any]) -> int | None:
    return body["position"]["from_line"] if body["position"] else None
