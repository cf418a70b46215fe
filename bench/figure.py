"""A figure: what was measured, its baseline from the same run, and the goal their ratio is held against."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Goal:
    """`ratio` at least or at most `value`."""

    sense: Literal[">=", "<="]
    value: float

    def holds(self, ratio: float) -> bool:
        return ratio >= self.value if self.sense == ">=" else ratio <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.sense == '>=' else '≤'} {self.value:g} ×"


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. `value` and `baseline` are medians over the rounds; `ratio` is the median of the rounds'
    ratios, so that a machine that grows slower during the run slows both sides of each ratio.
    """

    number: str
    title: str
    unit: str
    value: float
    baseline: float
    ratio: float
    goal: Goal
    values: Sequence[float] = ()
    baselines: Sequence[float] = ()
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def holds(self) -> bool:
        return self.goal.holds(self.ratio)

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "value": self.value,
            "unit": self.unit,
            "baseline": self.baseline,
            "ratio": self.ratio,
            "goal": self.goal.value,
            "goal_sense": self.goal.sense,
            "holds": self.holds,
            "values": list(self.values),
            "baselines": list(self.baselines),
            "notes": list(self.notes),
        }


def compared(
    number: str,
    title: str,
    unit: str,
    goal: Goal,
    pairs: Sequence[tuple[float, float]],
    *,
    notes: Sequence[str] = (),
) -> Figure:
    """A figure from rounds of (value, baseline)."""
    values, baselines = [value for value, _ in pairs], [baseline for _, baseline in pairs]
    ratio = statistics.median(value / baseline for value, baseline in pairs)
    return Figure(
        number,
        title,
        unit,
        statistics.median(values),
        statistics.median(baselines),
        ratio,
        goal,
        values,
        baselines,
        notes,
    )


def in_turn(rounds: int, value: Callable[[], float], baseline: Callable[[], float]) -> list[tuple[float, float]]:
    """Measure both sides in turn, first one and then the other going first."""
    pairs: list[tuple[float, float]] = []
    for number in range(rounds):
        if number % 2 == 0:
            first = value()
            pairs.append((first, baseline()))
        else:
            last = baseline()
            pairs.append((value(), last))
    return pairs


def per_second(work: Callable[[], object], count: int) -> float:
    """How often per second `work` is done, over `count` times."""
    began = time.perf_counter()
    for _ in range(count):
        work()
    return count / (time.perf_counter() - began)


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
