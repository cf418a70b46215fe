"""Revert to an old version, undo and redo one's own changes. A dialog says first what will happen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.callers import caller_from_request
from drafts import services
from drafts.models import Draft
from drafts.next_step import NextStep, next_redo, next_undo
from drafts.reading import get_draft
from drafts.services.restoring import fields_after_revert
from drafts.versions import changed_fields
from kernel.errors import Conflict, LockHeld, ValidationFailed
from projects import field_names
from projects.access import get_project
from workspace.decorators import PageRequest, is_htmx, page
from workspace.htmx_action import done, refusal_text

Next = Callable[..., NextStep | None]


@page("GET", "HEAD", "POST")
def revert(request: PageRequest, project_id: UUID, version: int) -> HttpResponse:
    """GET `?field=`: the dialog that asks for the reason. POST: a new version that is the old one again.

    With `field` only that field is.
    """
    field = request.POST.get("field") or request.GET.get("field") or None
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            draft = services.revert_draft(
                caller=caller_from_request(request),
                project_id=project_id,
                version=version,
                reason=request.POST.get("reason", ""),
                field=field,
            )
        except (Conflict, LockHeld, ValidationFailed) as refusal:
            if not is_htmx(request):
                raise
            errors = {"reason": [refusal_text(refusal)]}
        else:
            words = _("Reverted to v{source} (now v{version}).")
            if field:
                words = _("Reverted {field} to v{source} (now v{version}).")
            name = field_names.label(field or "")
            words = words.format(field=name, version=draft.version_number, source=version)
            return _restored(request, project_id, words)
    access = get_project(user=request.user, project_id=project_id, action="draft.revert")
    current, old = access.project.current_draft, get_draft(project_id=project_id, version=version)
    changed = changed_fields(current.fields, fields_after_revert(current, old, field)) if current else []
    context = {
        "project_id": project_id,
        "current": current,
        "old": old,
        "field": field,
        "fields": changed,
        "reason": request.POST.get("reason", ""),
        "errors": errors,
        "stays": _stays(request),
    }
    return _dialog(request, "revert", context, failed=bool(errors))


@page("GET", "HEAD", "POST")
def undo(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the dialog that says what would be taken back. POST: take it back."""
    return _step(request, project_id, next_undo, services.undo_draft)


@page("GET", "HEAD", "POST")
def redo(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the dialog that says what would be done again. POST: do it again."""
    return _step(request, project_id, next_redo, services.redo_draft)


def _step(request: PageRequest, project_id: UUID, look: Next, write: Callable[..., Draft]) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            draft = write(caller=caller_from_request(request), project_id=project_id, reason=reason)
        except (Conflict, LockHeld, ValidationFailed) as refusal:
            if not is_htmx(request):
                raise
            errors = {"reason": [refusal_text(refusal)]}
        else:
            return _restored(request, project_id, _result_message(draft))
    get_project(user=request.user, project_id=project_id, action="draft.undo")
    context = {
        "project_id": project_id,
        "act": "redo" if look is next_redo else "undo",
        "step": look(project_id=project_id, user=request.user),
        "reason": request.POST.get("reason", ""),
        "errors": errors,
        "stays": _stays(request),
    }
    return _dialog(request, "step", context, failed=bool(errors))


def _result_message(draft: Draft) -> str:
    """A message about what an undo or redo did, and what it could not change."""
    kind = _("v{version} undoes v{source}.") if draft.kind == "undo" else _("v{version} redoes v{source}.")
    stays = _("{field} is unchanged: {name} edited it in v{version}.")
    words = [
        stays.format(
            field=field_names.label(skipped["field"]),
            name=skipped["author"]["display_name"],
            version=skipped["version"],
        )
        for skipped in draft.skipped_fields
    ]
    return " ".join([kind.format(version=draft.version_number, source=draft.source_version), *words])


def _dialog(request: PageRequest, name: str, context: dict[str, Any], *, failed: bool) -> HttpResponse:
    """The whole dialog when it is asked for; its form alone when what was sent is refused."""
    part = f"{name}_form" if failed else name
    return render(request, f"workspace/parts/restoring/{part}.html", context, status=400 if failed else 200)


def _stays(request: PageRequest) -> bool:
    """Whether the page under the dialog follows new versions by itself, as the workspace does."""
    return "stay" in request.GET or "stay" in request.POST


def _restored(request: PageRequest, project_id: UUID, words: str) -> HttpResponse:
    history = reverse("workspace:history", args=[project_id])
    if _stays(request) and is_htmx(request):
        return done(request, event="restored", otherwise=history, toast=words)
    messages.success(request, words)
    return HttpResponseClientRedirect(history) if is_htmx(request) else redirect(history)
