"""r1 to r4: a cell of registers, many in one bundle, everything computed again, a block of a sorted table."""

from __future__ import annotations

import json
import statistics
from contextlib import ExitStack
from itertools import count, cycle
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps

from bench.client import socket_to
from bench.figure import Figure, Goal, compared, in_turn, per_second, seconds
from bench.nodes import BenchNode, product_node
from bench.world import BenchUser, bare_connection, person, project

if TYPE_CHECKING:
    from psycopg import Connection

STAGE = "stages.registers"
TABLE = "requirements"
RECORDS = 10_000
OPERATIONS = 100_000
AT_ONCE = 1_000
SOCKETS = 16
BLOCK = 100
# What one cell adds and changes: a bundle, an operation, an event, and the rows of its field, record and line.
STATEMENTS = (
    "SELECT id FROM projects_project WHERE id = %(project)s FOR NO KEY UPDATE",
    "INSERT INTO audit_event (canonical) VALUES (%(event)s)",
    """
    INSERT INTO registers_bundle (project_id, bundle_id, site_key, number, first_hlc, first_op, hlc, hash,
        header, clock, received_at, received_from, count, undoes, actor_key)
    SELECT project_id, gen_random_uuid(), site_key, %(number)s, first_hlc, first_op, hlc,
        sha256(%(number)s::text::bytea), header, clock, received_at, received_from, count, undoes, actor_key
    FROM registers_bundle WHERE arrival = %(bundle)s
    """,
    """
    INSERT INTO registers_operation (project_id, bundle_id, position, op_id, hlc, text, signature, keys)
    SELECT project_id, (SELECT max(arrival) FROM registers_bundle), 0, gen_random_uuid(), hlc, text, signature, keys
    FROM registers_operation WHERE id = %(operation)s
    """,
    """
    UPDATE registers_fieldstate SET tips = tips
    WHERE project_id = %(project)s AND entity = %(record)s AND facet = %(table)s AND field = 'title'
    """,
    "UPDATE registers_record SET facts = facts WHERE project_id = %(project)s AND id = %(record)s",
    """
    UPDATE registers_row SET shown = shown, search = search
    WHERE project_id = %(project)s AND facet = %(table)s AND record = %(record)s
    """,
)
READ = "SELECT op_id, hlc, text, signature FROM registers_operation WHERE project_id = %s ORDER BY hlc, op_id"
COUNT = "SELECT count(*) FROM registers_row WHERE project_id = %s AND facet = %s"


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of r1 to r4 that are wanted; none, which is said, where the stage is not installed."""
    if not apps.is_installed(STAGE):
        print(
            f"LEFT OUT: {', '.join(sorted(wanted))}. They need the stage `registers`, which FOUNDRY_STAGES leaves out."
        )
        return []
    rounds, times = (2, 40) if quick else (5, 200)
    figures = []
    if wanted & {"r1", "r2"}:
        with product_node() as node:
            figures += _cells(node, wanted, rounds, times)
    if "r3" in wanted:
        figures.append(_rebuilding(2 if quick else 3, OPERATIONS // (20 if quick else 1)))
    if "r4" in wanted:
        figures.append(_block(rounds, RECORDS // (10 if quick else 1)))
    return figures


class _Registers:
    """A project with one table, written by its owner."""

    def __init__(self, name: str) -> None:
        from stages.registers.services import tables

        self.owner: BenchUser = person(name)
        self.project_id: UUID = project(self.owner).id
        columns = [{"name": "title"}, {"name": "prio", "type": "integer"}]
        tables.create_table(**self.given, table=TABLE, key_prefix="REQ", columns=columns)

    @property
    def given(self) -> dict[str, Any]:
        return {"caller": self.owner.caller, "project_id": self.project_id}

    def create(self, some: int) -> list[str]:
        from stages.registers.services import records

        found: list[str] = []
        while len(found) < some:
            rows = [
                {"title": f"Requirement {number} of the agent", "prio": number * 7919 % 1000}
                for number in range(len(found), min(some, len(found) + AT_ONCE))
            ]
            found += records.create_records(**self.given, table=TABLE, rows=rows).answer
        return found

    def set(self, cells: list[tuple[str, Any]]) -> None:
        from stages.registers.services import records
        from stages.registers.verbs import Cell

        listed = [Cell(record, TABLE, "prio", value) for record, value in cells]
        records.write_cells(**self.given, cells=listed)


def _cells(node: BenchNode, wanted: set[str], rounds: int, times: int) -> list[Figure]:
    ours, bare = _Registers("writer"), _Registers("bare")
    (record,), many = ours.create(1), ours.create(AT_ONCE)
    numbers = count(1)
    figures = []
    with ExitStack() as stack:
        connection = stack.enter_context(bare_connection())
        # One socket may set few cells in a second; one after the other, they are one client.
        sockets = cycle([stack.enter_context(socket_to(node, ours.project_id, ours.owner)) for _ in range(SOCKETS)])

        def one() -> None:
            socket = next(sockets)
            socket.call("record.set", record=record, facet=TABLE, field="title", value=f"Requirement {next(numbers)}")

        one()
        if "r1" in wanted:
            rows = _BareCell(connection, bare)
            pairs = in_turn(rounds, lambda: per_second(one, times), lambda: per_second(rows.write, times))
            notes = ["Baseline: psycopg, the rows that a cell adds and changes, in one transaction of its own."]
            figures.append(compared("r1", "A cell of registers", "cells/s", Goal(">=", 0.4), pairs, notes=notes))
        if "r2" in wanted:

            def together() -> float:
                cells = [(each, next(numbers)) for each in many]
                return AT_ONCE / seconds(lambda: ours.set(cells))

            pairs = in_turn(rounds, together, lambda: per_second(one, times // 2))
            notes = [f"{AT_ONCE:,} cells in one bundle. Baseline: one after the other, as r1."]
            title = "Cells of registers in one bundle"
            figures.append(compared("r2", title, "cells/s", Goal(">=", 5), pairs, notes=notes))
    return figures


class _BareCell:
    """Writes the rows of one cell by psycopg, each statement by itself."""

    def __init__(self, connection: Connection[tuple[object, ...]], bare: _Registers) -> None:
        (self.record,) = bare.create(1)
        bare.set([(self.record, 1)])
        self.connection = connection
        newest = "SELECT id, bundle_id FROM registers_operation WHERE project_id = %s ORDER BY id DESC LIMIT 1"
        self.operation, self.bundle = connection.execute(newest, [bare.project_id]).fetchone() or (0, 0)
        chain = "SELECT canonical FROM audit_event WHERE chain = %s ORDER BY seq DESC LIMIT 1"
        (self.event,) = connection.execute(chain, [str(bare.project_id)]).fetchone() or ("",)
        self.event = _fact(str(self.event))
        self.project_id = bare.project_id
        self.numbers = count(1_000)

    def write(self) -> None:
        facts = {"project": self.project_id, "record": self.record, "table": TABLE, "number": next(self.numbers)}
        facts |= {"bundle": self.bundle, "operation": self.operation, "event": self.event}
        with self.connection.transaction():
            for statement in STATEMENTS:
                self.connection.execute(statement, facts)


def _fact(event: str) -> str:
    """An event as the trigger takes it: without what the trigger adds."""
    from kernel.canonical import canonical

    added = ("at", "prev", "seq", "hash")
    return canonical({name: value for name, value in json.loads(event).items() if name not in added})


def _rebuilding(rounds: int, operations: int) -> Figure:
    from stages.registers.fold.operations import read_operation
    from stages.registers.services.rebuilding import rebuild_registers

    registers = _Registers("many")
    found = registers.create(operations // 5)
    some = operations - 5 * len(found)
    assert some >= 0

    def decode() -> None:
        with bare_connection() as bare:
            for _op_id, _hlc, text, _signature in bare.execute(READ, [registers.project_id]):
                read_operation(str(text))

    pairs = in_turn(
        rounds,
        lambda: operations / seconds(lambda: rebuild_registers(**registers.given)),
        lambda: operations / seconds(decode),
    )
    notes = [
        f"{operations:,} operations of {len(found):,} records. Baseline: psycopg reads them, and they are decoded."
    ]
    return compared("r3", "Registers computed again", "operations/s", Goal(">=", 0.05), pairs, notes=notes)


def _block(rounds: int, records: int) -> Figure:
    from stages.registers.reading.query import Query
    from stages.registers.reading.rows import read_rows

    registers = _Registers("reader")
    changed = registers.create(records)[0]
    query = Query(TABLE, sort=(("prio", True), ("title", False)))

    def read() -> None:
        read_rows(registers.project_id, query, records // 2, BLOCK)

    def block() -> float:
        return 1000 * min(seconds(read) for _ in range(10))

    def sorted_again(at: int) -> float:
        registers.set([(changed, at)])
        return 1000 * seconds(read)

    with bare_connection() as bare:

        def counted() -> float:
            given = [registers.project_id, TABLE]
            return 1000 * min(seconds(lambda: bare.execute(COUNT, given).fetchone()) for _ in range(10))

        pairs = in_turn(rounds, block, counted)
        first = statistics.median(map(sorted_again, range(rounds)))
    notes = [
        f"{BLOCK} rows from the middle of {records:,}, sorted by two columns, ready to be shown. Baseline: count(*).",
        f"While nobody writes. The first block after a write, which sorts: {first:.1f} ms.",
    ]
    return compared("r4", "A block of a sorted table", "ms", Goal("<=", 10), pairs, notes=notes)
