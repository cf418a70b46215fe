"""Writes what was appended to the log and what follows from it, each table by one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel.statements import Statement, run_together
from stages.registers.fold.views import Record
from stages.registers.storing import statements as sql
from stages.registers.storing.conflicts import ConflictChanges, text_of_array
from stages.registers.storing.finding import highest_number
from stages.registers.storing.hashing import hashes_of
from stages.registers.storing.log import Arrived
from stages.registers.storing.rows import rows_of
from stages.registers.storing.spelling import (
    spell_edge,
    spell_pairs,
    spell_record,
    spell_seen,
    spell_tips,
    spell_write,
    to_text,
)

if TYPE_CHECKING:
    from stages.registers.storing.storage import PostgresStorage


class Flush:
    """One writing of a storage."""

    def __init__(self, storage: PostgresStorage) -> None:
        self._storage = storage
        self._project_id = storage.project_id
        self._statements: list[Statement] = []

    def run(self) -> None:
        """Write the log, then what follows from it, in one round trip."""
        self._write_log(self._storage.pending)
        self._write_values()
        self._write_edges()
        self._write_records()
        self._write_conflicts()
        if self._statements:
            run_together(self._statements)

    def _write_log(self, pending: Sequence[Arrived]) -> None:
        self._put(sql.BUNDLES, map(_bundle, pending), 14)
        operations = _columns((each for arrived in pending for each in self._operations(arrived)), 7)
        if pending:
            self._statements.append((sql.OPERATIONS, [*operations, self._project_id]))

    def _operations(self, arrived: Arrived) -> Iterable[tuple[Any, ...]]:
        bundle, project = arrived.bundle, str(self._project_id)
        signed, digest = bundle.signed, bytes.fromhex(bundle.hash)
        for at, operation in enumerate(bundle.operations):
            hashes = ",".join(map(str, hashes_of(project, operation)))
            where = (digest, at, UUID(operation.op_id), bytes.fromhex(operation.hlc))
            yield (*where, signed.texts[at], signed.signatures[at], f"{{{hashes}}}")

    def _put(self, statement: str, rows: Iterable[tuple[Any, ...]], width: int) -> None:
        """Have rows written, if there are any."""
        columns = _columns(rows, width)
        if columns[0]:
            self._statements.append((statement, [self._project_id, *columns]))

    def _write_values(self) -> None:
        storage = self._storage
        fields = (
            (UUID(key.entity), key.facet, key.name, to_text(spell_tips(tips)), _number(key.name, tips))
            for key, tips in storage.fields.changed()[0].items()
        )
        self._put(sql.FIELDS, fields, 5)
        self._put(sql.DOCUMENTS, map(_document, storage.documents.changed()[0].items()), 8)
        lives = (
            (key.kind, UUID(key.id), key.facet, to_text(spell_seen(life.acts)), to_text(spell_seen(life.removals)))
            for key, life in storage.lives.changed()[0].items()
        )
        self._put(sql.LIVES, lives, 5)
        mappings = (
            (*pair[0], *pair[1], bool(each.last.value), to_text(spell_write(each.last)))
            for pair, each in storage.mappings.changed()[0].items()
        )
        self._put(sql.MAPPINGS, mappings, 6)

    def _write_edges(self) -> None:
        storage = self._storage
        ends = (
            (UUID(key), to_text(each.order), each.type, UUID(each.source), UUID(each.target), each.ordered)
            for key, each in storage.ends.changed()[0].items()
        )
        self._put(sql.ENDS, ends, 6)
        indexes = ((UUID(key), to_text(spell_write(each))) for key, each in storage.indexes.changed()[0].items())
        self._put(sql.INDEXES, indexes, 2)
        edges = (
            (
                *(UUID(key), each.facts.ends.type or "", UUID(each.facts.source), UUID(each.facts.target), each.shown),
                *(each.index, to_text(each.properties), to_text(spell_edge(each.facts)), each.digest),
                len(each.conflicts),
            )
            for key, each in storage.edges.changed()[0].items()
        )
        self._put(sql.EDGES, edges, 10)

    def _write_records(self) -> None:
        records = self._storage.records
        written, gone = records.changed()
        rows = (
            (UUID(key), each.alive, to_text(spell_record(each.facts)), each.digest, len(each.conflicts))
            for key, each in written.items()
        )
        self._put(sql.RECORDS, rows, 5)
        if gone:
            self._statements.append((sql.GONE_RECORDS, [self._project_id, [UUID(each) for each in gone]]))
        self._write_rows({key: (records.before[key], written.get(key)) for key in [*written, *gone]})

    def _write_rows(self, changed: dict[str, tuple[Record | None, Record | None]]) -> None:
        latest = self._storage.changed_rows
        written: list[tuple[Any, ...]] = []
        gone: list[tuple[str, UUID]] = []
        for key, (before, after) in changed.items():
            old, new = rows_of(before), rows_of(after)
            for facet, row in new.items():
                if (facet, key) in latest:
                    words = row.words(self._project_id)
                    hlc = bytes.fromhex(latest[facet, key])
                    written.append(
                        (facet, UUID(key), row.key_number, to_text(row.shown), text_of_array(row.conflicts), words, hlc)
                    )
            gone += [(facet, UUID(key)) for facet in old.keys() - new.keys()]
        if gone:
            self._statements.append((sql.GONE_ROWS, [*_columns(gone, 2), self._project_id]))
        self._put(sql.ROWS, written, 7)

    def _write_conflicts(self) -> None:
        changes = ConflictChanges(self._project_id)
        for bundle, each in self._storage.noted:
            changes.take(bundle, each)
        project = self._project_id
        if changes.updated:
            self._statements.append((sql.CHANGED_CONFLICTS, [*_columns(changes.updates(), 6), project, project]))
        if changes.added:
            self._statements.append((sql.CONFLICTS, [*_columns(changes.inserts(), 8), project, project]))


def _columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows as one list for each column."""
    listed = list(rows)
    return [[row[at] for row in listed] for at in range(width)]


def _bundle(arrived: Arrived) -> tuple[Any, ...]:
    bundle, header = arrived.bundle, arrived.bundle.header
    first = bundle.operations[0]
    return (
        *(UUID(header.bundle_id), bytes.fromhex(header.site_key), header.number, bytes.fromhex(first.hlc)),
        *(UUID(first.op_id), bytes.fromhex(bundle.hlc), bytes.fromhex(first.actor_id)),
        *(UUID(header.undoes) if header.undoes else None, header.count, bundle.signed.header_text),
        *(bytes.fromhex(bundle.hash), to_text(dict(bundle.clock)), arrived.at),
        bytes.fromhex(arrived.sender) if arrived.sender else None,
    )


def _document(row: tuple[Any, Any]) -> tuple[Any, ...]:
    key, each = row
    clocks, pairs = spell_pairs(each)
    where = (UUID(key.entity), key.facet, key.name)
    return (*where, to_text(each.last), each.state, each.text, to_text(clocks), to_text(pairs))


def _number(name: str, tips: Any) -> int | None:
    return highest_number(tips) if name == "key" else None
