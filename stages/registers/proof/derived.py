"""Whether what follows from the operations is what the definition says: every record and field, every row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db.models import Model

from stages.registers import models
from stages.registers.fold.definition import Definition, tips_of
from stages.registers.fold.documents import replay_text
from stages.registers.fold.effects import Field, Subject
from stages.registers.fold.lives import NO_LIFE, Life
from stages.registers.fold.views import State
from stages.registers.storing.finding import highest_number
from stages.registers.storing.rows import rows_of
from stages.registers.storing.spelling import (
    read_life,
    read_tips,
    read_value,
    read_write,
    spell_edge,
    spell_record,
    spell_tips,
)
from stages.registers.storing.storage import PostgresStorage

_AT_ONCE: Final = 1_000
Key = tuple[Any, ...]
Rows = dict[Key, tuple[str, Any]]


def faults_in_derived(project_id: UUID) -> Iterator[str]:
    """What is stored and is not what a replay of all operations says; each names the record and the field."""
    definition = Definition(PostgresStorage(project_id).by_range())
    state = definition.state()
    yield from _compare(_fields(project_id), _expected_fields(definition))
    yield from _compare(_texts(project_id), _expected_texts(definition))
    yield from _compare(_lives(project_id), _expected_lives(definition))
    yield from _compare(_edges(project_id), _expected_edges(definition, state))
    yield from _compare(_mappings(project_id), _expected_mappings(state))
    yield from _compare(_records(project_id), _expected_records(state))
    yield from _compare(_rows(project_id), _expected_rows(state, project_id))
    yield from _compare(_conflicts(project_id), _expected_conflicts(state))


def _compare(found: Rows, expected: Rows) -> Iterator[str]:
    for key in sorted(found.keys() | expected.keys(), key=str):
        if key not in expected:
            yield f"{found[key][0]} follows from no operation"
        elif key not in found:
            yield f"{expected[key][0]} is missing"
        elif found[key][1] != expected[key][1]:
            yield f"{_differing(*found[key], expected[key][1])} is not what the operations say"


def _differing(words: str, found: Any, expected: Any) -> str:
    """The words, with the first member that differs where both are objects."""
    if isinstance(found, dict) and isinstance(expected, dict):
        names = [str(name) for name in {**found, **expected} if found.get(name) != expected.get(name)]
        return f"{words}, {min(names)}," if names else words
    return words


def _all(model: type[Model], project_id: UUID, *names: str) -> Iterator[tuple[Any, ...]]:
    rows: Any = model._default_manager.filter(project_id=project_id).order_by()  # noqa: SLF001 (the one every model has)
    return rows.values_list(*names).iterator(chunk_size=_AT_ONCE)  # type: ignore[no-any-return]


def _fields(project_id: UUID) -> Rows:
    rows = _all(models.FieldState, project_id, "entity", "facet", "field", "tips", "key_number")
    return {
        (str(entity), facet, name): (_words(entity, facet, name), (read_tips(tips), number))
        for entity, facet, name, tips, number in rows
    }


def _expected_fields(definition: Definition) -> Rows:
    found: Rows = {}
    for field, written in definition.written.items():
        tips = tips_of(written)
        found[tuple(field)] = (_words(*field), (tips, highest_number(tips) if field.name == "key" else None))
    return found


def _texts(project_id: UUID) -> Rows:
    rows = _all(models.Document, project_id, "entity", "facet", "field", "text")
    return {
        (str(entity), facet, name): (f"the text of {_words(entity, facet, name)}", text)
        for entity, facet, name, text in rows
    }


def _expected_texts(definition: Definition) -> Rows:
    return {
        tuple(field): (f"the text of {_words(*field)}", replay_text(deltas).text)
        for field, deltas in definition.deltas.items()
    }


def _lives(project_id: UUID) -> Rows:
    rows = _all(models.Life, project_id, "kind", "subject", "facet", "acts", "removals")
    return {
        (kind, str(subject), facet): (f"the life of {kind} {subject} {facet}".rstrip(), read_life(acts, removals))
        for kind, subject, facet, acts, removals in rows
    }


def _expected_lives(definition: Definition) -> Rows:
    return {
        tuple(each): (f"the life of {each.kind} {each.id} {each.facet}".rstrip(), _life(definition, each))
        for each in definition.subjects
    }


def _life(definition: Definition, subject: Subject) -> Life:
    life = NO_LIFE
    for operation in definition.acts.get(subject, ()):
        life = life.with_act(operation)
    for operation in definition.removals.get(subject, ()):
        life = life.with_removal(operation)
    return life


def _edges(project_id: UUID) -> Rows:
    found: Rows = {}
    for edge, *ends in _all(models.EdgeEnds, project_id, "edge", "order", "type", "source", "target", "ordered"):
        order, kind, source, target, ordered = ends
        found["ends", str(edge)] = (f"the ends of link {edge}", [order, kind, str(source), str(target), ordered])
    for edge, write in _all(models.EdgeIndex, project_id, "edge", "write"):
        found["index", str(edge)] = (f"the place of link {edge}", read_write(write))
    names = ("id", "type", "source", "target", "shown", "index", "properties", "facts", "digest", "conflict_count")
    for row in _all(models.Edge, project_id, *names):
        facts = dict(zip(names, row, strict=True))
        facts |= {"source": str(facts["source"]), "target": str(facts["target"]), "digest": bytes(facts["digest"])}
        facts["properties"] = {name: read_value(value) for name, value in facts["properties"].items()}
        found["edge", str(facts.pop("id"))] = (f"link {row[0]}", facts)
    return found


def _expected_edges(definition: Definition, state: State) -> Rows:
    found: Rows = {}
    for key, ends in definition.ends.items():
        expected = [list(ends.order), ends.type, ends.source, ends.target, ends.ordered]
        found["ends", key] = (f"the ends of link {key}", expected)
    for key, write in definition.indexes.items():
        found["index", key] = (f"the place of link {key}", write)
    for key, edge in state.edges.items():
        facts = {
            "type": edge.facts.ends.type or "",
            "source": edge.facts.source,
            "target": edge.facts.target,
            "shown": edge.shown,
            "index": edge.index,
            "properties": edge.properties,
            "facts": spell_edge(edge.facts),
            "digest": edge.digest,
            "conflict_count": len(edge.conflicts),
        }
        found["edge", key] = (f"link {key}", facts)
    return found


def _mappings(project_id: UUID) -> Rows:
    rows = _all(models.Mapping, project_id, "facet_a", "field_a", "facet_b", "field_b", "confirmed", "write")
    return {tuple(pair): (f"the mapping {pair}", (confirmed, read_write(write))) for *pair, confirmed, write in rows}


def _expected_mappings(state: State) -> Rows:
    return {
        (*pair[0], *pair[1]): (f"the mapping {[*pair[0], *pair[1]]}", (bool(each.last.value), each.last))
        for pair, each in state.mappings.items()
    }


def _records(project_id: UUID) -> Rows:
    names = ("id", "alive", "facts", "digest", "conflict_count")
    found: Rows = {}
    for record, alive, facts, digest, count in _all(models.Record, project_id, *names):
        shown = {"alive": alive, "digest": bytes(digest), "conflict_count": count, **_by_field(facts)}
        found[str(record),] = (f"record {record}", shown)
    return found


def _expected_records(state: State) -> Rows:
    return {
        (key,): (
            f"record {key}",
            {
                "alive": record.alive,
                "digest": record.digest,
                "conflict_count": len(record.conflicts),
                **_by_field(spell_record(record.facts)),
            },
        )
        for key, record in state.records.items()
    }


def _by_field(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a record, each field as a member of its own, so that one that differs is named."""
    rest = {name: value for name, value in facts.items() if name not in ("tips", "texts")}
    tips = {f"field {facet}.{name}": spell_tips(read_tips(tips)) for _entity, facet, name, tips in facts["tips"]}
    texts = {f"text {facet}.{name}": text for _entity, facet, name, text in facts["texts"]}
    return {**rest, **tips, **texts}


