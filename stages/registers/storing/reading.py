"""The statements that read what follows from operations, a group of rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final
from uuid import UUID

from kernel.statements import Rows, Statement, ids_text, run, run_together
from stages.registers.fold.effects import Field, Pair, Subject, Write
from stages.registers.fold.facts import Classes, Ends, MappingFacts, Tips
from stages.registers.fold.lives import Life
from stages.registers.fold.stored_documents import StoredDocument
from stages.registers.fold.views import Edge, Record, show_edge, show_record
from stages.registers.storing.spelling import (
    of_text,
    read_document,
    read_edge,
    read_ends,
    read_life,
    read_record,
    read_tips,
    read_write,
)

_FIELDS: Final = """
SELECT entity, facet, field, tips FROM registers_fieldstate WHERE project_id = %s AND entity = ANY(%s::uuid[])
"""
_DOCUMENTS: Final = """
SELECT entity, facet, field, last, state, text, clocks, pairs FROM registers_document
WHERE project_id = %s AND entity = ANY(%s::uuid[])
"""
_LIVES: Final = """
SELECT kind, subject, facet, acts, removals FROM registers_life WHERE project_id = %s AND subject = ANY(%s::uuid[])
"""
_ENDS: Final = """
SELECT edge, "order", type, source, target, ordered FROM registers_edgeends
WHERE project_id = %s AND edge = ANY(%s::uuid[])
"""
_ENDS_AT: Final = """
SELECT edge, "order", type, source, target, ordered FROM registers_edgeends
WHERE project_id = %s AND (source = ANY(%s::uuid[]) OR target = ANY(%s::uuid[]))
"""
_INDEXES: Final = """
SELECT edge, write FROM registers_edgeindex WHERE project_id = %s AND edge = ANY(%s::uuid[])
"""
_EDGES: Final = """
SELECT id, source, target, facts FROM registers_edge WHERE project_id = %s AND id = ANY(%s::uuid[])
"""
_RECORDS: Final = """
SELECT id, alive, facts FROM registers_record WHERE project_id = %s AND id = ANY(%s::uuid[])
"""
_MAPPINGS: Final = """
SELECT facet_a, field_a, facet_b, field_b, write FROM registers_mapping WHERE project_id = %s
"""
_ENTITIES_WITH: Final = """
SELECT facet, subject FROM registers_life WHERE project_id = %s AND kind = 'facet' AND facet = ANY(%s)
"""
# All that a schema is made of, as one hash: which entities have a life of its facets, and the digests of their records.
# The facets are no values: with values, whose number Postgres does not know, it would plan this anew each time.
_PRINT: Final = """
SELECT sha256(coalesce(string_agg(convert_to(life.facet, 'UTF8') || uuid_send(life.subject)
    || coalesce(record.digest, ''), ''::bytea ORDER BY life.facet, life.subject), ''))
FROM registers_life AS life
LEFT JOIN registers_record AS record ON record.project_id = life.project_id AND record.id = life.subject
WHERE life.project_id = %s AND life.kind = 'facet'
    AND life.facet IN ('foundry.table', 'foundry.column', 'foundry.relation', 'foundry.saved_view')
