"""A pad with a history: written in at given times, as if by a clock that a test sets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kernel.crdt.documents import Document
from kernel.crdt.edits import Edit, count_units
from stages.pads.loading import load_document, new_client_id
from stages.pads.log import next_hash, store_edits
from stages.pads.models import Pad, Revision, Writer

MORNING: Final = datetime(2026, 11, 28, 9, 40, tzinfo=UTC)

# Minutes after `MORNING`, who writes, and what: (pos, delete, insert).
Step = tuple[float, UUID | None, tuple[int, int, str]]


def write_log(pad: Pad, steps: Iterable[Step], *, begin: datetime = MORNING) -> None:
    """Append revisions to a pad, each of them as the product would write it then. None writes as nobody."""
    pad.refresh_from_db()
    document = load_document(pad.id).document if pad.head else Document.new(new_client_id())
    writers = _writers(pad, steps := list(steps))
    length, log_hash, rows = pad.length, bytes(pad.log_hash), []
    for revision, (minutes, user_id, each) in enumerate(steps, pad.head + 1):
        edits = (Edit(*each),)
        update = document.apply_edits(edits).update
        length += count_units(each[2]) - each[1]
        at = begin + timedelta(minutes=minutes)
        facts: dict[str, Any] = {
            "revision": revision,
            "epoch": 1,
            "writer": writers[user_id],
            "at": at,
            "update": update,
        }
        log_hash = next_hash(log_hash, **facts, user=user_id, edits=edits, credited=None)
        rows.append(Revision(pad_id=pad.id, user_id=user_id, edits=store_edits(edits), length=length, **facts))
    Revision.objects.bulk_create(rows, batch_size=5_000)
    pad.head, pad.length, pad.size = rows[-1].revision, length, document.text_bytes
    pad.log_hash, pad.changed_at = log_hash, rows[-1].at
    pad.save(update_fields=["head", "length", "size", "log_hash", "changed_at", "next_writer"])


def _writers(pad: Pad, steps: Iterable[Step]) -> dict[UUID | None, int]:
    """The numbers of who writes, without sessions."""
    writers = Writer.objects.filter(pad=pad.id, session=None)
    known: dict[UUID | None, int] = {writer.user_id: writer.number for writer in writers}
    for user_id in dict.fromkeys(user_id for _minutes, user_id, _edit in steps):
        if user_id not in known:
            known[user_id] = 0 if user_id is None else pad.next_writer
            pad.next_writer += user_id is not None
            Writer.objects.create(pad_id=pad.id, number=known[user_id], user_id=user_id)
    return known
