"""Writing new revisions and the head of their pad, in the caller's transaction."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import transaction

from accounts.models import Person
from kernel.crdt.edits import Edits
from kernel.statements import run_together
from stages.pads import live
from stages.pads.authors import Run
from stages.pads.log import next_hash, store_edits

_INSERT: Final = """
INSERT INTO pads_revision (pad_id, revision, epoch, writer, user_id, at, edits, "update", length, credits, client_ref)
SELECT %s, new.revision, new.epoch, new.writer, new.user_id, %s, new.edits, new.data, new.length, new.credits::jsonb,
    new.client_ref
FROM unnest(%s::int[], %s::int[], %s::int[], %s::uuid[], %s::text[], %s::bytea[], %s::int[], %s::text[], %s::uuid[])
    AS new (revision, epoch, writer, user_id, edits, data, length, credits, client_ref)
"""
_UPDATE: Final = """
UPDATE pads_pad SET head = %s, epoch = %s, length = %s, size = %s, log_hash = %s, changed_at = %s WHERE id = %s
"""


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A revision that is stored with its batch."""

    revision: int
    epoch: int
    writer: int
    user_id: UUID | None
    edits: Edits
    update: bytes
    length: int
    credited: tuple[Run, ...] | None = None
    client_ref: UUID | None = None


def store_revisions(
    pad_id: UUID,
    rows: Sequence[NewRevision],
    *,
    at: datetime,
    log_hash: bytes,
    size: int,
    people: Mapping[UUID, Person],
) -> bytes:
    """Write the next revisions of a pad whose row is locked; they are shown once they are committed. Answers the hash
    of the log after them.

    `log_hash` is that of the revision before them, `size` that of the text after them; `people` are who wrote them.
    """
    for row in rows:
        log_hash = _next_hash(log_hash, row, at)
    last = rows[-1]
    facts = [*(last.revision, last.epoch, last.length, size), log_hash, at]
    run_together([(_INSERT, _columns(pad_id, rows, at)), (_UPDATE, [*facts, pad_id])])
    transaction.on_commit(functools.partial(live.publish_revisions, pad_id, rows, at=at, people=people), robust=True)
    return log_hash


def _next_hash(before: bytes, row: NewRevision, at: datetime) -> bytes:
    return next_hash(
        before,
        revision=row.revision,
        epoch=row.epoch,
        user=row.user_id,
        writer=row.writer,
        at=at,
        edits=row.edits,
        update=row.update,
        credited=row.credited,
    )


def _columns(pad_id: UUID, rows: Sequence[NewRevision], at: datetime) -> list[Any]:
    return [
        *(pad_id, at),
        *([row.revision for row in rows], [row.epoch for row in rows], [row.writer for row in rows]),
        *([row.user_id for row in rows], [store_edits(row.edits) for row in rows], [row.update for row in rows]),
        *([row.length for row in rows], [_stored(row.credited) for row in rows], [row.client_ref for row in rows]),
    ]


def _stored(credited: tuple[Run, ...] | None) -> str | None:
    return None if credited is None else msgspec.json.encode(credited).decode()
