"""Records, edges and mappings as they are shown, with their conflicts (rules 1, 3, 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from stages.registers.fold.digests import edge_digest, mapping_digest, record_digest, state_hash
from stages.registers.fold.effects import Field, Pair, Write
from stages.registers.fold.facts import Classes, EdgeFacts, MappingFacts, RecordFacts, Tips
from stages.registers.fold.ids import pair_id
from stages.registers.fold.values import spell


@dataclass(frozen=True, slots=True, order=True)
class Conflict:
    """What nobody has decided yet.

    `kind` is `field`, `text`, `deleted_changed`, `detached_changed` or `split_merged`; `subject` the record, member or
    edge; `facet` and `field` where they apply (of mapped fields the first one); `values` the canonical texts of values
    that stand side by side, or the texts.
    """

    kind: str
    subject: str
    facet: str = ""
    field: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as it is shown: its value, and the writes that it stands for, the tips."""

    value: Any
    tips: Tips


@dataclass(frozen=True)
class Record:
    """A record. `fields` maps facet and name to what is shown of attached facets, `texts` likewise for texts."""

    facts: RecordFacts
    fields: Mapping[str, Mapping[str, Shown]]
    texts: Mapping[str, Mapping[str, str]]
    conflicts: tuple[Conflict, ...]

    @property
    def id(self) -> str:
        return self.facts.id

    @property
    def alive(self) -> bool:
        return self.facts.alive

    @cached_property
    def digest(self) -> bytes:
        return record_digest(self.facts, self.conflicts)


@dataclass(frozen=True)
class Edge:
    """An edge; it is `shown` while it lives, both ends live, and they are two records."""

    facts: EdgeFacts
    conflicts: tuple[Conflict, ...]

    @property
    def id(self) -> str:
        return self.facts.id

    @property
    def shown(self) -> bool:
        return is_shown(self.facts)

    @property
    def index(self) -> str | None:
        """Its key in the order of the edges of its source and type, if it is ordered."""
        return self.facts.index.value if self.facts.ends.ordered and self.facts.index else None

    @property
    def properties(self) -> dict[str, Any]:
        return {name: shown_value(tips) for name, each in self.facts.tips.items() if (tips := values_of(each))}

    @cached_property
    def digest(self) -> bytes:
        return edge_digest(self.facts, self.conflicts)


@dataclass(frozen=True, slots=True)
class State:
    """Everything that operations add up to. Records that were deleted and edges that are not shown are in it, too."""

    records: Mapping[str, Record]
    edges: Mapping[str, Edge]
    mappings: Mapping[Pair, MappingFacts]

    @property
    def conflicts(self) -> list[Conflict]:
        of_records = (each for record in self.records.values() for each in record.conflicts)
        of_edges = (each for edge in self.edges.values() for each in edge.conflicts)
        return sorted([*of_records, *of_edges])

    @property
    def hash(self) -> str:
        """The state hash, in lowercase hexadecimal digits."""
        return state_hash(
            {record.id: record.digest for record in self.records.values()},
            {edge.id: edge.digest for edge in self.edges.values()},
            {pair_id(pair): mapping_digest(each) for pair, each in self.mappings.items()},
        )


def values_of(tips: Iterable[Write]) -> Tips:
    """The tips that have a value; one that was unset is as one that was never set."""
    return tuple(tip for tip in tips if not tip.unset)


def shown_value(tips: Tips) -> Any:
    """The value that is shown of tips: of the canonically last one that resolves, else of the last one."""
    return next((tip.value for tip in reversed(tips) if tip.resolves), tips[-1].value)


def show_record(facts: RecordFacts, classes: Classes) -> Record:
    """How a record is shown, where the fields of each class are one."""
    if not facts.alive:
        return Record(facts, {}, {}, ())
    attached = {facet for facet, life in facts.facets.items() if life.attached}
    tips: dict[tuple[str, str], list[Write]] = {}
    for field, each in facts.tips.items():
        if field[:2] in attached and (values := values_of(each)):
            tips.setdefault((field.facet, field.name), []).extend(values)
    texts: dict[tuple[str, str], list[tuple[bool, str, str]]] = {}
    for field, text in facts.texts.items():
        if field[:2] in attached:
            texts.setdefault((field.facet, field.name), []).append((field.entity != facts.id, field.entity, text))
    facets = sorted({facet for _entity, facet in attached})
    fields, conflicts = _show_fields(facts.id, facets, tips, classes)
    shown_texts, text_conflicts = _show_texts(facts.id, facets, texts, classes)
    conflicts = [*conflicts, *text_conflicts, *_conflicts_of_life(facts)]
    return Record(facts, fields, shown_texts, tuple(sorted(conflicts)))


