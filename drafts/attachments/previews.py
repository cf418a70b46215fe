"""Previews of attachments, as readers get them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from blobs.models import Preview
from blobs.previews import DRAWN_TYPES, SIZES
from drafts.attachments.models import Attachment

# The column that has each size.
_COLUMNS: Final = dict(zip(SIZES, ("small", "large"), strict=True))


class PreviewState(StrEnum):
    """Whether there is a preview of a file."""

    WAITING = "waiting"
    DRAWN = "drawn"
    NONE = "none"


def preview_states(attachments: list[Attachment]) -> dict[str, PreviewState]:
    """Whether there is a preview of each, by its SHA-256, without the pictures; one query."""
    hashes = {each.blob_id for each in attachments if each.media_type in DRAWN_TYPES}
    ended = Preview.objects.filter(pk__in=hashes, ended_at__isnull=False)
    is_drawn = ExpressionWrapper(Q(small__isnull=False), output_field=BooleanField())
    drawn = dict(ended.values_list("pk", is_drawn)) if hashes else {}
    states = {True: PreviewState.DRAWN, False: PreviewState.NONE, None: PreviewState.WAITING}
    return {
        each.blob_id: states[drawn.get(each.blob_id)] if each.blob_id in hashes else PreviewState.NONE
        for each in attachments
    }


def preview_picture(attachment: Attachment, size: int) -> bytes | None:
    """The WebP picture in this size, one of `SIZES`; None if there is none."""
    picture = Preview.objects.filter(pk=attachment.blob_id).values_list(_COLUMNS[size], flat=True).first()
    return bytes(picture) if picture is not None else None


def without_preview() -> QuerySet[Attachment]:
    """Attachments whose preview was not drawn, and not given up."""
    ended = Preview.objects.filter(pk=OuterRef("blob_id"), ended_at__isnull=False)
    return Attachment.objects.filter(~Exists(ended), media_type__in=DRAWN_TYPES)
