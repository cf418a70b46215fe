"""Content, stored once per hash and never changed."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


def sha256_of(data: bytes) -> str:
    """The name of some content: its SHA-256, bare lowercase hex."""
    return hashlib.sha256(data).hexdigest()


class Blob(models.Model):
    """Some content. A hash is no permission: serve it only through something the caller may see."""

    sha256 = models.CharField(max_length=64, primary_key=True, editable=False)
    size = models.PositiveIntegerField(editable=False, help_text=_("Bytes."))
    data = models.BinaryField()

    class Meta:
        db_table = "blobs_blob"
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="blobs_blob_sha256_shape"),
        ]

    def __str__(self) -> str:
        return self.sha256

    @property
    def text(self) -> str:
        """The content as UTF-8 text."""
        return bytes(self.data).decode("utf-8")
