"""The log of a pad: how a revision's edits are kept, and the hash that covers all revisions up to one.

    hash(n) = SHA-256(hash(n - 1) ‖ RFC 8785 [revision, epoch, user, writer, at, edits, update, credits])

`at` is in microseconds since 1970 UTC, `edits` are `[{pos, delete, insert}]`, `update` is base64, `user` the id of an
account or null, and hash(0) is the SHA-256 of the pad's id as text.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from kernel.canonical import canonical
from kernel.crdt.edits import Edit, Edits
from stages.pads.authors import Run

_Stored = list[tuple[int, int, str]]

_decoder: Final = msgspec.json.Decoder(_Stored)
_credits: Final = msgspec.json.Decoder(list[tuple[int, int]])
_encoder: Final = msgspec.json.Encoder()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def first_hash(pad_id: UUID) -> bytes:
    """The hash of a log without revisions."""
    return hashlib.sha256(str(pad_id).encode()).digest()


def next_hash(
    before: bytes,
    *,
    revision: int,
    epoch: int,
    user: UUID | None,
    writer: int,
    at: datetime,
    edits: Iterable[Edit],
    update: bytes,
    credited: Any,
) -> bytes:
    """The hash of the log with one revision more."""
    facts = [
        *(revision, epoch, str(user) if user else None, writer, microseconds(at)),
        *(edit_bodies(edits), as_base64(update), credited),
    ]
    return hashlib.sha256(before + canonical(facts).encode()).digest()


def microseconds(at: datetime) -> int:
    """A time as a whole number, exact."""
    passed = at - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def store_edits(edits: Iterable[Edit]) -> str:
    """Edits as their column holds them."""
    return _encoder.encode([(edit.pos, edit.delete, edit.insert) for edit in edits]).decode()


def read_edits(stored: str) -> Edits:
    """The edits of a column. Raises `msgspec.ValidationError`."""
    return tuple(Edit(*each) for each in _decoder.decode(stored))


def read_credits(stored: Any) -> tuple[Run, ...] | None:
    """The runs of a column of credits, which Django has parsed, or as text."""
    if isinstance(stored, str):
        stored = _credits.decode(stored)
    return None if stored is None else tuple((author, count) for author, count in stored)


def edit_bodies(edits: Iterable[Edit]) -> list[dict[str, Any]]:
    """Edits as clients get them."""
    return [{"pos": edit.pos, "delete": edit.delete, "insert": edit.insert} for edit in edits]


def as_base64(data: bytes | memoryview) -> str:
    """Bytes as JSON carries them."""
    return base64.b64encode(data).decode()


def edits_of(bodies: Sequence[Any]) -> Edits:
    """Edits of clients whose members were checked."""
    return tuple(Edit(each["pos"], each["delete"], each["insert"]) for each in bodies)
