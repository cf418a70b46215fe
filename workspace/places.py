"""Where people are in a project, when it is not a field: presence names it `<prefix>/<id>`. Apps register theirs.

PLACES.register("notes", places_of_notes)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody can be in a project: what it is called, and the address of its page."""

    project_id: UUID
    name: str
    address: str


PlacesOf = Callable[[Collection[str]], Mapping[str, Place]]

# By prefix: the places by their ids, with one query.
PLACES: Final = Registry[PlacesOf]("places of presence")


def is_place(name: str) -> bool:
    """Whether presence names a place of an app, and no field."""
    return name.partition("/")[0] in PLACES


def places_named(names: Iterable[str]) -> dict[str, Place]:
    """The places that presence names so; those that are gone are missing."""
    by_prefix: dict[str, set[str]] = {}
    for name in names:
        prefix, _slash, place_id = name.partition("/")
        if prefix in PLACES:
            by_prefix.setdefault(prefix, set()).add(place_id)
    return {
        f"{prefix}/{place_id}": place
        for prefix, ids in by_prefix.items()
        for place_id, place in PLACES[prefix](ids).items()
    }
