"""Where a directive's text is: a bar of stations by state, and the same in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

IN_PLACE: Final = "in-place"
ON_THE_WAY: Final = "on-the-way"
ALLOWED: Final = "allowed"
DRIFTED: Final = "drifted"
FAILED: Final = "failed"
NOT_REACHED: Final = "not-reached"
# Nothing there belongs to it: no repository that it is for, or a folder that is gone.
ABSENT: Final = "absent"

# In the order of the bar.
_WORDS: Final[Mapping[str, tuple[str, Promise | str]]] = {
    IN_PLACE: ("circle-check", ngettext_lazy("%(n)d in place", "%(n)d in place", "n")),
    ON_THE_WAY: ("circle-dashed", ngettext_lazy("%(n)d on the way", "%(n)d on the way", "n")),
    ALLOWED: ("timer", ngettext_lazy("%(n)d allowed for now", "%(n)d allowed for now", "n")),
    DRIFTED: ("file-diff", ngettext_lazy("%(n)d drifted", "%(n)d drifted", "n")),
    FAILED: ("circle-x", ngettext_lazy("%(n)d failed", "%(n)d failed", "n")),
    NOT_REACHED: ("clock", ngettext_lazy("%(n)d not reached", "%(n)d not reached", "n")),
    ABSENT: ("minus", ngettext_lazy("%(n)d absent", "%(n)d absent", "n")),
}
STATE_WORDS: Final[Mapping[str, Promise]] = {
    IN_PLACE: _("In place"),
    ON_THE_WAY: _("On the way"),
    ALLOWED: _("Allowed for now"),
    DRIFTED: _("Drifted"),
    FAILED: _("Not written"),
    NOT_REACHED: _("Not reached"),
    ABSENT: _("Absent"),
}
STATE_ICONS: Final[Mapping[str, str]] = {state: icon for state, (icon, _words) in _WORDS.items()}
# The bar is so wide, and each part of it at least so wide, in the units of its picture.
BAR_WIDTH: Final = 1000.0
_MIN_PART: Final = 12.0
_GAP: Final = 5.0


@dataclass(frozen=True, slots=True)
class Part:
    """The stations in one state: its place in the bar, and its words."""

    state: str
    count: int
    x: float
    width: float

    @property
    def icon(self) -> str:
        return _WORDS[self.state][0]

    @property
    def words(self) -> str:
        return str(_WORDS[self.state][1] % {"n": self.count})


@dataclass(frozen=True, slots=True)
class Coverage:
    """The stations of a directive by state; of a paused one only how many there are, which keep what they have."""

    parts: list[Part]
    keeping: int = 0
    is_paused: bool = False

    @property
    def stations(self) -> int:
        return self.keeping + sum(part.count for part in self.parts)

    def count(self, state: str) -> int:
        """How many stations are in one state."""
        return next((part.count for part in self.parts if part.state == state), 0)

    @property
    def is_pending(self) -> bool:
        """Whether something is on its way."""
        return self.count(ON_THE_WAY) > 0

    @property
    def has_drifted(self) -> bool:
        return self.count(DRIFTED) > 0


def coverage_of(counts: Mapping[str, int]) -> Coverage:
    """Lay out the bar of a directive whose stations are counted by state."""
    shown = [(state, counts[state]) for state in _WORDS if counts.get(state)]
    total = sum(count for _state, count in shown)
    room = BAR_WIDTH - _GAP * (len(shown) - 1) - _MIN_PART * len(shown)
    parts: list[Part] = []
    x = 0.0
    for state, count in shown:
        width = _MIN_PART + room * count / total
        parts.append(Part(state, count, round(x, 1), round(width, 1)))
        x += width + _GAP
    return Coverage(parts)
