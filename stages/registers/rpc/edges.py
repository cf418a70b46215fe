"""`/edges/`, `/field-mappings/`, `/conflicts/`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request

from kernel.errors import NotFound, ValidationFailed
from rest.queries import query_text
from stages.registers import models, verbs
from stages.registers.api.bodies import conflict_body
from stages.registers.fold.acts import Acts
from stages.registers.fold.effects import Field
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.views import values_of
from stages.registers.reading.reader import Reader
from stages.registers.rpc import serializers as shapes
from stages.registers.rpc.base import RpcView, edge_body, undocumented
from stages.registers.schema import Schema
from stages.registers.services.acting import Verbed
from stages.registers.services.links import open_conflict
from stages.registers.verbs.finding import edge_of, make_id

MAX_CONFLICTS = 1_000


@undocumented
class CreateEdgeView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Link one record with another."""
        data = self.body(shapes.CreateEdge)
        edge = make_id()
        named: dict[str, Any] = {
            "source": data["source"],
            "target": data["target"],
            "type_": data.get("edge_type"),
            "properties": data.get("properties", {}),
            "at": data.get("position"),
            "index": data.get("fractional_index"),
        }

        def verb(acts: Acts, schema: Schema) -> Verbed:
            return verbs.link(acts, schema, edge, **named), edge

        acted = self.act(verb, {"rpc": "edges/create", **named})
        return self.acted(acted, {"edge_id": acted.answer})


@undocumented
class ListEdgesView(RpcView):
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The links from and to a record."""
        self.access()
        entity = query_text(request, "entity", maximum=36)
        if entity is None:
            raise ValidationFailed({"entity": [_("This parameter is required.")]})
        try:
            record = self.record(str(UUID(entity)))
        except ValueError:
            raise ValidationFailed({"entity": [_("Give a UUID.")]}) from None
        storage = self.view.increment.storage
        ids = sorted({edge for member in record.facts.members for edge in storage.edges_at(member)})
        storage.edges.prefetch(ids)
        found = [edge for each in ids if (edge := storage.edges.get(each)) is not None and edge.shown]
        here = [each for each in found if record.id in (each.facts.source, each.facts.target)]
        ordered = sorted(here, key=lambda each: (each.facts.ends.type or "", each.index or "", each.id))
        return self.answer({"edges": [edge_body(each) for each in ordered]})


@undocumented
class ReorderEdgeView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Move a link to a position, from 0, or to a fractional index."""
        data = self.body(shapes.ReorderEdge)
        named = {"at": data.get("position"), "index": data.get("new_index")}

        def verb(acts: Acts, schema: Schema) -> Verbed:
            return verbs.move(acts, schema, data["edge_id"], **named)

        acted = self.act(verb, {"rpc": "edges/reorder", "edge_id": data["edge_id"], **named})
        return self.acted(acted, {"edge_id": data["edge_id"]})


@undocumented
class ConfirmMappingView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Say that two fields are one; `differ` is in how many records they are not."""
        data = {"confirmed": True, **self.body(shapes.ConfirmMapping)}
        self.access()
        one, other = (data["facet_a"], data["field_a"]), (data["facet_b"], data["field_b"])
        preview = verbs.preview_mapping(self.view.acts, self.view.schema, one, other)

        def verb(acts: Acts, schema: Schema) -> Verbed:
            return verbs.confirm_mapping(acts, schema, one, other, confirmed=data["confirmed"])

        acted = self.act(verb, {"rpc": "field-mappings/confirm", **data})
        return self.acted(acted, {"differ": preview.differ, "filled": preview.filled})


@undocumented
class ListConflictsView(RpcView):
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """What waits for a decision, the oldest first."""
        self.access()
        reader = Reader(project_id)
        found = models.Conflict.objects.filter(project=project_id, resolved_at=None)[:MAX_CONFLICTS]
        bodies = [conflict_body(reader, each) for each in found]
        return self.answer({"conflicts": [{"entity_id": each["subject"], **each} for each in bodies]})


@undocumented
class ResolveConflictView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Decide between values or texts that stand side by side, or what becomes of a record."""
        data = self.body(shapes.ResolveConflict)
        self.access()
        if "choice" in data:
            return self.decide(data["conflict"], data["choice"])
        field, value = Field(data["entity_id"], data["table"], data["field"]), data["value"]
        tips = data["tips"] if "tips" in data else self.tips(field)
        is_text = self.is_text(field)
        if is_text and not isinstance(value, str):
            raise ValidationFailed({"value": [_("Give a text.")]})

        def verb(acts: Acts, schema: Schema) -> Verbed:
            if is_text:
                return verbs.resolve_text(acts, schema, field, value, tips)
            return verbs.resolve_conflict(acts, schema, field, value, tips)

        acted = self.act(verb, {"rpc": "conflicts/resolve", "field": [*field], "value": value, "tips": tips})
        return self.acted(acted, {"entity_id": field.entity})

    def decide(self, conflict_id: UUID, choice: str) -> HttpResponseBase:
        conflict = models.Conflict.objects.filter(project=self.project_id, id=conflict_id).first()
        if conflict is None:
            raise NotFound(_("There is no such conflict."))
        opened = open_conflict(conflict)

        def verb(acts: Acts, schema: Schema) -> Verbed:
            return verbs.decide(acts, schema, opened, choice)

        parameters = {"rpc": "conflicts/resolve", "conflict": str(conflict_id), "choice": choice}
        return self.acted(self.act(verb, parameters), {"entity_id": opened.subject})

    def is_text(self, field: Field) -> bool:
        table = self.view.schema.tables.get(field.facet)
        column = table.column(field.name) if table else None
        return column is not None and column.crdt

    def tips(self, field: Field) -> list[str]:
        """The operations that stand side by side now. Raises `NotFound`."""
        if field.facet.startswith(EDGE_PREFIX):
            edge = edge_of(self.view.acts, field.entity)
            return [tip.op_id for tip in values_of(edge.facts.tips.get(field.name, ()))]
        record = self.record(field.entity)
        if field.facet not in record.fields:
            raise NotFound(_("The record is not in this table."))
        if self.is_text(field):
            return [tip.op_id for tip in verbs.text_tips(self.view.acts, record, field.facet, field.name)]
        shown = record.fields[field.facet].get(field.name)
        return [tip.op_id for tip in shown.tips] if shown else []