"""
_ALL_RECORDS: Final = "SELECT id FROM registers_record WHERE project_id = %s"
_ALL_EDGES: Final = "SELECT id FROM registers_edge WHERE project_id = %s"

Put = Callable[[Any, Any], None]


class Reading:
    """Reads what follows from the operations of one project."""

    def __init__(self, project_id: UUID) -> None:
        self.project_id = project_id

    def entities(self, ids: Collection[str], fields: Put, documents: Put, lives: Put) -> None:
        """All that is known of entities and edges by themselves."""
        self.take_entities(run_together(self.entities_queries(ids)), fields, documents, lives)

    def entities_queries(self, ids: Collection[str]) -> list[Statement]:
        """The SELECTs whose rows `take_entities` takes."""
        return [self._of(statement, ids) for statement in (_FIELDS, _DOCUMENTS, _LIVES)]

    def take_entities(self, rows: Sequence[Rows], fields: Put, documents: Put, lives: Put) -> None:
        for row in rows[0]:
            fields(*_field(row))
        for row in rows[1]:
            documents(*_document(row))
        for row in rows[2]:
            lives(*_life(row))

    def edges(self, ids: Collection[str], ends: Put, indexes: Put, edges: Put) -> None:
        values = [self.project_id, ids_text(ids)]
        found = run_together([(_ENDS, values), (_INDEXES, values), (_EDGES, values)])
        for row in found[0]:
            ends(*_ends(row))
        for edge, write in found[1]:
            indexes(str(edge), _index(write))
        for row in found[2]:
            edges(*_edge(row))

    def ends_at(self, entities: Collection[str], ends: Put) -> None:
        """The ends of all edges that have one of these entities as an end."""
        ids = ids_text(entities)
        for row in run((_ENDS_AT, [self.project_id, ids, ids])):
            ends(*_ends(row))

    def records(self, ids: Collection[str], classes: Classes, records: Put) -> None:
        """Records as they are shown where the fields of each class are one."""
        self.take_records(run(self.records_query(ids)), classes, records)

    def records_query(self, ids: Collection[str]) -> Statement:
        """The SELECT whose rows `take_records` takes."""
        return self._of(_RECORDS, ids)

    def _of(self, statement: str, ids: Collection[str]) -> Statement:
        """A SELECT of rows of these ids; of one it is planned once, of many anew, since nobody knows how many."""
        if len(ids) == 1:
            return statement.replace("= ANY(%s::uuid[])", "= %s::uuid"), [self.project_id, *ids]
        return statement, [self.project_id, ids_text(ids)]

    def take_records(self, rows: Rows, classes: Classes, records: Put) -> None:
        for row in rows:
            records(*_record(row, classes))

    @property
    def mappings_query(self) -> Statement:
        return _MAPPINGS, [self.project_id]

    def mappings(self, mappings: Put) -> None:
        self.take_mappings(run(self.mappings_query), mappings)

    def take_mappings(self, rows: Rows, mappings: Put) -> None:
        for facet_a, field_a, facet_b, field_b, write in rows:
            pair: Pair = ((facet_a, field_a), (facet_b, field_b))
            mappings(pair, MappingFacts(pair, _index(write)))

    def entities_query(self, facets: Collection[str]) -> Statement:
        """The SELECT of facets, each with an entity that has a life of it."""
        return _ENTITIES_WITH, [self.project_id, list(facets)]

    @property
    def print_query(self) -> Statement:
        """The SELECT of one hash over all records that were ever part of the schema."""
        return _PRINT, [self.project_id]

    def all_records(self) -> list[str]:
        return [str(each) for (each,) in run((_ALL_RECORDS, [self.project_id]))]

    def all_edges(self) -> list[str]:
        return [str(each) for (each,) in run((_ALL_EDGES, [self.project_id]))]


def _field(row: tuple[Any, ...]) -> tuple[Field, Tips]:
    entity, facet, name, tips = row
    return Field(str(entity), facet, name), read_tips(of_text(tips))


def _document(row: tuple[Any, ...]) -> tuple[Field, StoredDocument]:
    entity, facet, name, last, state, text, clocks, pairs = row
    document = read_document(of_text(last), bytes(state), text, of_text(clocks), of_text(pairs))
    return Field(str(entity), facet, name), document


def _life(row: tuple[Any, ...]) -> tuple[Subject, Life]:
    kind, subject, facet, acts, removals = row
    return Subject(kind, str(subject), facet), read_life(of_text(acts), of_text(removals))


def _ends(row: tuple[Any, ...]) -> tuple[str, Ends]:
    edge, order, kind, source, target, ordered = row
    return str(edge), read_ends(of_text(order), kind, str(source), str(target), ordered)


def _index(write: str) -> Write:
    return read_write(of_text(write))


def _edge(row: tuple[Any, ...]) -> tuple[str, Edge]:
    edge, source, target, facts = row
    return str(edge), show_edge(read_edge(str(edge), str(source), str(target), of_text(facts)))


def _record(row: tuple[Any, ...], classes: Classes) -> tuple[str, Record]:
    record, alive, facts = row
    return str(record), show_record(read_record(str(record), alive, of_text(facts)), classes)
