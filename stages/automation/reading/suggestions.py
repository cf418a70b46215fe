"""Columns of modules that share a key: which might be one, and which cannot, because their types differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

from stages.automation.facets import MODULE
from stages.automation.packages import Manifest
from stages.automation.reading.packages import module_of
from stages.automation.reading.records import records_of
from stages.automation.services.module_schema import differs
from stages.registers.fold.payloads import ConfirmFieldMapping
from stages.registers.fold.views import class_of
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Schema, Table
from stages.registers.services.acting import acts_of
from stages.registers.verbs import preview_mapping

Named = tuple[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """A column of a table."""

    table: Table
    column: Column

    @property
    def named(self) -> Named:
        return self.table.facet, self.column.name

    @property
    def label(self) -> str:
        return f"{self.table.label} · {self.column.label}"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two columns of one key that nobody has said anything about.

    `records` are in both tables; in `differ` of them the columns hold two values, in `fill` one of them is empty.
    """

    key: str
    one: End
    other: End
    records: int = 0
    differ: int = 0
    fill: int = 0

    @property
    def form_name(self) -> str:
        """How forms name it; names of tables and columns have no bar."""
        return "answer:" + "|".join((*self.one.named, *self.other.named))


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Pairs that might be one, and pairs of which the types differ."""

    possible: list[Suggestion]
    unlike: list[Suggestion]


def suggestions(
    project_id: UUID, *, reader: Reader | None = None, also: Manifest | None = None, schema: Schema | None = None
) -> Suggestions:
    """What the adopted modules suggest, as far as their packages are at this site.

    With `also`, what that module would suggest if it were adopted; `schema` is as it would be then.
    """
    reader = reader or Reader(project_id)
    found = Suggestions([], [])
    acts: Any = None
    manifests = [*(each for each in _manifests(reader) if also is None or each.name != also.name)]
    named = {(table, column) for _key, table, column in also.shared()} if also is not None else None
    for key, one, other in _pairs(schema or reader.schema, [*manifests, *([also] if also else [])]):
        if named is not None and one.named not in named and other.named not in named:
            continue
        pair = ConfirmFieldMapping(*one.named, *other.named).pair
        if reader.storage.mappings.get(pair) is not None or other.named in class_of(one.named, reader.classes):
            continue
        if differs(one.column, other.column):
            found.unlike.append(Suggestion(key, one, other))
            continue
        if any(reader.schema.column(*each.named) is None for each in (one, other)):
            found.possible.append(Suggestion(key, one, other))
            continue
        acts = acts or acts_of(project_id)
        seen = preview_mapping(acts, reader.schema, one.named, other.named)
        found.possible.append(Suggestion(key, one, other, seen.records, seen.differ, seen.filled))
    return found


def _pairs(schema: Schema, manifests: Iterable[Manifest]) -> Iterator[tuple[str, End, End]]:
    """The columns of each key that are in two tables, in the order of the tables."""
    ends: dict[str, dict[Named, End]] = defaultdict(dict)
    for manifest in manifests:
        for key, table, column in manifest.shared():
            known = schema.table(table)
            found = known.column(column) if known is not None else None
            if known is not None and found is not None:
                ends[key][table, column] = End(known, found)
    for key in sorted(ends):
        ordered = sorted(ends[key].values(), key=lambda each: (each.table.position, each.named))
        for one, other in combinations(ordered, 2):
            if one.table.facet != other.table.facet:
                yield key, one, other


def _manifests(reader: Reader) -> Iterator[Manifest]:
    for record in records_of(reader.storage, MODULE):
        module = module_of(record.text("sha256"))
        if module is not None:
            yield module.manifest
