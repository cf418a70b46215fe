"""What a person sees of a state, without what only machines see."""

from __future__ import annotations

from typing import Any

from stages.registers.fold.views import State


def what_is_shown(state: State) -> dict[str, Any]:
    """Records with their values and texts, edges in their order; a field that is empty is as one that was never set."""
    records = {
        record.id: {
            facet: {
                "fields": {name: each.value for name, each in fields.items() if each.value is not None},
                "texts": {name: text for name, text in record.texts[facet].items() if text},
            }
            for facet, fields in record.fields.items()
        }
        for record in state.records.values()
        if record.alive
    }
    edges: dict[Any, list[Any]] = {}
    for edge in sorted(state.edges.values(), key=lambda each: (each.index or "", each.id)):
        if edge.shown:
            properties = {name: value for name, value in edge.properties.items() if value is not None}
            key = (edge.facts.source, edge.facts.ends.type or "")
            edges.setdefault(key, []).append((edge.id, edge.facts.target, properties))
    return {"records": records, "edges": edges}
