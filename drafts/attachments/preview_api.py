"""The previews of attachments over REST."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from accounts.rest import RestView
from blobs.previews import MEDIA_TYPE, SIZES
from drafts.attachments.previews import preview_picture
from drafts.attachments.services.removing import visible_attachment
from kernel.errors import NotFound, ValidationFailed
from rest.schema import operation

SIZE: Final = OpenApiParameter(
    "size",
    {"type": "integer", "enum": list(SIZES), "default": SIZES[0]},
    description="Pixels of the longer side, at most.",
)


class PreviewView(RestView):
    @extend_schema(responses={(200, MEDIA_TYPE): OpenApiTypes.BINARY})
    @operation("attachments_preview", answer=OpenApiTypes.BINARY, parameters=[SIZE], not_modified=True)
    def get(self, request: Request, attachment_id: UUID) -> HttpResponseBase:
        """Get a picture of an image, or of the first page of a PDF, as WebP.

        The worker draws it after the file was attached; `not_found` until then, and for whatever cannot be drawn.
        """
        attachment, _access = visible_attachment(user=self.user(), attachment_id=attachment_id)
        size = _size(request)
        picture = preview_picture(attachment, size)
        if picture is None:
            raise NotFound(_("There is no preview of this file."))
        etag = f'"{attachment.blob_id}-{size}"'
        response = HttpResponse(picture, content_type=MEDIA_TYPE)
        response["ETag"] = etag
        # Kept by the browser, and asked for each time: access may have ended.
        response["Cache-Control"] = "private, no-cache"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        plain = request._request  # noqa: SLF001 (Django's own request)
        conditional: HttpResponseBase | None = get_conditional_response(plain, etag=etag, response=response)
        return conditional or response


def _size(request: Request) -> int:
    text = request.query_params.get("size", str(SIZES[0]))
    if text not in map(str, SIZES):
        raise ValidationFailed({"size": [_("Must be one of: {sizes}.").format(sizes=", ".join(map(str, SIZES)))]})
    return int(text)
