"""The picture over the history: a lane per field, a column per version, in the SVG's own pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from drafts.models import Draft, DraftKind
from workspace import field_names
from workspace.templatetags.foundry import reader_zone

WIDTH, LABELS, MARGIN = 1376, 190, 30
NARROWEST_COLUMN = 46
HEAD, LANE, FOOT = 44, 24, 28
GOES_BACK = frozenset({DraftKind.REVERT, DraftKind.UNDO, DraftKind.REDO})
# Two dates closer than this would touch.
DATE_WIDTH = 52


@dataclass(frozen=True, slots=True)
class Column:
    """One version: where it stands, and what stands under it."""

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
class Lane:
    label: str
    y: float


@dataclass(frozen=True, slots=True)
class VersionMap:
    """Everything that the template draws."""

    width: float
    height: float
    columns: list[Column]
    lanes: list[Lane]
    marks: list[Mark]


def version_map(drafts: Sequence[Draft], request: HttpRequest) -> VersionMap | None:
    """The map of these versions (newest first, as they come); None where there is nothing to see."""
    if len(drafts) < 2:
        return None
    oldest_first = list(reversed(drafts))
    space = max(NARROWEST_COLUMN, (WIDTH - LABELS - 2 * MARGIN) / (len(drafts) - 1))
    at = {draft.version_number: LABELS + MARGIN + index * space for index, draft in enumerate(oldest_first)}
    names = field_names.in_order({name for draft in drafts for name in draft.changed_fields})
    lanes = {name: Lane(field_names.short_label(name), HEAD + index * LANE) for index, name in enumerate(names)}
    return VersionMap(
        width=LABELS + 2 * MARGIN + space * (len(drafts) - 1),
        height=HEAD + LANE * len(names) + FOOT - LANE / 2,
        columns=_columns(oldest_first, at, request),
        lanes=list(lanes.values()),
        marks=[
            Mark(at[draft.version_number], lanes[name].y, draft.kind in GOES_BACK)
            for draft in oldest_first
            for name in draft.changed_fields
        ],
    )


def _columns(drafts: Sequence[Draft], at: dict[int, float], request: HttpRequest) -> list[Column]:
    """A date is written where the day changes and there is room for it."""
    columns: list[Column] = []
    day, free_from = "", 0.0
    for draft in drafts:
        x = at[draft.version_number]
        date = date_format(timezone.localtime(draft.created_at, reader_zone(request)), "j M")
        shown = date if date != day and x >= free_from else ""
        if shown:
            free_from = x + DATE_WIDTH
        day = date
        columns.append(Column(draft.version_number, x, shown))
    return columns
