"""How much a project may hold, asked before any byte moves."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from drafts.attachments.models import Attachment, Upload
from kernel.errors import PayloadTooLarge

MIB = 1024 * 1024
# One person's uploads under way may have the project's room divided by this.
SHARE_UNDER_WAY: Final = 4


def project_bytes(project_id: UUID) -> int:
    """What the attachments of a project hold, removed ones included, and what its uploads under way may bring."""
    attached = Attachment.objects.filter(project=project_id).aggregate(size=Sum("blob__size"))["size"] or 0
    expected = Upload.objects.under_way().filter(project=project_id).aggregate(size=Sum("size"))["size"] or 0
    return int(attached + expected)


def refuse_too_large(project_id: UUID, size: int) -> None:
    """Raise `PayloadTooLarge` for a file over the limit, or one that the project has no room for."""
    most = settings.FOUNDRY_FILE_LIMIT
    if size > most:
        words = _("A file can have at most {most}. This one has {size}.")
        raise PayloadTooLarge(words.format(most=in_mib(most), size=in_mib(size)), limit=most, size=size)
    most = settings.FOUNDRY_PROJECT_FILES
    used = project_bytes(project_id)
    if used + size > most:
        words = _("The files of a project can have at most {most}, and this one has {used}. This file has {size}.")
        words = words.format(most=in_mib(most), used=in_mib(used), size=in_mib(size))
        raise PayloadTooLarge(words, limit=most, used=used, size=size)


def refuse_too_much_under_way(user: User, project_id: UUID, size: int) -> None:
    """Raise `PayloadTooLarge` if a person's uploads under way would have more than a quarter of the project's room.

    So nobody takes all of it by announcing files that never arrive. One file of any allowed size is always possible.
    """
    most = max(settings.FOUNDRY_PROJECT_FILES // SHARE_UNDER_WAY, settings.FOUNDRY_FILE_LIMIT)
    mine = Upload.objects.under_way().filter(project=project_id, created_by=user)
    used = mine.aggregate(size=Sum("size"))["size"] or 0
    if used + size > most:
        words = _(
            "Your uploads under way in this project have {used}, and can have at most {most} together. "
            "Finish or end one first. This file has {size}."
        )
        words = words.format(used=in_mib(used), most=in_mib(most), size=in_mib(size))
        raise PayloadTooLarge(words, limit=most, used=used, size=size)


def in_mib(size: int) -> str:
    """A size for people, in MiB."""
    return _("{size} MiB").format(size=f"{size / MIB:,.1f}".removesuffix(".0"))
