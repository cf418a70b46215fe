"""Models that a project may ask, and the keys with which it does."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import MAX_DISPLAY_NAME
from projects.models import Project
from stages.runs.choices import Provider

MAX_NAME: Final = 40
MAX_MODEL_NAME: Final = 200
MAX_BASE_URL: Final = 500
MAX_PRICE: Final = 1_000_000_000_000
MAX_TOKENS: Final = 1_000_000
NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9._-]*\Z"


class Secret(models.Model):
    """A key, encrypted for its row and for the server that it is sent to (`stages.runs.secrets`).

    The only table with ciphertext, and never exported. `mark` is what people and events see instead of the key.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    ciphertext = models.BinaryField()
    mark = models.CharField(max_length=8, help_text=_("8 hex digits of an HMAC of the key."))
    set_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(mark__regex=r"^[0-9a-f]{8}$"), name="runs_secret_mark_shape"),
        ]

    def __str__(self) -> str:
        return self.mark


class ModelProfileQuerySet(models.QuerySet["ModelProfile"]):
    """Reading profiles."""

    def usable_in(self, project_id: UUID) -> ModelProfileQuerySet:
        """Those of a project, and those of the whole site."""
        return self.filter(Q(project=project_id) | Q(project=None))

    def for_readers(self) -> ModelProfileQuerySet:
        """With what readers see of them."""
        return self.select_related("secret", "created_by")


class ModelProfile(models.Model):
    """A model with its key, limits and prices: of one project, or of the whole site (no project).

    Provider, model, address and name never change, which a trigger enforces, so that a name in a suite of an older
    version means the same model for ever; another model is another profile. `agent` is the account in whose name the
    model's answers are recorded. Prices are millionths of the currency for a million tokens.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=MAX_NAME, help_text=_("What suites call it: lower case, no spaces."))
    provider = models.CharField(max_length=9, choices=Provider.choices)
    model_name = models.CharField(max_length=MAX_MODEL_NAME, help_text=_("What the provider calls it."))
    display_name = models.CharField(max_length=MAX_DISPLAY_NAME)
    base_url = models.CharField(max_length=MAX_BASE_URL, blank=True, default="")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    secret = models.OneToOneField(Secret, on_delete=models.PROTECT, null=True, related_name="profile")
    input_price = models.PositiveBigIntegerField(default=0)
    output_price = models.PositiveBigIntegerField(default=0)
    token_limit = models.PositiveIntegerField(help_text=_("The most tokens that one answer may have."))
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    project_id: UUID | None
    agent_id: UUID
    secret_id: UUID | None
    # True if this is returned for a repeated request with the same `client_ref`.
    repeated: bool = False
    objects = ModelProfileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "name"], nulls_distinct=False, name="runs_modelprofile_name_once"
            ),
            models.CheckConstraint(condition=Q(name__regex=NAME_PATTERN), name="runs_modelprofile_name_shape"),
            models.CheckConstraint(condition=Q(provider__in=Provider.values), name="runs_modelprofile_provider_known"),
            models.CheckConstraint(
                condition=Q(token_limit__gte=1, token_limit__lte=MAX_TOKENS), name="runs_modelprofile_token_limit"
            ),
            models.CheckConstraint(
                condition=Q(input_price__lte=MAX_PRICE, output_price__lte=MAX_PRICE), name="runs_modelprofile_prices"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name
