"""What ingest adds to the registries of others."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    from audit.via import Via, register_via
    from stages.registers.guards import GUARDS, Guard
    from stages.replication.ingest.mark import check_mark, shared_query
    from stages.replication.ingest.taking import VIA

    register_via(VIA, Via(_("another site")))
    GUARDS.register("replication.mark", Guard(check_mark, ahead=shared_query))
