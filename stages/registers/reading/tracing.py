"""Whether a link is suspect: one of its ends has changed since somebody last confirmed it.

A link is confirmed by whoever makes it, and by each write to its property `confirmed`. A confirmation that was undone
is none, and neither is the undo, which writes the property as well. Of confirmations that had not seen each other all
count: a change is known if one of them had seen it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

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


def confirmations(operations: Sequence[Operation], undoes: Mapping[str, str]) -> list[Confirmation]:
    """All confirmations of one link, the last one first, of the operations on it in canonical order.

    `undoes` has the bundle that each bundle took back.
    """
    moments = moments_of(operations)
    return [_confirmation(each, moments) for each in [*_made(operations), *_confirming(operations, undoes)]][::-1]


def last_confirmations(operations: Sequence[Operation], undoes: Mapping[str, str]) -> list[Confirmation]:
    """The confirmations that no other one had seen, or else that of who made the link."""
    moments = moments_of(operations)
    return [_confirmation(each, moments) for each in newest(_confirming(operations, undoes)) or _made(operations)]


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


def _confirming(operations: Iterable[Operation], undoes: Mapping[str, str]) -> list[Operation]:
    """The confirmations that count: in no bundle that takes another one back, and not taken back themselves."""
    gone: set[str] = set()
    # The last undo first: one that was taken back itself has taken back nothing.
    for undo in reversed(list(dict.fromkeys(each.bundle_id for each in operations))):
        if undo in undoes and undo not in gone:
            gone.add(undoes[undo])
    return [
        each
        for each in operations
        if isinstance(each.payload, SetField)
        and (each.payload.field_name, each.payload.value) == (CONFIRMED, True)
        and each.bundle_id not in gone
        and each.bundle_id not in undoes
    ]


def _confirmation(operation: Operation, moments: Mapping[str, Moment]) -> Confirmation:
    made = not isinstance(operation.payload, SetField)
    return Confirmation(operation.actor_id, operation.hlc, moments[operation.bundle_id], made)
