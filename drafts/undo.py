"""Undo and redo per person, replayed from the versions themselves: there is no second record to disagree with them.

Saves, reverts and imports of a person are entries of their undo stack and clear their redo stack; an undo or redo moves
the entry that it names by `source_version`. A field of an entry is free if every later change to it is the same
person's own and already taken back. The two names of a renamed file go back together, or neither does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from drafts.models import DraftKind


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """One version as the replay needs it; `renamed` are its renamed files, new and old name."""

    version: int
    author: UUID
    kind: str
    source: int | None
    fields: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Stacks:
    """What one person can take back, and what they can do again; the newest entry last."""

    undo: list[int] = field(default_factory=list)
    redo: list[int] = field(default_factory=list)

    @classmethod
    def replay(cls, entries: Iterable[VersionEntry], author: UUID) -> Stacks:
        """Replay one person's entries, oldest first; a save that changed nothing leaves nothing to take back."""
        stacks = cls()
        for entry in entries:
            if entry.author != author:
                continue
            if entry.kind == DraftKind.UNDO and entry.source in stacks.undo:
                stacks.undo.remove(entry.source)
                stacks.redo.append(entry.source)
            elif entry.kind == DraftKind.REDO and entry.source in stacks.redo:
                stacks.redo.remove(entry.source)
                stacks.undo.append(entry.source)
            elif entry.kind not in (DraftKind.UNDO, DraftKind.REDO) and entry.fields:
                stacks.undo.append(entry.version)
                stacks.redo.clear()
        return stacks


@dataclass(frozen=True, slots=True)
class Blocked:
    """A field that cannot be taken back, because of a later change."""

    field: str
    version: int
    author: UUID


@dataclass(frozen=True, slots=True)
class Plan:
    """Which fields of entry `source` go back to their content in version `content_of` (0: before the first)."""

    source: int
    content_of: int
    free: tuple[str, ...]
    blocked: tuple[Blocked, ...]


def plan_undo(entries: Sequence[VersionEntry], author: UUID) -> Plan | None:
    """The next undo of a person, or None where they have nothing to take back."""
    stacks = Stacks.replay(entries, author)
    if not stacks.undo:
        return None
    source = stacks.undo[-1]
    entry = next(entry for entry in entries if entry.version == source)
    taken_back = {source, *stacks.redo}
    return _plan(entries, author, entry, source=source, content_of=source - 1, own=taken_back)


def plan_redo(entries: Sequence[VersionEntry], author: UUID) -> Plan | None:
    """The next redo of a person, or None where they have nothing to do again."""
    stacks = Stacks.replay(entries, author)
    if not stacks.redo:
        return None
    source = stacks.redo[-1]
    undone = next(entry for entry in reversed(entries) if entry.kind == DraftKind.UNDO and entry.source == source)
    own = {entry.version for entry in entries if entry.author == author}
    return _plan(entries, author, undone, source=source, content_of=source, own=own)


def _plan(
    entries: Sequence[VersionEntry],
    author: UUID,
    taken_back: VersionEntry,
    *,
    source: int,
    content_of: int,
    own: set[int],
) -> Plan:
    """Split the fields of what is taken back: free where every later entry that touches it is one of `own`."""
    fields = taken_back.fields
    blocked: dict[str, Blocked] = {}
    for entry in entries:
        if entry.version <= taken_back.version:
            continue
        changed = entry.source if entry.kind in (DraftKind.UNDO, DraftKind.REDO) else entry.version
        if entry.author == author and changed in own:
            continue
        for name in entry.fields:
            if name in fields:
                blocked[name] = Blocked(name, entry.version, entry.author)
    for names in taken_back.renamed:
        by = next((blocked[name] for name in names if name in blocked), None)
        if by is not None:
            blocked |= {name: replace(by, field=name) for name in names if name not in blocked}
    free = tuple(name for name in fields if name not in blocked)
    return Plan(source, content_of, free, tuple(blocked[name] for name in fields if name in blocked))
