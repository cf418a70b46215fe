"""The values of columns that have few."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What is switched on and off."""

    RULE = "rule", _("Rule")
    SCRIPT = "script", _("Script")


class Cause(models.TextChoices):
    """Why a script ran."""

    MANUAL = "manual", _("By hand")
    CHANGE = "change", _("On change")


class ExecutionState(models.TextChoices):
    """How far an execution is; the last three end it."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")


ENDED = (ExecutionState.SUCCEEDED, ExecutionState.FAILED, ExecutionState.STOPPED)
