"""Tables that are rebuilt from events: which columns are compared, and what each event does to the rows.

An app declares its tables beside its models and registers them in `ready()`:

    MEMBERS = Table(Member, name="membership", key=("project_id", "user_id"), chain="project_id")

    @MEMBERS.on("member.added")
    def _added(rows: Rows, fact: Fact) -> None:
        rows.put(fact, (fact.project_id, UUID(fact.target_id)), role=fact.data["role"])

A column is compared unless `unrecorded` gives a reason why not, so a new column that no event records is reported by
the next verification and by the tests. An app in a higher layer may add handlers for its own actions to a table of a
lower layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import models

from audit.models import SITE_CHAIN
from audit.rebuilding.facts import Fact, Untrue
from kernel.registry import Registry

Key = tuple[Any, ...]
Handler = Callable[["Rows", Fact], None]
SeveralValues = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """How a column is read for the comparison: from `lookups` (default: itself), converted by `as_recorded`."""

    lookups: tuple[str, ...] = ()
    as_recorded: Callable[..., Any] | None = None

    def value(self, read: SeveralValues) -> Any:
        if self.as_recorded is not None:
            return self.as_recorded(*read)
        return read[0] if len(read) == 1 else read


AS_HEX: Final = Column(as_recorded=lambda data: bytes(data).hex())


@dataclass(slots=True)
class RebuiltRow:
    """A row as the events record it.

    `where` names the event that recorded it first; `is_made` is false if no event created it and events only changed
    some of its columns.
    """

    where: str
    chain: str
    columns: dict[str, Any]
    is_made: bool = True


@dataclass(slots=True)
class Rows:
    """The rows of one table as rebuilt from the events so far; handlers may keep further state in `memory`."""

    table: Table
    expected: dict[Key, RebuiltRow] = field(default_factory=dict)
    memory: dict[Any, Any] = field(default_factory=dict)

    def put(self, fact: Fact, key: Key, /, **columns: Any) -> None:
        """Add the row that an event creates."""
        self._check_chain(fact, key)
        self.expected[key] = RebuiltRow(fact.where, fact.chain, columns)

    def change(self, fact: Fact, key: Key, /, **columns: Any) -> None:
        """Change the columns that an event changes; the others keep their values."""
        self._check_chain(fact, key)
        row = self.expected.get(key)
        if row is None:
            self.expected[key] = RebuiltRow(fact.where, fact.chain, columns, is_made=False)
        else:
            row.columns |= columns

    def drop(self, key: Key) -> None:
        """Remove the row that an event removes."""
        self.expected.pop(key, None)

    def _check_chain(self, fact: Fact, key: Key) -> None:
        """Raise `Untrue` if the row was recorded on the chain of another project."""
        row = self.expected.get(key)
        if row is not None and row.chain not in (fact.chain, SITE_CHAIN):
            raise Untrue(f"it is about a {self.table.name} that belongs to another chain")

    def columns(self, key: Key) -> dict[str, Any]:
        """The columns of a row as recorded so far."""
        row = self.expected.get(key)
        return row.columns if row else {}


class Table:
    """A model's table; see the module's docstring for an example.

    `name` is the word for one row, `key` the columns that identify it, and `chain` the column with the project on
    whose chain it is recorded (None for the chain `site`). `unrecorded` gives the reason for each column that is not
    compared; `columns` says how to read some of them. `derived` columns are not compared one by one: `check` gets the
    whole row (a mapping of all columns) and returns what is wrong with it. `begins` returns the rows that exist
    without an event.
    """

    def __init__(
        self,
        model: type[models.Model],
        *,
        name: str,
        key: tuple[str, ...],
        chain: str | None = None,
        unrecorded: Mapping[str, str] | None = None,
        columns: Mapping[str, Column] | None = None,
        derived: tuple[str, ...] = (),
        check: Callable[[Mapping[str, Any]], str | None] | None = None,
        begins: Callable[[], dict[Key, dict[str, Any]]] | None = None,
        only_recorded: bool = False,
        everywhere: bool = False,
        at_once: int = 500,
        counts_since: tuple[str, Callable[[], datetime]] | None = None,
    ) -> None:
        self.model = model
        self.name = name
        self.key = key
        self.chain = chain
        self.unrecorded = dict(unrecorded or {})
        self.derived = derived
        self.check = check
        self.begins = begins
        # Whether rows that no event records are ignored instead of reported.
        self.only_recorded = only_recorded
        # Whether any project's chain may record its rows: they are then compared only after all chains were read.
        self.everywhere = everywhere
        # A time column and the time before which rows may be deleted: older rows are not compared in either direction.
        self.counts_since = counts_since
        # How many rows are fetched at a time.
        self.at_once = at_once
        self.handlers: dict[str, list[Handler]] = {}
        self.every_event: list[Handler] = []
        self._readings = dict(columns or {})

    def on(self, *actions: str) -> Callable[[Handler], Handler]:
        """Register a handler for events of these actions."""

        def add(handler: Handler) -> Handler:
            for action in actions:
                self.handlers.setdefault(action, []).append(handler)
            return handler

        return add

    def on_every_event(self, handler: Handler) -> Handler:
        """Register a handler for every event, such as one that reads who acted."""
        self.every_event.append(handler)
        return handler

    def handlers_of(self, fact: Fact) -> Iterator[Handler]:
        """The handlers for this event. Raises `Untrue` for a project's event that belongs on the chain `site`."""
        own = self.handlers.get(fact.action, ())
        if own and self.chain is None and not self.everywhere and fact.chain != SITE_CHAIN:
            raise Untrue("only an event of the chain site can say this")
        yield from (*own, *self.every_event)

    @property
    def attributes(self) -> list[str]:
        """The attribute names of all columns of the model."""
        return [each.attname for each in self._fields]

    @property
    def _fields(self) -> Sequence[models.Field[Any, Any]]:
        return self.model._meta.concrete_fields  # noqa: SLF001 - documented

    @property
    def compared(self) -> list[str]:
        """The columns that are compared with the events."""
        return [name for name in self.attributes if name not in self.unrecorded and name not in self.derived]

    def values_of(self, look: Callable[[str], Any]) -> dict[str, Any]:
        """One row in the form of `read`; `look` returns the value of a column or a lookup."""
        found = {}
        for name in (*self.compared, *self.derived):
            reading = self._readings.get(name, Column())
            found[name] = reading.value(tuple(look(lookup) for lookup in reading.lookups or (name,)))
        return found

    def read(self, chain: str | None = None, only: Sequence[Any] | None = None) -> Iterator[dict[str, Any]]:
        """The rows to compare: all, those recorded on one `chain`, or `only` those with these primary keys."""
        readings = {name: self._readings.get(name, Column()) for name in [*self.compared, *self.derived]}
        lookups = {name: reading.lookups or (name,) for name, reading in readings.items()}
        extra = [self.chain] if self.chain else []
        rows = self.model._default_manager.order_by("pk")  # noqa: SLF001 - documented
        if chain is not None and self.chain:
            rows = rows.filter(**{self.chain: chain})
        if self.counts_since is not None:
            column, since = self.counts_since
            rows = rows.filter(**{f"{column}__gt": since()})
        if only is not None:
            rows = rows.filter(pk__in=only)
        flat = [lookup for name in lookups for lookup in lookups[name]]
        for values in rows.values_list(*flat, *extra).iterator(chunk_size=self.at_once):
            found, place = {}, 0
            for name, reading in readings.items():
                width = len(lookups[name])
                found[name] = reading.value(tuple(values[place : place + width]))
                place += width
            yield {**found, **({CHAIN: str(values[-1])} if extra else {})}

    def is_current(self, row: RebuiltRow) -> bool:
        """Whether the row should still be in the table."""
        if self.counts_since is None:
            return True
        column, since = self.counts_since
        return bool(row.columns[column] > since())

    def column_label(self, column: str) -> str:
        """The name of a column for people."""
        return str(next(each.verbose_name for each in self._fields if each.attname == column))


# The key under which `Table.read` returns the chain of a row.
CHAIN: Final = "chain of the row"
REBUILT_TABLES: Final = Registry[Table]("rebuilt table")
# The reason for each table that is not rebuilt, by its name. A test checks that every table is in one of the two.
TABLES_WITHOUT_RECORD: Final = Registry[str]("table without record")


def rebuild(*tables: Table) -> None:
    """Register tables, so that every verification rebuilds and compares them."""
    for table in tables:
        REBUILT_TABLES.register(table.name, table)
