"""Dialogs over the page of a record, and the way back to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from kernel.errors import DomainError, ValidationFailed
from projects.access import Access
from stages.registers.pages.record_rows import record_address
from stages.registers.pages.record_views import record_context
from stages.registers.reading.records import RecordReading
from workspace.decorators import PageRequest


def refusal_words(refusal: DomainError | None) -> list[str]:
    """What is said below the field."""
    if refusal is None:
        return []
    errors = refusal.errors if isinstance(refusal, ValidationFailed) else {}
    return [str(each) for listed in errors.values() for each in listed] or [str(refusal.detail)]


def record_dialog(
    request: PageRequest,
    access: Access,
    found: RecordReading,
    part: str,
    title: str,
    *,
    refusal: DomainError | None = None,
    **facts: Any,
) -> HttpResponse:
    """The page with a dialog over it: the template `part`, whose title has the id `title`, with `facts`."""
    context = {
        **record_context(request, access, found),
        **facts,
        "back": record_address(access.project.id, found.id),
        "dialog_part": part,
        "dialog_title": title,
    }
    return render(request, "registers/record.html", context, status=refusal.status if refusal else 200)


def back_to_record(request: PageRequest, project_id: UUID, record: str) -> HttpResponseRedirect:
    """To the page of the record, beside the records that it was beside before."""
    return redirect(record_address(project_id, record, request.POST.get("query", "")))
