"""Modules as packages of this site, and who has installed them."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

MAX_NAME: Final = 60
MAX_VERSION: Final = 40
DIGEST: Final = r"^[0-9a-f]{64}$"


class Package(models.Model):
    """One version of a module. `files` maps paths to SHA-256, `sha256` is that of its canonical text (RFC 8785).

    Append-only: triggers refuse every change.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=MAX_NAME)
    version = models.CharField(max_length=MAX_VERSION)
    sha256 = models.CharField(max_length=64, unique=True)
    files = models.JSONField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    added_by_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "-added_at"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name", "version"], name="automation_package_once"),
            models.CheckConstraint(condition=Q(sha256__regex=DIGEST), name="automation_package_sha256_shape"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Installation(models.Model):
    """A module whose views somebody uses, in the version that they chose."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=MAX_NAME)
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="+")
    installed_at = models.DateTimeField()

    user_id: UUID
    package_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "name"], name="automation_installation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.user_id}"
