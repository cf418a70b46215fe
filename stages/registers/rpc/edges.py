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
from stages.registers.reading.reader import Reader
from stages.registers.rpc import serializers as shapes
from stages.registers.rpc.base import RpcView, edge_body, undocumented
from stages.registers.schema import Schema
from stages.registers.services.acting import Verbed
from stages.registers.verbs.finding import make_id

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
        """Decide between values that stand side by side."""
        data = self.body(shapes.ResolveConflict)
        self.access()
        tips = data["tips"] if "tips" in data else self.tips(data)
        field = Field(data["entity_id"], data["table"], data["field"])

        def verb(acts: Acts, schema: Schema) -> Verbed:
            return verbs.resolve_conflict(acts, schema, field, data["value"], tips)

        acted = self.act(verb, {"rpc": "conflicts/resolve", "field": [*field], "value": data["value"], "tips": tips})
        return self.acted(acted, {"entity_id": data["entity_id"]})

    def tips(self, data: dict[str, Any]) -> list[str]:
        """The operations that stand side by side now. Raises `NotFound`."""
        record = self.record(data["entity_id"])
        if data["table"] not in record.fields:
            raise NotFound(_("The record is not in this table."))
        shown = record.fields[data["table"]].get(data["field"])
        return [tip.op_id for tip in shown.tips] if shown else []
