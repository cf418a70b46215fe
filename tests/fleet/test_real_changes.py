"""What people change in a real station's file, from the first alteration to the proposal's end and the next release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from audit.models import Event
from projects.services import reopen_project
from proposals.models import Proposal
from proposals.services import accept_proposal, reject_proposal
from stages.fleet.models import Directive, Placement, Report, Station
from stages.fleet.services import roll_back_directive
from tests.fleet.machine import Machine, at_work, change, kinds, node_of, state_of, text_of, until
from tests.fleet.world import World

HOURS = timedelta(hours=2)


class Story:
    """A station that keeps a directive, and what becomes of what people write there."""

    def __init__(self, world: World, machine: Machine, station: Station) -> None:
        self.world, self.machine, self.station = world, machine, station
        self.proposals = Proposal.objects.filter(project=world.project, author=station.pk)

    def begin(self, **facts: object) -> Directive:
        self.directive = self.world.directive(**facts)
        self.text = text_of(self.directive)
        self.is_in_place()
        return self.directive

    def is_in_place(self) -> None:
        until(lambda: self.machine.holds(self.text), "written")
        until(lambda: state_of(self.station, self.directive) == "in_place", "in place")

    def reported(self, *expected: str) -> None:
        until(lambda: kinds(self.station) == [*expected], f"reported: {expected}")

    def proposed(self, text: str) -> Proposal:
        """Wait until this is the text of the one open proposal."""
        until(lambda: [*self.proposals.filter(state="open", changes__value=text)] != [], f"{text} is proposed")
        return self.proposals.get(state="open")


@pytest.fixture
def story(committed_world: World, process_environment: dict[str, str], tmp_path: Path) -> Iterator[Story]:
    world, machine = committed_world, Machine(tmp_path)
    world.grant()
    for name, role in (("owner", "admin"), ("editor", "admin"), ("viewer", "user")):
        world.role(name, role)
    with node_of(process_environment, tmp_path) as node:
        yield Story(world, machine, machine.join(world, node, "viewer"))


def test_what_is_allowed_for_a_time_stays_until_somebody_decides(story: Story) -> None:
    """Cases 2, 5, 6 and 22, with a real station."""
    world, machine, station = story.world, story.machine, story.station
    with at_work(machine):
        directive = story.begin(mode="temporary", timeout_hours=2)
        began = timezone.now()
        machine.alter(story.text, "First.\n")
        story.reported("applied", "change_detected")
        report = Report.objects.filter(station=station).latest("station_seq")
        ends = datetime.fromisoformat(json.loads(report.body)["until"])
        late = timedelta(seconds=1)
        assert began - late <= ends - HOURS <= report.received_at + late
        until(lambda: state_of(station, directive) == "drifted", "drifted")
        shown = Placement.objects.get(station=station, directive=directive).until
        assert shown is not None
        assert abs(shown - ends) < timedelta(milliseconds=2)
        proposal = story.proposed("First.\n")
        assert (proposal.author_id, proposal.on_behalf_of_id) == (station.pk, world.people["viewer"].pk)

        machine.alter("First.\n", "Second.\n")
        story.reported("applied", "change_detected", "change_detected")
        assert story.proposed("Second.\n") == proposal
        assert machine.holds("Second.\n")

        reject_proposal(caller=world.caller("owner"), proposal_id=proposal.pk, reason="Not like this")
        story.is_in_place()
        story.reported("applied", "change_detected", "change_detected", "change_expired")
        accepted(story)
        replaced(story)


def accepted(story: Story) -> None:
    """An accepted alteration stays, whatever else its team is sent."""
    world, machine = story.world, story.machine
    machine.alter(story.text, "Third.\n")
    proposal = story.proposed("Third.\n")
    reopen_project(caller=world.caller("owner"), project_id=world.project.id, reason="It is better")
    accept_proposal(caller=world.caller("editor"), proposal_id=proposal.pk, round=1)
    placed = Placement.objects.filter(station=story.station, directive=story.directive, until=None)
    until(lambda: placed.filter(state="drifted").exists(), "allowed without an end")
    world.directive(title="Another", destination="agents")
    until((machine.repository / "AGENTS.md").exists, "the next edition of the team")
    assert machine.holds("Third.\n")


def replaced(story: Story) -> None:
    """The directive's next release replaces it, and it is kept; then the release before comes back, for a reason."""
    world, machine, first = story.world, story.machine, story.directive.release_id
    world.review.save("# Role\nBe brief.\n")
    second = world.review.release("1.1.0")
    change(world, story.directive, release_id=second.id)
    until(lambda: machine.holds("Be brief.\n"), "the next release")
    kept = json.loads(machine.run("kept", "--json"))
    assert "Third.\n" in [part["text"] for each in kept["texts"] for part in each["directives"]]
    before = world.oncology.editions.count()
    roll_back_directive(
        caller=world.caller("owner"), directive_id=story.directive.pk, release_id=first, reason="It was wrong"
    )
    story.is_in_place()
    assert world.oncology.editions.count() == before + 1
    event = Event.objects.chain(str(world.project.id)).get(action="directive.rolled_back")
    assert event.record["reason"] == "It was wrong"


def test_a_warning_leaves_what_was_altered_and_proposes_nothing(story: Story) -> None:
    """Case 3, with a real station."""
    machine = story.machine
    with at_work(machine):
        story.begin(mode="warning")
        machine.alter(story.text, "First.\n")
        story.reported("applied", "change_flagged")
        machine.file.write_bytes(machine.file.read_bytes())
        machine.alter("First.\n", "Second.\n")
        story.reported("applied", "change_flagged", "change_flagged")
        until(lambda: state_of(story.station, story.directive) == "drifted", "drifted")
        assert machine.holds("Second.\n")
        assert not story.proposals.exists()
