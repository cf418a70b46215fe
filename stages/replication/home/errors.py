"""What a replica refuses about the copied record."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import DomainError
from stages.replication.models import Peer


class NotHereYet(DomainError):
    """A text or file lies at another site; it has been asked for, and comes by itself. `sites` are their names."""

    code, status, title = "not_here_yet", 404, gettext_lazy("Not here yet")

    def __init__(self, sites: Sequence[Peer]) -> None:
        if sites:
            words = _("Not here yet, {site} has it. It was asked for, and comes by itself.").format(site=sites[0])
        else:
            words = _("Not here yet, and no other site is admitted.")
        super().__init__(words, sites=[str(each) for each in sites])
