"""Walking the events through all tables, and comparing what they tell with what the database holds."""

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
    """Tables on their way through the events: all that are registered, or some."""

    tables: Sequence[Table] = field(default_factory=lambda: tuple(REBUILT_TABLES.values()))
    rows: dict[Table, Rows] = field(init=False)
    not_compared: Counter[tuple[str, str]] = field(default_factory=Counter)
    compared: int = 0

    def __post_init__(self) -> None:
        self.rows = {table: Rows(table) for table in self.tables}
        for table, rows in self.rows.items():
            for key, columns in (table.begins() if table.begins else {}).items():
                rows.told[key] = RebuiltRow(table.name, SITE_CHAIN, columns)

    def take(self, fact: Fact) -> Finding | None:
        """Let every table hear of the next event; what is wrong where it does not say what it should."""
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
        """Compare, in both directions: all tables, or the rows that one chain tells of; none of a `broken` chain.

        Without the chain `site` a project's own row is known in part only; what is not told is then not compared.
        """
        for table, rows in self.rows.items():
            if (chain is None or _is_told_by(table, chain)) and not (broken and table.everywhere):
                yield from (each for each in self._compare(table, rows, chain) if each.chain not in broken)

    def differences_of(self, table: Table, only: Sequence[Any]) -> Iterator[Finding]:
        """Compare some rows of a table, by their primary keys, with what was told of them."""
        yield from self._compare(table, self.rows[table], None, only)

    def compare_row(self, table: Table, values: Mapping[str, Any]) -> str | None:
        """What is wrong with one row, wherever it was read, as `Table.read` gives it; each row is asked for once."""
        told = self.rows[table].told.pop(tuple(values[name] for name in table.key), None)
        if told is None or not told.is_made:
            return "no event recorded it"
        self.compared += 1
        return self._difference(table, values, told) or (table.check(values) if table.check else None)

    def missing(self, table: Table) -> Iterator[Finding]:
        """The rows that were told and not asked for."""
        for row in self.rows[table].told.values():
            yield Finding(row.where, f"the {table.name} it recorded is gone", row.chain)

    def _compare(
        self, table: Table, rows: Rows, chain: str | None, only: Sequence[Any] | None = None
    ) -> Iterator[Finding]:
        for values in table.read(chain, only):
            key = tuple(values[name] for name in table.key)
            told = rows.told.pop(key, None)
            of_chain = values.get(CHAIN, SITE_CHAIN)
            named = f"{table.name} {' '.join(str(part) for part in key)}"
            where = f"{named} of project {of_chain}" if of_chain != SITE_CHAIN and of_chain not in named else named
            if told is None or not (told.is_made or chain or table.only_told):
                if not table.only_told:
                    yield Finding(where, "no event recorded it", of_chain)
                continue
            self.compared += 1
            what = self._difference(table, values, told) or (table.check(values) if table.check else None)
            if what:
                yield Finding(where, what, of_chain)
        for row in rows.told.values():
            if (chain is None or row.chain == chain) and table.still_counts(row):
                yield Finding(row.where, f"the {table.name} it recorded is gone", row.chain)

    def _difference(self, table: Table, values: Mapping[str, Any], told: RebuiltRow) -> str | None:
        for name in table.compared:
            expected = told.columns.get(name, UNRECORDED)
            if name in table.key:
                continue
            if expected is UNRECORDED:
                self.not_compared[table.name, table.spoken(name)] += 1
            elif expected != values[name]:
                return f"its {table.spoken(name)} was changed: its events say {_spoken(expected)}"
        return None


def _spoken(value: Any) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else repr(value)


def _is_told_by(table: Table, chain: str) -> bool:
    """Whether one chain alone tells the rows of a table, or those that are its own."""
    if table.everywhere:
        return False
    return table.chain in {None, "chain"} if chain == SITE_CHAIN else table.chain is not None
