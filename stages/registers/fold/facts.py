"""What is known of a record, an edge and a mapping before it is decided how they are shown.

Definition and increment both fill these in, each in its own way; `views` and `digests` are made of nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stages.registers.fold.effects import Field, Pair, Write
from stages.registers.fold.operations import Order

# Values that stand side by side, in canonical order.
Tips = tuple[Write, ...]
# Fields of one mapping class: confirmed to be one, transitively.
Classes = Mapping[tuple[str, str], frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class FacetLife:
    """Whether a facet is attached, and whether somebody detached it whom no act at it had seen."""

    attached: bool
    contested: bool


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """A record: all that is placed at it, attached or not.

    `unseen` are the members that somebody deleted whom no act at the record had seen; `clashing` those that were joined
    and split by people who had not seen each other.
    """

    id: str
    members: tuple[str, ...]
    alive: bool
    unseen: frozenset[str]
    clashing: frozenset[str]
    facets: Mapping[tuple[str, str], FacetLife]
    tips: Mapping[Field, Tips]
    texts: Mapping[Field, str]


@dataclass(frozen=True, slots=True)
class Ends:
    """What an edge is, by its canonically first creation, at `order`."""

    order: Order
    type: str | None
    source: str
    target: str
    ordered: bool


@dataclass(frozen=True, slots=True)
class EdgeFacts:
    """An edge; `source` and `target` are the records at which it ends now, `ends_alive` whether both of them live."""

    id: str
    ends: Ends
    source: str
    target: str
    alive: bool
    contested: bool
    ends_alive: bool
    index: Write | None
    tips: Mapping[str, Tips]


@dataclass(frozen=True, slots=True)
class MappingFacts:
    pair: Pair
    last: Write
