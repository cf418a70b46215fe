"""Asks for contents that are not here: a link of this site fetches them, at once or when one is up again."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from blobs.models import Blob
from drafts.attachments.models import Attachment
from kernel.errors import NotFound, ValidationFailed
from kernel.statements import database_now
from kernel.transactions import write_transaction
from projects.access import get_project
from stages.replication.choices import ContentKind
from stages.replication.home.named import NOTES, SIGNED, file_named, kept_texts, names_text, texts_named
from stages.replication.home.projection.versions import fields_at, here_of
from stages.replication.link.live import note_wanted, wake
from stages.replication.models import CopiedEvent, WantedContent

_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


def fetch_blob(*, caller: Caller, project_id: UUID, blake3: str) -> Blob | None:
    """The file of a record by its BLAKE3, if it is here; otherwise it is asked for from now on, and None.

    Raises `ValidationFailed` for what is no hash, `NotFound` for a file that no accepted operation names.
    """
    get_project(user=caller.user, project_id=project_id)
    check_hash("blake3", blake3)
    if file_named(project_id, blake3) is None:
        raise NotFound(_("No record of this project names a file with this hash."))
    attached = Attachment.objects.filter(project=project_id, blake3=blake3).select_related("blob").first()
    if attached is not None:
        return attached.blob
    return _kept_or_asked(caller.user, project_id, ContentKind.BLAKE3, blake3)


def fetch_text(*, caller: Caller, project_id: UUID, sha256: str) -> str | None:
    """A text that the copied record names, if it is here; otherwise it is asked for from now on, and None.

    Raises `ValidationFailed` for what is no hash, `NotFound` for a text that no copied event names.
    """
    get_project(user=caller.user, project_id=project_id)
    check_hash("sha256", sha256)
    if not names_text(project_id, sha256):
        raise NotFound(_("No event of the copied record names a text with this hash."))
    blob = kept_texts(project_id, [sha256]).first()
    if blob is not None:
        return blob.text
    _kept_or_asked(caller.user, project_id, ContentKind.SHA256, sha256)
    return None


def want_newest(project_id: UUID) -> None:
    """Ask for the texts of the newest version, and for what was signed of releases, in the transaction that copies.

    So a site that is cut off can read what counts at home. Older versions come when somebody opens them.
    """
    hashes = set(fields_at(project_id).values())
    signed = CopiedEvent.objects.filter(project=project_id, action__in=(SIGNED, NOTES))
    hashes |= set(texts_named(signed.values_list("canonical", flat=True)))
    if ask_for(project_id, ContentKind.SHA256, hashes - here_of(project_id, hashes).keys()):
        transaction.on_commit(functools.partial(note_wanted, project_id), robust=True)


def ask_for(project_id: UUID, kind: ContentKind, hashes: Iterable[str], asked_by: User | None = None) -> int:
    """Note contents that are not here, each once; answers how many are new."""
    now = database_now()
    rows = [
        WantedContent(project_id=project_id, kind=kind.value, hash=digest, asked_by=asked_by, asked_at=now)
        for digest in sorted(hashes)
    ]
    before = WantedContent.objects.filter(project=project_id).count() if rows else 0
    WantedContent.objects.bulk_create(rows, ignore_conflicts=True)
    return WantedContent.objects.filter(project=project_id).count() - before if rows else 0


def _kept_or_asked(user: User, project_id: UUID, kind: ContentKind, digest: str) -> Blob | None:
    known = WantedContent.objects.filter(project=project_id, kind=kind, hash=digest).select_related("blob").first()
    if known is not None:
        return known.blob
    with write_transaction():
        ask_for(project_id, kind, [digest], asked_by=user)
        wake_links(project_id)
    return None


def wake_links(project_id: UUID) -> None:
    """Have the project's links look for what is asked for, once the transaction has committed."""
    transaction.on_commit(functools.partial(wake, project_id), robust=True)


def check_hash(name: str, digest: object) -> str:
    """A SHA-256 or BLAKE3 as it is written everywhere. Raises `ValidationFailed` on the member `name`."""
    if not isinstance(digest, str) or _HASH.fullmatch(digest) is None:
        raise ValidationFailed({name: [_("Give 64 lowercase hexadecimal digits.")]})
    return digest
