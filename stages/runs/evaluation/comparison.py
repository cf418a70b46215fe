"""Compares the results of two versions, cell by cell: what got worse, what got better, and whether it may be chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from stages.runs.evaluation.verdicts import Cell, CellKey

# From this probability on, a difference could be chance.
CHANCE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pairs of cells with the same key, in the order of the newer results.

    `same` passed, or failed, both times; in `uncertain` one of the two is an error; `unpaired` is there only once.
    """

    regressed: tuple[CellKey, ...]
    fixed: tuple[CellKey, ...]
    same: tuple[CellKey, ...]
    uncertain: tuple[CellKey, ...]
    unpaired: tuple[CellKey, ...]

    @property
    def p(self) -> float:
        """The probability of such a difference, or a larger one, if neither version were better."""
        return mcnemar(len(self.regressed), len(self.fixed))

    @property
    def could_be_chance(self) -> bool:
        return self.p >= CHANCE

    def of_model(self, model: str) -> Comparison:
        """The same for one model."""
        groups = (self.regressed, self.fixed, self.same, self.uncertain, self.unpaired)
        return Comparison(*(tuple(key for key in group if key.model == model) for group in groups))


def compare(old: Iterable[Cell], new: Iterable[Cell]) -> Comparison:
    """Compare two results by the keys of their cells."""
    before = {cell.key: cell.passed for cell in old}
    after = {cell.key: cell.passed for cell in new}
    paired = [(key, before[key], passed) for key, passed in after.items() if key in before]
    return Comparison(
        regressed=tuple(key for key, was, now in paired if was is True and now is False),
        fixed=tuple(key for key, was, now in paired if was is False and now is True),
        same=tuple(key for key, was, now in paired if was is not None and was == now),
        uncertain=tuple(key for key, was, now in paired if was is None or now is None),
        unpaired=tuple(key for key in (*after, *before) if key not in before or key not in after),
    )


def mcnemar(regressed: int, fixed: int) -> float:
    """The exact two-sided p of McNemar's test: a binomial test of the pairs that differ, against one half."""
    count, fewer = regressed + fixed, min(regressed, fixed)
    ways = term = 1
    for at in range(1, fewer + 1):
        term = term * (count - at + 1) // at
        ways += term
    return min(1.0, 2 * ways / (1 << count))
