"""Reading users and tokens. What writes them is in ``services.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now

from accounts.normalization import fold_username

if TYPE_CHECKING:
    from accounts.models import PersonalAccessToken, User

SERVICE_USERNAME = "foundry"


class UserQuerySet(models.QuerySet["User"]):
    """Reads over accounts."""

    def active(self) -> UserQuerySet:
        """Accounts that may act."""
        return self.filter(is_active=True)

    def named(self, username: str) -> UserQuerySet:
        """The account of that typed user name, ignoring case, by the index that keeps names unique."""
        return self.alias(folded_username=Lower("username")).filter(folded_username=fold_username(username))

    def matching(self, text: str) -> UserQuerySet:
        """Accounts whose user name or display name contains ``text``, ignoring case."""
        return self.filter(models.Q(username__icontains=text) | models.Q(display_name__icontains=text))

    def people(self, text: str) -> UserQuerySet:
        """Whom one can work with: open accounts but Foundry's own, those that match where there is a text."""
        found = self.active().exclude(username=SERVICE_USERNAME)
        return found.matching(text) if text else found


class UserManager(BaseUserManager["User"]):
    """Has no ``create_user``: an account without its event must not come about; see ``services.create_account``."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def active(self) -> UserQuerySet:
        return self.get_queryset().active()

    def named(self, username: str) -> UserQuerySet:
        return self.get_queryset().named(username)

    def matching(self, text: str) -> UserQuerySet:
        return self.get_queryset().matching(text)

    def people(self, text: str = "") -> UserQuerySet:
        return self.get_queryset().people(text)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.named(username or "").get()

    async def aget_by_natural_key(self, username: str | None) -> User:
        return await self.named(username or "").aget()

    def foundry(self) -> User:
        """The service user that sweeper, jobs and failed sign-ins act as; a migration made it."""
        return self.named(SERVICE_USERNAME).get()


class TokenQuerySet(models.QuerySet["PersonalAccessToken"]):
    """Reads over personal access tokens."""

    def usable(self) -> TokenQuerySet:
        """Neither revoked nor expired by the database's clock, which all nodes share; of an active user."""
        return self.filter(revoked_at=None, expires_at__gt=Now(), user__is_active=True)

    def of_digest(self, digest: str) -> PersonalAccessToken | None:
        """The token with that digest, its user loaded."""
        return self.select_related("user").filter(digest=digest).first()


class TokenManager(models.Manager["PersonalAccessToken"]):
    def get_queryset(self) -> TokenQuerySet:
        return TokenQuerySet(self.model, using=self._db)

    def usable(self) -> TokenQuerySet:
        return self.get_queryset().usable()
