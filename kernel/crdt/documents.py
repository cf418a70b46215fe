"""One shared text in memory: a Yjs document (Yrs, by pycrdt) that takes updates and edits, and gives each as both.

Only processes that work on shared texts import this module; it loads pycrdt.

Yrs can end a call with `pyo3_runtime.PanicException`, which is no `Exception`. Whatever surprises here leaves a
document of which nobody knows what it holds: it is broken from then on, and has to be dropped and loaded again.
"""

from __future__ import annotations

import threading
import weakref
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

from django.utils.translation import gettext as _
from pycrdt import Doc, Text

from kernel.crdt.edits import (
    Edit,
    Edits,
    apply_edits,
    bytes_to_units,
    check_edits,
    count_growth,
    count_units,
    merge_edits,
    units_to_bytes,
)
from kernel.crdt.encoding import EMPTY_UPDATE
from kernel.crdt.known_items import KnownItems, read_clocks
from kernel.crdt.observers import Observers
from kernel.crdt.updates import read_update
from kernel.errors import PayloadTooLarge

ROOT: Final = "text"


class DocumentBroken(Exception):
    """The document may hold what nobody sent: drop it, and load it again from what is stored."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an update or edits did: the change by position, and the same as a Yjs update.

    A change without edits can still have an update: it concerns text that is gone already. Without an update either, it
    is a repeat, and nothing has to be kept of it.
    """

    edits: Edits
    update: bytes

    @property
    def is_empty(self) -> bool:
        return not self.edits and not self.update


@dataclass(frozen=True, slots=True)
class _Replacement:
    """From byte `start` to byte `end` (UTF-8), the text is replaced by `insert`."""

    start: int
    end: int
    insert: str


