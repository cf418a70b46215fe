"""What one bundle did to a record: each operation as a change from something to something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stages.registers.fold.documents import Replay, YrsFailed
from stages.registers.fold.effects import Field, Subject, Write, acts, deltas, field_writes, make_write, removals
from stages.registers.fold.facts import Tips
from stages.registers.fold.operations import Operation, Order
from stages.registers.fold.payloads import (
    AttachFacet,
    CreateEdge,
    CreateEntity,
    CreateOrderedEdge,
    DeleteEdge,
    DeleteEntity,
    DetachFacet,
    MergeEntities,
    MoveOrderedEdge,
    SetCRDTField,
    SetField,
    SplitEntity,
)
from stages.registers.fold.values import spell
from stages.registers.fold.views import shown_value, values_of
from stages.registers.reading.moments import newest
from stages.registers.reading.tracing import CONFIRMED

CREATED: Final = "created"
RESTORED: Final = "restored"
DELETED: Final = "deleted"
ATTACHED: Final = "attached"
DETACHED: Final = "detached"
SET: Final = "set"
UNSET: Final = "unset"
DECIDED: Final = "decided"
TYPED: Final = "typed"
LINKED: Final = "linked"
UNLINKED: Final = "unlinked"
MOVED: Final = "moved"
PROPERTY: Final = "property"
CONFIRMED_LINK: Final = "confirmed"
MERGED: Final = "merged"
SPLIT: Final = "split"
OF_FIELDS: Final = frozenset({SET, UNSET, DECIDED, TYPED})


@dataclass(frozen=True, slots=True)
class LinkEnds:
    """The ends of an edge as it was made."""

    edge: str
    type: str | None
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `kind` is one of those above.

    Of a field, `before` is what its author saw, and None if it was never set (`was_set`); `not_seen` are the values
    that others had given it, unknown to them. Of a decision, `instead` are the other values that were side by side.
    Of a text, both are texts. `entity` is the one whose field it is; `other` the one that was made, removed, put into a
    table, absorbed or cut loose, and `facets` the tables that were split off by their names.
    """

    kind: str
    op_id: str
    facet: str = ""
    field: str = ""
    before: Any = None
    was_set: bool = False
    after: Any = None
    not_seen: Tips = ()
    instead: tuple[Any, ...] = ()
    link: LinkEnds | None = None
    other: str = ""
    entity: str = ""
    facets: tuple[str, ...] = ()


