"""The pages of the fleet as the server writes them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stages.fleet.choices import DirectiveStatus, PlacementState
from stages.fleet.models import Directive, Station
from stages.fleet.pages.presentation import name_and_folder
from tests.fleet.shown import place, station, texts, words
from tests.fleet.world import World, put_station
from tests.workspace.conftest import Browser, browser  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(browser: Browser, fleet: World) -> Client:  # noqa: F811
    return browser(fleet.people["owner"])


def test_whoever_is_in_no_team_is_told_whom_to_ask(browser: Browser, world: World) -> None:  # noqa: F811
    assert "You are not in a team yet" in words(browser(world.people["reviewer"]), "", status=403)


def test_the_overview_counts_stations_and_says_where_each_directive_is(olga: Client, fleet: World) -> None:
    directive = fleet.directive()
    place(station(fleet, "one"), directive)
    place(station(fleet, "two"), directive, PlacementState.DRIFTED)
    station(fleet, "three")
    put_station(fleet, name="four", enrolled_at=timezone.now() - timedelta(days=1))

    page = olga.get("/fleet/")

    assert texts(page, "coverage-words") == ["1 in place 1 on the way 1 drifted 1 not reached"]
    (cells,) = texts(page, "fleet-cells")
    assert "3 online of 4 stations in 1 team" in cells
    assert "1 stale" in cells
    assert "1 drifted" in cells
    assert "four keeps its last edition" in " ".join(texts(page, "attention"))


def test_a_connected_station_is_online_between_two_notes_of_it(olga: Client, fleet: World) -> None:
    """It is noted in each round of its node; whoever misses two is away."""
    one = put_station(fleet, name="one", last_seen_at=timezone.now() - timedelta(seconds=35))
    assert "No matching stations" not in words(olga, "stations/?state=online")
    Station.objects.filter(pk=one.pk).update(last_seen_at=timezone.now() - timedelta(seconds=60))
    assert "No matching stations" in words(olga, "stations/?state=online")
    assert "Away" in words(olga, f"stations/{one.pk}/")


def test_a_station_that_was_just_connected_is_not_stale(olga: Client, fleet: World) -> None:
    put_station(fleet, name="one")
    assert "No matching stations" in words(olga, "stations/?state=stale")


def test_whoever_asks_a_team_above_sees_their_request(browser: Browser, fleet: World) -> None:  # noqa: F811
    below = fleet.team("Study team")
    fleet.role("reviewer", None)
    fleet.role("reviewer", "user", below)
    one = station(fleet, "one", team=below, owner=fleet.people["reviewer"])
    directive = fleet.directive()
    client = browser(fleet.people["reviewer"])
    form = {"directive": str(directive.id), "until": "", "reason": "A trial"}
    asked = client.post(f"/fleet/stations/{one.pk}/exception/", form)
    assert asked.status_code == 302, asked.content.decode()
    assert "A trial" in words(client, asked["Location"].removeprefix("/fleet/"))
    assert "someone ends it" in words(client, asked["Location"].removeprefix("/fleet/"))
    until = (timezone.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    other = client.post(f"/fleet/stations/{one.pk}/exception/", {**form, "until": until})
    assert words(client, other["Location"].removeprefix("/fleet/")).count("Until") == 1, "named once"


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("git.example.org/onc/tools:CLAUDE.md", ("CLAUDE.md", "git.example.org/onc/tools")),
        ("local/protocol:.foundry/a:b.yaml", ("a:b.yaml", "local/protocol/.foundry")),
        ("~/.claude/CLAUDE.md", ("CLAUDE.md", "~/.claude")),
        ("/etc/a:b/CLAUDE.md", ("CLAUDE.md", "/etc/a:b")),
    ],
)
def test_a_file_is_named_beside_where_it_is(place: str, shown: tuple[str, str]) -> None:
    assert name_and_folder(place) == shown


def test_a_form_with_something_else_than_an_id_is_refused(browser: Browser, fleet: World) -> None:  # noqa: F811
    fleet.role("owner", "super_admin")
    client = browser(fleet.people["owner"])
    facts = {"name": "X", "quorum": "1", "timeout_hours": "24", "stale_minutes": "60", "parent": "x"}
    assert client.post(f"/fleet/teams/{fleet.oncology.id}/change/", facts).status_code == 400


def test_a_change_that_is_allowed_for_now_has_not_drifted(olga: Client, fleet: World) -> None:
    directive = fleet.directive()
    later = timezone.now() + timedelta(hours=1)
    place(station(fleet, "one"), directive, PlacementState.DRIFTED, until=later)
    page = olga.get(f"/fleet/directives/{directive.id}/")
    assert texts(page, "coverage-words") == ["1 allowed for now"]


def test_a_paused_directive_says_that_stations_keep_what_they_have(olga: Client, fleet: World) -> None:
    directive = fleet.directive()
    station(fleet, "one")
    answer = olga.post(f"/fleet/directives/{directive.id}/pause/", {"reason": "The release is in doubt."})
    assert answer.status_code == 302
    directive.refresh_from_db()
    assert directive.status == DirectiveStatus.PAUSED
    assert "1 station keeps what it has" in words(olga, f"directives/{directive.id}/")


def test_pausing_without_a_reason_shows_the_dialog_again(olga: Client, fleet: World) -> None:
    directive = fleet.directive()
    answer = olga.post(f"/fleet/directives/{directive.id}/pause/", {"reason": " "})
    assert answer.status_code == 400
    assert "Pause this directive?" in answer.content.decode()
    directive.refresh_from_db()
    assert directive.status == DirectiveStatus.ACTIVE


def test_a_directive_from_form_to_quorum(olga: Client, browser: Browser, fleet: World) -> None:  # noqa: F811
    form = {
        "team": str(fleet.oncology.id),
        "release_field": f"{fleet.release.id}:prompt_text",
        "title": "Protocol assistant",
        "destination": "claude",
        "layer": "project",
        "mode": "temporary",
        "timeout_hours": "4",
        "position": "0",
        "reason": "First release",
        "asks": "yes",
    }
    assert "1.0.0" in words(olga, f"directives/new/?team={fleet.oncology.id}")
    asked = olga.post("/fleet/directives/new/", form)
    assert asked.status_code == 302, asked.content.decode()
    assert "nobody can approve their own request" in words(olga, asked["Location"].removeprefix("/fleet/"))

    ed = browser(fleet.people["editor"])
    page = ed.get(asked["Location"])
    assert "First release" in page.content.decode()
    shown = {line.label: line.value for line in page.context["lines"]}
    assert shown["Release"] == f"{fleet.release.name} · {fleet.project.name}", "whose release it is"
    decide = {"digest": page.context["asked"].digest, "approves": "yes", "comment": "Good."}
    assert ed.post(f"{asked['Location']}decide/", decide).status_code == 302

    directive = Directive.objects.get()
    assert (directive.title, directive.mode, directive.timeout_hours) == ("Protocol assistant", "temporary", 4)
    assert "Allowed 4 h" in words(olga, "directives/")


def test_a_form_that_is_refused_keeps_what_was_typed(olga: Client, fleet: World) -> None:
    answer = olga.post(
        "/fleet/directives/new/",
        {"team": str(fleet.oncology.id), "title": "Kept title", "position": "x", "match": "a/*", "asks": "yes"},
    )
    assert answer.status_code == 400
    assert "Kept title" in answer.content.decode()


def test_deciding_on_something_else_than_was_read_is_refused(browser: Browser, fleet: World) -> None:  # noqa: F811
    request = fleet.submit().request
    assert request is not None
    ed = browser(fleet.people["editor"])
    answer = ed.post(f"/fleet/requests/{request.id}/decide/", {"digest": "0" * 64, "approves": "yes"})
    assert answer.status_code == 409
    assert "This is not what was asked for" in answer.content.decode()


def test_teams_are_made_changed_and_archived_on_their_pages(browser: Browser, fleet: World) -> None:  # noqa: F811
    fleet.role("owner", "super_admin")
    client = browser(fleet.people["owner"])
    facts = {"quorum": "2", "timeout_hours": "24", "stale_minutes": "60", "categories": "Security\nTesting"}
    made = client.post("/fleet/teams/new/", {"parent": str(fleet.oncology.id), "name": "Study team", **facts})
    assert made.status_code == 302
    assert "Security, Testing" in words(client, made["Location"].removeprefix("/fleet/"))
    changed = client.post(f"{made['Location']}change/", {**facts, "name": "ONC-2041", "parent": str(fleet.oncology.id)})
    assert changed.status_code == 302
    assert "ONC-2041" in words(client, "teams/?as=list")
    assert client.post(f"{made['Location']}archive/", {"reason": "It has ended."}).status_code == 302
    assert "ONC-2041" not in words(client, "teams/?as=list")


def test_a_role_is_given_and_taken(browser: Browser, fleet: World) -> None:  # noqa: F811
    fleet.role("owner", "super_admin")
    client = browser(fleet.people["owner"])
    place_ = f"/fleet/teams/{fleet.oncology.id}/role/"
    name = fleet.people["reviewer"].username
    assert client.post(place_, {"username": name, "role": "admin"}).status_code == 302
    assert client.post(place_, {"username": name, "role": ""}).status_code == 302
    assert client.post(place_, {"username": "nobody-at-all", "role": "user"}).status_code == 400


def test_stations_are_found_by_name_team_and_state(olga: Client, fleet: World) -> None:
    station(fleet, "bio-calc-01")
    put_station(fleet, name="pv-archive-01", enrolled_at=timezone.now() - timedelta(days=1))
    assert "pv-archive-01" not in words(olga, "stations/?q=calc")
    assert "bio-calc-01" not in words(olga, "stations/?state=stale")
    assert "bio-calc-01" in words(olga, f"stations/?team={fleet.oncology.id}&state=online")
    assert "No matching stations" in words(olga, "stations/?q=nothing")


def test_a_station_is_revoked_with_a_reason(olga: Client, fleet: World) -> None:
    one = station(fleet, "one")
    place_ = f"/fleet/stations/{one.pk}/revoke/"
    assert olga.post(place_, {"reason": ""}).status_code == 400
    assert olga.post(place_, {"reason": "Lost."}).status_code == 302
    assert "Revoked" in words(olga, f"stations/{one.pk}/")


def test_other_teams_are_not_shown(browser: Browser, fleet: World) -> None:  # noqa: F811
    other = fleet.team("Pharmacovigilance", fleet.root)
    hidden = station(fleet, "pv-intake-01", team=other)
    client = browser(fleet.people["reviewer"])
    assert "Pharmacovigilance" not in words(client, "teams/?as=list")
    assert "pv-intake-01" not in words(client, "stations/")
    words(client, f"stations/{hidden.pk}/", status=404)
    words(client, f"teams/{other.id}/", status=404)


@pytest.fixture
def forty_teams(fleet: World) -> World:
    parents = [fleet.oncology]
    for number in range(40):
        parents.append(fleet.team(f"Team {number}", parents[number // 3]))
    return fleet


def test_the_tree_takes_as_many_queries_for_forty_teams_as_for_one(
    browser: Browser,  # noqa: F811
    fleet: World,
    request: pytest.FixtureRequest,
) -> None:
    client = browser(fleet.people["owner"])
    client.get("/fleet/teams/")
    with CaptureQueriesContext(connection) as few:
        client.get("/fleet/teams/")
    request.getfixturevalue("forty_teams")
    with CaptureQueriesContext(connection) as many:
        page = client.get("/fleet/teams/")
    assert len(many) <= len(few)
    assert len(texts(page, "graph-team")) >= 40


def test_an_unknown_directive_is_not_found(olga: Client) -> None:
    words(olga, f"directives/{uuid4()}/", status=404)


@pytest.fixture
def sven(browser: Browser, fleet: World) -> Client:  # noqa: F811
    return browser(fleet.people["boss"])


def test_the_page_of_a_person_has_their_roles_and_stations(sven: Client, fleet: World) -> None:
    priya = fleet.people["reviewer"]
    station(fleet, "pri-ws-03", owner=priya)
    page = sven.get(f"/people/{priya.id}/").content.decode()
    assert fleet.oncology.name in page
    assert "pri-ws-03" in page
    listed = sven.get(f"/people/?q={priya.username}").content.decode()
    assert f"{fleet.oncology.name} · User" in listed
    closing = " ".join(sven.get(f"/people/{priya.id}/close/").content.decode().split())
    assert "1 station is revoked: pri-ws-03." in closing
    assert "Their team roles stay on record" in closing


def test_a_role_is_set_and_taken_away_on_the_page_of_a_person(sven: Client, fleet: World) -> None:
    priya, study = fleet.people["reviewer"], fleet.team("Study team")
    address = f"/people/{priya.id}/teams/"
    assert sven.post(address, {"team": str(study.id), "role": "admin"}).status_code == 302
    assert study.members.get(user=priya).role == "admin"
    assert sven.post(address, {"team": str(study.id), "role": ""}).status_code == 302
    assert not study.members.filter(user=priya).exists()
    assert "Choose one of the list." in sven.post(address, {"team": "", "role": "admin"}).content.decode()
    refused = sven.post(address, {"team": str(study.id), "role": "king"})
    assert refused.status_code == 400
    assert "Choose one of" in refused.content.decode()
    assert f'value="{study.id}" selected' in refused.content.decode()
