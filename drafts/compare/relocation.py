"""Recognises values that were removed at one path and added at another as moved, also into or out of an object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator
from typing import Final, NamedTuple

from drafts.compare.changes import Change, Path
from drafts.compare.identity import Identities

# Equal strings of at least this length count as the same value under any name; other scalars need the same name.
MIN_DISTINCTIVE_LENGTH: Final = 12


class ValueAt(NamedTuple):
    """A value and its path."""

    path: Path
    value: object


def recognise_moves(changes: list[Change], identities: Identities) -> list[Change]:
    """Replace pairs of a removed and an added value by a `moved` change.

    Only if the pair is unambiguous: the value occurs once among the removed values and once among the added ones. A
    value that moved into an added object gets its own change and is left out of that object; likewise for a value that
    moved out of a removed object.
    """
    gone = [ValueAt(change.path, change.old) for change in changes if change.op == "removed"]
    came = [ValueAt(change.path, change.new) for change in changes if change.op == "added"]
    moves = _moves(gone, came, identities) if gone and came else {}
    if not moves:
        return changes
    sources = {place.path for place in moves.values()}
    kept = [change for change in changes if change.op in {"changed", "moved"}]
    kept += (Change("removed", place.path, old=_without(place, sources)) for place in gone if place.path not in sources)
    kept += (Change("added", place.path, new=_without(place, moves)) for place in came if place.path not in moves)
    kept += (Change("moved", path, place.value, place.value, place.path) for path, place in moves.items())
    return kept


def _moves(gone: list[ValueAt], came: list[ValueAt], identities: Identities) -> dict[Path, ValueAt]:
    """The old place of each moved value, by its new path; of nested values only the outermost."""
    left = _once(gone, identities)
    arrived = _once(came, identities)
    moves: dict[Path, ValueAt] = {}
    pending = came[::-1]
    while pending:
        place = pending.pop()
        signs = [sign for sign in _signs(place, identities) if sign in left and sign in arrived]
        if signs:
            moves[place.path] = left[signs[0]]
        else:
            pending.extend(_members(place))
    return moves


def _once(places: Iterable[ValueAt], identities: Identities) -> dict[Hashable, ValueAt]:
    """Values that occur only once, by each of their signs."""
    signs = [(sign, place) for each in places for place in _all(each) for sign in _signs(place, identities)]
    counts = Counter(sign for sign, _ in signs)
    return {sign: place for sign, place in signs if counts[sign] == 1}


def _signs(place: ValueAt, identities: Identities) -> Iterator[Hashable]:
    """The keys by which a value is recognised: its name and value, or its value alone if that is distinctive."""
    value = place.value
    if value is None or isinstance(value, bool) or value in ("", {}, []):
        return
    number = identities.of(value)
    if isinstance(place.path[-1], str):
        yield (place.path[-1], number)
    if isinstance(value, dict | list) or (isinstance(value, str) and len(value) >= MIN_DISTINCTIVE_LENGTH):
        yield number


def _all(place: ValueAt) -> Iterator[ValueAt]:
    yield place
    for member in _members(place):
        yield from _all(member)


def _members(place: ValueAt) -> list[ValueAt]:
    """The members of an object; array items are ignored, because they have no name."""
    if not isinstance(place.value, dict):
        return []
    return [ValueAt((*place.path, key), value) for key, value in place.value.items()]


def _without(place: ValueAt, taken: Collection[Path]) -> object:
    """The value without the members that have their own change."""
    if not isinstance(place.value, dict):
        return place.value
    return {str(member.path[-1]): _without(member, taken) for member in _members(place) if member.path not in taken}
