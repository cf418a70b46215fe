"""Limits the work of one comparison. Counts steps, not time, so that the same pair always gives the same result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CELLS: Final = 8_000_000_000
PAIRS: Final = 300_000
ROWS: Final = 20_000


@dataclass(slots=True)
class Budget:
    """The steps that are left, shared by all fields of a comparison.

    `cells` counts cells of the edit matrix (a compiled bit-parallel step does 64 of them; all take well under a
    second), `pairs` counts the pairs of lines or array items that are compared. `coarse` becomes true with the first
    refusal: the result is then correct, but less fine than it could be. `rows` counts the lines and values that are
    returned; `skip` is the number of rows to leave out at the beginning, if only one field is compared.
    """

    cells: int = CELLS
    pairs: int = PAIRS
    rows: int = ROWS
    skip: int = 0
    coarse: bool = False

    def take_cells(self, count: int) -> bool:
        """Spend `count` cells; return False and set `coarse` if fewer are left."""
        if count > self.cells:
            self.coarse = True
            return False
        self.cells -= count
        return True

    def take_pairs(self, count: int) -> bool:
        """Spend `count` pairs; return False and set `coarse` if fewer are left."""
        if count > self.pairs:
            self.coarse = True
            return False
        self.pairs -= count
        return True

    def take_rows(self, count: int) -> tuple[int, int]:
        """Which of `count` rows are returned: (index of the first, number)."""
        first = min(self.skip, count)
        taken = min(self.rows, count - first)
        self.rows -= taken
        return first, taken

    def give_up(self) -> None:
        """Record that something was not examined."""
        self.coarse = True
