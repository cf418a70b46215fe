"""Rebuild tables from the events, and compare the result with the rows in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.findings import Finding
from audit.keys.text import rfc3339
from audit.models import SITE_CHAIN
from audit.rebuilding.facts import UNRECORDED, Fact, Untrue
from audit.rebuilding.tables import CHAIN, REBUILT_TABLES, RebuiltRow, Rows, Table


@dataclass(slots=True)
class Rebuilding:
    """The state of rebuilding: the tables (default: all registered ones) and their rows from the events so far."""

    tables: Sequence[Table] = field(default_factory=lambda: tuple(REBUILT_TABLES.values()))
    rows: dict[Table, Rows] = field(init=False)
    not_compared: Counter[tuple[str, str]] = field(default_factory=Counter)
    compared: int = 0

    def __post_init__(self) -> None:
        self.rows = {table: Rows(table) for table in self.tables}
        for table, rows in self.rows.items():
            for key, columns in (table.begins() if table.begins else {}).items():
                rows.expected[key] = RebuiltRow(table.name, SITE_CHAIN, columns)

    def take(self, fact: Fact) -> Finding | None:
        """Apply the next event to every table; return a finding if the event is inconsistent or incomplete."""
        try:
            for table, rows in self.rows.items():
                for handler in table.handlers_of(fact):
                    handler(rows, fact)
        except Untrue as untrue:
            return Finding(fact.where, str(untrue), fact.chain)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            what = f"it does not say what an event of the action {fact.action} says ({error!r})"
            return Finding(fact.where, what, fact.chain)
        return None

    def differences(self, chain: str | None = None, *, broken: Collection[str] = ()) -> Iterator[Finding]:
        """Compare in both directions: all tables, or the rows recorded on one chain; skip rows of `broken` chains.

        With `chain`, a project's row is known only in part, because the chain `site` records the rest; columns that
        the chain does not record are then not compared.
        """
        for table, rows in self.rows.items():
            if (chain is None or _is_rebuilt_from(table, chain)) and not (broken and table.everywhere):
                yield from (each for each in self._compare(table, rows, chain) if each.chain not in broken)

    def differences_of(self, table: Table, only: Sequence[Any]) -> Iterator[Finding]:
        """Compare some rows of a table, by their primary keys, with the events."""
        yield from self._compare(table, self.rows[table], None, only)

    def compare_row(self, table: Table, values: Mapping[str, Any]) -> str | None:
        """What is wrong with one row in the form of `Table.read`, or None. Call it once for each row."""
        recorded = self.rows[table].expected.pop(tuple(values[name] for name in table.key), None)
        if recorded is None or not recorded.is_made:
            return "no event recorded it"
        self.compared += 1
        return self._difference(table, values, recorded) or (table.check(values) if table.check else None)

    def missing(self, table: Table) -> Iterator[Finding]:
        """The recorded rows that were not passed to `compare_row`."""
        for row in self.rows[table].expected.values():
            yield Finding(row.where, f"the {table.name} it recorded is gone", row.chain)

    def _compare(
        self, table: Table, rows: Rows, chain: str | None, only: Sequence[Any] | None = None
    ) -> Iterator[Finding]:
        for values in table.read(chain, only):
            key = tuple(values[name] for name in table.key)
            recorded = rows.expected.pop(key, None)
            of_chain = values.get(CHAIN, SITE_CHAIN)
            named = f"{table.name} {' '.join(str(part) for part in key)}"
            where = f"{named} of project {of_chain}" if of_chain != SITE_CHAIN and of_chain not in named else named
            if recorded is None or not (recorded.is_made or chain or table.only_recorded):
                if not table.only_recorded:
                    yield Finding(where, "no event recorded it", of_chain)
                continue
            self.compared += 1
            what = self._difference(table, values, recorded) or (table.check(values) if table.check else None)
            if what:
                yield Finding(where, what, of_chain)
        for row in rows.expected.values():
            if (chain is None or row.chain == chain) and table.is_current(row):
                yield Finding(row.where, f"the {table.name} it recorded is gone", row.chain)

    def _difference(self, table: Table, values: Mapping[str, Any], row: RebuiltRow) -> str | None:
        for name in table.compared:
            expected = row.columns.get(name, UNRECORDED)
            if name in table.key:
                continue
            if expected is UNRECORDED:
                self.not_compared[table.name, table.column_label(name)] += 1
            elif expected != values[name]:
                return f"its {table.column_label(name)} was changed: its events say {_shown(expected)}"
        return None


def _shown(value: Any) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else repr(value)


def _is_rebuilt_from(table: Table, chain: str) -> bool:
    """Whether this chain alone records all rows of the table, or those of its project."""
    if table.everywhere:
        return False
    return table.chain in {None, "chain"} if chain == SITE_CHAIN else table.chain is not None
