"""Bytes that arrive piece by piece. Nothing of it is a record: an upload is its person's own until it is attached."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.callers import Caller, refuse_read_only
from accounts.models import User
from blobs.models import MAX_PIECE
from blobs.services import place_piece, remove_pieces, remove_place, store_piece
from drafts.attachments.models import MAX_METADATA, UPLOAD_LIFETIME, Upload
from drafts.attachments.quotas import refuse_too_large, refuse_too_much_under_way
from kernel.errors import Conflict, DomainError, NotFound, PayloadTooLarge, Unavailable, ValidationFailed
from kernel.statements import database_now
from kernel.transactions import write_transaction
from projects.access import get_project
from projects.writing import project_write

# Of one person in one project.
MAX_UNDER_WAY: Final = 100
# Of every piece but the last, in bytes: a file has few rows.
MIN_PIECE: Final = 64 * 1024

# A name and a Base64 value, as tus 1.0 spells them. Between pairs no expression: two repetitions that may read the same
# spaces take exponential time.
_PAIR: Final = re.compile(r"[!-+\--~]+(?: [A-Za-z0-9+/]*={0,2})?")


def start_upload(*, caller: Caller, project_id: UUID, size: int, metadata: str = "", data: bytes = b"") -> Upload:
    """Begin to upload a file of `size` bytes for something in a project, perhaps with its first bytes.

    Raises `PayloadTooLarge` before any byte if the file is over the limit or the project has no room for it,
    `ValidationFailed`, `Conflict` for too many uploads under way, and what the permission refuses. If the first bytes
    cannot be stored, the upload ends: its caller would not learn its address.
    """
    refuse_read_only(caller)
    _refuse_metadata(metadata)
    upload = Upload(project_id=project_id, created_by=caller.user, size=size, metadata=metadata)
    with project_write(caller=caller, project_id=project_id, action="attachment.add"):
        refuse_too_large(project_id, size)
        refuse_too_much_under_way(caller.user, project_id, size)
        if Upload.objects.under_way().filter(project=project_id, created_by=caller.user).count() >= MAX_UNDER_WAY:
            words = _("You have {most} uploads under way in this project. Finish or end one first.")
            raise Conflict(words.format(most=MAX_UNDER_WAY))
        _refuse_shape(upload, 0, data)
        upload.expires_at = database_now() + UPLOAD_LIFETIME
        upload.save(force_insert=True)
    return _append_first(upload, data) if data else upload


def append_to_upload(*, caller: Caller, upload_id: UUID, offset: int, data: bytes) -> Upload:
    """Add the bytes of an upload that begin at `offset`. Of two at once one is stored, the other is refused.

    Raises `NotFound` for an upload that is over or somebody else's, `Conflict` with the right `offset` for a wrong one,
    `PayloadTooLarge` for more than was announced, `ValidationFailed` for a piece that is too small.
    """
    refuse_read_only(caller)
    upload = own_upload(user=caller.user, upload_id=upload_id)
    return _append(upload, offset=offset, data=data)


def end_upload(*, caller: Caller, upload_id: UUID) -> None:
    """End an upload of the caller's own, and remove its bytes. Raises `NotFound`."""
    refuse_read_only(caller)
    own_upload(user=caller.user, upload_id=upload_id)
    with write_transaction():
        locked = lock_upload(upload_id)
        locked.ended_at = timezone.now()
        locked.save(update_fields=["ended_at"])
    clear_away(upload_id)


def remove_uploads() -> int:
    """Remove the uploads that have ended or expired, with their bytes; answers how many."""
    over = list(Upload.objects.over().values_list("id", flat=True))
    for upload_id in over:
        clear_away(upload_id)
    return len(over)


def clear_away(upload_id: UUID) -> None:
    """Remove an upload that is over, and its pieces, unless they have become the bytes of a blob."""
    with write_transaction():
        upload = Upload.objects.over().select_for_update().filter(pk=upload_id).first()
        if upload is not None:
            remove_pieces(upload=upload_id)
            upload.delete()


def own_upload(*, user: User, upload_id: UUID) -> Upload:
    """An upload of the user's own that is under way, in a project where they may still attach.

    Raises `NotFound`, `PermissionDenied`, `ProjectFrozen`.
    """
    upload = Upload.objects.under_way().filter(pk=upload_id, created_by=user).first()
    if upload is None:
        raise no_such_upload()
    get_project(user=user, project_id=upload.project_id, action="attachment.add")
    return upload


def lock_upload(upload_id: UUID) -> Upload:
    """The upload with its row locked, as it is now. Raises `NotFound` if it is over."""
    upload = Upload.objects.under_way().select_for_update().filter(pk=upload_id).first()
    if upload is None:
        raise no_such_upload()
    return upload


def no_such_upload() -> NotFound:
    return NotFound(_("There is no such upload, or it has ended."))


def _refuse_metadata(metadata: str) -> None:
    pairs = metadata.split(",") if metadata else []
    if len(metadata) > MAX_METADATA or not all(_PAIR.fullmatch(pair.strip(" ")) for pair in pairs):
        raise ValidationFailed({"Upload-Metadata": [_("Give names with Base64 values, as tus spells them.")]})


def _append_first(upload: Upload, data: bytes) -> Upload:
    try:
        return _append(upload, offset=0, data=data)
    except Exception:
        Upload.objects.under_way().filter(pk=upload.id).update(ended_at=timezone.now())
        # If the storage is still away, the job does it.
        with suppress(Unavailable):
            clear_away(upload.id)
        raise


def _append(upload: Upload, *, offset: int, data: bytes) -> Upload:
    _refuse_shape(upload, offset, data)
    _refuse_offset(upload, offset)
    # Not while the row is locked: a storage may be slow.
    place = place_piece(upload=upload.id, start=offset, data=data) if data else None
    try:
        with write_transaction():
            locked = lock_upload(upload.id)
            _refuse_offset(locked, offset)
            if data:
                store_piece(upload=locked.id, start=offset, data=data, place=place)
                locked.received = offset + len(data)
                locked.save(update_fields=["received"])
    except Unavailable:
        # Perhaps it was committed, and a row names the bytes. If not, they go when the upload is over.
        raise
    except DomainError:
        # Perhaps the upload was cleared away while the bytes were written: nobody would look there again.
        if place is not None:
            remove_place(place)
        raise
    return locked


def _refuse_offset(upload: Upload, offset: int) -> None:
    if upload.received != offset:
        words = _("The next byte of this upload is number {offset}.").format(offset=upload.received)
        raise Conflict(words, offset=upload.received)


def _refuse_shape(upload: Upload, offset: int, data: bytes) -> None:
    after = offset + len(data)
    if after > upload.size or len(data) > MAX_PIECE:
        words = _("This upload has {size} bytes, and at most {most} bytes come at once.")
        raise PayloadTooLarge(words.format(size=upload.size, most=MAX_PIECE), limit=upload.size)
    if 0 < len(data) < MIN_PIECE and after < upload.size:
        words = _("Send at least {least} bytes at once, but for the last ones.").format(least=MIN_PIECE)
        raise ValidationFailed({"body": [words]})
