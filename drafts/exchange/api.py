"""What others run or keep: the payload of one content hash, the fields of a version as plain files."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final
from uuid import UUID

from channels.db import database_sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from drafts.api import VERSION as DRAFT_VERSION
from drafts.exchange.archive import archive, download_name
from drafts.exchange.payload import find_draft, payload
from drafts.exchange.serializers import Payload
from drafts.reading import field_of, get_draft, text_of
from kernel.errors import ValidationFailed
from projects.rest import ProjectView
from rest.downloads import attachment, file_name
from rest.queries import query_integer, query_text
from rest.schema import operation

VERSION = OpenApiParameter(
    "version", {"type": "integer", "minimum": 1, "maximum": 999999999}, description="The current one without."
)
HASH = OpenApiParameter(
    "hash", {"type": "string", "pattern": "^(sha256:)?[0-9a-f]{64}$"}, description="Instead of `version`."
)

FIELD = OpenApiParameter("field", str, OpenApiParameter.PATH, description="With its slashes as they are.")

# One thread, and so one database connection, for all payloads that are being sent.
_senders: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="payload")


class _DownloadView(ProjectView):
    """The base of what is sent piece by piece."""

    def sent(self, pieces: Iterator[bytes], content_type: str) -> StreamingHttpResponse:
        content = _in_thread(pieces) if isinstance(self.plain, ASGIRequest) else pieces
        return StreamingHttpResponse(content, content_type=content_type)

    @property
    def plain(self) -> HttpRequest:
        """The request as Django knows it."""
        plain: HttpRequest = self.request._request  # noqa: SLF001
        return plain


class VersionArchiveView(_DownloadView):
    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @operation("drafts_archive", answer=OpenApiTypes.BINARY, parameters=[DRAFT_VERSION])
    def get(self, request: Request, project_id: UUID, version: int | None) -> HttpResponseBase:
        """Get all fields of one version as a zip of plain files."""
        project = self.access().project
        draft = get_draft(project_id=project_id, version=version)
        response = self.sent(archive(draft), "application/zip")
        response["Content-Disposition"] = attachment(file_name(f"{project.name} v{draft.version_number}", "zip"))
        response["Foundry-Version"] = str(draft.version_number)
        return response


class ContentView(ProjectView):
    @operation("drafts_content", answer=OpenApiTypes.BINARY, parameters=[DRAFT_VERSION, FIELD], not_modified=True)
    def get(self, request: Request, project_id: UUID, version: int | None, field: str) -> HttpResponseBase:
        """Get one field of a version as a plain file: exactly the bytes of which it has the hash."""
        self.access()
        draft = get_draft(project_id=project_id, version=version)
        content = field_of(draft, field)
        # Whatever it is, a browser saves it and never shows it as a page of this site.
        response = HttpResponse(text_of(content).encode(), content_type="application/octet-stream")
        response["Content-Disposition"] = content_disposition_header(True, download_name(field))
        response["ETag"] = f'"{content.sha256}"'
        response["Foundry-Version"] = str(draft.version_number)
        return response


class ExportView(_DownloadView):
    @operation("export_read", answer=Payload, parameters=[VERSION, HASH], not_modified=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Get the runnable payload of one version or content hash. Its ETag is the content hash.

        Its bytes depend on the content alone; the header `Foundry-Version` is the number of the version.
        """
        project = self.access().project
        draft = find_draft(project=project, version=_version(request), content_hash=_content_hash(request))
        etag = f'"sha256:{draft.content_hash}"'
        response: HttpResponseBase | None = get_conditional_response(self.plain, etag=etag)
        if response is None:
            response = self.sent(payload(draft), "application/json")
        response["ETag"] = etag
        response["Content-Disposition"] = attachment(file_name(f"{project.name} v{draft.version_number}", "json"))
        response["Foundry-Version"] = str(draft.version_number)
        return response


def _version(request: Request) -> int | None:
    if "version" not in request.query_params:
        return None
    if "hash" in request.query_params:
        raise ValidationFailed({"hash": ["Give a version or a hash, not both."]})
    return query_integer(request, "version", minimum=1, maximum=999_999_999)


def _content_hash(request: Request) -> str | None:
    text = query_text(request, "hash", maximum=71)
    if text is None:
        return None
    found = re.fullmatch(r"(?:sha256:)?([0-9a-f]{64})", text)
    if found is None:
        raise ValidationFailed({"hash": ["Give sha256: and 64 lowercase hexadecimal digits."]})
    return found.group(1)


async def _in_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Make each piece in a thread after the previous one was sent; ASGI would read a plain iterator at once."""
    take = database_sync_to_async(partial(next, pieces, None), thread_sensitive=False, executor=_senders)
    while (piece := await take()) is not None:
        yield piece
