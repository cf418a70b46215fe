"""The files on a subject as a part of a page, the panel of the workspace, and the removal of a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from drafts.attachments.models import Attachment
from drafts.attachments.quotas import project_bytes
from drafts.attachments.services import remove_attachment
from drafts.attachments.services.removing import visible_attachment
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from projects.access import get_project
from workspace.attachments.block import block_of
from workspace.attachments.sizes import size_words
from workspace.decorators import PageRequest, is_htmx, page
from workspace.htmx_action import done, refusal_text

CHANGED = "attachments-changed"


@page()
def attachment_list(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?subject=draft:<id>`: the files on a subject; with `whole`, and how more come."""
    access = get_project(user=request.user, project_id=project_id)
    subject_type, subject_id = _subject(request)
    block = block_of(access, request.user, subject_type, subject_id)
    context = {"attached": block, "project_id": project_id, "title": _("Attachments")}
    name = "block" if "whole" in request.GET else "list"
    return render(request, f"workspace/parts/attachments/{name}.html", context)


@page()
def panel(request: PageRequest, project_id: UUID) -> HttpResponse:
    """The panel of the workspace: the files on the project, and on its current version."""
    access = get_project(user=request.user, project_id=project_id)
    draft = access.project.current_draft
    context = {
        "project_id": project_id,
        "of_project": block_of(access, request.user, "project", project_id),
        "draft": draft,
        "of_draft": block_of(access, request.user, "draft", draft.id, takes_pastes=False) if draft else None,
        "used": size_words(project_bytes(project_id)),
        "room": size_words(settings.FOUNDRY_PROJECT_FILES),
    }
    return render(request, "workspace/parts/attachments/panel.html", context)


@page("GET", "HEAD", "POST")
def remove(request: PageRequest, project_id: UUID, attachment_id: UUID) -> HttpResponse:
    """GET: the dialog. POST: remove a file, for a reason."""
    attachment = _visible(request, project_id, attachment_id)
    context: dict[str, Any] = {"project_id": project_id, "attachment": attachment}
    if request.method != "POST":
        return render(request, "workspace/parts/attachments/remove.html", context)
    reason = request.POST.get("reason", "")
    try:
        remove_attachment(caller=caller_from_request(request), attachment_id=attachment_id, reason=reason)
    except (Conflict, PermissionDenied, ValidationFailed) as refusal:
        if not is_htmx(request):
            raise
        context |= {"reason": reason, "errors": {"reason": [refusal_text(refusal)]}}
        return render(request, "workspace/parts/attachments/remove_form.html", context, status=refusal.status)
    otherwise = reverse("workspace:workspace", args=[project_id]) + "?panel=attachments"
    toast = _("{name} is removed. Owners still see it.").format(name=attachment.name)
    return done(request, event=CHANGED, otherwise=otherwise, toast=toast)


def _visible(request: PageRequest, project_id: UUID, attachment_id: UUID) -> Attachment:
    """Raise `NotFound` unless the attachment belongs to the project in the address."""
    attachment, _access = visible_attachment(user=request.user, attachment_id=attachment_id)
    if attachment.project_id != project_id:
        raise NotFound(_("There is no such attachment."))
    return attachment


def _subject(request: PageRequest) -> tuple[str, UUID]:
    subject_type, _colon, text = request.GET.get("subject", "").partition(":")
    try:
        return subject_type, UUID(text)
    except ValueError:
        raise ValidationFailed({"subject": [_("Give a type and an id, as in draft:<id>.")]}) from None
