"""What a Prometheus server learns about versions from one node."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

VERSIONS: Final = Counter("foundry_versions", "Versions made, by kind.", ["kind"])
REFUSED_SAVES: Final = Counter("foundry_saves_refused", "Saves refused, by the code of the refusal.", ["code"])