class Document:
    """A shared text under the root `text`, with a lock of its own; any thread may use it.

    `text` is what it says, `length` its UTF-16 units and `text_bytes` its bytes (UTF-8). `client_id` is the id that
    edits by position are written under: no other document may write under it. `size` is the number of bytes of its
    state, exact after `state()`; each change since then adds the bytes of its update, which is more than it needs.

    Every method raises `DocumentBroken` once one of them has failed unexpectedly.
    """

    def __init__(self, client_id: int, state: bytes = EMPTY_UPDATE) -> None:
        """Use `new` or `load`."""
        self._lock = threading.RLock()
        self._broken = False
        self.client_id = client_id
        with self._guarded():
            self._doc: Doc[Text] = Doc(client_id=client_id, allow_multithreading=True)
            self._root = self._doc.get(ROOT, type=Text)
            self._doc.apply_update(state)
            self._observers = Observers(self._doc, self._root)
            weakref.finalize(self, self._observers.close).atexit = False
            self.text = str(self._root)
            self.length = count_units(self.text)
            self.text_bytes = len(self.text.encode())
            self.size = len(state)
            self._known = KnownItems(clocks=read_clocks(self._doc.get_state()))
            # Only such a text has characters of two units; what is deleted has lost its characters in a stored state.
            if self.length > len(self.text):
                self._known.read(state)

    @classmethod
    def new(cls, client_id: int) -> Self:
        """An empty document."""
        return cls(client_id)

    @classmethod
    def load(cls, state: bytes, *, client_id: int) -> Self:
        """The document that `state()` or an update of a whole document describes; it is trusted."""
        return cls(client_id, state)

    @property
    def clocks(self) -> Mapping[int, int]:
        """The clock that the next item of each client id has."""
        return self._known.clocks

    @property
    def is_broken(self) -> bool:
        return self._broken

    def state(self) -> bytes:
        """The whole document as one update, to be loaded again."""
        with self._guarded():
            state = self._doc.get_update()
            self.size = len(state)
            return state

    def crc(self) -> int:
        """The CRC-32 of the text in UTF-8, which a client compares with that of its own text."""
        return zlib.crc32(self.text.encode())

    def apply_update(self, update: bytes, client_ids: Collection[int], *, max_bytes: int | None = None) -> Change:
        """Apply what a client sent under one of its `client_ids`, and give what it changed.

        Raises `ForeignClient`, `RefusedUpdate`, or `PayloadTooLarge` where the text would have more than `max_bytes`
        (UTF-8); the document is as before then.
        """
        with self._lock:
            summary = read_update(update, client_ids=client_ids, state=self._known, root=ROOT)
            if max_bytes is not None and self.text_bytes + summary.inserted > max_bytes:
                self._check_size_after(update, max_bytes)
            with self._guarded():
                change = self._note(*self._apply_observed(update))
                if summary.is_new and not change.update:
                    raise DocumentBroken("An update with new items has changed nothing.")
                if summary.client_id is not None:
                    self._known.add(summary.client_id, summary.end, summary.pairs)
            return change

    def apply_edits(self, edits: Sequence[Edit], *, max_bytes: int | None = None) -> Change:
        """Apply edits of the current text, and give them in their shortest form, with the update that they make.

        Raises `ValidationFailed` on `edits.N` or `edits`, and `PayloadTooLarge` as `apply_update` does.
        """
        with self._lock:
            check_edits(edits, self.text)
            merged = merge_edits(edits)
            replacements = _replacements(merged, self.text)
            if max_bytes is not None and self.text_bytes + _growth(replacements) > max_bytes:
                raise _too_large(max_bytes)
            with self._guarded():
                self._observers.observe_text(wanted=False)
                with self._doc.transaction():
                    for each in reversed(replacements):
                        del self._root[each.start : each.end]
                        if each.insert:
                            self._root.insert(each.start, each.insert)
                change = self._note(merged, replacements)
                self._known.read(change.update or EMPTY_UPDATE)
            return change

    def replay(self, update: bytes, edits: Edits | None = None) -> Change:
        """Apply an update of the log, which is trusted, and give what it changed.

        With its `edits`, Yrs does not have to find them, which takes it the longer the more items it has.
        """
        with self._guarded():
            if edits is None:
                edits, replacements = self._apply_observed(update)
            else:
                replacements = _replacements(edits, self.text)
                self._observers.observe_text(wanted=False)
                self._doc.apply_update(update)
            self._known.read(update)
            return self._note(edits, replacements)

    def _apply_observed(self, update: bytes) -> tuple[Edits, list[_Replacement]]:
        """Apply an update, and let Yrs say what it changes in the text."""
        self._observers.observe_text(wanted=True)
        self._doc.apply_update(update)
        replacements = _from_delta(self._observers.take_delta())
        places = [place for each in replacements for place in (each.start, each.end)]
        units = bytes_to_units(self.text, places)
        edits = tuple(
            Edit(start, end - start, each.insert)
            for start, end, each in zip(units[::2], units[1::2], replacements, strict=True)
        )
        return edits, replacements

    def _note(self, edits: Edits, replacements: Sequence[_Replacement]) -> Change:
        """Do to the text what was done to the document."""
        update = self._observers.take_update()
        self.text = apply_edits(self.text, edits)
        self.length += count_growth(edits)
        self.text_bytes += _growth(replacements)
        self.size += len(update)
        if len(self._root) != self.text_bytes:
            raise DocumentBroken("The document has another text than its changes make.")
        return Change(edits, update)

    def _check_size_after(self, update: bytes, max_bytes: int) -> None:
        """Try an update on a copy: it may also delete, and bring again what is there."""
        copy = Document.load(self.state(), client_id=self.client_id)
        copy.replay(update)
        if copy.text_bytes > max_bytes:
            raise _too_large(max_bytes)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Hold the lock, and let any failure break the document."""
        with self._lock:
            if self._broken:
                raise DocumentBroken("This document has failed before; load it again.")
            try:
                yield
            except BaseException as error:
                self._broken = True
                if isinstance(error, Exception) or type(error).__name__ == "PanicException":
                    raise DocumentBroken(f"Yrs has failed ({error}); load the document again.") from error
                raise


def _from_delta(delta: Iterable[dict[str, Any]]) -> list[_Replacement]:
    """A change as Yrs describes it, in bytes of the text before."""
    found: list[_Replacement] = []
    at = start = 0
    insert = ""
    for step in (*delta, {"retain": 0}):
        if "insert" in step:
            insert += step["insert"]
        elif "delete" in step:
            at += step["delete"]
        else:
            if insert or at > start:
                found.append(_Replacement(start, at, insert))
            at = start = at + step["retain"]
            insert = ""
    return found


def _replacements(edits: Sequence[Edit], text: str) -> list[_Replacement]:
    places = units_to_bytes(text, [place for edit in edits for place in (edit.pos, edit.pos + edit.delete)])
    return [
        _Replacement(start, end, edit.insert) for start, end, edit in zip(places[::2], places[1::2], edits, strict=True)
    ]


def _growth(replacements: Iterable[_Replacement]) -> int:
    """By how many bytes (UTF-8) a change makes the text longer."""
    return sum(len(each.insert.encode()) - (each.end - each.start) for each in replacements)


def _too_large(max_bytes: int) -> PayloadTooLarge:
    return PayloadTooLarge(_("The text would have more than {count} bytes.").format(count=max_bytes))
