"""Links, mappings and conflicts over REST."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from kernel.errors import Conflict, NotFound, ValidationFailed
from rest.pagination import page
from rest.queries import query_text
from rest.schema import operation, page_of
from stages.registers import models
from stages.registers.api import link_serializers as shapes
from stages.registers.api.base import RegisterView
from stages.registers.api.base_serializers import WrittenInfo
from stages.registers.api.bodies import conflict_body, edge_body
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.schema.model import KEY_COLUMN
from stages.registers.services import links as services
from stages.registers.services import records
from stages.registers.services.acting import Done, acts_of
from stages.registers.verbs import preview_mapping, suggest_mappings

RECORD = OpenApiParameter("record", str, description="Only those from or to this record.")
TYPE = OpenApiParameter("type", str)


class EdgesView(RegisterView):
    @operation("registers_edges", answer=page_of(shapes.EdgeInfo), paged=True, parameters=[RECORD, TYPE])
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The links of a project that are shown."""
        self.access()
        edges = models.Edge.objects.filter(project=project_id, shown=True)
        if (record := query_text(request, "record", maximum=36)) is not None:
            root = self.reader.roots([_uuid(record)])[_uuid(record)]
            edges = edges.filter(Q(source=root) | Q(target=root))
        if (type_ := query_text(request, "type", maximum=100)) is not None:
            edges = edges.filter(type=type_)
        return self.answer(page(request, edges, edge_body, newest_first=False))

    @operation("registers_link", takes=shapes.NewEdge, answer=shapes.CreatedEdge, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Link one record with another."""
        data = self.body(shapes.NewEdge)
        relation = data.pop("type", None)
        done = services.link(caller=self.caller(), project_id=project_id, relation=relation, **data)
        return self.written(done, {"edge": done.answer}, 201)


class EdgeView(RegisterView):
    @operation("registers_change_link", takes=shapes.ChangedEdge, answer=WrittenInfo)
    def patch(self, request: Request, project_id: UUID, edge_id: UUID) -> HttpResponseBase:
        """Set properties of a link, or move it among those of its source and type."""
        data = self.body(shapes.ChangedEdge)
        done = services.change_link(caller=self.caller(), project_id=project_id, edge=str(edge_id), **data)
        return self.written(done)

    @operation("registers_unlink", answer=WrittenInfo)
    def delete(self, request: Request, project_id: UUID, edge_id: UUID) -> HttpResponseBase:
        """Take a link away."""
        return self.written(services.unlink(caller=self.caller(), project_id=project_id, edges=[str(edge_id)]))


class ConfirmView(RegisterView):
    @operation("registers_confirm_links", takes=shapes.EdgeIds, answer=WrittenInfo)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Say of links that they still hold, after something at their ends has changed."""
        data = self.body(shapes.EdgeIds)
        return self.written(services.confirm_links(caller=self.caller(), project_id=project_id, **data))


class MappingsView(RegisterView):
    @operation("registers_mappings", answer=shapes.MappingList)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Fields of two tables that are one, were, or might be."""
        self.access()
        known = models.Mapping.objects.filter(project=project_id).order_by("facet_a", "field_a", "facet_b", "field_b")
        found = [
            _mapping(
                (each.facet_a, each.field_a),
                (each.facet_b, each.field_b),
                "confirmed" if each.confirmed else "revoked",
            )
            for each in known
        ]
        suggested = suggest_mappings(acts_of(project_id), self.reader.schema)
        found += [_mapping(one, other, "suggested") for one, other in suggested]
        return self.answer({"results": found})

    @operation("registers_map", takes=shapes.MappingShape, answer=shapes.MappedInfo)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Say that two fields are one, or take it back; the answer says in how many records they differed."""
        data = {"confirmed": True, **self.body(shapes.MappingShape)}
        self.access()
        one, other = (data["facet_a"], data["field_a"]), (data["facet_b"], data["field_b"])
        preview = {"preview": asdict(preview_mapping(acts_of(project_id), self.reader.schema, one, other))}
        if data.get("preview"):
            return self.written(Done(None), preview)
        done = services.confirm_mapping(
            caller=self.caller(), project_id=project_id, one=one, other=other, confirmed=data["confirmed"]
        )
        return self.written(done, preview)


class ConflictsView(RegisterView):
    @operation("registers_conflicts", answer=page_of(shapes.ConflictInfo), paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """What waits for a decision, the oldest first."""
        self.access()
        found = models.Conflict.objects.filter(project=project_id, resolved_at=None)
        order = ("opened_at", "id")
        return self.answer(
            page(request, found, lambda each: conflict_body(self.reader, each), order=order, newest_first=False)
        )


class ResolveView(RegisterView):
    @operation("registers_resolve", takes=shapes.Decision, answer=WrittenInfo)
    def post(self, request: Request, project_id: UUID, conflict_id: UUID) -> HttpResponseBase:
        """Decide a conflict: by a value, or by what becomes of the record."""
        data = self.body(shapes.Decision)
        self.access()
        found = models.Conflict.objects.filter(project=project_id, id=conflict_id).first()
        if found is None:
            raise NotFound(_("There is no such conflict."))
        return self.written(self.decide(found, data))

    def decide(self, conflict: models.Conflict, data: dict[str, Any]) -> Done:
        caller, project_id = self.caller(), self.project_id
        if conflict.kind in ("text", "duplicate") and conflict.resolved_at is not None:
            # What else is decided already is found by its tips.
            raise Conflict(_("This is decided already."))
        if conflict.kind in ("field", "text"):
            if "value" not in data:
                raise ValidationFailed({"value": [_("Give the value that counts.")]})
            named: dict[str, Any] = {"record": str(conflict.subject), "table": self.facet_of(conflict)}
            named |= {"field": conflict.field, "tips": data.get("tips", ())}
            if conflict.kind == "text":
                if not isinstance(text := data["value"], str):
                    raise ValidationFailed({"value": [_("Give a text.")]})
                return services.resolve_text(caller=caller, project_id=project_id, text=text, **named)
            return services.resolve_conflict(caller=caller, project_id=project_id, value=data["value"], **named)
        if conflict.kind == "duplicate":
            return self.end_duplicate(conflict, data)
        if "choice" not in data:
            raise ValidationFailed({"choice": [_("Say what becomes of it.")]})
        return services.decide(caller=caller, project_id=project_id, conflict=conflict.id, choice=data["choice"])

    def end_duplicate(self, conflict: models.Conflict, data: dict[str, Any]) -> Done:
        """Another value for one of several records that show the same one: of a key the next free one."""
        named: dict[str, Any] = {"caller": self.caller(), "project_id": self.project_id}
        record = str(conflict.subject)
        if "value" in data:
            cell = records.Cell(record, conflict.facet, conflict.field, data["value"])
            return records.write_cells(**named, cells=[cell])
        if conflict.field != KEY_COLUMN:
            raise ValidationFailed({"value": [_("Give another value.")]})
        return records.next_free_key(**named, record=record, table=conflict.facet)

    def facet_of(self, conflict: models.Conflict) -> str:
        """The facet of a field in conflict: that of its link, or one of the tables that the record is in."""
        subject = str(conflict.subject)
        if (edge := self.reader.storage.edges.get(subject)) is not None:
            return f"{EDGE_PREFIX}{edge.facts.ends.type or ''}"
        record = self.reader.storage.records.get(subject)
        if record is None or conflict.facet in record.fields:
            return conflict.facet
        shown = record.texts if conflict.kind == "text" else record.fields
        return next((facet for facet, each in shown.items() if conflict.field in each), conflict.facet)


def _mapping(one: tuple[str, str], other: tuple[str, str], state: str) -> dict[str, str]:
    return {"facet_a": one[0], "field_a": one[1], "facet_b": other[0], "field_b": other[1], "state": state}


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValidationFailed({"record": [_("Give a UUID.")]}) from None
