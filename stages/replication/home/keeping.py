"""Keeps contents that another site sent: each only where its bytes have the hash by which it was asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from blobs.models import sha256_of
from blobs.reading import read_upload
from blobs.services import (
    insert_file_sql,
    place_piece,
    store_piece,
    store_texts,
    unavailable_without_storage,
)
from drafts.attachments.hashing import Hashed, read_through
from drafts.attachments.models import UPLOAD_LIFETIME, Upload
from drafts.attachments.quotas import refuse_too_large
from drafts.attachments.services.uploading import clear_away, lock_upload
from kernel.statements import database_now, run
from kernel.transactions import write_transaction
from stages.replication.choices import ContentKind
from stages.replication.home.live import announce_content
from stages.replication.link.alarms import end_wrong, raise_wrong
from stages.replication.models import WantedContent

logger = logging.getLogger(__name__)

# The alarm of a site that sends other texts than it was asked for.
WRONG_TEXT: Final = "wrong_text"
# How many texts are asked for at once (`texts.get`).
AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Fetch:
    """A file that is being fetched: by which BLAKE3, and from which byte on."""

    project_id: UUID
    blake3: str
    offset: int


def missing_texts(project_id: UUID, without: Iterable[str] = ()) -> list[str]:
    """The next texts that are asked for and not here; `without` those that this peer does not have."""
    missing = WantedContent.objects.filter(project=project_id, kind=ContentKind.SHA256, blob__isnull=True)
    return list(missing.exclude(hash__in=list(without)).values_list("hash", flat=True)[:AT_ONCE])


def next_file(project_id: UUID, without: Iterable[str] = ()) -> Fetch | None:
    """The next file that is asked for and not here, and how much of it has come."""
    missing = WantedContent.objects.filter(project=project_id, kind=ContentKind.BLAKE3, blob__isnull=True)
    wanted = missing.exclude(hash__in=list(without)).first()
    if wanted is None:
        return None
    upload = Upload.objects.under_way().filter(pk=wanted.upload).first() if wanted.upload else None
    return Fetch(project_id, wanted.hash, upload.received if upload else 0)


def keep_texts(project_id: UUID, texts: Mapping[str, Any], *, peer_id: UUID | None = None) -> list[str]:
    """Keep texts that came, each under its hash; answers those that are here now. Others than what they say are not.

    A site (`peer_id`) that sends another text than the one with the hash has an alarm until it sends the right ones.
    """
    fitting = {digest: text for digest, text in texts.items() if _has_hash(text, digest)}
    if peer_id is not None:
        _judge(peer_id, [each for each in texts if each not in fitting], bool(fitting))
    with write_transaction():
        wanted = WantedContent.objects.select_for_update().filter(
            project=project_id, kind=ContentKind.SHA256, hash__in=fitting, blob__isnull=True
        )
        kept = list(wanted.values_list("hash", flat=True))
        store_texts(texts=[fitting[digest] for digest in kept])
        now = database_now()
        for digest in kept:
            WantedContent.objects.filter(project=project_id, kind=ContentKind.SHA256, hash=digest).update(
                blob=digest, kept_at=now
            )
    for digest in kept:
        announce_content(project_id, ContentKind.SHA256.value, digest)
    return kept


def _has_hash(text: Any, digest: str) -> bool:
    # What no UTF-8 can say has no hash.
    return isinstance(text, str) and sha256_of(text.encode(errors="replace")) == digest


def _judge(peer_id: UUID, wrong: list[str], is_right: bool) -> None:
    if wrong:
        logger.warning("%s texts came that do not have the hash by which they were asked for: %s", len(wrong), wrong[0])
        detail = _("It has sent a text that does not have the hash {hash} by which it was asked for.")
        raise_wrong(peer_id, kind=WRONG_TEXT, detail=detail.format(hash=wrong[0][:16]))
    elif is_right:
        end_wrong(peer_id, kind=WRONG_TEXT)


def keep_part(fetch: Fetch, *, size: int, data: bytes) -> Fetch | None:
    """Keep the next bytes of a file of `size` bytes; answers where it goes on, None where it is over.

    Once all are here they are hashed. A file that is another one than was asked for is thrown away, with a warning.
    """
    upload = _upload_of(fetch, size)
    if upload is None or upload.received != fetch.offset or upload.size != size or not (data or size == 0):
        # Another link fetches it too, or the sender has another file than it had before.
        return None
    place = place_piece(upload=upload.id, start=fetch.offset, data=data) if data else None
    with write_transaction():
        locked = lock_upload(upload.id)
        if locked.received != fetch.offset:
            return None
        if data:
            store_piece(upload=locked.id, start=fetch.offset, data=data, place=place)
        locked.received = fetch.offset + len(data)
        locked.save(update_fields=["received"])
    if not locked.is_whole:
        return Fetch(fetch.project_id, fetch.blake3, locked.received)
    _keep_whole(fetch, locked)
    return None


def _upload_of(fetch: Fetch, size: int) -> Upload | None:
    """The upload into which the file comes; a new one where there is none under way, or the file has no room."""
    with write_transaction():
        wanted = WantedContent.objects.select_for_update().get(
            project=fetch.project_id, kind=ContentKind.BLAKE3, hash=fetch.blake3
        )
        if wanted.blob_id is not None:
            return None
        upload = Upload.objects.under_way().filter(pk=wanted.upload).first() if wanted.upload else None
        if upload is not None or fetch.offset:
            return upload
        refuse_too_large(fetch.project_id, size)
        upload = Upload.objects.create(
            project_id=fetch.project_id,
            created_by=User.objects.foundry(),
            size=size,
            expires_at=database_now() + UPLOAD_LIFETIME,
        )
        wanted.upload = upload.id
        wanted.save(update_fields=["upload"])
    return upload


def _keep_whole(fetch: Fetch, upload: Upload) -> None:
    with unavailable_without_storage():
        hashed = read_through(read_upload(upload.id))
    is_right = hashed.blake3 == fetch.blake3 and hashed.size == upload.size
    with write_transaction():
        locked = lock_upload(upload.id)
        if is_right:
            _store(fetch, locked, hashed)
        locked.ended_at = timezone.now()
        locked.save(update_fields=["ended_at"])
    clear_away(upload.id)
    if is_right:
        announce_content(fetch.project_id, ContentKind.BLAKE3.value, fetch.blake3)
    else:
        logger.warning("a file came that is not the one with the BLAKE3 %s; it was thrown away", fetch.blake3)


def _store(fetch: Fetch, upload: Upload, hashed: Hashed) -> None:
    pieces = upload.id if hashed.data is None else None
    run(insert_file_sql(sha256=hashed.sha256, size=hashed.size, data=hashed.data, pieces=pieces))
    WantedContent.objects.filter(
        project=fetch.project_id, kind=ContentKind.BLAKE3, hash=fetch.blake3, blob__isnull=True
    ).update(blob=hashed.sha256, kept_at=database_now())
