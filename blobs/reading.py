"""The bytes of files, a few at a time, wherever they lie: no file is ever held in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from blobs.models import Blob, Piece
from blobs.storage import StorageError, storage_of_places
from kernel.statements import run

# How much is read at once, in bytes.
READ_BYTES: Final = 2 * 1024 * 1024

# The column is stored uncompressed, so that Postgres reads no more than what is asked for.
_PART: Final = "SELECT substring(data FROM %s::int FOR %s::int) FROM blobs_piece WHERE id = %s::bigint"


def read_blob(sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The bytes of some content from `start` up to, not including, `stop`. Raises `Blob.DoesNotExist`."""
    pieces = Blob.objects.values_list("pieces", flat=True).get(pk=sha256)
    if pieces is not None:
        yield from read_upload(pieces, start, stop)
    else:
        yield bytes(Blob.objects.values_list("data", flat=True).get(pk=sha256) or b"")[start:stop]


def read_upload(upload: UUID, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The bytes of what was uploaded so far. Raises `StorageError` where its storage does not have them."""
    for number, begin, size, place in _pieces(upload, start, stop):
        end = size if stop is None else min(size, stop - begin)
        for offset in range(max(start - begin, 0), end, READ_BYTES):
            yield _read_part(number, place, offset, min(READ_BYTES, end - offset))


def _pieces(upload: UUID, start: int, stop: int | None) -> list[tuple[int, int, int, str | None]]:
    """Those that hold the bytes from `start` to `stop`: id, start, size and place."""
    rows = Piece.objects.filter(upload=upload).order_by("start").values_list("id", "start", "size", "place")
    return [row for row in rows if row[1] + row[2] > start and (stop is None or row[1] < stop)]


def _read_part(number: int, place: str | None, offset: int, size: int) -> bytes:
    if place is None:
        ((part,),) = run((_PART, [offset + 1, size, number]), binary=True)
        return bytes(part)
    part = storage_of_places().read(place, offset, size)
    if len(part) != size:
        raise StorageError(f"the piece {place} is shorter than it was")
    return part
