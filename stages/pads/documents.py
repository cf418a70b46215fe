"""The documents of pads in this process: each loaded once, the least recently used dropped beyond a limit of memory."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from django.conf import settings

from kernel.crdt.edits import Edits
from kernel.statements import run
from stages.pads.access import LockedPad
from stages.pads.environment import PAD_MEMORY
from stages.pads.loading import LoadedDocument, LoggedUpdate, catch_up, load_document, newer_than
from stages.pads.log import read_edits

# What a document takes in memory: so many times its state (measured with yrs 0.28), and some for itself.
_TIMES_STATE: Final = 12
_OWN_BYTES: Final = 20_000
# Of the edits that are remembered beside a document, for clients that are behind: how many, and their characters.
_RECENT: Final = 500
_RECENT_CHARACTERS: Final = 256 * 1024


class RecentEdits:
    """The edits of a pad's last revisions."""

    def __init__(self) -> None:
        self._edits: deque[tuple[int, Edits, int]] = deque()
        self._characters = 0

    def add(self, revision: int, edits: Edits) -> None:
        """Remember those of the next revision."""
        size = sum(len(edit.insert) for edit in edits)
        self._edits.append((revision, edits, size))
        self._characters += size
        while len(self._edits) > _RECENT or self._characters > _RECENT_CHARACTERS:
            self._characters -= self._edits.popleft()[2]

    def after(self, revision: int) -> list[Edits] | None:
        """The edits of all revisions after one; None where not all of them are remembered."""
        if not self._edits or self._edits[0][0] > revision + 1:
            return None
        return [edits for number, edits, _size in self._edits if number > revision]


class CachedDocument:
    """A pad's document here; whoever uses it holds its lock (`Documents.using`)."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.loaded: LoadedDocument | None = None
        self.recent = RecentEdits()
        # Of the revision of the document, where it is known.
        self.log_hash: bytes | None = None

    def load(self, pad_id: UUID) -> LoadedDocument:
        """The document, as new as it is here. Raises `DocumentBroken`."""
        if self.loaded is None:
            self.loaded = load_document(pad_id)
            self.recent = RecentEdits()
            self.log_hash = None
        return self.loaded

    def is_of(self, pad: LockedPad, *, has_newer: bool) -> bool:
        """Whether the document can be what is committed; `has_newer` where the database has revisions after it."""
        if self.loaded is None or self.loaded.revision > pad.head:
            return False
        return has_newer or self.log_hash in {None, pad.log_hash}

    def catch_up(self, updates: Sequence[LoggedUpdate]) -> LoadedDocument:
        """The document after what was written elsewhere. Raises `DocumentBroken`."""
        assert self.loaded is not None
        if updates:
            self.loaded = catch_up(self.loaded, updates)
            self.log_hash = None
            for each in updates:
                self.recent.add(each.revision, read_edits(each.edits))
        return self.loaded

    def newest(self, pad_id: UUID) -> LoadedDocument:
        """The document with all that is committed now. Raises `NotFound`, `DocumentBroken`."""
        loaded = self.load(pad_id)
        return self.catch_up([LoggedUpdate(*row) for row in run(newer_than(pad_id, loaded.revision))])

    def drop(self) -> None:
        """Forget what is here: nobody knows whether it is what was committed."""
        self.loaded = None

    @property
    def memory(self) -> int:
        """About how many bytes it takes."""
        if self.loaded is None:
            return 0
        return _OWN_BYTES + _TIMES_STATE * self.loaded.document.size


class Documents:
    """All of them, by pad; the one that was used last is the last."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._cached: OrderedDict[UUID, CachedDocument] = OrderedDict()
        self._memory: dict[UUID, int] = {}

    @contextmanager
    def using(self, pad_id: UUID) -> Iterator[CachedDocument]:
        """A pad's document, for one thread at a time. What raises inside leaves it dropped."""
        cached = self._take(pad_id)
        with cached.lock:
            try:
                yield cached
            except BaseException:
                cached.drop()
                raise
            finally:
                self._account(pad_id, cached)

    def is_snapshot_due(self, pad_id: UUID) -> bool:
        """Whether so much was written since the newest snapshot that is known here."""
        cached = self._cached.get(pad_id)
        loaded = cached.loaded if cached is not None else None
        return loaded is not None and loaded.is_snapshot_due

    @property
    def count(self) -> int:
        return len(self._memory)

    @property
    def memory(self) -> int:
        """About how many bytes all of them take."""
        return sum(tuple(self._memory.values()))

    def _take(self, pad_id: UUID) -> CachedDocument:
        with self._guard:
            cached = self._cached.setdefault(pad_id, CachedDocument())
            self._cached.move_to_end(pad_id)
            return cached

    def _account(self, pad_id: UUID, cached: CachedDocument) -> None:
        """Note how large one has become, and drop others until there is room."""
        limit = int(getattr(settings, PAD_MEMORY)) * 2**20
        with self._guard:
            if self._cached.get(pad_id) is not cached:
                return
            if cached.loaded is None:
                # There may be no such pad.
                del self._cached[pad_id]
                self._memory.pop(pad_id, None)
                return
            self._memory[pad_id] = cached.memory
            total = sum(self._memory.values())
            for other in list(self._cached):
                if total <= limit:
                    return
                if self._drop(other, own=pad_id):
                    total -= self._memory.pop(other, 0)

    def _drop(self, pad_id: UUID, *, own: UUID) -> bool:
        """Drop one that nobody uses now."""
        cached = self._cached[pad_id]
        if pad_id == own or not cached.lock.acquire(blocking=False):
            return False
        try:
            del self._cached[pad_id]
            cached.drop()
        finally:
            cached.lock.release()
        return True


DOCUMENTS: Final = Documents()
