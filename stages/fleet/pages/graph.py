"""The picture of the teams: where each box and each station is, and the lines between them.

A column for each level of the tree, the stations in the last one; a team is beside the middle of what is below it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from uuid import UUID

from stages.fleet.models import Directive, Station, Team
from stages.fleet.pages.coverage import ABSENT, DRIFTED, IN_PLACE, NOT_REACHED, ON_THE_WAY, STATE_ICONS

if TYPE_CHECKING:
    from stages.fleet.pages.teams import TeamRow

BOX_WIDTH: Final = 236
COLUMN: Final = 264
BOX: Final = 56
DIRECTIVE: Final = 22
STATION: Final = 32
STATIONS_WIDTH: Final = 208
MARGIN: Final = 24
HEAD: Final = 44
_GAP: Final = 24
# More are behind "n more".
MAX_STATIONS: Final = 6
MAX_DIRECTIVES: Final = 4


@dataclass(frozen=True, slots=True)
class StationNode:
    """A station in the picture; without one it is the line "n more", which leads to their list."""

    station: Station | None
    state: str
    team: Team
    x: int = 0
    y: int = 0
    more: int = 0

    @property
    def icon(self) -> str:
        return STATE_ICONS[self.state]


@dataclass(slots=True)
class TeamNode:
    """A team's box. `parent`, `children`, `before` and `after` are where the arrow keys lead; empty for nowhere."""

    row: TeamRow
    x: int
    y: int = 0
    is_chosen: bool = False
    is_above_chosen: bool = False
    lines: list[str] = field(default_factory=list)
    chosen_line: str = ""
    parent: str = ""
    child: str = ""
    before: str = ""
    after: str = ""
    stations: list[StationNode] = field(default_factory=list)

    @property
    def team(self) -> Team:
        return self.row.team

    @property
    def directives(self) -> list[Directive]:
        return self.row.directives[:MAX_DIRECTIVES]

    @property
    def more_directives(self) -> int:
        return len(self.row.directives) - len(self.directives)

    @property
    def height(self) -> int:
        lines = len(self.directives) + bool(self.more_directives)
        return BOX + (DIRECTIVE * lines + 8 if lines else 0)

    @property
    def middle(self) -> int:
        return self.y + BOX // 2


@dataclass(frozen=True, slots=True)
class Graph:
    """The whole picture. Widths and places are in CSS pixels."""

    nodes: list[TeamNode]
    width: int
    height: int
    stations_x: int
    teams_x: int


@dataclass(frozen=True)
class Layout:
    """What is placed: teams in order, each after its parent, and the stations of each with the worst state of each."""

    rows: Sequence[TeamRow]
    stations: Mapping[UUID, Sequence[Station]]
    states: Mapping[UUID, str]
    stale: Collection[UUID]

    def graph(self, chosen: Team) -> Graph:
        """Give each team and each station its place."""
        deepest = max((row.depth for row in self.rows), default=0)
        stations_x = MARGIN + COLUMN * (deepest + 1) + 20
        bottom = HEAD + 20
        for node in self._nodes.values():
            if node.row.depth == 0:
                bottom = self._place(node, bottom, stations_x)
        _choose(self._nodes, chosen)
        for node in self._nodes.values():
            _link(node, self._below(node))
        width = stations_x + STATIONS_WIDTH + MARGIN
        return Graph(list(self._nodes.values()), width, bottom + MARGIN, stations_x, MARGIN + COLUMN)

    @cached_property
    def _nodes(self) -> dict[UUID, TeamNode]:
        return {row.team.id: TeamNode(row, MARGIN + COLUMN * row.depth) for row in self.rows}

    @cached_property
    def _children(self) -> dict[UUID | None, list[TeamNode]]:
        found: dict[UUID | None, list[TeamNode]] = {}
        for node in self._nodes.values():
            found.setdefault(node.team.parent_id, []).append(node)
        return found

    def _below(self, node: TeamNode) -> list[TeamNode]:
        return self._children.get(node.team.id, [])

    def _place(self, node: TeamNode, top: int, stations_x: int) -> int:
        """Place a team and all that is below it from `top` on; answers where the next may begin."""
        bottom = top
        below = self._below(node)
        for child in below:
            bottom = self._place(child, bottom, stations_x) + _GAP
        for each in self._station_nodes(node.team):
            node.stations.append(replace(each, x=stations_x, y=bottom + STATION // 2))
            bottom += STATION
        if below and not node.stations:
            bottom -= _GAP
        middles = [child.middle for child in below] + [each.y for each in node.stations]
        node.y = max(top, (min(middles) + max(middles)) // 2 - BOX // 2) if middles else top
        return max(bottom, node.y + node.height)

    def _state(self, station: Station) -> str:
        return NOT_REACHED if station.pk in self.stale else self.states.get(station.pk, ON_THE_WAY)

    def _station_nodes(self, team: Team) -> list[StationNode]:
        """The stations of a team, those with trouble first, in at most `MAX_STATIONS` lines."""
        own = self.stations.get(team.id, ())
        found = sorted(own, key=lambda each: (_ORDER.get(self._state(each), 1), each.name.casefold()))
        shown = found if len(found) <= MAX_STATIONS else found[: MAX_STATIONS - 1]
        nodes = [StationNode(each, self._state(each), team) for each in shown]
        if len(shown) < len(found):
            nodes.append(StationNode(None, IN_PLACE, team, more=len(found) - len(shown)))
        return nodes


_ORDER: Final = {DRIFTED: 0, NOT_REACHED: 2, IN_PLACE: 3, ABSENT: 4}


def _choose(nodes: Mapping[UUID, TeamNode], chosen: Team) -> None:
    node = nodes.get(chosen.id)
    if node is None:
        return
    node.is_chosen = True
    while node.team.parent_id is not None and (parent := nodes.get(node.team.parent_id)) is not None:
        node.chosen_line = _line(parent.x + BOX_WIDTH, parent.middle, node.x, node.middle)
        parent.is_above_chosen = True
        node = parent


def _link(node: TeamNode, children: Sequence[TeamNode]) -> None:
    """The lines from a team to what is below it, and where the arrow keys lead."""
    right = node.x + BOX_WIDTH
    node.lines += [_line(right, node.middle, child.x, child.middle) for child in children]
    node.lines += [_line(right, node.middle, each.x - 4, each.y) for each in node.stations]
    for child in children:
        child.parent = str(node.team.id)
    for before, after in pairwise(children):
        before.after, after.before = str(after.team.id), str(before.team.id)
    if children:
        node.child = str(children[0].team.id)


def _line(x: int, y: int, to_x: int, to_y: int) -> str:
    """A line with round corners whose upright part is shortly before its end."""
    bend = to_x - 18
    if y == to_y:
        return f"M{x} {y}H{to_x}"
    radius = min(6, abs(to_y - y) // 2)
    down = 1 if to_y > y else -1
    return (
        f"M{x} {y}H{bend - radius}q{radius} 0 {radius} {radius * down}V{to_y - radius * down}"
        f"q0 {radius * down} {radius} {radius * down}H{to_x}"
    )
