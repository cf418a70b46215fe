"""Records of the stage's own facets: modules, rules and scripts of a project, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stages.registers.fold.storage import Derived


@dataclass(frozen=True, slots=True)
class StageRecord:
    """A living record. Where two sites wrote different things into it, it is conflicted, and counts as off."""

    entity: str
    values: Mapping[str, Any]
    is_conflicted: bool

    def text(self, name: str) -> str:
        """A field as a text; empty where another site wrote something else into it."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""


def records_of(storage: Derived, facet: str) -> list[StageRecord]:
    """The living records of a facet, by their names."""
    entities = sorted(storage.entities_with(facet))
    storage.records.prefetch(entities)
    found = []
    for entity in entities:
        record = storage.records.get(entity)
        shown = record.fields.get(facet) if record is not None and record.alive else None
        if record is None or shown is None:
            continue
        values = {name: each.value for name, each in shown.items()}
        found.append(StageRecord(entity, values, any(each.facet == facet for each in record.conflicts)))
    return sorted(found, key=lambda each: (each.text("name"), each.entity))
