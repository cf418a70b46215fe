"""The chart above the history: a lane per field and a column per version, in pixels of the SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from drafts.models import Draft, DraftKind
from projects import field_names
from workspace.history.lane_labels import lane_labels
from workspace.releases.presentation import ReleaseView
from workspace.templatetags.foundry import reader_zone

WIDTH, LABELS, MARGIN = 1376, 190, 30
NARROWEST_COLUMN = 46
HEAD, LANE, FOOT = 44, 24, 28
GOES_BACK = frozenset({DraftKind.REVERT, DraftKind.UNDO, DraftKind.REDO})
# Two dates closer than this would touch.
DATE_WIDTH = 52
# The row of release names over the versions, where there are any.
MAX_NAME = 12
# A lane for each of the fields that changed most; the last lane is for all others.
MAX_LANES = 8
# How many of all others the title of the last lane lists.
MAX_LISTED = 40
FLAG, FLAG_LETTER, FLAG_PADDING = 22, 7, 12


@dataclass(frozen=True, slots=True)
class VersionColumn:
    """One version: its position, and the label below it."""

    version: int
    x: float
    date: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One change of one field; hollow where the version goes back to an older one."""

    x: float
    y: float
    is_hollow: bool


@dataclass(frozen=True, slots=True)
class FieldLane:
    """The changes of one field, or of all others; `label` is `title` cut to the room before the lanes."""

    title: str
    label: str
    y: float


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A release, drawn after the version that it froze: its line, and the box of its name."""

    x: float
    name: str
    state: str
    flag_x: float
    flag_width: int

    @property
    def name_x(self) -> float:
        return self.flag_x + self.flag_width / 2


@dataclass(frozen=True, slots=True)
class VersionMap:
    """Everything that the template draws; `top` is where the columns begin, under the names of releases."""

    width: float
    height: float
    top: float
    columns: list[VersionColumn]
    lanes: list[FieldLane]
    marks: list[Mark]
    releases: list[ReleaseLine]

    @property
    def whole_height(self) -> float:
        return self.top + self.height

    @property
    def labels_height(self) -> float:
        """The background of the lanes' names covers the chart from the flags to its lower edge."""
        return self.height + 2 * FLAG


def version_map(
    drafts: Sequence[Draft], request: HttpRequest, releases: Mapping[int, Sequence[ReleaseView]]
) -> VersionMap | None:
    """The map of these versions (newest first, as they come) and their releases; None where there is nothing to see."""
    if len(drafts) < 2:
        return None
    oldest_first = list(reversed(drafts))
    space = max(NARROWEST_COLUMN, (WIDTH - LABELS - 2 * MARGIN) / (len(drafts) - 1))
    at = {draft.version_number: LABELS + MARGIN + index * space for index, draft in enumerate(oldest_first)}
    lanes, lane_of = _lanes(drafts)
    width = LABELS + 2 * MARGIN + space * (len(drafts) - 1)
    return VersionMap(
        width=width,
        height=HEAD + LANE * len(lanes) + FOOT - LANE / 2,
        top=FLAG if releases else 0,
        columns=_columns(oldest_first, at, request),
        lanes=lanes,
        marks=[
            Mark(at[draft.version_number], y, draft.kind in GOES_BACK)
            for draft in oldest_first
            for y in sorted({lane_of[name].y for name in draft.changed_fields})
        ],
        releases=[
            _line(at[version] + min(space / 2, MARGIN - 4), view, width)
            for version, views in releases.items()
            for view in views[:1]
        ],
    )


def _lanes(drafts: Sequence[Draft]) -> tuple[list[FieldLane], dict[str, FieldLane]]:
    """The lanes from top to bottom, and the lane of each field that changed."""
    changes = Counter(name for draft in drafts for name in draft.changed_fields)
    names = field_names.in_order(set(changes))
    if len(names) > MAX_LANES:
        most = {name for name, _count in changes.most_common(MAX_LANES)}
        names = [name for name in names if name in most]
    labels = lane_labels(names)
    lanes = [FieldLane(field_names.label(name), labels[name], HEAD + index * LANE) for index, name in enumerate(names)]
    lane_of = dict(zip(names, lanes, strict=True))
    others = field_names.in_order(changes.keys() - lane_of.keys())
    if others:
        rest = _("+{n} fields").format(n=len(others))
        lanes.append(FieldLane("\n".join(map(field_names.label, others[:MAX_LISTED])), rest, HEAD + len(names) * LANE))
        lane_of |= dict.fromkeys(others, lanes[-1])
    return lanes, lane_of


def _line(x: float, view: ReleaseView, width: float) -> ReleaseLine:
    """The line and its name, which is moved inwards at the edges of the chart."""
    name = view.release.name if len(view.release.name) <= MAX_NAME else view.release.name[: MAX_NAME - 1] + "…"
    flag = len(name) * FLAG_LETTER + FLAG_PADDING
    return ReleaseLine(x, name, view.state.state, min(x - flag / 2, width - flag - 1), flag)


def _columns(drafts: Sequence[Draft], at: dict[int, float], request: HttpRequest) -> list[VersionColumn]:
    """A date is written where the day changes and there is room for it."""
    columns: list[VersionColumn] = []
    day, free_from = "", 0.0
    for draft in drafts:
        x = at[draft.version_number]
        date = date_format(timezone.localtime(draft.created_at, reader_zone(request)), "j M")
        shown = date if date != day and x >= free_from else ""
        if shown:
            free_from = x + DATE_WIDTH
        day = date
        columns.append(VersionColumn(draft.version_number, x, shown))
    return columns
