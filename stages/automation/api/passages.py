"""Links to lines of a field over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from drafts.models import Draft
from kernel.errors import NotFound
from projects.access import get_project
from projects.rest import ProjectView
from rest.queries import query_integer, query_text
from rest.schema import operation
from stages.automation.api import passage_serializers as shapes
from stages.automation.passages.links import PassageLink, passage_links
from stages.automation.permissions import READ
from stages.automation.services import passages as services
from stages.registers.api.base import written_body
from stages.registers.api.base_serializers import WrittenInfo
from stages.registers.reading.reader import Reader
from stages.registers.services.acting import Done

VERSION = OpenApiParameter("version", int, description="Default: the current version.")
FIELD = OpenApiParameter("field", str, description="Only those in this field.")


class PassagesView(ProjectView):
    @operation("passages", answer=shapes.PassageLinks, parameters=[VERSION, FIELD])
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The links from records to lines of fields, by field and line in a version."""
        project = get_project(user=self.user(), project_id=project_id, action=READ).project
        version = query_integer(request, "version", default=0)
        field = query_text(request, "field", maximum=300)
        drafts = Draft.objects.filter(project=project)
        draft = drafts.filter(version_number=version).first() if version else project.current_draft
        if draft is None and version:
            raise NotFound(_("There is no version {version}.").format(version=version))
        links = passage_links(Reader(project_id), draft) if draft is not None else []
        shown = [_body(each) for each in links if field in (None, each.position.field)]
        return self.answer({"version": draft.version_number if draft else 0, "links": shown})

    @operation("link_passage", takes=shapes.NewPassage, answer=shapes.CreatedPassage, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Link a record to lines of a field."""
        data = {"relation": None, **self.body(shapes.NewPassage)}
        linked = services.link_passage(caller=self.caller(), project_id=project_id, **data)
        body = {**written_body(Done(linked.written)), "passage": linked.passage, "edge": linked.edge}
        return self.answer(body, 200 if linked.written.repeated else 201)


class PassageLinkView(ProjectView):
    @operation("unlink_passage", answer=WrittenInfo)
    def delete(self, request: Request, project_id: UUID, edge_id: UUID) -> HttpResponseBase:
        """Remove a link to lines of a field."""
        written = services.unlink_passage(caller=self.caller(), project_id=project_id, edge=str(edge_id))
        return self.answer(written_body(Done(written)))


def _body(link: PassageLink) -> dict[str, Any]:
    span = link.position.span
    return {
        "edge": link.edge,
        "relation": link.relation.type or None,
        "record": {"id": link.record.record, "key": link.record.key, "text": link.record.text},
        "passage": link.passage.record,
        "field": link.position.field,
        "quote": link.passage.quote,
        "position": span._asdict() if span else None,
        "text": link.position.text,
        "confirmed_text": link.confirmed_text,
        "suspect": link.is_suspect,
    }
