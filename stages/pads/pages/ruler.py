"""The ruler over the history of a pad: when it was written in, with long pauses shortened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final, Literal

from django.utils import timezone
from django.utils.formats import date_format

from stages.pads.stops import PARTS, PAUSE, Burst, Stop

BARS: Final = 63
BAR_HEIGHT: Final = 40
# The bottom of the bars, in pixels from the top.
BASELINE: Final = 60
# A pause is drawn no longer than this part of all the time that somebody wrote, a burst no shorter than half of it.
_LONGEST_PAUSE: Final = 1 / 12
# Beside each end, and between two labels, as parts of the width.
_MARGIN: Final = 0.014
_APART: Final = 0.09
# Labels of what was promoted that would touch each other are one.
_PROMOTED_APART: Final = 0.16
# Half of what the label of the shown moment takes, in percent.
_LABEL: Final = 5.0
# Where there are more bursts, the slider knows only where their stops begin and end.
_MAX_EXACT: Final = 64

_FORMATS: Final = {"day": "j M", "time": "H:i", "seconds": "H:i:s"}

BarState = Literal["past", "here", "later"]


@dataclass(frozen=True, slots=True)
class Bar:
    """How much was written in a while: `x` in percent of the width, `height` in pixels."""

    x: float
    height: int
    state: BarState

    @property
    def y(self) -> int:
        return BASELINE - self.height


@dataclass(frozen=True, slots=True)
class Tick:
    """A time under the ruler, at a percentage of its width. `form` is day, time or seconds."""

    x: float
    at: datetime
    form: str
    text: str


@dataclass(frozen=True, slots=True)
class Promoted:
    """Where text became versions, as percentages of the width; one label where they are near each other."""

    places: tuple[float, ...]
    versions: tuple[int, ...]

    @property
    def label_x(self) -> float:
        """The middle of the label, which is above the first line, unless there is no room."""
        return min(max(self.places[0], 2 * _LABEL), 100 - 2 * _LABEL)

    @property
    def words(self) -> str:
        return ", ".join(f"v{version}" for version in self.versions)


@dataclass(frozen=True, slots=True)
class Ruler:
    """`band` is where the stop begins, and how wide it is; `scale` says which revision is where, for the slider."""

    bars: list[Bar]
    ticks: list[Tick]
    band: tuple[float, float]
    here: Tick
    scale: list[tuple[float, int]]
    promoted: list[Promoted]

    @property
    def label_x(self) -> float:
        """Where the label of the shown moment is: below it, unless there is no room."""
        return min(max(self.here.x, _LABEL), 100 - _LABEL)


@dataclass(frozen=True, slots=True)
class _Part:
    """A while of a burst: from where to where, from which revision to which."""

    begin: float
    end: float
    first: int
    last: int


def ruler_of(
    stops: Sequence[Stop],
    stop: Stop,
    revision: int,
    at: datetime,
    zone: tzinfo,
    *,
    moments: Sequence[tuple[int, int]] = (),
) -> Ruler:
    """The ruler of a history in which `revision`, written at `at`, of `stop` is shown.

    `moments` are revisions that were promoted, with their versions.
    """
    places = _places([burst for each in stops for burst in each.bursts])
    parts = [part for burst, begin, width in places for part in _parts(burst, begin, width)]
    begins = {burst.first: begin for burst, begin, _width in places}
    ends = {burst.last: begin + width for burst, begin, width in places}
    here = next(part for part in parts if part.first <= revision <= part.last)
    x = _within(here, revision)
    band = (_percent(begins[stop.first]), round(_percent(ends[stop.last]) - _percent(begins[stop.first]), 2))
    return Ruler(
        bars=_bars(parts, stop, revision),
        ticks=[tick for tick in _ticks(stops, begins, zone) if abs(tick.x - _percent(x)) > 1.6 * _LABEL],
        band=band,
        here=_tick(x, at, "seconds", zone),
        scale=_scale(stops, parts, begins, ends, is_exact=len(places) <= _MAX_EXACT),
        promoted=_promoted(parts, moments),
    )


def _promoted(parts: Sequence[_Part], moments: Sequence[tuple[int, int]]) -> list[Promoted]:
    """Those of revisions that exist, from left to right."""
    found: list[Promoted] = []
    for revision, version in sorted(moments):
        part = next((part for part in parts if part.first <= revision <= part.last), None)
        if part is None:
            continue
        x = _percent(_within(part, revision))
        last = found[-1] if found else None
        if last is not None and x - last.places[0] < _percent(_PROMOTED_APART):
            found[-1] = Promoted((*last.places, x), (*last.versions, version))
        else:
            found.append(Promoted((x,), (version,)))
    return found


def _places(bursts: Sequence[Burst]) -> list[tuple[Burst, float, float]]:
    """Each burst with where it begins and how wide it is, as parts of the whole width."""
    lasted = [(burst.ended_at - burst.began_at).total_seconds() for burst in bursts]
    longest = max(PAUSE.total_seconds(), sum(lasted) * _LONGEST_PAUSE)
    found: list[tuple[Burst, float, float]] = []
    end = 0.0
    for index, burst in enumerate(bursts):
        pause = (burst.began_at - bursts[index - 1].ended_at).total_seconds() if index else 0.0
        begin = end + min(max(pause, 0.0), longest)
        end = begin + max(lasted[index], longest / 2)
        found.append((burst, begin, end - begin))
    room = 1 - 2 * _MARGIN
    return [(burst, _MARGIN + begin / end * room, width / end * room) for burst, begin, width in found]


def _parts(burst: Burst, begin: float, width: float) -> Iterator[_Part]:
    first = burst.first
    if burst.began_at == burst.ended_at:
        # All at once: one bar in the middle.
        middle = begin + width / 2
        yield _Part(middle, middle, first, burst.last)
        return
    for number, count in enumerate(burst.parts):
        if count:
            yield _Part(begin + width * number / PARTS, begin + width * (number + 1) / PARTS, first, first + count - 1)
        first += count


def _bars(parts: Sequence[_Part], stop: Stop, revision: int) -> list[Bar]:
    """Each part spread over the bars that it reaches into."""
    counts: dict[int, float] = {}
    ranges: dict[int, tuple[int, int]] = {}
    for part in parts:
        reached = range(_bar_at(part.begin), _bar_at(max(part.begin, part.end - 1e-9)) + 1)
        for index, number in enumerate(reached):
            size = part.last - part.first + 1
            counts[number] = counts.get(number, 0) + size / len(reached)
            low = part.first + size * index // len(reached)
            high = max(low, part.first + size * (index + 1) // len(reached) - 1)
            known = ranges.get(number, (low, high))
            ranges[number] = (min(known[0], low), max(known[1], high))
    most = max(counts.values())
    return [
        Bar(
            round((number + 0.5) / BARS * 100, 2),
            max(2, round(counts[number] / most * BAR_HEIGHT)),
            _state(ranges[number], stop, revision),
        )
        for number in sorted(counts)
    ]


def _bar_at(x: float) -> int:
    return min(int(x * BARS), BARS - 1)


def _state(covered: tuple[int, int], stop: Stop, revision: int) -> BarState:
    if covered[0] > revision:
        return "later"
    return "here" if covered[1] >= stop.first else "past"


def _ticks(stops: Sequence[Stop], begins: dict[int, float], zone: tzinfo) -> list[Tick]:
    """When stops began, as many as there is room for; the day where it is another one than at the label before."""
    ticks: list[Tick] = []
    last, day = -1.0, date.min
    is_one_day = _day(stops[0].began_at, zone) == _day(stops[-1].ended_at, zone)
    for stop in stops:
        x = begins[stop.first]
        if ticks and x - last < _APART:
            continue
        own = _day(stop.began_at, zone)
        ticks.append(_tick(x, stop.began_at, "time" if is_one_day or own == day else "day", zone))
        last, day = x, own
    return ticks


def _tick(x: float, at: datetime, form: str, zone: tzinfo) -> Tick:
    return Tick(_percent(x), at, form, date_format(timezone.localtime(at, zone), _FORMATS[form]))


def _day(moment: datetime, zone: tzinfo) -> date:
    return timezone.localtime(moment, zone).date()


def _scale(
    stops: Sequence[Stop], parts: Sequence[_Part], begins: dict[int, float], ends: dict[int, float], *, is_exact: bool
) -> list[tuple[float, int]]:
    """Places with their revisions, both growing."""
    if is_exact:
        found = [place for part in parts for place in ((part.begin, part.first), (part.end, part.last))]
    else:
        found = [place for stop in stops for place in ((begins[stop.first], stop.first), (ends[stop.last], stop.last))]
    return [(round(x, 4), revision) for x, revision in found]


def _within(part: _Part, revision: int) -> float:
    share = (revision - part.first + 1) / (part.last - part.first + 1)
    return part.begin + (part.end - part.begin) * share


def _percent(x: float) -> float:
    return round(x * 100, 2)
