"""Content, stored once per hash and never changed."""

from __future__ import annotations

import hashlib
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

# Up to this size content stays in its own row, so that a text is always found there whatever a file has the same hash.
MAX_INLINE: Final = 1024 * 1024
MAX_PIECE: Final = 8 * 1024 * 1024


def sha256_of(data: bytes) -> str:
    """The name of some content: its SHA-256, bare lowercase hex."""
    return hashlib.sha256(data).hexdigest()


class Blob(models.Model):
    """Some content. A hash is no permission: serve it only through something the caller may see.

    Content over 1 MiB, which only a file can have, lies in the pieces in which it was uploaded; `pieces` is the upload.
    """

    sha256 = models.CharField(max_length=64, primary_key=True, editable=False)
    size = models.PositiveIntegerField(editable=False, help_text=_("Bytes."))
    data = models.BinaryField(null=True)
    pieces = models.UUIDField(null=True, unique=True, editable=False, help_text=_("The upload that brought them."))

    class Meta:
        db_table = "blobs_blob"
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="blobs_blob_sha256_shape"),
            models.CheckConstraint(
                condition=Q(data__isnull=False, pieces__isnull=True, size__lte=MAX_INLINE)
                | Q(data__isnull=True, pieces__isnull=False, size__gt=MAX_INLINE),
                name="blobs_blob_in_pieces_if_large",
            ),
        ]

    def __str__(self) -> str:
        return self.sha256

    @property
    def text(self) -> str:
        """The content as UTF-8 text; it is no file in pieces."""
        assert self.data is not None
        return bytes(self.data).decode("utf-8")


class Piece(models.Model):
    """A part of a file as it was uploaded, at most 8 MiB; its bytes are here, or at a `place` in the files' storage.

    Never changed, and never removed while a blob names the upload, which triggers enforce (`drafts.attachments`).
    """

    id = models.BigAutoField(primary_key=True)
    upload = models.UUIDField(editable=False)
    start = models.PositiveIntegerField(editable=False, help_text=_("The number of bytes before it."))
    size = models.PositiveIntegerField(editable=False, help_text=_("Bytes."))
    data = models.BinaryField(null=True)
    place = models.CharField(max_length=200, null=True, editable=False)  # noqa: DJ001 (no place is not the empty one)

    class Meta:
        ordering: ClassVar[list[str]] = ["upload", "start"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["upload", "start"], name="blobs_piece_once"),
            models.UniqueConstraint(fields=["place"], name="blobs_piece_place_once"),
            models.CheckConstraint(condition=Q(size__gte=1, size__lte=MAX_PIECE), name="blobs_piece_size_in_bounds"),
            models.CheckConstraint(
                condition=Q(data__isnull=False, place__isnull=True, size=Length("data"))
                | Q(data__isnull=True, place__isnull=False),
                name="blobs_piece_lies_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upload} from {self.start}"


class Preview(models.Model):
    """Pictures of a file, drawn by the worker once: the only thing of it that a page shows. No record.

    Without pictures and with `ended_at` there is no preview of the file, because nothing in it can be drawn.
    Once ended it never changes, which a trigger enforces.
    """

    blob = models.OneToOneField(Blob, on_delete=models.PROTECT, primary_key=True, related_name="preview")
    small = models.BinaryField(null=True, help_text=_("WebP, at most 256 pixels a side."))
    large = models.BinaryField(null=True, help_text=_("WebP, at most 1,600 pixels a side."))
    attempts = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(small__isnull=True, large__isnull=True)
                | Q(small__isnull=False, large__isnull=False, ended_at__isnull=False),
                name="blobs_preview_drawn_when_ended",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
