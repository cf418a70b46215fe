"""The personal access tokens of clients without a browser."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models.users import User

MAX_TOKEN_NAME = 100


class Scope(models.TextChoices):
    """What a personal access token may do of what its user may."""

    READ = "read", _("Read only")
    WRITE = "write", _("Read and write")


class TokenQuerySet(models.QuerySet["PersonalAccessToken"]):
    """Queries over personal access tokens."""

    def usable(self) -> TokenQuerySet:
        """Tokens of active users that are neither revoked nor expired, by the clock of the database."""
        return self.filter(revoked_at=None, expires_at__gt=Now(), user__is_active=True)

    def of_digest(self, digest: str) -> PersonalAccessToken | None:
        """The token with that digest, with its user; None if there is none."""
        return self.select_related("user").filter(digest=digest).first()


class TokenManager(models.Manager["PersonalAccessToken"]):
    def get_queryset(self) -> TokenQuerySet:
        return TokenQuerySet(self.model, using=self._db)

    def usable(self) -> TokenQuerySet:
        return self.get_queryset().usable()


class PersonalAccessToken(models.Model):
    """A named, expiring, revocable secret for clients without a browser; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=MAX_TOKEN_NAME)
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the token's text, lowercase hex."))
    created_at = models.DateTimeField(default=timezone.now)
    scope = models.CharField(max_length=5, choices=Scope.choices, default=Scope.WRITE, db_default=Scope.WRITE)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True, help_text=_("Exact to about a minute; not a record."))

    user_id: UUID
    objects: ClassVar[TokenManager] = TokenManager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~models.Q(name=""), name="accounts_token_name_given"),
            models.CheckConstraint(
                condition=models.Q(digest__regex=r"^[0-9a-f]{64}$"), name="accounts_token_digest_shape"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="accounts_token_expires_later"
            ),
            models.CheckConstraint(condition=models.Q(scope__in=Scope.values), name="accounts_token_scope_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.user_id}"

    @property
    def credential(self) -> str:
        """The credential of sessions that are opened with this token."""
        return f"token:{self.id}"

    @property
    def is_read_only(self) -> bool:
        """Whether every write with it is refused."""
        return self.scope == Scope.READ

    @property
    def has_expired(self) -> bool:
        """Whether its time is over, by the clock of this process; sign-in asks the database's."""
        return self.expires_at <= timezone.now()
