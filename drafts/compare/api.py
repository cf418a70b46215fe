"""What differs between two versions."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from drafts.compare import serializers as shapes
from drafts.compare.versions import compare_drafts
from drafts.reading import get_draft
from projects.rest import ProjectView
from rest.queries import query_integer, query_text
from rest.schema import operation

NEWEST = 999_999_999


class CompareView(ProjectView):
    parameters = (
        OpenApiParameter(
            "base",
            {"type": "integer", "minimum": 0, "maximum": NEWEST},
            required=True,
            description="A version; 0 means the empty project before the first version.",
        ),
        OpenApiParameter("target", {"type": "integer", "minimum": 1, "maximum": NEWEST}, required=True),
        OpenApiParameter("field", str, description="Only this field."),
        OpenApiParameter(
            "after",
            {"type": "integer", "minimum": 0, "maximum": NEWEST, "default": 0},
            description="With `field`: skip this many lines or changes, as `next` of the previous answer says.",
        ),
    )

    @operation("compare_read", answer=shapes.Compared, parameters=parameters)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The differences between two versions, field by field; at most 20,000 lines and values in one answer."""
        base = query_integer(request, "base", maximum=NEWEST)
        target = query_integer(request, "target", minimum=1, maximum=NEWEST)
        field = query_text(request, "field")
        after = query_integer(request, "after", maximum=NEWEST, default=0)
        self.access()
        old = get_draft(project_id=project_id, version=base) if base else None
        new = get_draft(project_id=project_id, version=target)
        found = compare_drafts(old, new, field, reader=self.user().id, after=after)
        return self.answer(found.as_data())
