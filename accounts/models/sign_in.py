"""State of sign-ins and signatures. The events are the record; this is in PostgreSQL because a cache may vanish."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models.users import User


class FailureCount(models.Model):
    """Recent failed sign-ins of one subject: an account, a typed name without an account, or an address."""

    subject = models.CharField(primary_key=True, max_length=120, help_text=_("purpose:kind:name; see accounts.lockout"))
    failures = models.PositiveIntegerField()
    failed_at = models.DateTimeField(db_index=True)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.subject}: {self.failures}"


class PastPassword(models.Model):
    """A password that an account has or had, hashed as the account's own is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    encoded = models.CharField(max_length=128)
    set_at = models.DateTimeField(db_default=Now())

    user_id: UUID

    class Meta:
        default_permissions = ()
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"a password of {self.user_id}"


class ProvenSession(models.Model):
    """A browser session in which its person has given both components of a signature (21 CFR 11.200(a)(1)(i))."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    credential = models.CharField(max_length=80)
    proven_at = models.DateTimeField()

    user_id: UUID

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "credential"], name="accounts_proven_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.credential}"
