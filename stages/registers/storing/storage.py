"""The storage of a project's registers in Postgres, within the caller's transaction and under the project's row lock.

What is asked for is read once, together where it is known before; what was set is written at the end, by `flush`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final
from uuid import UUID

from kernel.statements import Rows, RowValues, Statement, run, run_together
from stages.registers.fold.bundles import Bundle
from stages.registers.fold.effects import IDENTITY, Field, Key, Pair, Subject, Write, is_identity, keys
from stages.registers.fold.facts import Classes, Ends, MappingFacts, Tips
from stages.registers.fold.identity import Identity
from stages.registers.fold.ids import COLUMN, RELATION, SAVED_VIEW, TABLE
from stages.registers.fold.lives import Life
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import Payload
from stages.registers.fold.refreshing import Changes
from stages.registers.fold.storage import Indexes
from stages.registers.fold.stored_documents import StoredDocument
from stages.registers.fold.views import Conflict, Edge, Record, mapping_classes
from stages.registers.storing.finding import Finding
from stages.registers.storing.flushing import Flush
from stages.registers.storing.log import PostgresLog
from stages.registers.storing.noting import NotedChanges
from stages.registers.storing.reading import Reading
from stages.registers.storing.subjects import subjects_of
from stages.registers.storing.tables import Loader, StoredTable

# Whoever asks for the records of one asks for those of the others.
_SCHEMA: Final = (TABLE, COLUMN, RELATION, SAVED_VIEW)


class PostgresStorage(Indexes, PostgresLog):
    """A project's log and derived state (`fold.storage.Storage`).

    Nobody else may write to the project meanwhile. `note` is called after each bundle that was applied, `flush` before
    the transaction ends.
    """

    def __init__(self, project_id: UUID) -> None:
        Indexes.__init__(self)
        PostgresLog.__init__(self, project_id)
        self._reading = Reading(project_id)
        self._entities = Loader(self._read_entities)
        self._edge_rows = Loader(self._read_edges)
        self._edge_ends = Loader(self._read_ends_at)
        self._record_rows = Loader(self._read_records)
        self._mapping_rows = Loader(lambda _all: self._reading.mappings(self.mappings.put))
        self._facets = Loader(self._read_entities_with)
        of_entity, of_edge = self._entities, self._edge_rows
        self.fields: StoredTable[Field, Tips] = StoredTable(of_entity, _entity, note=self._note_field)
        self.documents: StoredTable[Field, StoredDocument] = StoredTable(of_entity, _entity, note=self._note_field)
        self.lives: StoredTable[Subject, Life] = StoredTable(of_entity, _subject, note=self._note_life)
        self.ends: StoredTable[str, Ends] = StoredTable(of_edge, str, note=self._note_ends)
        self.indexes: StoredTable[str, Write] = StoredTable(of_edge, str)
        self.edges: StoredTable[str, Edge] = StoredTable(of_edge, str, read_all=self._read_all_edges)
        self.records: StoredTable[str, Record] = StoredTable(self._record_rows, str, read_all=self._read_all_records)
        self.mappings: StoredTable[Pair, MappingFacts] = StoredTable(
            self._mapping_rows, lambda _pair: "", read_all=lambda: self._mapping_rows.ensure([""])
        )
        self._stored_classes: Classes | None = None
        self._replayed: Identity | None = None
        self._schema_print: bytes | None = None
        # The hashes of bundles that are appended next, and whose rows are read already.
        self._prepared: set[str] = set()
        # What hooks had read together with all the rest (`hooks.on_write`), by their names.
        self.asked: dict[str, RowValues] = {}
        # What is noted of each bundle, for rows that say when something changed.
        self.noted = NotedChanges(self.records)

    # What is found by something else than the key

    def fields_of(self, entity: str, facet: str) -> list[Field]:
        self._entities.ensure_one(entity)
        return super().fields_of(entity, facet)

    def facets_of(self, entity: str) -> list[str]:
        self._entities.ensure_one(entity)
        return super().facets_of(entity)

    def entities_with(self, facet: str) -> list[str]:
        self._facets.ensure(_SCHEMA if facet in _SCHEMA else [facet])
        if facet in _SCHEMA:
            self.records.prefetch(entity for each in _SCHEMA for entity in self._entities_with.get(each, ()))
        return super().entities_with(facet)

    def edges_at(self, entity: str) -> list[str]:
        self._edge_ends.ensure_one(entity)
        return super().edges_at(entity)

    def holders(self, facet: str, name: str, values: Iterable[object]) -> dict[str, list[str]]:
        """The living records that show one of these values in a field, by the value's canonical text."""
        return Finding(self.project_id, self.records).holders(facet, name, values)

    def highest_key(self, facet: str, prefix: str) -> int:
        """The highest number that a key of a table ever had, deleted records included; 0 where there is none."""
        return Finding(self.project_id, self.records).highest_key(facet, prefix, self.fields)

    # What is read together

    def open(self) -> None:
        """Read together what everything needs: mappings, merges, splits, heads of chains, the hash of the schema."""
        if "" not in self._mapping_rows.known and self._heads is None:
            self.take_opened(run_together(self.opening_queries()))

    def opening_queries(self, ahead: Collection[str] = ()) -> list[Statement]:
        """The SELECTs whose rows `take_opened` takes: of all that `open` reads, and of entities that will be needed."""
        reading = self._reading
        queries = [reading.mappings_query, self.identity_query, self.heads_query, reading.print_query]
        return [*queries, *reading.entities_queries(ahead), reading.records_query(ahead)] if ahead else queries

    def take_opened(self, rows: Sequence[Rows], ahead: Collection[str] = ()) -> None:
        mappings, identity, heads, schema, *of_entities = rows
        self._mapping_rows.known.add("")
        self._reading.take_mappings(mappings, self.mappings.put)
        self.take_identity(identity)
        self.take_heads(heads)
        self._schema_print = bytes(schema[0][0])
        if ahead:
            self._entities.known.update(ahead)
            self._reading.take_entities(of_entities, self.fields.put, self.documents.put, self.lives.put)
            self._record_rows.known.update(ahead)
            self._reading.take_records(of_entities[3], self._classes_of_stored(), self.records.put)

    @property
    def schema_print(self) -> bytes | None:
        """A hash of all that the schema is made of; None where that is not known, or has been added to."""
        if self._schema_print is None or any(facet in _SCHEMA for facet, _name in self._classes_of_stored()):
            return None
        return self._schema_print

    def append(self, bundle: Bundle) -> bool:
        if not super().append(bundle):
            return False
        self.note_appended(bundle)
        return True

    def note_appended(self, bundle: Bundle) -> None:
        """Know the merges and splits of a bundle that was appended, and read what it touches."""
        self._schema_print = None
        if found := bundle_joins(bundle):
            self.note_identity(found)
            self._replayed = None
            # What is shown where may be another thing now.
            self._prepared.clear()
        if bundle.hash not in self._prepared:
            self.prepare(operation.payload for operation in bundle.operations)

    @property
    def _identity_now(self) -> Identity:
        if self._replayed is None:
            self._replayed = Identity(self.operations_on(IDENTITY))
        return self._replayed

    def prepare(self, payloads: Iterable[Payload]) -> None:
        """Read together all that payloads will be looked up in."""
        subjects = subjects_of(payloads)
        identity = self._identity_now
        roots = {identity.root(entity) for entity in subjects.entities}
        together = {*subjects.entities, *subjects.edges}
        if identity.parent or identity.moved:
            roots |= {identity.place(*facet) for facet in subjects.facets}
            together |= {member for root in roots for member in identity.members(root)}
            together |= {entity for root in roots for entity, _facet in identity.moved_to(root)}
        self._entities.ensure(together)
        self._edge_rows.ensure(subjects.edges)
        self._record_rows.ensure(roots)
        self._prepare_edges(subjects.edges, subjects.lives if not identity.parent else together, identity)

    def prepare_bundles(self, bundles: Collection[Bundle]) -> None:
        """Read together all that bundles will be looked up in, which is not looked for again with each of them."""
        self.prepare(operation.payload for bundle in bundles for operation in bundle.operations)
        self._prepared.update(bundle.hash for bundle in bundles)

    def prepare_links(self, records: Iterable[str]) -> None:
        """Read together the links that begin or end at records, and what is at their other ends."""
        identity = self._identity_now
        self._prepare_edges((), {member for record in records for member in identity.members(record)}, identity)

    def prepare_past(self, bundle: Bundle) -> None:
        """Read together what is asked to take a bundle back: all that was ever done to what it touched."""
        self.prepare(operation.payload for operation in bundle.operations)
        touched = {key for operation in bundle.operations for key in keys(operation)}
        entities = {key.of.id for key in touched if key.kind == "life" and key.of.kind != "edge"}
        facets = {Subject("facet", entity, facet) for entity in entities for facet in self.facets_of(entity)}
        subjects = {*facets, *(Subject("entity", entity) for entity in entities)}
        self.prefetch_operations([*touched - {IDENTITY}, *(Key("life", each) for each in subjects)])

    def _prepare_edges(self, edges: Collection[str], entities: Iterable[str], identity: Identity) -> None:
        """The edges that come and go with entities, and the records at the ends of edges."""
        self._edge_ends.ensure(entities)
        found = {edge for entity in entities for edge in self._edges_at.get(entity, ())}
        self._entities.ensure(found)
        self._edge_rows.ensure(found)
        ends = [each for edge in {*found, *edges} if (each := self.ends.get(edge))]
        self._record_rows.ensure({identity.root(end) for each in ends for end in (each.source, each.target)})

    def _read_entities(self, ids: list[str]) -> None:
        self._reading.entities(ids, self.fields.put, self.documents.put, self.lives.put)

    def _read_edges(self, ids: list[str]) -> None:
        self._reading.edges(ids, self.ends.put, self.indexes.put, self.edges.put)

    def _read_ends_at(self, ids: list[str]) -> None:
        self._entities.ensure(ids)
        # What is an end of an edge has a life.
        known = [each for each in ids if Subject("entity", each) in self.lives.rows]
        if known:
            self._reading.ends_at(known, self.ends.put)

    def _read_records(self, ids: list[str]) -> None:
        self._reading.records(ids, self._classes_of_stored(), self.records.put)

    def _read_entities_with(self, facets: list[str]) -> None:
        self._take_entities_with(run(self._reading.entities_query(facets)))

    def _take_entities_with(self, rows: Rows) -> None:
        for facet, entity in rows:
            self._entities_with[facet].add(str(entity))

    def _read_all_records(self) -> None:
        self._record_rows.ensure(self._reading.all_records())

    def _read_all_edges(self) -> None:
        self._edge_rows.ensure(self._reading.all_edges())

    def _classes_of_stored(self) -> Classes:
        """The classes by which what is stored was shown, whatever mappings have been set since."""
        if self._stored_classes is None:
            self._mapping_rows.ensure([""])
            stored = {pair: self.mappings.before.get(pair, row) for pair, row in self.mappings.rows.items()}
            self._stored_classes = mapping_classes({pair: row for pair, row in stored.items() if row is not None})
        return self._stored_classes

    def note(self, bundle: Bundle, changes: Changes) -> None:
        """Note what a bundle changed."""
        gone = [key for key in self.records.before if key not in self.records.rows] if bundle_joins(bundle) else []
        self.noted.add(bundle, changes, gone)

    def open_conflicts(self) -> list[Conflict]:
        """All that is open at records and edges."""
        at_records = (each for _id, record in self.records.items() for each in record.conflicts)
        return sorted([*at_records, *(each for _id, edge in self.edges.items() for each in edge.conflicts)])

    # The end

    def flush(self) -> None:
        """Write what was appended and set, in one round trip."""
        if statements := self.flushing():
            run_together(statements)
        self.flushed()

    def flushing(self) -> list[Statement]:
        """The statements that write what was appended and set; `flushed` has to follow."""
        return Flush(self).statements()

    def flushed(self) -> None:
        """Everything is written."""
        self.written()
        self.noted.clear()
        for table in self.tables:
            table.before.clear()
        self._stored_classes = None

    @property
    def tables(self) -> Sequence[StoredTable]:  # type: ignore[type-arg]
        values, edges = (self.fields, self.documents, self.lives), (self.ends, self.indexes, self.edges)
        return (*values, *edges, self.records, self.mappings)

    def forget(self) -> None:
        """Drop all rows that were read, so that a long work needs little memory. Everything must be written."""
        loaders = (self._entities, self._edge_rows, self._edge_ends, self._record_rows, self._mapping_rows)
        for loader in (*loaders, self._facets):
            loader.known.clear()
        self._prepared.clear()
        for table in self.tables:
            table.forget()
        for index in (self._fields_of, self._facets_of, self._entities_with, self._edges_at):
            index.clear()

    def fork(self) -> PostgresStorage:
        """One that goes on from here by itself, and is never written."""
        other = PostgresStorage(self.project_id)
        self.fork_log_into(other)
        for mine, theirs in zip(self.tables, other.tables, strict=True):
            mine.fork_into(theirs)
        for name in ("_entities", "_edge_rows", "_edge_ends", "_record_rows", "_mapping_rows", "_facets"):
            getattr(other, name).known.update(getattr(self, name).known)
        self.copy_indexes_into(other)
        vars(other).update(_stored_classes=self._stored_classes, asked=self.asked)
        return other


def bundle_joins(bundle: Bundle) -> list[Operation]:
    """The merges and splits of a bundle."""
    return [each for each in bundle.operations if is_identity(each)]


def _entity(field: Field) -> str:
    return field.entity


def _subject(subject: Subject) -> str:
    return subject.id
