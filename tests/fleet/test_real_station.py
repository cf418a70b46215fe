"""The station itself, as its own program, at a node of the product: from its sign-in to a file, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundry_site.launcher.nodes import NodeProcess
from proposals.models import Proposal
from stages.fleet.models import Directive, Placement, Request, Station
from stages.fleet.stations.services.moving import revoke_station
from tests.fleet.machine import Machine, at_work, change, kinds, node_of, state_of, text_of, until
from tests.fleet.world import World


@pytest.fixture
def node(committed_world: World, process_environment: dict[str, str], tmp_path: Path) -> Iterator[NodeProcess]:
    with node_of(process_environment, tmp_path) as node:
        yield node


def test_a_directive_from_its_release_to_a_file_and_back(
    committed_world: World, node: NodeProcess, tmp_path: Path
) -> None:
    world, machine = committed_world, Machine(tmp_path)
    world.grant()
    for name in ("owner", "editor"):
        world.role(name, "admin")
    station = machine.join(world, node)
    with at_work(machine):
        directive = world.directive(mode="block")
        text = text_of(directive)
        until(lambda: machine.holds(text), "written")
        until(lambda: state_of(station, directive) == "in_place", "placed")

        machine.alter(text, "Something else.\n")
        until(lambda: machine.holds(text), "put back")
        # On a loaded machine the file may be seen while it is being written, which is a change of its own.
        until(lambda: kinds(station)[:2] == ["applied", "change_blocked"], "reported as put back")
        assert "in_place" in machine.run("status")

        answer = json.loads(machine.run("request", "change", "-m", "This is better", "--json"))
        assert Proposal.objects.get(pk=answer["proposal_id"]).author_id == station.pk

        until_proposal(world, machine, station, directive)
        until_excepted(world, machine, station, directive)

        revoke_station(caller=world.caller("owner"), station_id=station.pk, reason="Lost")
        until(lambda: machine.link() == "signed_out", "signed out")
        machine.run("status", code=3)
        assert machine.holds(text)
    machine.run("verify")
    machine.run("logout", "--remove")
    assert list(machine.repository.iterdir()) == []


def until_proposal(world: World, machine: Machine, station: Station, directive: Directive) -> None:
    """In the mode `temporary` an alteration stays, and becomes a proposal by itself."""
    change(world, directive, mode="temporary")
    until(lambda: Placement.objects.filter(station=station, edition__gte=2).exists(), "the next edition")
    text = text_of(directive)
    machine.alter(text, "For a while.\n")
    until(lambda: "change_detected" in kinds(station), "reported as allowed")
    assert machine.holds("For a while.")
    proposals = Proposal.objects.filter(project=world.project, author=station.pk)
    until(lambda: proposals.filter(state="open").exists(), "proposed")
    machine.alter("For a while.\n", text)
    until(lambda: state_of(station, directive) == "in_place", "as it was")


def until_excepted(world: World, machine: Machine, station: Station, directive: Directive) -> None:
    """An exception comes with the assignment."""
    change(world, directive, mode="block")
    until(lambda: Placement.objects.filter(station=station, edition__gte=3).exists(), "the next edition")
    asked = json.loads(machine.run("request", "exception", str(directive.pk), "-m", "A trial", "--json"))
    world.decide(Request.objects.get(pk=asked["request_id"]), "editor")
    until(lambda: state_of(station, directive) == "excepted", "excepted")
