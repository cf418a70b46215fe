"""What a Prometheus server learns about locks from one node: how often a field is contested, how long it is held."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

from kernel.metrics import SiteFigure

LOCK_REQUESTS: Final = Counter(
    "foundry_lock_requests",
    "Attempts to take a field, by outcome; refused divided by all is the contention rate.",
    ["outcome"],
)
LEASE_SECONDS: Final = Histogram(
    "foundry_lease_seconds",
    "How long a lease lasted, in seconds, by the reason of its end.",
    ["reason"],
    buckets=(1, 5, 15, 60, 300, 900, 3600, 14400),
)
SWEEPS: Final = Counter(
    "foundry_sweeps", "Rounds of the sweeper, by outcome; skipped where Redis did not answer.", ["outcome"]
)
SWEPT: Final = Counter("foundry_leases_swept", "Open leases that the sweeper ended because their key was gone.")

FIGURES: Final = (
    SiteFigure(
        "foundry_locks_held", "Fields that are held now.", "SELECT count(*) FROM locking_lease WHERE ended_at IS NULL"
    ),
)
