"""A table, which of its columns are compared, and how its rows follow from events.

An app declares its tables beside its models and registers them in `ready()`:

    MEMBERS = Table(Member, name="membership", key=("project_id", "user_id"), chain="project_id")

    @MEMBERS.on("member.added")
    def _added(rows: Rows, fact: Fact) -> None:
        rows.put(fact, (fact.project_id, UUID(fact.target_id)), role=fact.data["role"])

A column is compared unless `unrecorded` says why it is not; so a new one without an event is found by the first
verification, and by the tests. An app further up may add steps for its own actions to a table further down.
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
    """How a column is read for comparing: by these lookups (itself where there is none), then through `as_told`."""

    lookups: tuple[str, ...] = ()
    as_told: Callable[..., Any] | None = None

    def value(self, read: SeveralValues) -> Any:
        if self.as_told is not None:
            return self.as_told(*read)
        return read[0] if len(read) == 1 else read


AS_HEX: Final = Column(as_told=lambda data: bytes(data).hex())


@dataclass(slots=True)
class RebuiltRow:
    """A row as the events tell it: its columns, and where it was told first; `is_made` where an event made it."""

    where: str
    chain: str
    columns: dict[str, Any]
    is_made: bool = True


@dataclass(slots=True)
class Rows:
    """The rows of one table as the events told them so far; `memory` is for what its steps must remember besides."""

    table: Table
    told: dict[Key, RebuiltRow] = field(default_factory=dict)
    memory: dict[Any, Any] = field(default_factory=dict)

    def put(self, fact: Fact, key: Key, **columns: Any) -> None:
        """The event makes this row."""
        self._check_chain(fact, key)
        self.told[key] = RebuiltRow(fact.where, fact.chain, columns)

    def change(self, fact: Fact, key: Key, **columns: Any) -> None:
        """The event changes these columns; the rest is as it was told before, or elsewhere."""
        self._check_chain(fact, key)
        row = self.told.get(key)
        if row is None:
            self.told[key] = RebuiltRow(fact.where, fact.chain, columns, is_made=False)
        else:
            row.columns |= columns

    def drop(self, key: Key) -> None:
        """The event removes the row."""
        self.told.pop(key, None)

    def _check_chain(self, fact: Fact, key: Key) -> None:
        """A row is told by one chain, a project's own from its making on the chain `site` on."""
        row = self.told.get(key)
        if row is not None and row.chain not in (fact.chain, SITE_CHAIN):
            raise Untrue(f"it is about a {self.table.name} that another chain tells of")

    def columns(self, key: Key) -> dict[str, Any]:
        """What was told of a row so far."""
        row = self.told.get(key)
        return row.columns if row else {}


class Table:
    """See above. `name` is what one row is called; `chain` the column of the project whose chain tells of it.

    `key` are columns by which a row is known. `unrecorded` gives the reason for each column that is not compared.
    `columns` says of some how they are read. `derived` columns are not told one by one: `check` looks at the whole row
    (a mapping of all columns) and says what is wrong with it. `begins` gives rows that no event makes.
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
        only_told: bool = False,
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
        # Whether rows that no event tells of are nobody's claim: they are then left alone.
        self.only_told = only_told
        # Whether chains of any project tell of its rows: then they are compared only once all have been walked.
        self.everywhere = everywhere
        # A time's column, and up to when rows give nothing any more: those are left alone, in both directions.
        self.counts_since = counts_since
        # How many rows are read together.
        self.at_once = at_once
        self.handlers: dict[str, list[Handler]] = {}
        self.every_event: list[Handler] = []
        self._readings = dict(columns or {})

    def on(self, *actions: str) -> Callable[[Handler], Handler]:
        """What an event of these actions does to the rows."""

        def add(handler: Handler) -> Handler:
            for action in actions:
                self.handlers.setdefault(action, []).append(handler)
            return handler

        return add

    def on_every_event(self, handler: Handler) -> Handler:
        """What any event says of the rows by its circumstances."""
        self.every_event.append(handler)
        return handler

    def handlers_of(self, fact: Fact) -> Iterator[Handler]:
        """What this event does to the rows. Raises `Untrue` where a project's event tells what only the site's can."""
        own = self.handlers.get(fact.action, ())
        if own and self.chain is None and not self.everywhere and fact.chain != SITE_CHAIN:
            raise Untrue("only an event of the chain site can tell this")
        yield from (*own, *self.every_event)

    @property
    def attributes(self) -> list[str]:
        """All columns of the model, by the names of its attributes."""
        return [each.attname for each in self._fields]

    @property
    def _fields(self) -> Sequence[models.Field[Any, Any]]:
        return self.model._meta.concrete_fields  # noqa: SLF001 - documented

    @property
    def compared(self) -> list[str]:
        """The columns that are compared with what was told."""
        return [name for name in self.attributes if name not in self.unrecorded and name not in self.derived]

    def values_of(self, look: Callable[[str], Any]) -> dict[str, Any]:
        """One row as `read` gives it, where `look` gives a column or what a lookup leads to."""
        found = {}
        for name in (*self.compared, *self.derived):
            reading = self._readings.get(name, Column())
            found[name] = reading.value(tuple(look(lookup) for lookup in reading.lookups or (name,)))
        return found

    def read(self, chain: str | None = None, only: Sequence[Any] | None = None) -> Iterator[dict[str, Any]]:
        """The rows of the table, as they are compared: all, those that one chain tells of, or `only` some by key."""
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

    def still_counts(self, told: RebuiltRow) -> bool:
        """Whether a row that was told should be there."""
        if self.counts_since is None:
            return True
        column, since = self.counts_since
        return bool(told.columns[column] > since())

    def spoken(self, column: str) -> str:
        """A column as people call it."""
        return str(next(each.verbose_name for each in self._fields if each.attname == column))


# Under this name a row that was read says which chain tells of it.
CHAIN: Final = "chain of the row"
REBUILT_TABLES: Final = Registry[Table]("rebuilt table")
# By the name of a table that is no record: the reason. Every table stands in one of the two, which a test enforces.
TABLES_WITHOUT_RECORD: Final = Registry[str]("table without record")


def rebuild(*tables: Table) -> None:
    """Have tables rebuilt and compared by every verification."""
    for table in tables:
        REBUILT_TABLES.register(table.name, table)
