"""Storing content. No event of its own: the write that refers to it has one, and names the hash."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from blobs.models import Blob, Piece, Preview, sha256_of
from blobs.previews import SIZES, NoPreview, draw_previews
from blobs.reading import read_blob
from blobs.storage import StorageError, current_storage
from kernel.errors import Unavailable
from kernel.statements import Statement, run
from kernel.transactions import write_transaction

logger = logging.getLogger(__name__)

# A worker that was killed at a file each time leaves it alone after these.
MAX_ATTEMPTS: Final = 3

_INSERT: Final = """
INSERT INTO blobs_blob (sha256, size, data, pieces)
SELECT sha256, length(data), data, NULL FROM unnest(%s::text[], %s::bytea[]) AS given (sha256, data)
ON CONFLICT (sha256) DO NOTHING
"""

_INSERT_FILE: Final = """
INSERT INTO blobs_blob (sha256, size, data, pieces) VALUES (%s, %s, %s, %s) ON CONFLICT (sha256) DO NOTHING
"""
_INSERT_PIECE: Final = "INSERT INTO blobs_piece (upload, start, size, data, place) VALUES (%s, %s, %s, %s, %s)"


def store_texts(*, texts: Iterable[str]) -> list[str]:
    """Store texts as UTF-8, each once, inside the caller's transaction; return their hashes in order.

    One round trip however many texts there are. Content that is there already is not written again.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("content is stored inside the transaction that refers to it")
    contents = [text.encode("utf-8") for text in texts]
    hashes = [sha256_of(content) for content in contents]
    if contents:
        with connection.cursor() as cursor:
            cursor.execute(*_insert_sql(dict(zip(hashes, contents, strict=True))))
    return hashes


def insert_blobs_sql(*, texts: Iterable[str]) -> list[Statement]:
    """The statement of `store_texts`, for a write that sends it with its event (`audit.services.record`)."""
    contents = [text.encode("utf-8") for text in texts]
    return [_insert_sql({sha256_of(content): content for content in contents})] if contents else []


def insert_file_sql(*, sha256: str, size: int, data: bytes | None, pieces: UUID | None) -> Statement:
    """The statement that stores a file: its bytes, or the upload whose pieces they are. Nothing if it is there."""
    return _INSERT_FILE, [sha256, size, data, pieces]


def place_piece(*, upload: UUID, start: int, data: bytes) -> str | None:
    """Write a piece to the storage beside PostgreSQL, before its transaction; the place, or None without a storage.

    Raises `Unavailable`.
    """
    storage = current_storage()
    if storage is None:
        return None
    place = f"{upload}/{start}-{token_hex(8)}"
    with unavailable_without_storage():
        storage.write(place, data)
    return place


def store_piece(*, upload: UUID, start: int, data: bytes, place: str | None = None) -> None:
    """Store the bytes of an upload that begin at `start`, or the place where they are, inside a transaction.

    Not by Django's cursor, which writes bytes into the statement as hexadecimal text.
    """
    run((_INSERT_PIECE, [upload, start, len(data), data if place is None else None, place]))


def remove_place(place: str) -> None:
    """Remove what `place_piece` wrote, because no row names it. A storage that fails is only logged."""
    storage = current_storage()
    if storage is not None:
        try:
            storage.remove(place)
        except StorageError as error:
            logger.warning("a piece that nothing names is left behind: %s", error)


def remove_pieces(*, upload: UUID) -> None:
    """Remove the pieces of an upload unless a blob needs them, inside the transaction that has locked the upload.

    Also what tries that failed have left at the storage. Raises `Unavailable`.
    """
    needed = Blob.objects.filter(pieces=upload).exists()
    kept = set(Piece.objects.filter(upload=upload).values_list("place", flat=True)) if needed else set()
    storage = current_storage()
    if storage is not None:
        with unavailable_without_storage():
            for name in list(storage.names(str(upload))):
                if name not in kept:
                    storage.remove(name)
    if not needed:
        Piece.objects.filter(upload=upload).delete()


def make_preview(*, sha256: str) -> None:
    """Draw the preview of a file, once; nothing happens if that was done, or was tried `MAX_ATTEMPTS` times.

    Raises `StorageError`, and then it was no attempt.
    """
    if not _begin_preview(sha256):
        return
    pictures: dict[int, bytes] = {}
    try:
        pictures = draw_previews(read_blob(sha256))
    except NoPreview as reason:
        logger.info("no preview of %s: %s", sha256, reason)
    except StorageError:
        Preview.objects.filter(pk=sha256, ended_at=None).update(attempts=F("attempts") - 1)
        raise
    small, large = (pictures.get(size) for size in SIZES)
    Preview.objects.filter(pk=sha256, ended_at=None).update(small=small, large=large, ended_at=Now())


def _begin_preview(sha256: str) -> bool:
    """Count an attempt, and answer whether there may be one more."""
    with write_transaction():
        Preview.objects.get_or_create(pk=sha256)
        preview = Preview.objects.select_for_update().defer("small", "large").get(pk=sha256)
        if preview.ended_at is not None:
            return False
        if preview.attempts >= MAX_ATTEMPTS:
            logger.warning("no preview of %s: given up after %s attempts", sha256, preview.attempts)
            Preview.objects.filter(pk=sha256).update(ended_at=Now())
            return False
        Preview.objects.filter(pk=sha256).update(attempts=preview.attempts + 1)
    return True


@contextmanager
def unavailable_without_storage() -> Iterator[None]:
    """Turn a storage that fails into `Unavailable`: the caller tries again."""
    try:
        yield
    except StorageError as error:
        logger.warning("%s", error)
        raise Unavailable(_("Foundry cannot reach its storage of files. Try again.")) from error


def _insert_sql(contents: dict[str, bytes]) -> Statement:
    # Sorted, so that two writers of the same new contents wait for each other in the same order.
    blobs = sorted(contents.items())
    return _INSERT, [[digest for digest, _ in blobs], [content for _, content in blobs]]
