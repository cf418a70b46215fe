"""What nobody has decided yet, decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from kernel.errors import Conflict, NotFound
from stages.registers.fold.acts import Acts
from stages.registers.fold.effects import Field, Write, edge_facet
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.payloads import (
    AttachFacet,
    CreateEdge,
    CreateEntity,
    CreateOrderedEdge,
    MergeEntities,
    Payload,
    SetField,
    SplitEntity,
)
from stages.registers.fold.values import spell
from stages.registers.fold.views import Conflict as Open
from stages.registers.fold.views import values_of
from stages.registers.schema import Schema
from stages.registers.schema.values import refuse
from stages.registers.verbs.cells import check_unique, value_of
from stages.registers.verbs.finding import column_of, edge_of, record_in, table_of
from stages.registers.verbs.links import check_properties
from stages.registers.verbs.problems import Problems

KEEP = "keep"
DELETE = "delete"
MERGE = "merge"
SPLIT = "split"


def resolve_conflict(acts: Acts, schema: Schema, field: Field, value: object, tips: Sequence[str]) -> list[Payload]:
    """Decide between values that stand side by side. `tips` are the operations whose values the person saw.

    Raises `Conflict` where nothing stands side by side, or something else than the person saw: then with the present
    `tips`.
    """
    record, facet, name = field
    if facet.startswith(EDGE_PREFIX):
        return _resolve_property(acts, schema, field, value, tips)
    table = table_of(schema, facet)
    found = record_in(acts, record, table)
    column = column_of(table, name)
    shown = found.fields[facet].get(name)
    _check_tips(shown.tips if shown else (), tips)
    read = value_of(acts, schema, column, value)
    problems = Problems()
    check_unique(acts, [(None, found.id, column, read)], problems)
    problems.check()
    return acts.resolve(found.id, facet, name, read)


def decide(acts: Acts, schema: Schema, conflict: Open, choice: str) -> list[Payload]:
    """Decide a conflict that is not between values: `keep` or `delete` what somebody removed and somebody changed,
    `merge` or `split` what somebody joined and somebody took apart. Raises `Conflict` where it is not open any more.
    """
    if conflict.kind == "split_merged":
        return _decide_identity(acts, conflict, choice)
    if choice not in (KEEP, DELETE):
        raise refuse("choice", gettext("Keep it or delete it."))
    if (edge := acts.increment.storage.edges.get(conflict.subject)) is not None:
        if conflict not in edge.conflicts:
            raise _closed()
        return _keep_link(acts, edge.id) if choice == KEEP else acts.unlink(edge.id)
    root = acts.increment.identity.place(conflict.subject, conflict.facet)
    record = acts.increment.storage.records.get(root)
    if record is None:
        raise NotFound(gettext("There is no such record."))
    if conflict not in record.conflicts:
        raise _closed()
    if conflict.kind == "detached_changed":
        if choice == KEEP:
            return [AttachFacet(conflict.subject, conflict.facet)]
        return acts.detach(root, conflict.facet)
    return [CreateEntity(conflict.subject)] if choice == KEEP else acts.delete(root)


def _resolve_property(acts: Acts, schema: Schema, field: Field, value: object, tips: Sequence[str]) -> list[Payload]:
    found, name = edge_of(acts, field.entity), field.name
    present = values_of(found.facts.tips.get(name, ()))
    _check_tips(present, tips)
    type_ = found.facts.ends.type
    read: Any = check_properties(acts, schema, type_, {name: value})[name]
    return [SetField(found.id, edge_facet(type_), name, read, tuple(tip.op_id for tip in present))]


def _check_tips(present: Sequence[Write], seen: Sequence[str]) -> None:
    now = list(dict.fromkeys(tip.op_id for tip in present))
    if len({spell(tip.value) for tip in present}) < 2:
        raise Conflict(gettext("This is decided already."), tips=now)
    if set(now) != set(seen):
        words = gettext("Something else stands side by side now. Look at it again, and decide then.")
        values = [{"op_id": tip.op_id, "value": tip.value, "by": tip.actor_id, "hlc": tip.hlc} for tip in present]
        raise Conflict(words, tips=now, values=values)


def _decide_identity(acts: Acts, conflict: Open, choice: str) -> list[Payload]:
    """A merge or a split of somebody who has seen both sides decides, also where it changes nothing."""
    if choice not in (MERGE, SPLIT):
        raise refuse("choice", gettext("Merge them or split them."))
    identity, member = acts.increment.identity, conflict.subject
    record = acts.increment.storage.records.get(identity.root(member))
    if record is None or conflict not in record.conflicts:
        raise _closed()
    other = _other_side(acts, member)
    if choice == MERGE:
        return [MergeEntities(other, member)]
    if member == record.id and other in record.facts.members:
        return [SplitEntity(record.id, other, ()), SplitEntity(other, member, ())]
    return [SplitEntity(identity.root(other), member, ())]


def _other_side(acts: Acts, member: str) -> str:
    """With what an entity was joined, by the operations that had not seen each other."""
    for pair in acts.increment.identity.clashes.get(member, ()):
        for operation in pair:
            match operation.payload:
                case MergeEntities(survivor, absorbed):
                    root = acts.increment.identity.root
                    return survivor if member == absorbed or root(absorbed) == root(member) else absorbed
                case SplitEntity(source):
                    return source
    raise _closed()


def _keep_link(acts: Acts, edge: str) -> list[Payload]:
    found = edge_of(acts, edge)
    ends, index = found.facts.ends, found.index
    if index is not None:
        return [CreateOrderedEdge(edge, ends.source, ends.target, ends.type, index, {})]
    return [CreateEdge(edge, ends.source, ends.target, ends.type, {})]


def _closed() -> Conflict:
    return Conflict(gettext("This is decided already."))
