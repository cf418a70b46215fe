"""What a Prometheus server learns about registers: what was written, what is undecided, how long a rebuild takes."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

from kernel.metrics import SiteFigure

OPERATIONS: Final = Counter(
    "foundry_register_operations", "Operations on records that were appended, by where they were written.", ["origin"]
)
LATE: Final = Counter(
    "foundry_register_late_operations", "Writes that came after later ones on the same field, so it was replayed."
)
REBUILD_SECONDS: Final = Histogram(
    "foundry_register_rebuild_seconds",
    "How long it took to compute the registers of a project again.",
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900),
)
FIGURES: Final = (
    SiteFigure(
        "foundry_register_conflicts_open",
        "Conflicts in registers that nobody has decided.",
        "SELECT count(*) FROM registers_conflict WHERE resolved_at IS NULL",
    ),
    SiteFigure("foundry_register_bundles", "Bundles of registers.", "SELECT count(*) FROM registers_bundle"),
)

# Series that are there from the beginning have a rate when the first one happens.
for _origin in ("here", "elsewhere"):
    OPERATIONS.labels(_origin)
