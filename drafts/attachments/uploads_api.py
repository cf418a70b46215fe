"""Uploads in pieces, by tus 1.0: creation, with the first bytes or without, expiration, termination.

OPTIONS says so. There is no creation-defer-length: limits are reported before any byte moves, and that takes the size.

https://tus.io/protocols/resumable-upload

Any tus client goes on where it left off, after a reload, a lost line or on another node. A piece is one request: a
body that was cut off is not stored. Its address does not begin with that of its project, so that writes of the project
do not wait for bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from drafts.attachments import services
from drafts.attachments.models import Upload
from drafts.attachments.services.uploading import own_upload
from kernel.errors import PayloadTooLarge, ValidationFailed
from projects.access import Access, get_project
from projects.rest import ProjectView
from rest.errors import PreconditionFailed
from rest.schema import operation

TUS_VERSION = "1.0.0"
TUS_EXTENSIONS = "creation,creation-with-upload,expiration,termination"
OFFSET_BYTES = "application/offset+octet-stream"
# Longer numbers are no sizes of anything.
_NUMBER = re.compile(r"[0-9]{1,15}")

VERSION = OpenApiParameter("Tus-Resumable", str, OpenApiParameter.HEADER, enum=[TUS_VERSION], required=True)
LENGTH = OpenApiParameter(
    "Upload-Length",
    {"type": "integer", "minimum": 0},
    OpenApiParameter.HEADER,
    required=True,
    description="Bytes of the whole file.",
)
OFFSET = OpenApiParameter(
    "Upload-Offset",
    {"type": "integer", "minimum": 0},
    OpenApiParameter.HEADER,
    required=True,
    description="How many bytes come before those of the body.",
)
METADATA = OpenApiParameter(
    "Upload-Metadata",
    str,
    OpenApiParameter.HEADER,
    description="Names with Base64 values, as tus spells them; given back by HEAD, and used for nothing else.",
)
BYTES = {OFFSET_BYTES: OpenApiTypes.BINARY}
NO_BODY = OpenApiResponse(description="Nothing in the body; `Upload-Offset` and `Upload-Expires` in the header.")


class OffsetBytesParser(BaseParser):
    """A part of a file, as it is."""

    media_type = OFFSET_BYTES

    def parse(  # type: ignore[override] # DRF wants members; bytes have none
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Read the body. Raises `PayloadTooLarge` over 8 MiB."""
        limit = settings.FOUNDRY_MAX_MESSAGE_BYTES
        data = stream.read(limit + 1)
        if len(data) > limit:
            raise PayloadTooLarge(
                _("A message can have at most {most} MiB.").format(most=limit // 1024**2), limit=limit
            )
        return data


class _TusView(ProjectView):
    """The base of what speaks tus: its headers, and its order of checks, which begins with access."""

    write_action = "attachment.add"
    parser_classes = (OffsetBytesParser,)
    http_method_names = (*ProjectView.http_method_names, "options")

    def options(  # type: ignore[override] # as every answer here, it is not rendered
        self, request: Request, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """What of tus is spoken here, and how large a file can be; asked for without a version."""
        self.access()
        response = HttpResponse(status=204)
        response["Tus-Resumable"] = response["Tus-Version"] = TUS_VERSION
        response["Tus-Extension"] = TUS_EXTENSIONS
        response["Tus-Max-Size"] = str(settings.FOUNDRY_FILE_LIMIT)
        return response

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Tus-Resumable"] = TUS_VERSION
        if response.status_code == PreconditionFailed.status:
            response["Tus-Version"] = TUS_VERSION
        return response

    def admit(self) -> None:
        """Raise what access or permission refuse, then `PreconditionFailed`, before anything else is looked at."""
        self.access()
        if self.request.META.get("HTTP_TUS_RESUMABLE") != TUS_VERSION:
            raise PreconditionFailed(_("Give the header Tus-Resumable: {version}.").format(version=TUS_VERSION))

    def number(self, header: str) -> int:
        """The number in a header. Raises `ValidationFailed`."""
        text = self.request.META.get(f"HTTP_{header.upper().replace('-', '_')}", "")
        if _NUMBER.fullmatch(text) is None:
            raise ValidationFailed({header: [_("Give a whole number of bytes.")]})
        return int(text)

    def data(self) -> bytes:
        """The bytes of the body. Raises DRF's `UnsupportedMediaType` for another type."""
        data: Any = self.request.data
        return data if isinstance(data, bytes) else b""


def _told(upload: Upload, status: int) -> HttpResponse:
    """How far the upload is, and until when it may go on."""
    response = HttpResponse(status=status)
    response["Upload-Offset"] = str(upload.received)
    response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


class UploadsView(_TusView):
    @extend_schema(request=BYTES)
    @operation("uploads_create", answer=NO_BODY, status=201, parameters=[VERSION, LENGTH, METADATA], problems=(412,))
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Begin to upload a file, perhaps with its first bytes. `Location` is the address of the upload."""
        self.admit()
        upload = services.start_upload(
            caller=self.caller(),
            project_id=project_id,
            size=self.number("Upload-Length"),
            metadata=request.META.get("HTTP_UPLOAD_METADATA", ""),
            data=self.data(),
        )
        response = _told(upload, 201)
        response["Location"] = reverse("api_upload", args=[upload.id])
        return response


class OneUploadView(_TusView):
    """One upload of the caller's own; for everybody else there is none."""

    def access(self) -> Access:
        upload = own_upload(user=self.user(), upload_id=self.kwargs["upload_id"])
        return get_project(user=self.user(), project_id=upload.project_id)

    @operation("uploads_offset", answer=NO_BODY, parameters=[VERSION], problems=(409, 412))
    def head(self, request: Request, upload_id: UUID) -> HttpResponseBase:
        """How many bytes have arrived: go on with the next one."""
        self.admit()
        upload = own_upload(user=self.user(), upload_id=upload_id)
        response = _told(upload, 200)
        response["Upload-Length"] = str(upload.size)
        if upload.metadata:
            response["Upload-Metadata"] = upload.metadata
        return response

    @extend_schema(request=BYTES)
    @operation("uploads_append", answer=NO_BODY, status=204, parameters=[VERSION, OFFSET], problems=(412,))
    def patch(self, request: Request, upload_id: UUID) -> HttpResponseBase:
        """Send the next bytes, at most 8 MiB and at least 64 KiB at once, but for the last ones."""
        self.admit()
        upload = services.append_to_upload(
            caller=self.caller(), upload_id=upload_id, offset=self.number("Upload-Offset"), data=self.data()
        )
        return _told(upload, 204)

    @operation("uploads_end", answer=None, status=204, parameters=[VERSION], problems=(412,))
    def delete(self, request: Request, upload_id: UUID) -> HttpResponseBase:
        """End an upload, and remove its bytes."""
        self.admit()
        services.end_upload(caller=self.caller(), upload_id=upload_id)
        return HttpResponse(status=204)
