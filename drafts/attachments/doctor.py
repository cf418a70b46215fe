"""What the doctor says of files: whether their storage can be written, and whether the worker clears uploads away."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_hex
from typing import Final

from django.utils import timezone

from blobs.models import Piece
from blobs.storage import PieceStorage, StorageError, current_storage
from drafts.attachments.models import Upload
from kernel.doctor import Diagnoses, bad, ok, warn

SUBJECT: Final = "Files"
_LATE: Final = timedelta(hours=1)


def examine() -> Diagnoses:
    """Write, read and remove a piece at the storage; look for uploads that should be gone."""
    storage = current_storage()
    if storage is not None:
        error = _fault(storage)
        if error is None:
            yield ok(SUBJECT, "the storage of FOUNDRY_FILES_URL can be written and read")
        else:
            yield bad(SUBJECT, error, "Check FOUNDRY_FILES_URL, and that this node may write there.")
    elif Piece.objects.filter(place__isnull=False).exists():
        yield bad(
            SUBJECT,
            "pieces of files lie outside of PostgreSQL, and FOUNDRY_FILES_URL is not set",
            "Set it to where they lie, as it was.",
        )
    else:
        yield ok(SUBJECT, "lie in PostgreSQL")
    late = Upload.objects.filter(expires_at__lt=timezone.now() - _LATE).count()
    if late:
        words = f"{late} uploads have expired and are still here"
        yield warn(SUBJECT, words, "Start a worker (manage.py procrastinate worker): it removes them.")


def _fault(storage: PieceStorage) -> str | None:
    name = f"doctor/{token_hex(8)}"
    try:
        storage.write(name, b"foundry")
        read = storage.read(name, 1, 4)
        storage.remove(name)
    except StorageError as error:
        return str(error)
    return None if read == b"ound" else "the storage of files answers other bytes than were written"
