"""The workspace as it was, at a version or a moment; read-only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from drafts.control import leases_of
from drafts.models import Draft
from drafts.moments.reading import Moment, moment_at, moment_of_version
from kernel.errors import ValidationFailed
from locking.models import Lease
from projects import field_names
from projects.access import Access, get_project
from projects.fields import FILES, check_field_name
from projects.models import Status
from projects.permissions import allowed
from workspace import languages
from workspace.attachments.block import block_of
from workspace.compare.reviewing import reviewing_context
from workspace.compare.rows import compare_drafts
from workspace.compare.sides import Sides
from workspace.decorators import PageRequest, page
from workspace.editor.field_tree import tree_rows
from workspace.history.made_from import made_from
from workspace.history.snapshot import LeaseView, PastField, fields_at, lines_at, threads_at
from workspace.project_frame import frame_of
from workspace.templatetags.foundry import reader_zone

MAX_VERSION_NUMBER = 999_999_999
SHOWS = ("text", "changes")


@page()
def version(request: PageRequest, project_id: UUID, version: int) -> HttpResponse:
    """`?field=&show=text|changes`: one version with its facts, its fields, its changes, and its leases."""
    access = get_project(user=request.user, project_id=project_id)
    moment = moment_of_version(project_id=project_id, version=min(version, MAX_VERSION_NUMBER))
    draft = moment.draft
    assert draft is not None
    before = Draft.objects.of_project(project_id).filter(version_number=draft.version_number - 1).first()
    newest = access.project.current_draft
    comparison = compare_drafts(before, draft, reader=request.user.id)
    context = {
        **_context(request, access, moment),
        **(reviewing_context(access, request.user, before, draft, comparison) if before else {}),
        "sides": Sides.of_versions(before, draft) if before else None,
        "shows": "",
        "is_version": True,
        "before": before,
        "comparison": comparison,
        **_written(leases_of(draft)),
        "attached": block_of(access, request.user, "draft", draft.id),
        "next": draft.version_number + 1 if newest and newest.version_number > draft.version_number else None,
    }
    return render(request, "workspace/past.html", context)


@page()
def moment(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?at=2026-11-18T16:20[+01:00]&field=`: the workspace at a moment, in the reader's zone where none is named."""
    access = get_project(user=request.user, project_id=project_id)
    then = moment_at(project_id=project_id, at=_asked_moment(request))
    context = {
        **_context(request, access, then),
        "is_version": False,
        **_written(then.leases),
    }
    return render(request, "workspace/past.html", context)


def _written(leases: Iterable[Lease]) -> dict[str, Any]:
    """Who edited which fields, and how each field is named."""
    views = [LeaseView(lease) for lease in leases]
    return {"written": views, "written_paths": field_names.distinct_paths({view.lease.field for view in views})}


def _context(request: PageRequest, access: Access, moment: Moment) -> dict[str, Any]:
    fields = fields_at(moment)
    chosen = _chosen(fields, request.GET.get("field", ""))
    threads = threads_at(moment)
    lines, rest = lines_at(moment.draft, chosen.name, threads)
    show = request.GET.get("show", "")
    status = Status(access.project.status)
    return {
        "frame": frame_of(access, user=request.user, tab="history"),
        "project_id": access.project.id,
        "moment": moment,
        "draft": moment.draft,
        "made_from": made_from([moment.draft]).get(moment.draft.id) if moment.draft else None,
        "rows": tree_rows(fields),
        "chosen": chosen,
        "threads": threads,
        "lines": lines,
        "rest": rest,
        "line_count": len(lines) + rest.count("\n") + bool(rest),
        "language": _language(moment.draft, chosen.name),
        "show": show if show in SHOWS else SHOWS[0],
        "may_revert": allowed("draft.revert", role=access.role, status=status),
        "at_local": timezone.localtime(moment.at, reader_zone(request)).strftime("%Y-%m-%dT%H:%M"),
    }


def _chosen(fields: list[PastField], name: str) -> PastField:
    """The field that an address asks for; a file that was not there then is shown as missing."""
    found = next((field for field in fields if field.name == name), None)
    if found is not None or not name.startswith(FILES):
        return found or fields[0]
    return PastField(check_field_name(name), exists=False, holder=None, since=None)


def _language(draft: Draft | None, field: str) -> str:
    """The language for syntax colouring, as in the workspace."""
    known = draft.fields.get(field) if draft else None
    return (known.language if known else languages.language(field)) or ""


def _asked_moment(request: PageRequest) -> datetime:
    """The moment that the query names; a time without a zone is meant in the reader's."""
    text = request.GET.get("at", "")
    # An unquoted plus of the zone has been decoded as a space.
    text = text.replace(" ", "+") if "T" in text else text
    try:
        at = parse_datetime(text) if len(text) <= 40 else None
        if at is not None and at.tzinfo is None:
            at = at.replace(tzinfo=reader_zone(request))
        at = at.astimezone(UTC) if at is not None else None
    except (ValueError, OverflowError):
        at = None
    if at is None:
        raise ValidationFailed({"at": [_("Give a time, such as 2026-11-20T10:42.")]})
    return at
