"""Proposals at a replica: changes of records are reviewed and accepted there, those of texts at home only."""

from __future__ import annotations

import pytest
from django.utils import timezone

from kernel.errors import ProjectFrozen
from projects.models import Project
from stages.replication.models import Peer
from tests.proposals.conftest import World, changed, new_world
from tests.registers.storing.world import REQ, Desk
from tests.replication.home.copying import OTHER_KEY
from tests.rest.client import Api, members, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return new_world()


@pytest.fixture
def record(world: World) -> str:
    """A record of a project that is at home in Uppsala."""
    desk = Desk(world.project, world.caller("ed"))
    desk.create_table()
    (record,) = desk.create({"title": "Pump stops"})
    home = {"name": "Uppsala", "is_home": True, "admitted_at": timezone.now()}
    Peer.objects.create(project=world.project, key=OTHER_KEY, **home)
    Project.objects.filter(pk=world.project.id).update(status="replica", current_draft=None)
    return record


def test_changes_of_records_are_accepted(world: World, record: str) -> None:
    proposal = world.open({f"record:field/{record}/{REQ}/title": {"value": "Pump stops at once"}}, base_version=0)
    world.accept(proposal, "mara")
    assert Desk(world.project, world.caller("ed")).value(record, "title") == "Pump stops at once"


def test_texts_are_proposed_at_home(world: World, record: str) -> None:
    with pytest.raises(ProjectFrozen, match="Uppsala"):
        world.open({"prompt_text": changed(line_8="eight")}, base_version=0)
    api = Api(world.people["ed"])
    made = members(api.post(f"projects/{world.project.id}/proposals/", {"title": "Of a script"}))
    staging = {"base_version": 0, "changes": {"prompt_text": "Changed"}}
    answer = api.request("PUT", f"proposals/{made['id']}/changes/", staging)
    assert (problem(answer), members(answer)["home"]) == ((409, "project_frozen"), "Uppsala")
