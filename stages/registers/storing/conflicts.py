"""Which conflicts bundles open and resolve, one after the other, and what that means for the rows of conflicts.

A conflict whose values change while it is open stays the same conflict.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from stages.registers.fold.bundles import Bundle
from stages.registers.fold.refreshing import Changes
from stages.registers.fold.views import Conflict


class Place(NamedTuple):
    """What a conflict is about."""

    kind: str
    subject: str
    facet: str
    field: str


@dataclass(slots=True)
class _Row:
    id: UUID
    place: Place
    values: tuple[str, ...]
    opened: bytes
    resolved: bytes | None = None


class ConflictChanges:
    """What to write of conflicts. The bundles that opened and resolved them are named by their hashes."""

    def __init__(self, project_id: UUID) -> None:
        self._project_id = project_id
        self.added: list[_Row] = []
        self._open: dict[Place, _Row] = {}
        # Of conflicts that were open before: their new values, if these changed, and which bundle resolved them.
        self.updated: dict[Place, tuple[tuple[str, ...] | None, bytes | None]] = {}

    def take(self, bundle: Bundle, changes: Changes) -> None:
        opened = {_place(each): each.values for each in changes.opened}
        resolved = {_place(each) for each in changes.resolved}
        digest = bytes.fromhex(bundle.hash)
        for place in sorted(resolved - opened.keys()):
            self._resolve(place, digest)
        for place, values in sorted(opened.items()):
            if place in resolved:
                self._change(place, values)
            else:
                row = _Row(conflict_id(self._project_id, bundle.hash, place), place, values, digest)
                self._open[place] = row
                self.added.append(row)

    def _resolve(self, place: Place, digest: bytes) -> None:
        if (row := self._open.pop(place, None)) is not None:
            row.resolved = digest
        else:
            self.updated[place] = (self.updated.get(place, (None, None))[0], digest)

    def _change(self, place: Place, values: tuple[str, ...]) -> None:
        if (row := self._open.get(place)) is not None:
            row.values = values
        else:
            self.updated[place] = (values, None)

    def updates(self) -> Iterator[tuple[Any, ...]]:
        for place, (values, resolved) in self.updated.items():
            where = (place.kind, UUID(place.subject), place.facet, place.field)
            yield (*where, text_of_array(values) if values is not None else None, resolved)

    def inserts(self) -> Iterator[tuple[Any, ...]]:
        for row in self.added:
            where = (row.place.kind, UUID(row.place.subject), row.place.facet, row.place.field)
            yield (row.id, *where, text_of_array(row.values), row.opened, row.resolved)


def _place(conflict: Conflict) -> Place:
    return Place(conflict.kind, conflict.subject, conflict.facet, conflict.field)


def conflict_id(project_id: UUID, bundle_hash: str, place: Place) -> UUID:
    """The id of a conflict that a bundle opens: the same whenever it is computed again."""
    text = "\x00".join([str(project_id), bundle_hash, *place])
    return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=5)


def text_of_array(values: Iterable[str]) -> str:
    """The text of an array of texts."""
    escaped = (each.replace("\\", "\\\\").replace('"', '\\"') for each in values)
    return "{" + ",".join(f'"{each}"' for each in escaped) + "}"
