"""`/blobs/`: files of the project, which are attachments of a record or of the project itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from drafts.attachments import services
from drafts.attachments.api import BlobView
from drafts.attachments.models import Attachment
from drafts.attachments.preview_api import PreviewView
from kernel.errors import NotFound, PayloadTooLarge, ValidationFailed
from projects.access import get_project
from projects.rest import ProjectView
from rest.queries import query_text
from stages.registers.rpc.base import undocumented

MAX_NAME = 255


class BytesParser(BaseParser):
    """A file, as it is, of whatever type."""

    media_type = "*/*"

    def parse(  # type: ignore[override] # DRF wants members; bytes have none
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Read the body. Raises `PayloadTooLarge` over 8 MiB."""
        limit = settings.FOUNDRY_MAX_MESSAGE_BYTES
        data = stream.read(limit + 1)
        if len(data) > limit:
            words = _("At most %(most)s MiB here. Upload larger files in pieces.") % {"most": limit // 1024**2}
            raise PayloadTooLarge(words, limit=limit)
        return data


@undocumented
class UploadView(ProjectView):
    """`?name=…&entity=…`: a file for a record; without one for the project."""

    write_action = "attachment.add"
    parser_classes = (BytesParser,)

    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Keep the file that is the body. The answer is a value for a field of type blob-reference."""
        body: Any = request.data
        data = body if isinstance(body, bytes) else b""
        name = query_text(request, "name", maximum=MAX_NAME)
        if not name or not data:
            raise ValidationFailed({"name" if not name else "body": [_("This is required.")]})
        subject_type, subject_id = self.subject()
        # A repeat would be another upload, which the reference of the first one does not stand for.
        caller = replace(self.caller(), client_ref=None)
        upload = services.start_upload(caller=caller, project_id=project_id, size=len(data), data=data)
        attachment = services.attach_file(
            caller=caller,
            project_id=project_id,
            upload_id=upload.id,
            subject_type=subject_type,
            subject_id=subject_id,
            name=name,
        )
        value = {
            "blake3": attachment.blake3,
            "name": attachment.name,
            "size": len(data),
            "media_type": attachment.media_type,
        }
        return self.answer({"hash": attachment.blake3, "attachment_id": str(attachment.id), "value": value})

    def subject(self) -> tuple[str, UUID]:
        """What the file is attached to."""
        entity = query_text(self.request, "entity", maximum=36)
        if entity is None:
            return "project", self.project_id
        try:
            return "record", UUID(entity)
        except ValueError:
            raise ValidationFailed({"entity": [_("Give a UUID.")]}) from None


@undocumented
class FileView(BlobView):
    """A file by its BLAKE3, if an attachment that one sees has it."""


@undocumented
class ThumbnailView(PreviewView):
    """A picture of a file that can be drawn."""

    def get(  # type: ignore[override]
        self, request: Request, project_id: UUID, content_hash: str
    ) -> HttpResponseBase:
        get_project(user=self.user(), project_id=project_id, action="project.read")
        seen = Attachment.objects.visible_to(self.user(), removed=False).filter(project=project_id)
        found = seen.filter(blake3=content_hash).order_by("id").first()
        if found is None:
            raise NotFound(_("No attachment of this project has this hash."))
        return super().get(request, attachment_id=found.id)