class Known:
    """All operations on a record and its edges, sorted so that each can be compared with what came before."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = sorted(operations, key=lambda each: each.order)
        self.writes: dict[Field, list[tuple[Operation, Any]]] = defaultdict(list)
        self.values: dict[str, Any] = {}
        self.ends: dict[str, LinkEnds] = {}
        self._deltas: dict[Field, list[tuple[Order, bytes]]] = defaultdict(list)
        self._lives: dict[Subject, list[Operation]] = defaultdict(list)
        self._texts: dict[Field, dict[Order, tuple[str, str]]] = {}
        for each in self.operations:
            for written, value in field_writes(each):
                self.writes[written].append((each, value))
                self.values[each.op_id] = value
            for written, delta in deltas(each):
                self._deltas[written].append((each.order, delta))
            for subject in (*acts(each), *removals(each)):
                self._lives[subject].append(each)
            if isinstance(edge := each.payload, CreateEdge | CreateOrderedEdge):
                self.ends.setdefault(edge.edge_id, LinkEnds(edge.edge_id, edge.edge_type, edge.source, edge.target))

    def before(self, operation: Operation, written: Field) -> Tips:
        """The values that its author saw in a field."""
        writes = [(each, value) for each, value in self.writes[written] if operation.had_seen(each)]
        values = {each.order: value for each, value in writes}
        return values_of(make_write(each, values[each.order]) for each in newest(each for each, _value in writes))

    def not_seen(self, operation: Operation, written: Field) -> Tips:
        """The values that others gave a field, unknown to its author, as its author was to them."""
        apart = {
            each.order: value
            for each, value in self.writes[written]
            if each.bundle_id != operation.bundle_id and not operation.had_seen(each) and not each.had_seen(operation)
        }
        found = newest(each for each, _value in self.writes[written] if each.order in apart)
        return values_of(make_write(each, apart[each.order]) for each in found)

    def is_first(self, operation: Operation, subject: Subject) -> bool:
        """Whether its author knew nothing of a thing that somebody had removed."""
        return not any(subject in set(removals(each)) for each in self._lives[subject] if operation.had_seen(each))

    def text(self, operation: Operation, written: Field) -> tuple[str, str]:
        """A text before and after an operation, in canonical order."""
        if written not in self._texts:
            self._texts[written] = _steps(self._deltas[written])
        return self._texts[written].get(operation.order, ("", ""))


def _steps(listed: Sequence[tuple[Order, bytes]]) -> dict[Order, tuple[str, str]]:
    replay, before = Replay(), ""
    found: dict[Order, tuple[str, str]] = {}
    for order, delta in listed:
        try:
            replay.apply(delta)
        except YrsFailed:
            return found
        after = replay.text
        found[order] = (before, after)
        before = after
    return found


def changes_of(known: Known, operations: Iterable[Operation]) -> list[Change]:
    """What operations of one bundle did."""
    return [change for each in operations if (change := _change(known, each)) is not None]


def _change(known: Known, operation: Operation) -> Change | None:  # noqa: PLR0911 (one for each kind)
    op_id = operation.op_id
    match operation.payload:
        case CreateEntity(entity):
            first = known.is_first(operation, Subject("entity", entity))
            return Change(CREATED if first else RESTORED, op_id, other=entity)
        case DeleteEntity(entity):
            return Change(DELETED, op_id, other=entity)
        case AttachFacet(entity, facet):
            return Change(ATTACHED, op_id, facet, other=entity)
        case DetachFacet(entity, facet):
            return Change(DETACHED, op_id, facet, other=entity)
        case SetField() as payload:
            return _set(known, operation, payload)
        case SetCRDTField(entity, facet, name):
            before, after = known.text(operation, Field(entity, facet, name))
            change = Change(TYPED, op_id, facet, name, before, bool(before), after, entity=entity)
            return change if before != after else None
        case MergeEntities(survivor, absorbed):
            return Change(MERGED, op_id, before=survivor, other=absorbed)
        case SplitEntity(source, new_entity, facets):
            return Change(SPLIT, op_id, before=source, other=new_entity, facets=facets)
    return _of_link(known, operation)


def _set(known: Known, operation: Operation, payload: SetField) -> Change:
    written = Field(payload.entity_id, payload.facet_type, payload.field_name)
    before = known.before(operation, written)
    kind = SET
    link = known.ends.get(payload.entity_id) if payload.facet_type.startswith("edge:") else None
    if link is not None:
        kind = CONFIRMED_LINK if payload.field_name == CONFIRMED and not payload.unset else PROPERTY
    elif payload.unset:
        kind = UNSET
    elif payload.resolves:
        kind = DECIDED
    return Change(
        kind,
        operation.op_id,
        facet=payload.facet_type,
        field=payload.field_name,
        before=shown_value(before) if before else None,
        was_set=bool(before),
        after=payload.value,
        not_seen=_apart(known.not_seen(operation, written), payload.value),
        instead=_instead(known, payload),
        link=link,
        entity=payload.entity_id,
    )


def _instead(known: Known, payload: SetField) -> tuple[Any, ...]:
    found = {spell(known.values[each]): known.values[each] for each in payload.resolves if each in known.values}
    found.pop(spell(payload.value), None)
    return tuple(found.values())


def _apart(tips: Tips, value: Any) -> Tips:
    return tuple(tip for tip in tips if tip.value != value or type(tip.value) is not type(value))


def _of_link(known: Known, operation: Operation) -> Change | None:
    kinds = {CreateEdge: LINKED, CreateOrderedEdge: LINKED, DeleteEdge: UNLINKED, MoveOrderedEdge: MOVED}
    payload: Any = operation.payload
    kind = kinds.get(type(payload))
    link = known.ends.get(payload.edge_id) if kind else None
    return Change(kind, operation.op_id, link=link) if kind and link else None


def replaced(known: Known, write: Write, written: Field) -> Tips:
    """What a write took the place of, for its author."""
    operation = next((each for each, _value in known.writes[written] if each.op_id == write.op_id), None)
    return known.before(operation, written) if operation is not None else ()
