"""Where people are in a project, when it is not a field: presence names it `<prefix>/<id>`. Apps register theirs.

PLACES.register("notes", names_of_notes)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from kernel.registry import Registry

NamesOf = Callable[[Collection[str]], Mapping[str, str]]

# By prefix: the names of places by their ids, with one query.
PLACES: Final = Registry[NamesOf]("places of presence")


def is_place(name: str) -> bool:
    """Whether presence names a place of an app, and no field."""
    return name.partition("/")[0] in PLACES


def names_of_places(names: Iterable[str]) -> dict[str, str]:
    """What these places are called; those that are gone are missing."""
    by_prefix: dict[str, set[str]] = {}
    for name in names:
        prefix, _slash, place_id = name.partition("/")
        if prefix in PLACES:
            by_prefix.setdefault(prefix, set()).add(place_id)
    return {
        f"{prefix}/{place_id}": called
        for prefix, ids in by_prefix.items()
        for place_id, called in PLACES[prefix](ids).items()
    }
