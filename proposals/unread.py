"""Changes of a working set without their texts, which a list does not read: a text is there as its SHA-256."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from proposals.drift import Item
from proposals.kinds import KINDS, Content, Key, Kind, Staged


class UnreadChange(NamedTuple):
    """A change of the working set whose text is not read: `value` is its SHA-256 where its kind has texts."""

    id: UUID
    kind: str
    target: str
    base: Content
    base_version: int
    language: str | None
    size: int
    value: Any


def items_of_unread(changes: Iterable[UnreadChange]) -> list[Item]:
    """As `items_of_changes`."""
    return [_item_of_unread(change, KINDS[change.kind]) for change in changes if change.kind in KINDS]


def _item_of_unread(change: UnreadChange, kind: Kind) -> Item:
    if kind.canonical_of_hash is None:
        after = kind.canonical(change.target, Staged(change.value, change.language, change.size))
    else:
        after = kind.canonical_of_hash(change.target, change.value, change.language)
    key = Key(change.kind, change.target)
    return Item(key, change.base, after, since=change.base_version, change_id=change.id, size=change.size)
