"""Teams, the roles in them, and what ends with them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Kind, User
from accounts.services import deactivate_account
from audit.keys.sealing import seal_fault
from audit.models import Event
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from kernel.ijson import parse
from stages.fleet.access import fleet_access
from stages.fleet.models import Edition, Station, Team
from stages.fleet.permissions import (
    APPROVE_CHANGES,
    MANAGE_ROLES,
    MANAGE_RULES,
    MANAGE_TEAMS,
    REQUEST_CHANGES,
    VIEW_CHANGES,
    VIEW_RULES,
)
from stages.fleet.services import archive_team, create_team, set_team_member, update_team, withdraw_directive
from stages.fleet.services.leaving import lock_stations_of, revoke_locked
from tests.cast import new_user
from tests.fleet.world import World, put_station

EVERY = (VIEW_RULES, VIEW_CHANGES, REQUEST_CHANGES, MANAGE_RULES, APPROVE_CHANGES, MANAGE_TEAMS, MANAGE_ROLES)


def may(user: User, team: Team) -> tuple[str, ...]:
    access = fleet_access(user)
    return tuple(action for action in EVERY if access.may(action, team.id))


def test_each_role_has_the_permissions_of_the_next_and_holds_below(fleet: World):
    below = fleet.team("Study")
    for role, expected in (("user", EVERY[:3]), ("admin", EVERY[:5]), ("super_admin", EVERY)):
        fleet.role("viewer", role)
        assert may(fleet.people["viewer"], fleet.oncology) == expected
        assert may(fleet.people["viewer"], below) == expected
        assert may(fleet.people["viewer"], fleet.root) == ()


def test_the_higher_role_counts(fleet: World):
    below = fleet.team("Study")
    fleet.role("reviewer", "admin", below)
    assert may(fleet.people["reviewer"], below) == EVERY[:5]
    fleet.role("editor", "user", below)
    assert may(fleet.people["editor"], below) == EVERY[:5]


def test_administrators_of_the_site_may_everything_and_auditors_read(fleet: World):
    assert may(fleet.boss.user, fleet.oncology) == EVERY
    assert may(new_user("auditor", is_auditor=True), fleet.root) == EVERY[:2]
    assert may(new_user("somebody"), fleet.root) == ()


def test_who_is_not_a_super_admin_makes_no_team(fleet: World):
    given: Any = {"parent_id": fleet.oncology.id, "name": "Study"}
    with pytest.raises(PermissionDenied):
        create_team(caller=fleet.caller("editor"), **given)
    with pytest.raises(NotFound):
        create_team(caller=fleet.caller("viewer"), **given)
    fleet.role("editor", "super_admin")
    assert create_team(caller=fleet.caller("editor"), **given).parent_id == fleet.oncology.id


def test_a_repeat_makes_no_second_team(fleet: World):
    ref = uuid4()
    caller = fleet.caller("boss", client_ref=ref)
    first, again = (create_team(caller=caller, parent_id=fleet.root.id, name=f"Team {ref}") for _ in range(2))
    assert first.id == again.id


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"name": ""}, "name"),
        ({"quorum": -1}, "quorum"),
        ({"quorum": 21}, "quorum"),
        ({"timeout_hours": 0}, "timeout_hours"),
        ({"stale_minutes": 0}, "stale_minutes"),
        ({"categories": ["A", "a"]}, "categories"),
        ({"categories": [""]}, "categories"),
    ],
)
def test_bad_input_names_its_field(world: World, facts: dict[str, Any], name: str):
    with pytest.raises(ValidationFailed) as refused:
        world.team(**{"name": "Study", **facts})
    assert list(refused.value.errors) == [name]


def test_a_sibling_has_another_name(world: World):
    world.team("Study")
    with pytest.raises(ValidationFailed) as refused:
        world.team("study")
    assert list(refused.value.errors) == ["name"]


def test_teams_cannot_be_moved_into_a_cycle(world: World):
    below = world.team("Study")
    for parent in (below, world.oncology):
        with pytest.raises(ValidationFailed) as refused:
            update_team(caller=world.boss, team_id=world.oncology.id, parent_id=parent.id)
        assert list(refused.value.errors) == ["parent_id"]
    with pytest.raises(ValidationFailed):
        update_team(caller=world.boss, team_id=world.root.id, parent_id=below.id)


def test_the_tree_has_at_most_eight_levels(world: World):
    deepest = world.oncology
    for level in range(3, 9):
        deepest = world.team(f"Level {level}", deepest)
    with pytest.raises(ValidationFailed):
        world.team("Level 9", deepest)
    other = world.team(f"Other {world.project.id}", world.root)
    with pytest.raises(ValidationFailed):
        update_team(caller=world.boss, team_id=world.oncology.id, parent_id=other.id)


def test_a_move_seals_the_edition_and_the_assignments_below(fleet: World):
    fleet.directive()
    below = fleet.team("Study")
    station = put_station(fleet, team=below)
    other = fleet.team(f"Other {fleet.project.id}", fleet.root)
    update_team(caller=fleet.boss, team_id=fleet.oncology.id, parent_id=other.id)
    newest = Edition.objects.filter(team=fleet.oncology).latest("number")
    assert (newest.number, newest.statement["team"]["parent"]) == (2, str(other.id))
    station.refresh_from_db()
    assert seal_fault(station.assignment, bytes(station.assignment_seal), kind="assignment") is None
    assignment = parse(station.assignment)
    assert isinstance(assignment, dict)
    assert assignment["number"] == 2
    assert assignment["teams"] == [str(each.id) for each in (fleet.root, other, fleet.oncology, below)]


def test_a_move_away_from_a_role_revokes_the_stations(fleet: World):
    below, beside = fleet.team("Study"), fleet.team("Beside", fleet.root)
    stations = [put_station(fleet, team=below, owner=fleet.people[name]) for name in ("owner", "editor")]
    fleet.role("editor", "user", below)
    update_team(caller=fleet.boss, team_id=below.id, parent_id=beside.id)
    assert [Station.objects.get(pk=each.pk).state for each in stations] == ["revoked", "active"]


def test_a_new_name_is_sealed_where_there_are_editions(fleet: World):
    name = f"Cancer {fleet.project.id}"
    update_team(caller=fleet.boss, team_id=fleet.oncology.id, name=name, quorum=2)
    assert not Edition.objects.filter(team=fleet.oncology).exists()
    update_team(caller=fleet.boss, team_id=fleet.oncology.id, quorum=1)
    fleet.directive()
    update_team(caller=fleet.boss, team_id=fleet.oncology.id, name=f"{name} care", stale_minutes=5)
    newest = Edition.objects.filter(team=fleet.oncology).latest("number")
    assert (newest.number, newest.statement["team"]["name"]) == (2, f"{name} care")


def test_a_team_is_archived_once_nothing_depends_on_it(fleet: World):
    below = fleet.team("Study")
    station = put_station(fleet, team=below)
    directive = fleet.directive()
    for team in (fleet.root, fleet.oncology, below):
        with pytest.raises(Conflict):
            archive_team(caller=fleet.boss, team_id=team.id, reason="Over")

    for each in lock_stations_of(station.owner_id):
        revoke_locked(fleet.boss, each, reason="Over")
    archive_team(caller=fleet.boss, team_id=below.id, reason="Over")
    with pytest.raises(Conflict):
        archive_team(caller=fleet.boss, team_id=fleet.oncology.id, reason="Over")
    fleet.decide(withdraw_directive(caller=fleet.caller("owner"), directive_id=directive.id, reason="Over"), "editor")
    assert archive_team(caller=fleet.boss, team_id=fleet.oncology.id, reason="Over").is_archived
    with pytest.raises(Conflict):
        fleet.submit()


def test_who_leaves_a_team_loses_the_stations_there(fleet: World):
    other = fleet.team("Other", fleet.root)
    fleet.role("owner", "user", other)
    stations = [put_station(fleet, team=team) for team in (fleet.oncology, other)]
    fleet.role("owner", None)
    states = [Station.objects.get(pk=each.pk).state for each in stations]
    assert states == ["revoked", "active"]
    assert not User.objects.get(pk=stations[0].pk).is_active
    event = Event.objects.chain("site").get(action="station.revoked", target_id=str(stations[0].pk))
    assert event.actor_id == fleet.boss.user.id


def test_a_role_above_keeps_the_stations(fleet: World):
    fleet.role("owner", "user", fleet.root)
    station = put_station(fleet)
    fleet.role("owner", None)
    station.refresh_from_db()
    assert station.state == "active"


def test_closing_an_account_revokes_its_stations(fleet: World):
    station = put_station(fleet, owner=fleet.people["viewer"])
    user = fleet.people["viewer"]
    deactivate_account(caller=fleet.boss, user_id=user.id, reason="Left the company")
    station.refresh_from_db()
    assert station.state == "revoked"
    actions = Event.objects.chain("site").filter(target_id__in=[str(user.id), str(station.pk)]).order_by("-seq")
    assert [event.action for event in actions[:3]] == [
        *("account.deactivated", "account.deactivated", "station.revoked")
    ]


def test_only_people_have_roles(fleet: World):
    device = new_user("device", kind=Kind.DEVICE)
    with pytest.raises(ValidationFailed):
        set_team_member(caller=fleet.boss, team_id=fleet.oncology.id, user_id=device.id, role="user")
    with pytest.raises(NotFound):
        set_team_member(caller=fleet.boss, team_id=fleet.oncology.id, user_id=uuid4(), role="user")
    with pytest.raises(ValidationFailed):
        set_team_member(caller=fleet.boss, team_id=fleet.oncology.id, user_id=device.id, role="king")
    with pytest.raises(PermissionDenied):
        set_team_member(
            caller=fleet.caller("editor"), team_id=fleet.oncology.id, user_id=fleet.people["viewer"].id, role="user"
        )
