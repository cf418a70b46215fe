"""Which tables a bundle is about."""

from __future__ import annotations

from typing import Any

from stages.registers.fold.bundles import Bundle
from stages.registers.fold.increment import Increment
from stages.registers.schema.reading import FACETS

_ENTITIES = ("entity_id", "entity", "survivor", "absorbed", "source", "target", "new_entity")


def tables_touched(increment: Increment, bundle: Bundle) -> set[str]:
    """The tables whose records, columns or views a bundle changes, and those of the records that it links."""
    storage = increment.storage
    payloads: list[Any] = [each.payload for each in bundle.operations]
    found = {facet for each in payloads if (facet := getattr(each, "facet_type", None))}
    named = (getattr(each, name, None) for each in payloads for name in _ENTITIES)
    entities = {entity for entity in named if isinstance(entity, str)}
    edges = {each.edge_id for each in payloads if hasattr(each, "edge_id")} | entities
    storage.edges.prefetch(edges)
    for edge in edges:
        if known := storage.edges.get(edge):
            entities |= {known.facts.source, known.facts.target}
    storage.records.prefetch(increment.identity.root(each) for each in entities)
    for entity in entities:
        record = storage.records.get(increment.identity.root(entity))
        for _member, facet in record.facts.facets if record is not None else ():
            found.add(facet)
            if facet in FACETS and record is not None:
                found |= _tables_named(record.fields.get(facet, {}))
    return {each for each in found if ":" not in each and each not in FACETS}


def _tables_named(fields: Any) -> set[str]:
    """The table that a record of the schema is of."""
    values = (fields[name].value for name in ("table", "facet", "source", "target") if name in fields)
    return {value for value in values if isinstance(value, str)}
