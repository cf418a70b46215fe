"""How much work one comparison may do. Counted in steps, never by the clock: the same pair always compares the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CELLS: Final = 8_000_000_000
PAIRS: Final = 300_000
ROWS: Final = 20_000


@dataclass(slots=True)
class Budget:
    """What is left to spend, shared by all fields of a comparison, and whether it ever ran out.

    `cells` counts cells of the edit matrix (a compiled bit-parallel step does 64 of them; the whole takes well under
    a second), `pairs` counts pairs of lines, or of array items, that are held against each other. `coarse` becomes true
    with the first refusal: from then on the answer is right, but coarser than it could be. `rows` counts the lines and
    the values that are told; `skip` are those of the only field that are left out before the first.
    """

    cells: int = CELLS
    pairs: int = PAIRS
    rows: int = ROWS
    skip: int = 0
    coarse: bool = False

    def take_cells(self, count: int) -> bool:
        """Spend `count` cells; False (and `coarse`) where they are not there."""
        if count > self.cells:
            self.coarse = True
            return False
        self.cells -= count
        return True

    def take_pairs(self, count: int) -> bool:
        """Spend `count` pairs; False (and `coarse`) where they are not there."""
        if count > self.pairs:
            self.coarse = True
            return False
        self.pairs -= count
        return True

    def take_rows(self, count: int) -> tuple[int, int]:
        """Which of `count` rows are told: (first, how many)."""
        first = min(self.skip, count)
        taken = min(self.rows, count - first)
        self.rows -= taken
        return first, taken

    def give_up(self) -> None:
        """Say that something was left unexamined."""
        self.coarse = True
