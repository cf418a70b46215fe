"""What the routes have in common."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import SAFE_METHODS

from kernel.errors import NotFound
from projects.access import Access, get_project
from projects.rest import ProjectView
from stages.registers.fold.views import Edge, Record
from stages.registers.models import Overlay
from stages.registers.overlays.views import View, active_overlay, payloads_of, view_of
from stages.registers.permissions import READ, WRITE
from stages.registers.schema.keys import key_of
from stages.registers.services.acting import Verb
from stages.registers.services.overlays import Acted, act_or_stage
from stages.registers.verbs.finding import stored_record

# They are described by the design that they come from, not by our OpenAPI.
undocumented = extend_schema(exclude=True)


class RpcView(ProjectView):
    """Reads need `register.read`, writes `register.write`."""

    write_action = WRITE

    def access(self) -> Access:
        action = READ if self.request.method in SAFE_METHODS else self.write_action
        return get_project(user=self.user(), project_id=self.project_id, action=action)

    @cached_property
    def overlay(self) -> Overlay | None:
        """The overlay through which the caller reads."""
        return active_overlay(self.user(), self.project_id)

    @cached_property
    def view(self) -> View:
        """The registers as the caller sees them."""
        staged = payloads_of(self.overlay) if self.overlay else ()
        return view_of(self.caller(), self.project_id, staged)

    def act(self, verb: Verb, parameters: Mapping[str, Any]) -> Acted:
        return act_or_stage(caller=self.caller(), project_id=self.project_id, verb=verb, parameters=parameters)

    def acted(self, acted: Acted, more: Mapping[str, Any] | None = None) -> HttpResponseBase:
        """Answer a write: the bundle or the overlay that it is in."""
        return self.answer({**acted_body(acted), **(more or {})})

    def record(self, record: str) -> Record:
        """A living record as the caller sees it, also by the id of one that was merged into it. Raises `NotFound`."""
        found = stored_record(self.view.acts, record)
        if found is None or not found.alive or not set(found.fields) & set(self.view.schema.tables):
            raise NotFound(_("There is no record %(record)s.") % {"record": record[:100]}, entity_id=record)
        return found

    def record_body(self, record: Record) -> dict[str, Any]:
        return {
            "entity_id": record.id,
            "key": key_of(self.view.schema, record),
            "members": list(record.facts.members),
            "tables": {facet: fields_of(record, facet) for facet in record.fields if facet in self.view.schema.tables},
            "conflicts": [
                {"kind": each.kind, "table": each.facet, "field": each.field, "values": list(each.values)}
                for each in record.conflicts
            ],
        }


def acted_body(acted: Acted) -> dict[str, Any]:
    written = acted.done.written if acted.done else None
    return {
        "bundle_id": str(written.bundle_id) if written else None,
        "overlay_id": str(acted.overlay.id) if acted.overlay else None,
    }


def fields_of(record: Record, facet: str) -> dict[str, Any]:
    """What a record shows in a table, shared texts included."""
    fields = {name: shown.value for name, shown in record.fields[facet].items()}
    return dict(sorted({**fields, **record.texts.get(facet, {})}.items()))


def edge_body(edge: Edge) -> dict[str, Any]:
    return {
        "edge_id": edge.id,
        "source": edge.facts.source,
        "target": edge.facts.target,
        "edge_type": edge.facts.ends.type,
        "fractional_index": edge.index,
        "properties": edge.properties,
    }
