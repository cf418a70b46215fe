"""What ingest adds to the registries of others."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    from audit.via import Via, register_via
    from stages.registers.guards import GUARDS, Guard
    from stages.replication.ingest.mark import check_mark
    from stages.replication.link.live import has_peers
    from stages.replication.via import SITE

    register_via(SITE, Via(_("another site")))
    GUARDS.register("replication.mark", Guard(check_mark, ahead=has_peers))
