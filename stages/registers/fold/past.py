"""The registers as the author of a bundle had seen them, one question at a time, without a replay of everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from stages.registers.fold.definition import is_uncovered, tips_of
from stages.registers.fold.effects import (
    IDENTITY,
    Field,
    Key,
    Subject,
    acts,
    field_writes,
    index_writes,
    make_write,
    mapping_writes,
    removals,
)
from stages.registers.fold.facts import Classes, MappingFacts, Tips
from stages.registers.fold.identity import Identity
from stages.registers.fold.operations import Operation
from stages.registers.fold.storage import Storage
from stages.registers.fold.views import class_of, mapping_classes, shown_value, values_of


class Past:
    """What was so before an operation, for who wrote it."""

    def __init__(self, storage: Storage, before: Operation) -> None:
        self._storage = storage
        self._before = before

    def operations_on(self, key: Key) -> list[Operation]:
        return [each for each in self._storage.operations_on(key) if self._before.had_seen(each)]

    @cached_property
    def identity(self) -> Identity:
        return Identity(self.operations_on(IDENTITY))

    @cached_property
    def classes(self) -> Classes:
        mappings = {}
        for pair in dict(self._storage.mappings.items()):
            if seen := self.operations_on(Key("mapping", pair)):
                confirmed = dict(mapping_writes(seen[-1]))[pair]
                mappings[pair] = MappingFacts(pair, make_write(seen[-1], confirmed))
        return mapping_classes(mappings)

    def knew(self, subject: Subject) -> bool:
        """Whether anything had been done to something or removed it."""
        return bool(self.operations_on(Key("life", subject)))

    def lived(self, subject: Subject) -> bool:
        """Whether a facet was attached, an edge was there."""
        return is_uncovered(self._of(acts, [subject]), self._of(removals, [subject]))

    def record_lived(self, entity: str) -> bool:
        """Whether the record lived at which an entity was shown."""
        root = self.identity.root(entity)
        members = [Subject("entity", member) for member in self.identity.members(root)]
        facets = [Subject("facet", *each) for each in self.placed(root)]
        deletions = self._of(removals, members)
        return is_uncovered(self._of(acts, facets), deletions) or any(map(self.lived, members))

    def placed(self, root: str) -> set[tuple[str, str]]:
        """The facets that were shown at a record, attached or not."""
        return self.identity.placed(root, self._storage.facets_of)

    def shown(self, field: Field) -> Any:
        """What the field of a record showed behind which this raw field is; None where it was never set."""
        return self.value(*self.raws_shown_with(field))

    def raws_shown_with(self, field: Field) -> list[Field]:
        """The raw fields that were shown as one with this one, set or not."""
        root = self.identity.place(field.entity, field.facet)
        one = class_of((field.facet, field.name), self.classes)
        return [
            Field(entity, facet, name)
            for entity, facet in self.placed(root)
            if self.lived(Subject("facet", entity, facet))
            for within, name in one
            if within == facet
        ]

    def had_value(self, raw: Field) -> bool:
        return bool(values_of(self._tips(raw)))

    def value(self, *raws: Field) -> Any:
        """What raw fields that are one showed; None where none of them was ever set."""
        tips = values_of(tip for raw in raws for tip in self._tips(raw))
        return shown_value(tuple(sorted(tips, key=lambda tip: tip.order))) if tips else None

    def index(self, edge: str) -> str | None:
        seen = self.operations_on(Key("index", edge))
        return dict(index_writes(seen[-1]))[edge] if seen else None

    def _tips(self, raw: Field) -> Tips:
        return tips_of([(each, dict(field_writes(each))[raw]) for each in self.operations_on(Key("field", raw))])

    def _of(self, effect: Callable[[Operation], Iterable[Subject]], subjects: Iterable[Subject]) -> list[Operation]:
        return [
            each
            for subject in subjects
            for each in self.operations_on(Key("life", subject))
            if subject in set(effect(each))
        ]
