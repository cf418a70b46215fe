"""The workspace at an earlier time."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from drafts.comments.api import MAX_VERSION, VERSION
from drafts.moments.reading import moment_at, moment_of_version
from drafts.moments.serializers import MomentInfo, moment_body
from kernel.errors import ValidationFailed
from projects.rest import ProjectView
from rest.queries import query_integer, query_text
from rest.schema import operation

AT = OpenApiParameter(
    "at", OpenApiTypes.DATETIME, description="A moment (RFC 3339, with its zone), instead of a version."
)


class MomentsView(ProjectView):
    @operation("moments_read", answer=MomentInfo, parameters=[VERSION, AT])
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Get the workspace as of a version or a time: its fields, the open comments, and who held which field."""
        at = _asked_moment(request)
        version = query_integer(request, "version", default=0, minimum=1, maximum=MAX_VERSION)
        if at is not None and version:
            raise ValidationFailed({"at": [_("Give a version or a moment, not both.")]})
        self.access()
        if at is not None:
            return self.answer(moment_body(moment_at(project_id=project_id, at=at)))
        return self.answer(moment_body(moment_of_version(project_id=project_id, version=version or None)))


def _asked_moment(request: Request) -> datetime | None:
    text = query_text(request, "at", maximum=40)
    if text is None:
        return None
    try:
        at = parse_datetime(text)
        # In the first and last hours of the calendar, a time with a zone may have no equivalent in UTC.
        at = at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        at = None
    if at is None:
        raise ValidationFailed({"at": [_("Give a time with its zone, as 2026-11-20T10:42:00Z.")]})
    return at
