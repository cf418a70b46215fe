"""What a Prometheus server learns about the audit trail of the site."""

from __future__ import annotations

from typing import Final

from kernel.metrics import SiteFigure

FIGURES: Final = (
    SiteFigure(
        "foundry_audit_head",
        "The number of the newest event; it only grows, and may skip.",
        "SELECT coalesce(max(id), 0) FROM audit_event",
    ),
    SiteFigure(
        "foundry_checkpoint_age_seconds",
        "Seconds since the newest checkpoint was sealed.",
        "SELECT extract(epoch FROM clock_timestamp() - made_at) FROM audit_checkpoint ORDER BY number DESC LIMIT 1",
    ),
    SiteFigure(
        "foundry_chains_broken",
        "Chains found broken by the last verification, and chains whose records differ from their events.",
        "SELECT count(*) FROM audit_standing WHERE fault <> '' OR records_fault <> ''",
    ),
)
