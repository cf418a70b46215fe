"""Accounts of every kind."""

from __future__ import annotations

from typing import ClassVar, TypedDict

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.dispatch import Signal
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.normalization import fold_username, prepare_password, spellings_of_password

# ASCII only: a name that looks like another one in a second alphabet must not exist in a record that names people.
USERNAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._+-]*\Z"
MAX_DISPLAY_NAME = 150
SERVICE_USERNAME = "foundry"

# Sent with `user` and `password` when a right password has a hash that the site would compute differently now.
password_hash_outdated = Signal()


class Person(TypedDict):
    """A person as pages, REST and the gateway show them (docs/gateway.md, "Notifications")."""

    id: str
    display_name: str
    kind: str


class Kind(models.TextChoices):
    """The kind of an account; only people sign (control c23)."""

    HUMAN = "human", _("Person")
    AGENT = "agent", _("AI agent")
    SERVICE = "service", _("Service")
    DEVICE = "device", _("Device")


class UserQuerySet(models.QuerySet["User"]):
    """Queries over accounts."""

    def active(self) -> UserQuerySet:
        """Accounts that may act."""
        return self.filter(is_active=True)

    def named(self, username: str) -> UserQuerySet:
        """The account with that typed user name, ignoring case, by the unique index on names."""
        return self.alias(folded_username=Lower("username")).filter(folded_username=fold_username(username))

    def matching(self, text: str) -> UserQuerySet:
        """Accounts whose user name or display name contains ``text``, ignoring case."""
        return self.filter(models.Q(username__icontains=text) | models.Q(display_name__icontains=text))

    def managed(self) -> UserQuerySet:
        """The accounts that administrators manage: neither devices nor the service user."""
        return self.exclude(username=SERVICE_USERNAME).exclude(kind=Kind.DEVICE)

    def people(self, text: str) -> UserQuerySet:
        """Active managed accounts; those that match `text` unless it is empty."""
        found = self.active().managed()
        return found.matching(text) if text else found


class UserManager(BaseUserManager["User"]):
    """Has no ``create_user``: every account is created with its event, by ``services.create_account``."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def active(self) -> UserQuerySet:
        return self.get_queryset().active()

    def named(self, username: str) -> UserQuerySet:
        return self.get_queryset().named(username)

    def matching(self, text: str) -> UserQuerySet:
        return self.get_queryset().matching(text)

    def managed(self) -> UserQuerySet:
        return self.get_queryset().managed()

    def people(self, text: str = "") -> UserQuerySet:
        return self.get_queryset().people(text)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.named(username or "").get()

    async def aget_by_natural_key(self, username: str | None) -> User:
        return await self.named(username or "").aget()

    def foundry(self) -> User:
        """The service user, in whose name sweeper, jobs and failed sign-ins are recorded; made by a migration."""
        return self.named(SERVICE_USERNAME).get()


class User(AbstractBaseUser, PermissionsMixin):
    """One account. Never deleted; its name and kind never change (21 CFR 11.100a); the database refuses both.

    ``is_superuser`` marks an administrator (accounts); ``is_auditor`` one who may read everything.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(
        max_length=150,
        unique=True,
        validators=[
            RegexValidator(
                USERNAME_PATTERN,
                _("Use letters, digits and . _ + - only, beginning with a letter or a digit."),
            )
        ],
        help_text=_("Never reused and never changed. Letters, digits and . _ + - only."),
    )
    display_name = models.CharField(
        max_length=MAX_DISPLAY_NAME, help_text=_("The printed name, as it stands on records.")
    )
    email = models.EmailField(blank=True, default="")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.HUMAN)
    is_active = models.BooleanField("active", default=True)
    is_superuser = models.BooleanField("administrator", default=False)
    is_auditor = models.BooleanField("auditor", default=False)
    session_generation = models.PositiveIntegerField(default=0, editable=False)
    signing_suspended_at = models.DateTimeField(
        null=True, editable=False, help_text=_("Since when this person may not sign: see accounts/suspension.py.")
    )
    uses_shortcuts = models.BooleanField("keyboard shortcuts", default=True, db_default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        ordering: ClassVar[list[str]] = ["username"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_username_unique",
                violation_error_message=_("This user name is taken, or was once."),
            ),
            models.CheckConstraint(
                condition=models.Q(username__regex=USERNAME_PATTERN), name="accounts_user_username_shape"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="accounts_user_kind_known"),
            models.CheckConstraint(condition=~models.Q(display_name=""), name="accounts_user_display_name_given"),
        ]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.username})"

    @property
    def is_staff(self) -> bool:
        """May open the admin: administrators for accounts, auditors for the audit viewer."""
        return self.is_superuser or self.is_auditor

    def person(self) -> Person:
        """This user as events, frames and answers show them."""
        return {"id": str(self.id), "display_name": self.display_name, "kind": self.kind}

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    def set_password(self, raw_password: str | None) -> None:
        """Hash a password in its normalized spelling, which does not depend on the keyboard."""
        super().set_password(None if raw_password is None else prepare_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Whether the password is right in any of its spellings. An outdated hash is replaced, with an event."""

        def rehash(spelling: str) -> None:
            password_hash_outdated.send(User, user=self, password=spelling)

        spellings = [] if raw_password is None else spellings_of_password(raw_password)
        return any(check_password(spelling, self.password, rehash) for spelling in spellings)

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Tie browser sessions to the password and to ``session_generation``.

        Raising the generation ends all sessions of the user at once, wherever they are stored, and they stay ended
        when the account is reopened.
        """
        return salted_hmac(
            "accounts.User.session", f"{self.session_generation}:{self.password}", secret=secret, algorithm="sha256"
        ).hexdigest()
