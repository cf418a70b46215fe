"""Whether a link is suspect: one of its ends has changed since somebody last confirmed it.

A link is confirmed by whoever makes it, and by each write to its property `confirmed`, whose value is the time. A value
that undo writes again stands for the confirmation that it came from. Of confirmations that had not seen each other all
count: a change is known if one of them had seen it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stages.registers.fold.effects import edge_facet
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import CreateEdge, CreateOrderedEdge, SetField
from stages.registers.reading.moments import Moment, moments_of, newest

# The property of a link that confirming it writes.
CONFIRMED: Final = "confirmed"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Somebody said that a link is right; `made` of the one who made the link. `actor` is a public key."""

    actor: str
    hlc: str
    moment: Moment
    made: bool = False


@dataclass(frozen=True, slots=True)
class Touch:
    """A write that a traced field shows, or one to a traced text. `op_id` is that of its operation."""

    record: str
    facet: str
    field: str
    site: str
    hlc: str
    op_id: str


def confirmations(operations: Sequence[Operation]) -> list[Confirmation]:
    """All confirmations of one link, the last one first, of the operations on it in canonical order."""
    moments = moments_of(operations)
    found = []
    for each in _made(operations) + list(_confirming(operations).values()):
        moment = moments[each.bundle_id]
        made = not isinstance(each.payload, SetField)
        found.append(Confirmation(each.actor_id, each.hlc, moment, made))
    return found[::-1]


def last_confirmations(operations: Sequence[Operation]) -> list[Confirmation]:
    """The confirmations that count: those that are shown, or else that of who made the link."""
    moments = moments_of(operations)
    first = _confirming(operations)
    writes = [each for each in operations if _confirms(each)]
    values = [value for each in newest(writes) if (value := _value(each)) is not None]
    counting = [first[value] for value in dict.fromkeys(values) if value in first] or _made(operations)
    return [
        Confirmation(each.actor_id, each.hlc, moments[each.bundle_id], not isinstance(each.payload, SetField))
        for each in counting
    ]


def unseen(touches: Iterable[Touch], last: Sequence[Confirmation]) -> list[Touch]:
    """The writes that none of a link's last confirmations had seen: why it is suspect."""
    return [each for each in touches if not any(known.moment.had_seen(each.site, each.hlc) for known in last)]


def of_edges(operations: Iterable[Operation], types: Mapping[str, str | None]) -> dict[str, list[Operation]]:
    """Those operations that make or confirm edges, by edge; `types` has the type of each edge that is wanted."""
    found: dict[str, list[Operation]] = {edge: [] for edge in types}
    for each in operations:
        match each.payload:
            case CreateEdge(edge_id=edge) | CreateOrderedEdge(edge_id=edge) if edge in found:
                found[edge].append(each)
            case SetField(edge, facet, name) if (
                name == CONFIRMED and edge in found and facet == edge_facet(types[edge])
            ):
                found[edge].append(each)
    return found


def _made(operations: Iterable[Operation]) -> list[Operation]:
    """The canonically first creation; a later one only brings back what was removed."""
    return [each for each in operations if isinstance(each.payload, CreateEdge | CreateOrderedEdge)][:1]


def _confirms(operation: Operation) -> bool:
    return isinstance(operation.payload, SetField) and operation.payload.field_name == CONFIRMED


def _confirming(operations: Iterable[Operation]) -> dict[Any, Operation]:
    """The first write of each value."""
    found: dict[Any, Operation] = {}
    for each in operations:
        if _confirms(each) and (value := _value(each)) is not None:
            found.setdefault(value, each)
    return found


def _value(operation: Operation) -> str | None:
    payload = operation.payload
    assert isinstance(payload, SetField)
    return payload.value if isinstance(payload.value, str) and not payload.unset else None
