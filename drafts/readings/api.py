"""What I have read of the difference between two versions."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from drafts.reading import get_draft
from drafts.readings import serializers as shapes
from drafts.readings.serializers import MAX_VERSION
from drafts.readings.services import mark_read, read_fields
from projects.rest import ProjectView
from rest.queries import query_integer
from rest.schema import operation

PAIR = (
    OpenApiParameter("base", {"type": "integer", "minimum": 0, "maximum": MAX_VERSION}, required=True),
    OpenApiParameter("target", {"type": "integer", "minimum": 1, "maximum": MAX_VERSION}, required=True),
)


class ReadFieldsView(ProjectView):
    @operation("compare_read_fields", answer=shapes.ReadFields, parameters=PAIR)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The fields whose difference between two versions I have marked as read. Nobody else sees my marks."""
        base = query_integer(request, "base", maximum=MAX_VERSION)
        target = query_integer(request, "target", minimum=1, maximum=MAX_VERSION)
        self.access()
        old = get_draft(project_id=project_id, version=base) if base else None
        new = get_draft(project_id=project_id, version=target)
        return self.answer({"read": sorted(read_fields(user=self.user(), base=old, target=new))})

    @operation("compare_mark_read", takes=shapes.NewReadMark, answer=shapes.ReadFields)
    def put(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Mark a field as read. The mark is about both texts: it counts for other versions with the same ones, too."""
        given = self.body(shapes.NewReadMark)
        old, new = mark_read(caller=self.caller(), project_id=project_id, **given)
        return self.answer({"read": sorted(read_fields(user=self.user(), base=old, target=new))})