def as_it_was(record: Record, classes: Classes | None = None) -> Record:
    """A record that was deleted with what it would show if it came back; one that lives as it is."""
    return record if record.alive else show_record(replace(record.facts, alive=True), classes or {})


def show_edge(facts: EdgeFacts) -> Edge:
    if not is_shown(facts):
        return Edge(facts, ())
    conflicts = [
        Conflict("field", facts.id, field=name, values=values)
        for name, tips in facts.tips.items()
        if len(tips) > 1 and len(values := _values(values_of(tips))) > 1
    ]
    if facts.contested:
        conflicts.append(Conflict("deleted_changed", facts.id))
    return Edge(facts, tuple(sorted(conflicts)))


def is_shown(facts: EdgeFacts) -> bool:
    return facts.alive and facts.ends_alive and facts.source != facts.target


def mapping_classes(mappings: Mapping[Pair, MappingFacts]) -> dict[tuple[str, str], frozenset[tuple[str, str]]]:
    """The fields that are one with others, each with its class: confirmed pairs, transitively."""
    classes: dict[tuple[str, str], frozenset[tuple[str, str]]] = {}
    for (first, second), each in mappings.items():
        if each.last.value:
            joined = classes.get(first, frozenset([first])) | classes.get(second, frozenset([second]))
            classes.update(dict.fromkeys(joined, joined))
    return classes


def class_of(field: tuple[str, str], classes: Classes) -> frozenset[tuple[str, str]]:
    """The fields that are one with this one, itself included."""
    return classes.get(field, frozenset([field]))


def raw_fields(facts: RecordFacts, facet: str, name: str, classes: Classes) -> list[Field]:
    """The raw fields behind a shown one, set or not: a write goes through to each of them."""
    one = class_of((facet, name), classes)
    attached = sorted(each for each, life in facts.facets.items() if life.attached)
    return sorted(Field(entity, at, each) for entity, at in attached for within, each in one if within == at)


def _show_fields(
    record: str, facets: Iterable[str], tips: Mapping[tuple[str, str], list[Write]], classes: Classes
) -> tuple[dict[str, dict[str, Shown]], list[Conflict]]:
    fields: dict[str, dict[str, Shown]] = {facet: {} for facet in facets}
    conflicts: dict[tuple[str, str], Conflict] = {}
    for written in tips:
        one = class_of(written, classes)
        together = tuple(sorted((tip for each in one for tip in tips.get(each, ())), key=lambda tip: tip.order))
        for facet, name in one:
            if facet in fields:
                fields[facet][name] = Shown(shown_value(together), together)
        if len(together) > 1 and len(values := _values(together)) > 1:
            first = min(one)
            conflicts[first] = Conflict("field", record, *first, values)
    return fields, list(conflicts.values())


def _show_texts(
    record: str,
    facets: Iterable[str],
    texts: Mapping[tuple[str, str], list[tuple[bool, str, str]]],
    classes: Classes,
) -> tuple[dict[str, dict[str, str]], list[Conflict]]:
    """The record's own text first; a text that is empty gives way to one that is not."""
    shown: dict[str, dict[str, str]] = {facet: {} for facet in facets}
    conflicts: dict[tuple[str, str], Conflict] = {}
    for written in texts:
        one = class_of(written, classes)
        listed = sorted((foreign, entity, each, text) for each in one for foreign, entity, text in texts.get(each, ()))
        filled = [text for *_where, text in listed if text]
        for facet, name in one:
            if facet in shown:
                shown[facet][name] = filled[0] if filled else ""
        if len(different := tuple(sorted(set(filled)))) > 1:
            first = min(one)
            conflicts[first] = Conflict("text", record, *first, different)
    return shown, list(conflicts.values())


def _conflicts_of_life(facts: RecordFacts) -> list[Conflict]:
    return [
        *(Conflict("deleted_changed", member) for member in facts.unseen),
        *(Conflict("split_merged", member) for member in facts.clashing),
        *(Conflict("detached_changed", *facet) for facet, life in facts.facets.items() if life.contested),
    ]


def _values(tips: Tips) -> tuple[str, ...]:
    return tuple(sorted({spell(tip.value) for tip in tips}))
