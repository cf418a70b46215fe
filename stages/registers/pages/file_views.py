"""The file of a field: one of those on the record, or one that is uploaded with the form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from drafts.attachments.models import Attachment
from drafts.attachments.services import attach_file, start_upload
from kernel.errors import DomainError, NotFound, PayloadTooLarge, ValidationFailed
from projects.access import get_project
from stages.registers.elsewhere import page_of_file
from stages.registers.pages.record_acts import field_of
from stages.registers.pages.record_dialogs import back_to_record, record_dialog, refusal_words
from stages.registers.pages.record_views import record_of
from stages.registers.permissions import WRITE
from stages.registers.reading.reader import Reader
from stages.registers.reading.records import RecordReading
from stages.registers.schema.model import FILE
from stages.registers.services import records
from workspace.attachments.block import AttachmentRow, block_of
from workspace.decorators import PageRequest, page

NONE = "none"
UPLOAD = "upload"


@page("GET", "HEAD", "POST")
def choose_file(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """GET `?table=&field=`: the form. POST `table, field, base, chosen` (an attachment, `upload` or `none`), `file`."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    found = record_of(Reader(project_id), record_id)
    given = request.POST if request.method == "POST" else request.GET
    table, field = field_of(found, given.get("table", ""), given.get("field", ""))
    if field.column.type != FILE or field.column.reference:
        raise NotFound(_("There is no such field."))
    rows = block_of(access, request.user, "record", UUID(found.id)).rows
    base = request.POST.get("base", " ".join(field.cell.tips))
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            value = _value(request, found, rows)
            cell = records.Cell(found.id, table.facet, field.column.name, value, base=tuple(base.split()))
            records.write_cells(caller=caller_from_request(request), project_id=project_id, cells=[cell])
            return back_to_record(request, project_id, found.id)
        except DomainError as refused:
            refusal = refused
    shown = field.cell.value.get("blake3") if isinstance(field.cell.value, dict) else None
    facts = {
        "table": table,
        "field": field,
        "base": base,
        "files": rows,
        "shown": shown,
        "limit": settings.FOUNDRY_MAX_MESSAGE_BYTES // 1024**2,
        "errors": refusal_words(refusal),
    }
    part = "registers/record/file_form.html"
    return record_dialog(request, access, found, part, "file-title", refusal=refusal, **facts)


@page("GET", "HEAD")
def open_file(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """GET `?hash=` (BLAKE3): the file of a field, by an attachment of the project, or where it is fetched from."""
    get_project(user=request.user, project_id=project_id)
    seen = Attachment.objects.visible_to(request.user).filter(project=project_id)
    digest = request.GET.get("hash", "")
    known = seen.filter(blake3=digest).order_by("id")
    found = known.filter(subject_type="record", subject_id=record_id).first() or known.first()
    if found is None:
        if page_elsewhere := page_of_file(project_id, digest):
            return redirect(page_elsewhere)
        raise NotFound(_("No attachment of this project has this hash."))
    return redirect("api_attachment_content", found.id)


def _value(request: PageRequest, found: RecordReading, rows: list[AttachmentRow]) -> dict[str, Any] | None:
    """What the field shows from now on. Raises `ValidationFailed` where nothing was chosen."""
    chosen = request.POST.get("chosen", "")
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile) and chosen in ("", UPLOAD):
        return _value_of(_attach(request, found, file))
    if chosen == NONE:
        return None
    known = next((row.attachment for row in rows if str(row.attachment.id) == chosen), None)
    if known is None:
        raise ValidationFailed({"file": [_("Choose a file.")]})
    return _value_of(known)


def _attach(request: PageRequest, found: RecordReading, file: Any) -> Attachment:
    """Put a file on the record. Raises `PayloadTooLarge` for one that is uploaded in pieces instead."""
    most = settings.FOUNDRY_MAX_MESSAGE_BYTES
    if (file.size or 0) > most:
        words = _("At most %(most)s MiB here. Add it under Attachments, then choose it here.")
        raise PayloadTooLarge(words % {"most": most // 1024**2}, limit=most)
    data = file.read()
    if not data:
        raise ValidationFailed({"file": [_("The file is empty.")]})
    caller, project_id = caller_from_request(request), found.reader.project_id
    upload = start_upload(caller=caller, project_id=project_id, size=len(data), data=data)
    name = file.name or _("File")
    return attach_file(
        caller=caller,
        project_id=project_id,
        upload_id=upload.id,
        subject_type="record",
        subject_id=UUID(found.id),
        name=name,
    )


def _value_of(attachment: Attachment) -> dict[str, Any]:
    return {
        "blake3": attachment.blake3,
        "name": attachment.name,
        "size": attachment.size,
        "media_type": attachment.media_type,
    }
