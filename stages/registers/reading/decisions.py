"""By whom conflicts were decided, and as what."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from stages.registers.models import Conflict, Operation

# Of the operations of a bundle; one that decides has few.
_MAX_READ: Final = 1_000


@dataclass(frozen=True, slots=True)
class Decision:
    """The operation that ended a conflict: of whom (a key), at which site, when, and the value that it set.

    `has_value` is False where it was no value that was decided, and where another act ended it.
    """

    actor: str
    site: str
    hlc: str
    value: Any = None
    has_value: bool = False


def decisions_of(project_id: UUID, conflicts: Sequence[Conflict]) -> Mapping[UUID, Decision]:
    """How these were decided, by their ids."""
    by_bundle = {each.id: each.resolved_by_id for each in conflicts if each.resolved_by_id is not None}
    fields = {each.field for each in conflicts if each.id in by_bundle}
    wanted = Q(position=0) | Q(kind="SetField", field__in=fields)
    rows = Operation.objects.filter(wanted, project=project_id, bundle__in=set(by_bundle.values()))
    listed = rows.select_related("bundle").order_by("bundle", "position")[:_MAX_READ]
    texts: dict[int, list[tuple[dict[str, Any], str]]] = {}
    for row in listed:
        texts.setdefault(row.bundle_id, []).append((json.loads(row.text), bytes(row.bundle.site_key).hex()))
    return {
        each.id: _decision(each, texts[each.resolved_by_id])
        for each in conflicts
        if each.resolved_by_id is not None and each.resolved_by_id in texts
    }


def _decision(conflict: Conflict, operations: list[tuple[dict[str, Any], str]]) -> Decision:
    for text, site in operations:
        payload = text["payload"]
        is_of_field = (payload.get("facet_type"), payload.get("field_name")) == (conflict.facet, conflict.field)
        if conflict.kind == "field" and payload["type"] == "SetField" and is_of_field and "value" in payload:
            return Decision(text["actor_id"], site, text["hlc"], payload["value"], has_value=True)
    text, site = operations[0]
    return Decision(text["actor_id"], site, text["hlc"])
