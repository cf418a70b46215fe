"""Searching a project."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from drafts.search import serializers as shapes
from drafts.search.reading import MAX_QUERY_LENGTH, search
from projects.rest import ProjectView
from rest.pagination import whole
from rest.queries import query_text
from rest.schema import operation

QUESTION = OpenApiParameter(
    "q",
    {"type": "string", "minLength": 1, "maxLength": MAX_QUERY_LENGTH},
    required=True,
    description="Words, all of which a line must have; each may be the beginning of a longer one.",
)


class SearchView(ProjectView):
    @operation("search_read", answer=shapes.FoundInfo, parameters=[QUESTION])
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Search the lines of current and past versions, by field, and the comments."""
        text = query_text(request, "q", maximum=MAX_QUERY_LENGTH) or ""
        found = search(project_id=self.access().project.id, text=text)
        page = whole([shapes.field_body(each) for each in found.fields])
        comments = [shapes.comment_hit(each) for each in found.comments]
        return self.answer({**page, "comments": comments, "more": found.more})
