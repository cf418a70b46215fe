"""The values of columns that have few."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What is switched on and off."""

    RULE = "rule", _("Rule")
    SCRIPT = "script", _("Script")
    VIEW = "view", _("View")


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

# Why executions end that no script has ended.
SCRIPT_OFF: Final = "script_off"
ACCESS_LOST: Final = "access_lost"
WORKER_LOST: Final = "worker_lost"
REFUSED: Final = "refused"
INTERNAL: Final = "internal"
STOPPED: Final = "stopped"
# What it has staged would not fit into the script's open proposal any more; what it was given waits until that ends.
WAITS: Final = "waits"
