"""How values came apart: a lane for each site, from what all had seen to where the sites met again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from stages.registers.pages.authors import Authors, time_of
from stages.registers.pages.conflict_rows import Card
from stages.registers.pages.labels import labels_of
from stages.registers.reading.cases import Case

WIDTH: Final = 1_080
LEFT: Final = 120
RIGHT: Final = 1_000
TOP: Final = 34
LANE: Final = 38
FOOT: Final = 34


@dataclass(frozen=True, slots=True)
class Lane:
    """A site: its name and its height in the picture."""

    name: str
    y: int

    @property
    def text_y(self) -> int:
        return self.y + 4


@dataclass(frozen=True, slots=True)
class Dot:
    """A write, with its value above it and its time below the lanes."""

    x: int
    y: int
    text: str
    at: datetime

    @property
    def label_y(self) -> int:
        return self.y - 12


@dataclass(frozen=True, slots=True)
class Diverged:
    """The picture; `paths` are lines of writes from the origin to where they met, the origin's dot may be missing."""

    lanes: tuple[Lane, ...]
    dots: tuple[Dot, ...]
    paths: tuple[str, ...]
    after: str
    away: tuple[str, ...]
    met_x: int
    met_y: int
    met_at: datetime
    width: int
    height: int

    @property
    def foot_y(self) -> int:
        return self.height - 10

    @property
    def met_label_y(self) -> int:
        return self.met_y - 12


def diverged(case: Case, cards: list[Card], authors: Authors, *, origin_text: str, met_at: datetime) -> Diverged | None:
    """The picture of a conflict, which began with a text; None where fewer than two sites took part."""
    writes = sorted(((case.sides[card.at].write, card.text) for card in cards), key=lambda each: each[0].order)
    sites = list(dict.fromkeys(write.site for write, _text in writes))
    if len(sites) < 2:
        return None
    origin = case.origin[-1] if case.origin else None
    home = origin.site if origin is not None else sites[0]
    order = _lanes(home, sites)
    heights = {site: TOP + at * LANE for at, site in enumerate(order)}
    steps = len(writes) + 2
    xs = [LEFT + round((RIGHT - LEFT) * (at + 0.5) / steps) for at in range(steps)]
    start, met_x, middle = xs[0], xs[-1], heights[home]
    placed = list(zip(xs[1:], writes, strict=False))
    *labels, first = labels_of([*(text for _write, text in writes), origin_text])
    dots = [
        Dot(x, heights[write.site], label, time_of(write.hlc))
        for label, (x, (write, _text)) in zip(labels, placed, strict=False)
    ]
    if origin is not None:
        dots.insert(0, Dot(start, middle, first, time_of(origin.hlc)))
    last = {write.site: x for x, (write, _text) in placed}
    return Diverged(
        lanes=tuple(Lane(authors.site(site) or authors.elsewhere(site), y) for site, y in heights.items()),
        dots=tuple(dots),
        after=f"M{met_x} {middle}H{RIGHT + 40}",
        paths=tuple(_path((start, met_x), middle, heights[site], last[site]) for site in sites),
        away=tuple(f"M{max(met_x - 90, last[site] + 8)} {heights[site]}H{met_x}" for site in sites if site != home),
        met_x=met_x,
        met_y=middle,
        met_at=met_at,
        width=WIDTH,
        height=TOP + (len(order) - 1) * LANE + FOOT + 22,
    )


def _lanes(home: str, sites: list[str]) -> list[str]:
    """The site of the origin in the middle, so that lines go up and down from it."""
    others = [site for site in sites if site != home]
    half = (len(others) + 1) // 2
    return [*others[:half], home, *others[half:]]


def _path(ends: tuple[int, int], middle: int, lane: int, last: int) -> str:
    """From the origin along a lane, past its last write, to where the sites met."""
    start, met_x = ends
    if lane == middle:
        return f"M{start} {middle}H{met_x}"
    out, back = min(start + 120, last - 8), max(met_x - 90, last + 8)
    bend_out, bend_back = (start + out) // 2, (back + met_x) // 2
    return (
        f"M{start} {middle}C{bend_out} {middle} {bend_out} {lane} {out} {lane}H{back}"
        f"C{bend_back} {lane} {bend_back} {middle} {met_x} {middle}"
    )
