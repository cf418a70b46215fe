"""Choices that are stored in no table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy


class Start(models.TextChoices):
    """What a pad begins with."""

    EMPTY = "empty", gettext_lazy("Empty")
    FIELD = "field", gettext_lazy("The text of its field")
