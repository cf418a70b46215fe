"""What a bundle is about, in the names that its event keeps: pages that list events read no records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from stages.registers.fold.ids import COLUMN, RELATION, SAVED_VIEW, TABLE
from stages.registers.fold.increment import Increment
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.payloads import (
    AttachFacet,
    CreateEdge,
    CreateEntity,
    CreateOrderedEdge,
    DeleteEdge,
    DeleteEntity,
    DetachFacet,
    MergeEntities,
    Payload,
    SetCRDTField,
    SetField,
    SplitEntity,
)
from stages.registers.fold.views import as_it_was
from stages.registers.reading.tracing import CONFIRMED
from stages.registers.schema import Schema, Table
from stages.registers.schema.model import KEY_COLUMN, LIST, TEXT

# Names and fields that an event keeps; of more it keeps how many there are.
MOST: Final = 5
MAX_NAME: Final = 60
_SCHEMA: Final = {TABLE: "table", COLUMN: "column", RELATION: "relation", SAVED_VIEW: "view"}
_OF_SCHEMA: Final = {TABLE: ("title", "facet"), COLUMN: ("title", "name"), RELATION: ("title", "type")}

# Of several acts in one bundle, the first of these says what it was for: a table with its columns is a table.
FOREMOST: Final = (
    *("table", "table_removed", "column_removed", "relation", "relation_removed", "merged", "split", "created"),
    *("deleted", "column", "view", "view_removed", "attached", "detached"),
)

About = dict[str, Any]


def about(payloads: Sequence[Payload], increment: Increment, schema: Schema) -> About:
    """Of the act that a bundle does most, or first: `act`, `names` of what it is done to, `more`, `fields`.

    The table is there by its `facet` and its title (`table`).

    Acts are `created`, `deleted`, `set`, `attached`, `detached`, `linked`, `unlinked`, `confirmed`, `merged`, `split`,
    and those of the schema: `table`, `column`, `relation` and `view`, each with `_removed` where it was taken away.
    """
    done = list(_acts(payloads, increment))
    act = _foremost(each for each, _entities in done)
    entities = list(dict.fromkeys(entity for each, listed in done if each == act for entity in listed))
    facet = _facet(increment, entities)
    names = [name for entity in entities[:MOST] if (name := _name(increment, schema, entity))]
    fields = [_title(schema, each) for each in payloads if isinstance(each, SetField | SetCRDTField)]
    found: About = {"act": act, "names": names, "more": max(0, len(entities) - len(names))}
    if act == "set":
        found["fields"] = list(dict.fromkeys(filter(None, fields)))[:MOST]
    if facet := _table_of(increment, entities) or facet:
        found["facet"] = facet
    if table := schema.tables.get(facet):
        found["table"] = table.label[:MAX_NAME]
    return found


def _acts(payloads: Iterable[Payload], increment: Increment) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What each payload does, and to which entities."""
    for each in payloads:
        match each:
            case CreateEntity(entity) | DeleteEntity(entity) | AttachFacet(entity) | DetachFacet(entity):
                kind = _kind(increment, entity)
                yield _act_of_life(each, kind), (entity,)
            case SetField(edge, facet, name) if facet.startswith(EDGE_PREFIX):
                yield "confirmed" if name == CONFIRMED else "set", _ends(increment, edge)
            case SetField(entity, facet) | SetCRDTField(entity, facet):
                yield _SCHEMA.get(facet, "set"), (entity,)
            case CreateEdge(edge) | CreateOrderedEdge(edge):
                yield "linked", _ends(increment, edge)
            case DeleteEdge(edge):
                yield "unlinked", _ends(increment, edge)
            case MergeEntities(survivor, absorbed):
                yield "merged", (survivor, absorbed)
            case SplitEntity(source, new_entity):
                yield "split", (source, new_entity)


def _act_of_life(payload: Payload, kind: str) -> str:
    if kind:
        return f"{kind}_removed" if isinstance(payload, DeleteEntity) else kind
    acts = {CreateEntity: "created", DeleteEntity: "deleted", AttachFacet: "attached", DetachFacet: "detached"}
    return acts[type(payload)]


def _foremost(acts: Iterable[str]) -> str:
    counted = Counter(acts)
    return next((each for each in FOREMOST if counted[each]), counted.most_common(1)[0][0] if counted else "")


def _kind(increment: Increment, entity: str) -> str:
    """Of a record of the schema, what it is; empty for one of people."""
    record = increment.storage.records.get(entity)
    facets = {facet for _entity, facet in record.facts.facets} if record else set()
    return next((kind for facet, kind in _SCHEMA.items() if facet in facets), "")


def _ends(increment: Increment, edge: str) -> tuple[str, ...]:
    found = increment.storage.edges.get(edge)
    return (found.facts.source, found.facts.target) if found else ()


def _facet(increment: Increment, entities: Iterable[str]) -> str:
    """The first table of the first record."""
    for entity in entities:
        if record := increment.storage.records.get(entity):
            return min((facet for _entity, facet in record.facts.facets), default="")
    return ""


def _table_of(increment: Increment, entities: Sequence[str]) -> str:
    """The table that a record of the schema is, or belongs to; empty for a record of people."""
    record = increment.storage.records.get(entities[0]) if entities else None
    for facet, name in ((TABLE, "facet"), (COLUMN, "table"), (SAVED_VIEW, "table")):
        shown = as_it_was(record).fields.get(facet, {}).get(name) if record else None
        if shown is not None and isinstance(shown.value, str):
            return shown.value
    return ""


def _name(increment: Increment, schema: Schema, entity: str) -> str:
    """The key of a record, or its text; the title of a record of the schema."""
    record = increment.storage.records.get(entity)
    if record is None:
        return ""
    fields = as_it_was(record).fields
    for facet, shown in fields.items():
        values = {name: each.value for name, each in shown.items()}
        members = _OF_SCHEMA.get(facet) or (KEY_COLUMN, *_text_columns(schema.tables.get(facet)), "name")
        if name := next((text for each in members if isinstance(text := values.get(each), str) and text), ""):
            return name[:MAX_NAME]
    return ""


def _text_columns(table: Table | None) -> list[str]:
    return [each.name for each in table.columns if each.type in (TEXT, LIST)] if table else []


def _title(schema: Schema, payload: SetField | SetCRDTField) -> str:
    column = schema.column(payload.facet_type, payload.field_name)
    return column.label[:MAX_NAME] if column else ""
