"""What is refused of pads, beside what is refused everywhere."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError


class PadClosed(DomainError):
    """Nobody writes in it until it is reopened."""

    code, status, title = "pad_closed", 409, _("The pad is closed")


class PadRenewed(DomainError):
    """The Yjs document was replaced by one with the same text; `epoch` is its life now."""

    code, status, title = "pad_renewed", 409, _("The pad's document was renewed")