def _rows(project_id: UUID) -> Rows:
    found: Rows = {}
    for facet, record, number, shown, conflicts, search in _all(
        models.Row, project_id, "facet", "record", "key_number", "shown", "conflicts", "search"
    ):
        values = {f"field {name}": read_value(value) for name, value in shown.items()}
        facts = {"key_number": number, "conflicts": sorted(conflicts), "search": _words_in(search), **values}
        found[facet, str(record)] = (f"the row of record {record} in {facet}", facts)
    return found


def _expected_rows(state: State, project_id: UUID) -> Rows:
    found: Rows = {}
    for key, record in state.records.items():
        for facet, row in rows_of(record).items():
            values = {f"field {name}": value for name, value in row.shown.items()}
            words = _words_in(row.words(project_id))
            facts = {"key_number": row.key_number, "conflicts": sorted(row.conflicts), "search": words, **values}
            found[facet, key] = (f"the row of record {key} in {facet}", facts)
    return found


def _words_in(vector: str) -> frozenset[str]:
    """The words of a vector, whose places Postgres writes in its own way."""
    return frozenset(each.split(":")[0] for each in vector.split())


def _conflicts(project_id: UUID) -> Rows:
    rows = models.Conflict.objects.filter(project=project_id, resolved_at=None).exclude(kind="duplicate")
    found: Rows = {}
    for each in rows.iterator(chunk_size=_AT_ONCE):
        where = (each.kind, str(each.subject), each.facet, each.field)
        found[where] = (f"the conflict {where}", list(each.values))
    return found


def _expected_conflicts(state: State) -> Rows:
    return {
        (each.kind, each.subject, each.facet, each.field): (
            f"the conflict {(each.kind, each.subject, each.facet, each.field)}",
            list(each.values),
        )
        for each in state.conflicts
    }


def _words(entity: object, facet: str, name: str) -> str:
    field = Field(str(entity), facet, name)
    return f"field {field.facet}.{field.name} of {field.entity}"
