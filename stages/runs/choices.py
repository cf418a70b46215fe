"""Words that both the tables of runs and the clients of models use."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Provider(models.TextChoices):
    """Whose interface a model is asked by."""

    OPENAI = "openai", _("OpenAI")
    ANTHROPIC = "anthropic", _("Anthropic")
    GOOGLE = "google", _("Google")
    ECHO = "echo", _("Echo (built in)")


class MessageRole(models.TextChoices):
    """Who speaks; the system's text is no message."""

    USER = "user", _("Person")
    ASSISTANT = "assistant", _("Model")


class Outcome(models.TextChoices):
    """How a call ended: an answer that is whole, refused or cut off; unknown if it failed or was lost."""

    COMPLETED = "completed", _("Complete")
    REFUSED = "refused", _("Refused")
    TRUNCATED = "truncated", _("Cut off")
    UNKNOWN = "unknown", _("Unknown")
