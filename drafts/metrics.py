"""What a Prometheus server learns about versions from one node."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

VERSIONS: Final = Counter("foundry_versions", "Versions made, by kind.", ["kind"])
REFUSED_SAVES: Final = Counter("foundry_saves_refused", "Saves refused, by the code of the refusal.", ["code"])
SAVE_SECONDS: Final = Histogram(
    "foundry_save_seconds",
    "How long a save took, refused ones included, from the service's first to its last line.",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
