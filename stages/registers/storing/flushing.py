"""Writes what was appended to the log and what follows from it, each table by one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kernel.statements import Statement, ids_text
from stages.registers.storing import statements as sql
from stages.registers.storing.conflicts import ConflictChanges, text_of_array
from stages.registers.storing.finding import highest_number
from stages.registers.storing.hashing import hashes_of
from stages.registers.storing.log import Arrived
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

    def statements(self) -> list[Statement]:
        """The statements that write the log, then what follows from it."""
        self._write_log(self._storage.pending)
        self._write_values()
        self._write_edges()
        self._write_records()
        self._write_conflicts()
        return self._statements

    def _write_log(self, pending: Sequence[Arrived]) -> None:
        self._put(sql.BUNDLES, map(_bundle, pending))
        operations = [each for arrived in pending for each in self._operations(arrived)]
        if operations:
            self._statements.append(sql.filled(sql.OPERATIONS, operations, after=[self._project_id]))

    def _operations(self, arrived: Arrived) -> Iterable[tuple[Any, ...]]:
        bundle, project = arrived.bundle, str(self._project_id)
        signed, digest = bundle.signed, bytes.fromhex(bundle.hash)
        for at, operation in enumerate(bundle.operations):
            hashes = ",".join(map(str, hashes_of(project, operation)))
            where = (digest, at, operation.op_id, bytes.fromhex(operation.hlc))
            yield (*where, signed.texts[at], signed.signatures[at], f"{{{hashes}}}")

    def _put(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Have rows written, if there are any."""
        if listed := list(rows):
            self._statements.append(sql.filled(statement, listed, before=[self._project_id]))

    def _write_values(self) -> None:
        storage = self._storage
        fields = (
            (key.entity, key.facet, key.name, to_text(spell_tips(tips)), _number(key.name, tips))
            for key, tips in storage.fields.changed()[0].items()
        )
        self._put(sql.FIELDS, fields)
        self._put(sql.DOCUMENTS, map(_document, storage.documents.changed()[0].items()))
        lives = (
            (key.kind, key.id, key.facet, to_text(spell_seen(life.acts)), to_text(spell_seen(life.removals)))
            for key, life in storage.lives.changed()[0].items()
        )
        self._put(sql.LIVES, lives)
        mappings = (
            (*pair[0], *pair[1], bool(each.last.value), to_text(spell_write(each.last)))
            for pair, each in storage.mappings.changed()[0].items()
        )
        self._put(sql.MAPPINGS, mappings)

    def _write_edges(self) -> None:
        storage = self._storage
        ends = (
            (key, to_text(each.order), each.type, each.source, each.target, each.ordered)
            for key, each in storage.ends.changed()[0].items()
        )
        self._put(sql.ENDS, ends)
        indexes = ((key, to_text(spell_write(each))) for key, each in storage.indexes.changed()[0].items())
        self._put(sql.INDEXES, indexes)
        edges = (
            (
                *(key, each.facts.ends.type or "", each.facts.source, each.facts.target, each.shown),
                *(each.index, to_text(each.properties), to_text(spell_edge(each.facts)), each.digest),
                len(each.conflicts),
            )
            for key, each in storage.edges.changed()[0].items()
        )
        self._put(sql.EDGES, edges)

    def _write_records(self) -> None:
        records = self._storage.records
        written, gone = records.changed()
        rows = (
            (key, each.alive, to_text(spell_record(each.facts)), each.digest, len(each.conflicts))
            for key, each in written.items()
        )
        self._put(sql.RECORDS, rows)
        if gone:
            self._statements.append((sql.GONE_RECORDS, [self._project_id, ids_text(gone)]))
        self._write_rows([*written, *gone])

    def _write_rows(self, changed: Iterable[str]) -> None:
        noted, latest = self._storage.noted, self._storage.noted.latest
        written: list[tuple[Any, ...]] = []
        gone: list[tuple[str, str]] = []
        for key in changed:
            old, new = noted.rows_of(key)
            for facet, row in new.items():
                if (facet, key) in latest:
                    words = row.words(self._project_id)
                    hlc = bytes.fromhex(latest[facet, key])
                    written.append(
                        (facet, key, row.key_number, to_text(row.shown), text_of_array(row.conflicts), words, hlc)
                    )
            gone += [(facet, key) for facet in old.keys() - new.keys()]
        if gone:
            self._statements.append(sql.filled(sql.GONE_ROWS, gone, after=[self._project_id]))
        self._put(sql.ROWS, written)

    def _write_conflicts(self) -> None:
        changes = ConflictChanges(self._project_id)
        for bundle, each in self._storage.noted.bundles:
            changes.take(bundle, each)
        project = self._project_id
        if updated := list(changes.updates()):
            self._statements.append(sql.filled(sql.CHANGED_CONFLICTS, updated, after=[project, project]))
        if added := list(changes.inserts()):
            self._statements.append(sql.filled(sql.CONFLICTS, added, after=[project, project]))


def _bundle(arrived: Arrived) -> tuple[Any, ...]:
    bundle, header = arrived.bundle, arrived.bundle.header
    first = bundle.operations[0]
    return (
        *(header.bundle_id, bytes.fromhex(header.site_key), header.number, bytes.fromhex(first.hlc)),
        *(first.op_id, bytes.fromhex(bundle.hlc), bytes.fromhex(first.actor_id)),
        *(header.undoes, header.count, bundle.signed.header_text),
        *(bytes.fromhex(bundle.hash), to_text(dict(bundle.clock)), arrived.at),
        bytes.fromhex(arrived.sender) if arrived.sender else None,
    )


def _document(row: tuple[Any, Any]) -> tuple[Any, ...]:
    key, each = row
    clocks, pairs = spell_pairs(each)
    where = (key.entity, key.facet, key.name)
    return (*where, to_text(each.last), each.state, each.text, to_text(clocks), to_text(pairs))


def _number(name: str, tips: Any) -> int | None:
    return highest_number(tips) if name == "key" else None
