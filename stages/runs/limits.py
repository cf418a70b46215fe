"""How many runs a comparison shows beside each other."""

from __future__ import annotations

from typing import Final

MIN_RUNS: Final = 2
MAX_RUNS: Final = 4
