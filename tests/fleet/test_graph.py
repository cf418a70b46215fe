"""Where the picture of the teams puts things: no box covers another, and the arrow keys lead around the tree."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from stages.fleet.models import Station, Team
from stages.fleet.pages.graph import BOX_WIDTH, MAX_STATIONS, Layout, TeamNode
from stages.fleet.pages.teams import TeamRow


def tree(parents: list[int], stations: list[int]) -> tuple[list[TeamRow], dict[UUID, list[Station]]]:
    """A tree whose team number n + 1 is below the team that `parents[n]` chooses among those before it."""
    teams = [Team(id=uuid4(), name="Root")]
    for number, chosen in enumerate(parents):
        teams.append(Team(id=uuid4(), name=f"Team {number}", parent=teams[chosen % len(teams)]))
    rows: list[TeamRow] = []

    def add(team: Team, depth: int) -> None:
        rows.append(TeamRow(team, depth, 0, 0, []))
        for child in teams:
            if child.parent_id == team.id:
                add(child, depth + 1)

    add(teams[0], 0)
    found = {
        team.id: [Station(account_id=uuid4(), name=f"Station {n}", team=team) for n in range(count)]
        for team, count in zip(teams, stations, strict=False)
    }
    return rows, found


@given(st.lists(st.integers(0, 30), max_size=25), st.lists(st.integers(0, 9), max_size=26))
def test_boxes_and_stations_do_not_cover_each_other(parents: list[int], stations: list[int]) -> None:
    rows, found = tree(parents, stations)
    graph = Layout(rows, found, {}, set()).graph(rows[0].team)
    columns: dict[int, list[TeamNode]] = {}
    for node in graph.nodes:
        columns.setdefault(node.x, []).append(node)
        assert node.y + node.height <= graph.height
        assert node.x + BOX_WIDTH < graph.stations_x
        assert len(node.stations) <= MAX_STATIONS
    for column in columns.values():
        column.sort(key=lambda node: node.y)
        for upper, lower in pairwise(column):
            assert upper.y + upper.height <= lower.y
    places = sorted(each.y for node in graph.nodes for each in node.stations)
    assert all(lower - upper >= 28 for upper, lower in pairwise(places))


def test_the_arrow_keys_lead_to_parent_child_and_siblings() -> None:
    rows, found = tree([0, 0, 1], [])
    graph = Layout(rows, found, {}, set()).graph(rows[-1].team)
    by_name = {node.team.name: node for node in graph.nodes}
    root, first, second, below = (by_name[name] for name in ("Root", "Team 0", "Team 1", "Team 2"))
    assert root.child == str(first.team.id)
    assert (first.parent, first.after, first.before) == (str(root.team.id), str(second.team.id), "")
    assert second.before == str(first.team.id)
    assert below.parent == str(first.team.id)
    assert (second.is_chosen, second.chosen_line != "", root.is_above_chosen) == (True, True, True)
