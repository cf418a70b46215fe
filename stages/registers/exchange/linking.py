"""Links in a file: keys in a cell, parted by commas. They are added to those that are there; none is removed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from django.utils.translation import gettext

from stages.registers.exchange.headings import Links
from stages.registers.fold.acts import Acts
from stages.registers.fold.ordering import place_between
from stages.registers.fold.payloads import CreateEdge, CreateOrderedEdge, MoveOrderedEdge, Payload
from stages.registers.fold.values import spell
from stages.registers.schema import Schema, Table
from stages.registers.schema.keys import lookup_of
from stages.registers.schema.model import KEY_COLUMN
from stages.registers.verbs.finding import NewId, stored_record

_PARTS: Final = re.compile(r"[,;\n]")


@dataclass(frozen=True, slots=True)
class LinkCell:
    """The links that one cell names: of the row `row` of the file, of a record that may be new."""

    row: int
    record: str
    links: Links
    text: str


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that is made: of which cell, to the record that is called `label`."""

    cell: LinkCell
    label: str
    payloads: tuple[Payload, ...]


@dataclass
class Linking:
    """Reads cells of links. `made` are the records of the file by their keys, for links between its rows."""

    acts: Acts
    schema: Schema
    table: Table
    new_id: NewId
    made: Mapping[str, str] = field(default_factory=dict)
    found: list[NewLink] = field(default_factory=list)
    # The cell and what is wrong in it.
    problems: list[tuple[LinkCell, str]] = field(default_factory=list)
    _records: set[str] = field(default_factory=set)

    def read(self, cells: Sequence[LinkCell]) -> None:
        """Find what every cell names, and make the links that are not there."""
        self._records.update(cell.record for cell in cells)
        ends = self._ends(cells)
        for cell in cells:
            for label in self._labels(cell):
                found = ends.get(cell.links.facet, {}).get(label, ())
                if len(found) == 1:
                    self._link(cell, label, found[0])
                else:
                    words = gettext("Several records are called “%(key)s”.") if found else _no_record()
                    self.problems.append((cell, words % {"key": label[:100]}))

    def _labels(self, cell: LinkCell) -> list[str]:
        """The keys of a cell that are no links yet: of records without keys, their texts are there as one piece."""
        text = cell.text
        present = self._present.get((cell.record, cell.links.field), set())
        for label in sorted(present, key=len, reverse=True):
            if _PARTS.search(label):
                text = text.replace(label, ",")
        parts = (each.strip() for each in _PARTS.split(text))
        return list(dict.fromkeys(each for each in parts if each and each not in present))

    def _ends(self, cells: Sequence[LinkCell]) -> dict[str, dict[str, list[str]]]:
        """The records that keys name, by the table that cells name (empty: any) and by key."""
        keys: dict[str, set[str]] = defaultdict(set)
        for cell in cells:
            keys[cell.links.facet].update(self._labels(cell))
        found: dict[str, dict[str, list[str]]] = {}
        lookup = lookup_of(self.acts.increment.storage)
        for facet, wanted in keys.items():
            known: dict[str, set[str]] = defaultdict(set)
            for table in self.schema.tables.values():
                if facet not in ("", table.facet) or table.key_column is None:
                    continue
                holders = lookup.holders(table.facet, KEY_COLUMN, sorted(wanted))
                for key in wanted:
                    known[key].update(holders.get(spell(key), ()))
                if table.facet == self.table.facet:
                    for key in wanted & self.made.keys():
                        known[key].add(self.made[key])
            found[facet] = {key: sorted(records) for key, records in known.items()}
        return found

    def _link(self, cell: LinkCell, label: str, other: str) -> None:
        relation = cell.links.relation
        source, target = (cell.record, other) if cell.links.outgoing else (other, cell.record)
        if source == target:
            self.problems.append((cell, gettext("A link leads from one record to another one.")))
            return
        if (source, target, relation.type) in self._known:
            return
        self._known.add((source, target, relation.type))
        edge = self.new_id()
        if not relation.ordered:
            payloads: tuple[Payload, ...] = (CreateEdge(edge, source, target, relation.type, {}),)
        else:
            payloads = self._at_the_end(edge, source, target, relation.type)
        self.found.append(NewLink(cell, label, payloads))

    def _at_the_end(self, edge: str, source: str, target: str, type_: str) -> tuple[Payload, ...]:
        """An ordered link behind those that its source has, and gets here."""
        if (order := self._orders.get((source, type_))) is None:
            order = [(each.index or "", each.id) for each in self.acts.siblings(source, type_)]
        placing = place_between(order, len(order))
        moved = tuple(MoveOrderedEdge(each, index) for each, index in placing.rebalanced.items())
        order = [(placing.rebalanced.get(each, index), each) for index, each in order]
        self._orders[source, type_] = [*order, (placing.index, edge)]
        return (*moved, CreateOrderedEdge(edge, source, target, type_, placing.index, {}))

    @cached_property
    def _orders(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        return {}

    @cached_property
    def _known(self) -> set[tuple[str, str, str | None]]:
        """The links that are shown, and those that are made here."""
        edges = (edge for _id, edge in self.acts.increment.storage.edges.items())
        return {(each.facts.source, each.facts.target, each.facts.ends.type) for each in edges if each.shown}

    @cached_property
    def _present(self) -> dict[tuple[str, str], set[str]]:
        """What the records that are linked already are called, by record and field of links."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        ends = [
            (one, other, Links(relation, outgoing).field)
            for source, target, type_ in self._known
            if (relation := self.schema.relations.get(type_ or "")) is not None
            for one, other, outgoing in ((source, target, True), (target, source, False))
            if one in self._records
        ]
        self.acts.increment.storage.records.prefetch({other for _one, other, _field in ends})
        for one, other, name in ends:
            found[one, name].update(labels_of(self.acts, self.schema, other))
        return found


def labels_of(acts: Acts, schema: Schema, record: str) -> Iterator[str]:
    """What a record may be called in a file: its keys, its first texts, the beginning of its id."""
    found = stored_record(acts, record)
    texts = []
    for facet, table in schema.readable.items():
        shown = found.fields.get(facet) if found is not None else None
        for column in table.columns if shown else ():
            value = shown.get(column.name) if shown else None
            if value is None or not isinstance(value.value, str) or not value.value:
                continue
            if column.name == KEY_COLUMN:
                yield value.value
            else:
                texts.append(value.value)
                break
    yield from texts
    yield record[:8]


def _no_record() -> str:
    return gettext("There is no record “%(key)s”.")
