"""Lists of directives on pages: in the order in which stations write them, with where each is in words."""

from __future__ import annotations

import pytest

from stages.fleet.choices import PlacementState
from stages.fleet.services import update_team
from tests.fleet.shown import place, station, texts, words
from tests.fleet.world import World
from tests.workspace.conftest import Browser, browser  # noqa: F401 (a fixture)
from tests.workspace.html import elements

pytestmark = pytest.mark.django_db


def test_directives_are_shown_in_the_order_in_which_they_are_written(browser: Browser, fleet: World) -> None:  # noqa: F811
    """Case 16 on pages: categories as the team orders them, then position and title; those without one last."""
    update_team(caller=fleet.boss, team_id=fleet.oncology.id, categories=["Testing", "Security"], quorum=0)
    for title, category, position in (
        *(("b", "Security", 0), ("z", "Testing", 5), ("a", "Testing", 5), ("B", "Testing", 5)),
        ("without a category", "", 0),
    ):
        fleet.submit(title=title, category=category, position=position)
    olga = browser(fleet.people["owner"])
    expected = ["B", "a", "z", "b", "without a category"]
    for path in ("directives/", f"teams/{fleet.oncology.id}/", f"teams/?team={fleet.oncology.id}"):
        links = [each for each in elements(olga.get(f"/fleet/{path}")) if each.tag == "a"]
        shown = [each.text for each in links if "/fleet/directives/" in each.attributes.get("href", "")]
        assert [title for title in shown if title in expected] == expected, path


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (PlacementState.PENDING, "1 on the way"),
        (PlacementState.IN_PLACE, "1 in place"),
        (PlacementState.DRIFTED, "1 drifted"),
        (PlacementState.EXCEPTED, "1 allowed for now"),
        (PlacementState.FAILED, "1 failed"),
        (PlacementState.ABSENT, "1 absent"),
    ],
)
def test_a_page_says_in_words_where_a_directive_is(
    browser: Browser,  # noqa: F811
    fleet: World,
    state: str,
    expected: str,
) -> None:
    """Case 11 with its state `absent`, and the others."""
    directive, one = fleet.directive(), station(fleet, "one")
    place(one, directive, state)
    olga = browser(fleet.people["owner"])
    assert texts(olga.get(f"/fleet/directives/{directive.id}/"), "coverage-words") == [expected]
    assert "one" in words(olga, f"stations/{one.pk}/")
