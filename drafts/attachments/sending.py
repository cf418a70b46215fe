"""Sends a file: as a download of a harmless type, in single ranges, a few bytes at a time (RFC 9110, section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from blobs.reading import read_blob
from drafts.attachments.models import Attachment
from rest.streaming import in_threads

_RANGE: Final = re.compile(r"bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes from `start` up to, not including, `stop`; none at all for a range that the file does not have."""

    start: int
    stop: int


def send(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """The file, or the part that the request asks for; 304 for who has it, 416 for a part that it does not have."""
    etag = f'"{attachment.blob_id}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        response = _answer(request, attachment, asked_range(request, etag, attachment.size))
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    return _made_harmless(response, attachment)


def asked_range(request: HttpRequest, etag: str, size: int) -> Range | None:
    """The single range that is asked for; None for the whole file, also where several are, or of another state."""
    text = request.META.get("HTTP_RANGE", "")
    found = _RANGE.fullmatch(text.strip())
    if found is None or request.META.get("HTTP_IF_RANGE", etag) != etag:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        return Range(max(size - int(suffix), 0), size if int(suffix) else 0)
    start = int(first)
    stop = min(int(last) + 1, size) if last else size
    # "The last byte is before the first one" is no range at all, and is passed over.
    return None if last and int(last) < start else Range(start, stop)


def _answer(request: HttpRequest, attachment: Attachment, part: Range | None) -> HttpResponseBase:
    size = attachment.size
    if part is not None and part.start >= part.stop:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    start, stop = (part.start, part.stop) if part else (0, size)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        parts = read_blob(attachment.blob_id, start, stop)
        response = StreamingHttpResponse(in_threads(parts) if isinstance(request, ASGIRequest) else parts)
    response["Content-Length"] = str(stop - start)
    if part:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


def _made_harmless(response: HttpResponseBase, attachment: Attachment) -> HttpResponseBase:
    """Whatever the bytes are, a browser saves them, and runs and shows nothing of them as a part of this site."""
    response["Content-Type"] = attachment.media_type
    response["Content-Disposition"] = content_disposition_header(True, attachment.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
