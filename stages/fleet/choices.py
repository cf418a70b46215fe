"""The values that columns of this stage can have."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TeamRole(models.TextChoices):
    """What a person may do in a team and in all teams below it; each role includes the next one."""

    SUPER_ADMIN = "super_admin", _("Super admin")
    ADMIN = "admin", _("Admin")
    USER = "user", _("User")


class Layer(models.TextChoices):
    """For whom a directive's file is read: everybody on the machine, its user, or one repository."""

    SYSTEM = "system", _("System")
    USER = "user", _("User")
    PROJECT = "project", _("Project")


class Destination(models.TextChoices):
    """Which file a directive is written to; `file` is a whole file with a path of its own."""

    CLAUDE = "claude", _("Claude")
    AGENTS = "agents", _("AGENTS.md")
    COPILOT = "copilot", _("Copilot")
    CURSOR = "cursor", _("Cursor")
    GEMINI = "gemini", _("Gemini")
    FILE = "file", _("A file of its own")


class Mode(models.TextChoices):
    """What a station does when somebody changes a directive's text."""

    BLOCK = "block", _("Reverted")
    TEMPORARY = "temporary", _("Allowed for a time")
    WARNING = "warning", _("Reported")


class DirectiveStatus(models.TextChoices):
    """Only active directives are in editions; withdrawing is final."""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class RequestKind(models.TextChoices):
    """What a request asks for."""

    ISSUE = "issue", _("A new directive")
    CHANGE = "change", _("A change of a directive")
    WITHDRAW = "withdraw", _("A directive's withdrawal")
    EXCEPTION = "exception", _("An exception for a station")


class RequestState(models.TextChoices):
    """The state of a request; all but the first are final."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class StationState(models.TextChoices):
    """Whether a station may connect. A broken one sent reports that do not continue its chain."""

    ACTIVE = "active", _("Active")
    BROKEN = "broken", _("Chain broken")
    REVOKED = "revoked", _("Revoked")


class PlacementState(models.TextChoices):
    """What a station last said of a directive's text."""

    PENDING = "pending", _("On the way")
    IN_PLACE = "in_place", _("In place")
    DRIFTED = "drifted", _("Drifted")
    EXCEPTED = "excepted", _("Excepted")
    FAILED = "failed", _("Failed")
    ABSENT = "absent", _("Absent")
