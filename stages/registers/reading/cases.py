"""What waits for a decision: each conflict with the values that stand side by side, and how they came apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from stages.registers.fold.effects import Field, Subject, Write, acts, deltas, make_write, removals
from stages.registers.fold.facts import Classes, Tips
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import MergeEntities, SplitEntity
from stages.registers.fold.tips import tips_of_texts
from stages.registers.fold.values import spell
from stages.registers.fold.views import Conflict, Edge, Record, class_of, raw_fields, shown_value, values_of
from stages.registers.reading.changes import Known

# How many sites the picture has at most.
MAX_LANES: Final = 8


@dataclass(frozen=True, slots=True)
class Side:
    """One of the values, or one of the acts, that nobody has decided between.

    `write` says who, where and when; `act` is `value`, `deleted`, `changed`, `detached`, `merged` or `split`. Several
    people who set one value are one side, of whom the last is named. `replaced` is what its author saw before,
    `not_seen` the sides that they did not know. `op_ids` are all operations that this side stands for.
    """

    act: str
    write: Write
    op_ids: tuple[str, ...]
    replaced: Tips = ()
    not_seen: tuple[int, ...] = ()

    @property
    def value(self) -> Any:
        return self.write.value


@dataclass(frozen=True, slots=True)
class Case:
    """A conflict with its sides, in canonical order of their last writes; `shown` is the position of what is shown.

    `tips` are the operations that a decision has to have seen. `origin` is what all saw before.
    """

    conflict: Conflict
    sides: tuple[Side, ...]
    shown: int
    tips: tuple[str, ...]
    origin: Tips

    @property
    def hlc(self) -> str:
        """When the conflict arose at the latest: the last of its sides."""
        return max(side.write.hlc for side in self.sides)


def case_of_field(conflict: Conflict, record: Record, classes: Classes, known: Known) -> Case | None:
    """The case of values in a field of a record; None where they are decided by now."""
    shown = next(
        (
            found
            for facet, name in sorted(class_of((conflict.facet, conflict.field), classes))
            if (found := record.fields.get(facet, {}).get(name))
        ),
        None,
    )
    if shown is None:
        return None
    raws = {tip.op_id: field for field, tips in record.facts.tips.items() for tip in tips}
    return _case(conflict, shown.tips, raws, known)


def case_of_text(conflict: Conflict, record: Record, classes: Classes, known: Known) -> Case | None:
    """The case of texts that became one field with different words; None where they are equal by now."""
    raws = raw_fields(record.facts, conflict.facet, conflict.field, classes)
    texts = {raw: text for raw in raws if (text := record.facts.texts.get(raw))}
    last: dict[str, Operation] = {}
    by_field: dict[Field, list[Operation]] = defaultdict(list)
    for each in known.operations:
        for field, _delta in deltas(each):
            if field in texts:
                last[texts[field]] = each
                by_field[field].append(each)
    if len(last) < 2:
        return None
    shown = record.texts.get(conflict.facet, {}).get(conflict.field)
    listed = sorted(last.items(), key=lambda each: each[1].order)
    sides = tuple(Side("value", make_write(each, text), (each.op_id,)) for text, each in listed)
    at = next((at for at, (text, _each) in enumerate(listed) if text == shown), len(listed) - 1)
    tips = tips_of_texts(texts, lambda field: by_field[field])
    return Case(conflict, sides, at, tuple(tip.op_id for tip in tips), ())


def case_of_property(conflict: Conflict, edge: Edge, known: Known) -> Case | None:
    """The case of values in a property of an edge; None where they are decided by now."""
    tips = values_of(edge.facts.tips.get(conflict.field, ()))
    facet = f"edge:{edge.facts.ends.type or ''}"
    raws = {tip.op_id: Field(edge.id, facet, conflict.field) for tip in tips}
    return _case(conflict, tips, raws, known) if tips else None


def case_of_life(conflict: Conflict, subjects: Sequence[Subject], operations: Sequence[Operation]) -> Case | None:
    """The case of a removal that nobody had seen who acted at a thing; None where it is decided by now."""
    removing = [each for each in operations if _removes(each, subjects)]
    acting = [each for each in operations if _acts(each, subjects)]
    unseen = [each for each in removing if not any(act.had_seen(each) for act in acting)]
    changing = [each for each in acting if not any(removal.had_seen(each) for removal in removing)]
    if not unseen or not changing:
        return None
    removed = "detached" if conflict.kind == "detached_changed" else "deleted"
    return _of_acts(conflict, [(removed, unseen[-1]), ("changed", changing[-1])])


def case_of_identity(conflict: Conflict, operations: Sequence[Operation]) -> Case | None:
    """The case of a join and a split of one entity that had not seen each other."""
    sides = []
    for kind, name in ((MergeEntities, "merged"), (SplitEntity, "split")):
        found = [each for each in operations if isinstance(each.payload, kind) and conflict.subject in _parts(each)]
        if found:
            sides.append((name, found[-1]))
    return _of_acts(conflict, sides) if len(sides) > 1 else None


def _case(conflict: Conflict, tips: Tips, raws: dict[str, Field], known: Known) -> Case | None:
    by_value: dict[str, list[Write]] = {}
    for tip in tips:
        by_value.setdefault(spell(tip.value), []).append(tip)
    if len(by_value) < 2:
        return None
    grouped = sorted(by_value.values(), key=lambda each: each[-1].order)
    found = {each.op_id: each for each in known.operations}
    sides, origins = [], []
    for writes in grouped:
        last = writes[-1]
        operation, raw = found.get(last.op_id), raws.get(last.op_id)
        replaced = known.before(operation, raw) if operation is not None and raw is not None else ()
        origins.append(replaced)
        others = [at for at, each in enumerate(grouped) if each is not writes and not _seen(operation, each, found)]
        sides.append(Side("value", last, tuple(each.op_id for each in writes), replaced, tuple(others)))
    value = spell(shown_value(tips))
    shown = next(at for at, side in enumerate(sides) if spell(side.value) == value)
    every = tuple(dict.fromkeys(tip.op_id for tip in tips))
    return Case(conflict, tuple(sides), shown, every, _common(origins))


def _seen(operation: Operation | None, writes: Sequence[Write], found: dict[str, Operation]) -> bool:
    """Whether the author of an operation knew of one of these writes."""
    others = [found[each.op_id] for each in writes if each.op_id in found]
    return operation is not None and any(operation.had_seen(other) for other in others)


def _common(origins: Sequence[Tips]) -> Tips:
    """What all of them replaced, if that is one value."""
    known = {tuple(write.op_id for write in tips) for tips in origins}
    return origins[0] if len(known) == 1 else ()


def _of_acts(conflict: Conflict, listed: list[tuple[str, Operation]]) -> Case:
    listed.sort(key=lambda each: each[1].order)
    sides = tuple(
        Side(
            act,
            make_write(operation, _value(operation)),
            (operation.op_id,),
            (),
            tuple(at for at, (_act, other) in enumerate(listed) if at != mine and not operation.had_seen(other)),
        )
        for mine, (act, operation) in enumerate(listed)
    )
    shown = next((at for at, side in enumerate(sides) if side.act == "changed"), len(sides) - 1)
    return Case(conflict, sides, shown, tuple(op for side in sides for op in side.op_ids), ())


def _value(operation: Operation) -> Any:
    return getattr(operation.payload, "value", None)


def _removes(operation: Operation, subjects: Sequence[Subject]) -> bool:
    return any(each in subjects for each in removals(operation))


def _acts(operation: Operation, subjects: Sequence[Subject]) -> bool:
    return any(each in subjects for each in acts(operation))


def _parts(operation: Operation) -> set[str]:
    payload = operation.payload
    if isinstance(payload, MergeEntities):
        return {payload.survivor, payload.absorbed}
    return {payload.source, payload.new_entity} if isinstance(payload, SplitEntity) else set()
