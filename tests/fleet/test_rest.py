"""The fleet over REST: acts by verb, lists, coverage and the graph."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from stages.fleet.access import fleet_access
from stages.fleet.models import Directive, Placement
from stages.fleet.overview import graph_of
from tests.cast import new_user
from tests.fleet.world import World, put_directive, put_station
from tests.rest.client import Api

ROLES = ("nobody", "user", "admin", "super_admin", "administrator", "auditor")


def api_of(user: User) -> Api:
    return Api(user)


def submission(fleet: World, **facts: Any) -> dict[str, Any]:
    given = {"team_id": str(fleet.oncology.id), "release_id": str(fleet.release.id), "field": "prompt_text"}
    return {**given, "title": "Protocol assistant", **facts}


def test_a_rule_is_created_decided_and_changed(fleet: World):
    owner, editor = api_of(fleet.people["owner"]), api_of(fleet.people["editor"])
    made = owner.request("POST", "rules", submission(fleet, match=["git.example.org/acme/*"]))
    assert made.status_code == 201, made.content
    request = made.json()["request"]
    assert made.json()["directive"] is None
    assert (request["kind"], request["title"], request["payload"]["match"]) == (
        *("issue", "Protocol assistant"),
        ["git.example.org/acme/*"],
    )
    address = f"fleet/requests/{request['id']}/"
    refused = editor.request("POST", f"{address}decide/", {"approves": True, "digest": "0" * 64})
    assert (refused.status_code, refused.json()["digest"]) == (409, request["digest"])
    decided = editor.request("POST", f"{address}decide/", {"approves": True, "digest": request["digest"]})
    assert (decided.status_code, decided.json()["state"]) == (200, "accepted")
    directive = f"fleet/directives/{decided.json()['directive_id']}/"
    shown = owner.request("GET", directive).json()
    assert (shown["mode"], shown["status"], shown["release"]["name"]) == ("block", "active", "1.0.0")
    changed = owner.request("PATCH", directive, {"mode": "warning", "reason": "Less strict"})
    assert (changed.status_code, changed.json()["request"]["payload"]["after"]) == (200, {"mode": "warning"})
    paused = owner.request("POST", f"{directive}pause/", {"reason": "An incident"})
    assert (paused.status_code, paused.json()["status"]) == (200, "paused")
    edition = owner.request("GET", f"fleet/editions/{fleet.oncology.id}/2/")
    assert edition.json()["cause"] == "directive.paused"
    assert [
        each["number"] for each in owner.request("GET", f"fleet/editions/{fleet.oncology.id}/").json()["results"]
    ] == [*(2, 1)]


def test_lists_show_what_somebody_has_to_do_with(fleet: World):
    directive = fleet.directive()
    fleet.submit(title="Another")
    nobody, user = api_of(new_user("nobody")), api_of(fleet.people["reviewer"])
    for path in ("teams/", "fleet/directives/", "fleet/requests/", "fleet/exceptions/"):
        assert nobody.request("GET", path).json()["results"] == []
    listed = user.request("GET", f"fleet/directives/?team={fleet.oncology.id}&status=active").json()["results"]
    assert [each["id"] for each in listed] == [str(directive.id)]
    requests = user.request("GET", "fleet/requests/?state=open").json()["results"]
    assert [each["title"] for each in requests] == ["Another"]
    names = [team["name"] for team in user.request("GET", "teams/").json()["results"]]
    assert names == [fleet.root.name, fleet.oncology.name]
    for query in ("status=lost", "team=x"):
        assert user.request("GET", f"fleet/directives/?{query}").status_code == 400


def test_who_obeys_a_directive_sees_it(fleet: World):
    above = put_directive(fleet, team=fleet.root)
    beside = put_directive(fleet, team=fleet.team("Beside", fleet.root))
    user = api_of(fleet.people["reviewer"])
    assert user.request("GET", f"fleet/directives/{above.id}/").status_code == 200
    assert user.request("GET", f"fleet/directives/{beside.id}/").status_code == 404
    refused = user.request("POST", f"fleet/directives/{above.id}/pause/", {"reason": "x"})
    assert refused.status_code == 403


DECIDERS = ("admin", "super_admin", "administrator")
HEADS = ("super_admin", "administrator")
# Method, path, body, and who may.
ACTS: dict[str, tuple[str, str, dict[str, Any], tuple[str, ...]]] = {
    "read": ("GET", "teams/{team}/", {}, ROLES[1:]),
    "read_members": ("GET", "teams/{team}/members/", {}, ROLES[1:]),
    "coverage": ("GET", "fleet/directives/{directive}/coverage/", {}, ROLES[1:]),
    "read_request": ("GET", "fleet/requests/{request}/", {}, ROLES[1:]),
    "pause": ("POST", "fleet/directives/{directive}/pause/", {"reason": "x"}, DECIDERS),
    "change": ("PATCH", "fleet/directives/{directive}/", {"position": 5}, DECIDERS),
    "decide": ("POST", "fleet/requests/{request}/decide/", {"approves": False, "digest": "{digest}"}, DECIDERS),
    "update": ("PATCH", "teams/{team}/", {"stale_minutes": 5}, HEADS),
    "create": ("POST", "teams/", {"parent_id": "{team}", "name": "Below"}, HEADS),
    "archive": ("POST", "teams/{team}/archive/", {"reason": "x"}, ()),
    "members": ("PUT", "teams/{team}/members/", {"user_id": "{person}", "role": "user"}, HEADS),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", ROLES)
def test_c10_in_a_team_everybody_may_just_what_their_role_says(fleet: World, role: str, act: str):
    method, path, body, may = ACTS[act]
    facts = {"is_administrator": role == "administrator", "is_auditor": role == "auditor"}
    fleet.people["somebody"] = new_user("somebody", **facts)
    if role in ("user", "admin", "super_admin"):
        fleet.role("somebody", role)
    directive = put_directive(fleet)
    asked = fleet.submit().request
    assert asked is not None
    names = {
        "team": str(fleet.oncology.id),
        "directive": str(directive.id),
        "request": str(asked.id),
        "digest": asked.digest,
        "person": str(fleet.people["viewer"].id),
    }
    given = {name: value.format(**names) if isinstance(value, str) else value for name, value in body.items()}
    answer = api_of(fleet.people["somebody"]).request(method, path.format(**names), given if body else None)
    if role == "nobody":
        assert answer.status_code == 404
    elif role in may:
        assert answer.status_code in (200, 201), answer.content
    else:
        # Nobody archives a team in which something is left.
        assert answer.status_code == (409 if act == "archive" and role in HEADS else 403)


def test_an_exception_is_asked_for_and_revoked(fleet: World):
    station, directive = put_station(fleet), put_directive(fleet)
    user, editor = api_of(fleet.people["reviewer"]), api_of(fleet.people["editor"])
    given = {"station_id": str(station.pk), "directive_id": str(directive.id), "reason": "A trial"}
    made = user.request("POST", "fleet/exceptions/", given)
    assert (made.status_code, made.json()["until"]) == (201, None)
    address = f"fleet/requests/{made.json()['id']}/decide/"
    editor.request("POST", address, {"approves": True, "digest": made.json()["digest"]})
    revoked = editor.request("POST", f"fleet/exceptions/{made.json()['id']}/revoke/", {"reason": "Over"})
    assert (revoked.status_code, revoked.json()["revoked_at"] is None) == (200, False)
    missing = user.request("POST", "fleet/exceptions/", {"station_id": str(station.pk), "reason": "x"})
    assert list(missing.json()["errors"]) == ["directive_id"]


def test_grants_are_the_owners(fleet: World):
    owner, editor = api_of(fleet.people["owner"]), api_of(fleet.people["editor"])
    address = f"projects/{fleet.project.id}/grants/"
    made = owner.request("POST", address, {"team_id": str(fleet.root.id)})
    assert (made.status_code, made.json()["team"]["name"]) == (201, fleet.root.name)
    assert owner.request("POST", address, {"team_id": str(fleet.root.id)}).status_code == 200
    assert len(editor.request("GET", address).json()["results"]) == 2
    assert editor.request("DELETE", f"{address}{fleet.root.id}/").status_code == 403
    assert owner.request("DELETE", f"{address}{fleet.root.id}/").status_code == 204
    assert owner.request("DELETE", f"{address}{fleet.root.id}/").status_code == 404


def place(station: Any, directive: Directive, state: str) -> None:
    Placement.objects.create(station=station, directive=directive, state=state, changed_at=timezone.now())


def test_coverage_counts_the_stations_of_the_team_and_below(fleet: World):
    directive = put_directive(fleet)
    below = fleet.team("Study")
    stations = [put_station(fleet, team=team) for team in (fleet.oncology, fleet.oncology, below, fleet.root)]
    for station, state in zip(stations, ("in_place", "drifted", "in_place", "in_place"), strict=True):
        place(station, directive, state)
    put_station(fleet, team=below)
    found = api_of(fleet.people["reviewer"]).request("GET", f"fleet/directives/{directive.id}/coverage/").json()
    assert found["stations"] == 4
    assert {state: n for state, n in found["states"].items() if n} == {"in_place": 2, "drifted": 1, "pending": 1}


def test_the_graph_takes_as_many_queries_for_forty_teams_as_for_two(fleet: World, django_assert_num_queries: Any):
    """Acceptance case 43, its queries: 40 teams, 5 levels."""
    put_directive(fleet)
    put_station(fleet)
    user = fleet.people["owner"]
    with django_assert_num_queries(5):
        assert len(graph_of(fleet_access(user))) == 2
    for first in range(9):
        parent = fleet.team(f"Team {first}")
        for level in range(3):
            parent = fleet.team(f"Below {level}", parent)
            put_directive(fleet, team=parent)
    fleet.role("owner", "admin", fleet.root)
    with django_assert_num_queries(5):
        graph = graph_of(fleet_access(user))
    mine = [team for team in graph if team["id"] == fleet.oncology.id or "Team" in team["name"]]
    assert len(graph) >= 38
    assert mine[0]["directives"][0]["title"] == "Protocol assistant"
    places = {team["id"]: place for place, team in enumerate(graph)}
    assert all(places[team["parent_id"]] < places[team["id"]] for team in graph if team["parent_id"])
