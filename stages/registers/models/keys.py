"""The keys under which accounts sign what they write in registers."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from projects.models import Project


class ActorKey(models.Model):
    """An Ed25519 key that signs operations, with the certificate by which a site says whose it is.

    `certificate` is a statement that the site sealed (`seal`) with the key `site_key`; all keys have 32 bytes, the seal
    64. `user` and `secret`, the private key as `kernel.ring` encrypted it, are those of accounts of this site; both are
    null for a key of another site. A key is revoked once, `last_bundle` then being the hash of the last bundle that
    counts, if there is one. Triggers refuse every other change, but that `secret` is encrypted anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    public_key = models.BinaryField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    site_key = models.BinaryField()
    certificate = models.TextField()
    seal = models.BinaryField()
    secret = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_bundle = models.BinaryField(null=True)

    user_id: UUID | None

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["public_key", "site_key"], name="registers_actorkey_of_site_once"),
            models.UniqueConstraint(
                fields=["user", "site_key"],
                condition=Q(revoked_at__isnull=True, user__isnull=False),
                name="registers_actorkey_one_in_use",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True, secret__isnull=True) | Q(user__isnull=False, secret__isnull=False),
                name="registers_actorkey_own_has_secret",
            ),
        ]

    def __str__(self) -> str:
        return f"key {bytes(self.public_key).hex()[:16]}"


class KeyRevocation(models.Model):
    """That in a project nothing counts which a key signed after bundle `last_number` of its site (0: nothing at all).

    `text` is the statement by which the site said so and `seal` its seal, as sites pass it on; the other columns repeat
    it. Those of this site come with its accounts, those of others with their bundles.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    public_key = models.BinaryField()
    site_key = models.BinaryField()
    last_number = models.PositiveIntegerField()
    last_bundle = models.BinaryField(null=True)
    text = models.TextField()
    seal = models.BinaryField()
    at = models.DateTimeField()

    project_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "site_key", "public_key"], name="registers_keyrevocation_once"),
        ]

    def __str__(self) -> str:
        return f"revocation of key {bytes(self.public_key).hex()[:16]}"
