"""What sites may do with each other, and why a bundle waits."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rights(models.TextChoices):
    """What an admitted site may do in a project: send what its people write, or only read."""

    WRITES = "writes", _("Writes")
    READS = "reads", _("Reads")


class HeldReason(models.TextChoices):
    """Why a bundle is kept outside the state."""

    FUTURE = "future", _("Its clock is ahead")
    UNKNOWN_SITE = "unknown_site", _("Its site is not admitted")
    UNKNOWN_KEY = "unknown_key", _("Its site has not certified who signed it")
    READ_ONLY = "read_only", _("Its site may only read")
    REVOKED = "revoked", _("Its site or its author was revoked")
    FORK = "fork", _("Its site wrote two histories")
    BAD_SIGNATURE = "bad_signature", _("A signature is wrong")
    MALFORMED = "malformed", _("It is malformed")
    NEWER = "newer", _("It needs a newer Foundry")
    BEHIND = "behind", _("One before it waits")


class Decision(models.TextChoices):
    """What became of a held bundle."""

    ACCEPTED = "accepted", _("Accepted by itself")
    RELEASED = "released", _("Released")
    DISCARDED = "discarded", _("Discarded")
    RE_ENTERED = "re_entered", _("Entered again")


class ContentKind(models.TextChoices):
    """By which hash a content of another site is asked for."""

    SHA256 = "sha256", _("Text")
    BLAKE3 = "blake3", _("File")
