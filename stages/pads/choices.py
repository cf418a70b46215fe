"""Choices that are stored in no table, and the version of the demo that this stage makes."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy

# "Where the sources are silent, name whom to ask": written in a pad.
DEMO_VERSION: Final = 13


class Start(models.TextChoices):
    """What a pad begins with."""

    EMPTY = "empty", gettext_lazy("Empty")
    FIELD = "field", gettext_lazy("The text of its field")
