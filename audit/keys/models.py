"""Every public key that this site ever had: what a seal is checked against, years later too."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SiteKey(models.Model):
    """One Ed25519 public key. Append-only: what was sealed with it stays to be checked after the key is retired."""

    fingerprint = models.CharField(
        max_length=64,
        primary_key=True,
        editable=False,
        help_text=_("SHA-256 of the 32 public bytes, bare lowercase hex."),
    )
    public_key = models.BinaryField(help_text=_("32 bytes (RFC 8032)."))
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["added_at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.fingerprint
