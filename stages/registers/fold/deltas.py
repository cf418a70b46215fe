"""Deltas: what somebody changes in a text, and what takes such a change back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from pycrdt import Doc, Text, TransactionEvent, UndoManager, merge_updates

from stages.registers.fold.documents import Replay
from stages.registers.fold.effects import deltas
from stages.registers.fold.operations import Operation

_TAKEN_BACK: Final = "taken back"


def write_text(operations: Iterable[Operation], text: str, client_id: int) -> bytes | None:
    """The delta that makes a field with these operations, in canonical order, hold a text; None where it does.

    Written under `client_id`; what both texts begin and end with is left as it is.
    """
    replay = Replay(Doc(client_id=client_id))
    for operation in operations:
        for _field, delta in deltas(operation):
            replay.apply(delta)
    present = replay.text
    if present == text:
        return None
    begin = _common(present, text)
    end = min(_common(present[::-1], text[::-1]), min(len(present), len(text)) - begin)
    start = len(present[:begin].encode())
    stop = len(present[: len(present) - end].encode())
    with _updates(replay.doc) as made, replay.doc.transaction():
        if stop > start:
            del replay.root[start:stop]
        if inserted := text[begin : len(text) - end]:
            replay.root.insert(start, inserted)
    return merge_updates(*made)


def take_back(operations: Iterable[Operation], bundle_ids: Collection[str], client_id: int) -> bytes | None:
    """The delta that takes back what bundles changed in a field with these operations, in canonical order.

    What others have typed since stays. Deleted text comes back, so nothing is collected meanwhile. None where nothing
    is left to take back.
    """
    doc: Doc[Text] = Doc(client_id=client_id, skip_gc=True)
    replay = Replay(doc)
    undo = UndoManager(scopes=[replay.root], capture_timeout_millis=0)
    undo.include_origin(_TAKEN_BACK)
    for operation in operations:
        for _field, delta in deltas(operation):
            if operation.bundle_id in bundle_ids:
                with doc.transaction(origin=_TAKEN_BACK):
                    replay.apply(delta)
            else:
                replay.apply(delta)
    text = replay.text
    with _updates(doc) as made:
        while undo.can_undo():
            undo.undo()
    return merge_updates(*made) if replay.text != text else None


def used_client_ids(operations: Iterable[Operation]) -> Collection[int]:
    """The client ids under which something was written in a field."""
    replay = Replay()
    for operation in operations:
        for _field, delta in deltas(operation):
            replay.apply(delta)
    return replay.known.clocks.keys()


@contextmanager
def _updates(doc: Doc[Text]) -> Iterator[list[bytes]]:
    """The updates that transactions make meanwhile; the state of a document would list all that was ever deleted."""
    made: list[bytes] = []

    def note(event: TransactionEvent) -> None:
        made.append(event.update)

    subscription = doc.observe(note)
    try:
        yield made
    finally:
        doc.unobserve(subscription)


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    at = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        at += 1
    return at
