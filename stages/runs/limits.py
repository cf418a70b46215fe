"""How many runs stand beside each other in a comparison."""

from __future__ import annotations

from typing import Final

MIN_RUNS: Final = 2
MAX_RUNS: Final = 4
