"""Directives: from a submission to the sealed edition, and what happens to them at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from audit.keys.sealing import seal_fault
from audit.models import Event
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from projects.services import reopen_project
from stages.fleet.access import fleet_access
from stages.fleet.models import Edition
from stages.fleet.overview import graph_of
from stages.fleet.services import (
    change_directive,
    pause_directive,
    resume_directive,
    revoke_grant,
    roll_back_directive,
    update_team,
    withdraw_directive,
)
from tests.cast import new_reviewed, new_user
from tests.fleet.world import World, put_directive
from tests.publishing.reviews import begun


def edition_of(world: World, number: int | None = None) -> Edition:
    editions = Edition.objects.filter(team=world.oncology).order_by("-number")
    return editions.get(number=number) if number is not None else editions[0]


def events_of(world: World) -> list[str]:
    actions = Event.objects.chain(str(world.project.id)).filter(action__startswith="directive.").order_by("seq")
    return [event.action for event in actions]


def test_a_submission_waits_for_its_quorum_and_then_makes_the_next_edition(fleet: World):
    submitted = fleet.submit(category="", match=["git.example.org/acme/*"], mode="temporary")
    assert submitted.directive is None
    assert not Edition.objects.filter(team=fleet.oncology).exists()
    request = fleet.decide(submitted, "editor")
    assert request.directive is not None
    assert (request.state, request.directive.timeout_hours) == ("accepted", 24)
    edition = edition_of(fleet)
    statement = edition.statement
    assert seal_fault(edition.text, bytes(edition.seal), kind="edition") is None
    assert (statement["number"], statement["team"]["parent"]) == (1, str(fleet.root.id))
    [entry] = statement["directives"]
    assert entry["id"] == str(request.directive.id)
    assert entry["project"] == {"id": str(fleet.project.id), "name": fleet.project.name}
    assert entry["text"]["size"] == len("# Role\nBe exact.\n")
    assert (entry["match"], entry["status"], entry["replaces"]) == (["git.example.org/acme/*"], "active", None)
    assert events_of(fleet) == [
        *("directive.requested", "directive.request_decided", "directive.issued", "directive.request_ended")
    ]


def test_without_a_quorum_it_is_issued_at_once(fleet: World):
    update_team(caller=fleet.boss, team_id=fleet.oncology.id, quorum=0)
    submitted = fleet.submit()
    assert submitted.request is None
    assert submitted.directive is not None
    assert edition_of(fleet).number == 1
    assert events_of(fleet) == ["directive.issued"]


def test_rights_are_asked_before_anything_is_submitted(fleet: World):
    fleet.people["outsider"] = new_user("outsider")
    with pytest.raises(PermissionDenied):
        fleet.submit(by="reviewer")
    with pytest.raises(NotFound):
        fleet.submit(by="outsider")
    # A viewer of the project, and nobody in the team.
    with pytest.raises(NotFound):
        fleet.submit(by="viewer")


def test_without_a_grant_nothing_is_issued_and_without_it_later_what_is_there_stays(fleet: World):
    """Acceptance case 30."""
    other = fleet.team("Pharmacovigilance", fleet.root)
    fleet.role("owner", "admin", other)
    with pytest.raises(PermissionDenied):
        fleet.submit(team_id=other.id)
    below = fleet.team("Study")
    assert fleet.submit(team_id=below.id).request is not None, "a grant holds below"
    directive = fleet.directive()
    second = fleet.next_release("# Role\nBe brief.\n")
    revoke_grant(caller=fleet.caller("owner"), project_id=fleet.project.id, team_id=fleet.oncology.id)
    caller = fleet.caller("owner")
    with pytest.raises(PermissionDenied):
        change_directive(caller=caller, directive_id=directive.id, release_id=second.id)
    assert change_directive(caller=caller, directive_id=directive.id, mode="warning").request is not None
    submitted = withdraw_directive(caller=caller, directive_id=directive.id, reason="Not allowed any more")
    fleet.decide(submitted, "editor")
    assert edition_of(fleet).statement["directives"] == []


def test_another_release_is_a_change_and_going_back_is_at_once(fleet: World):
    """Acceptance case 22."""
    directive = fleet.directive()
    second = fleet.next_release("# Role\nBe brief.\n")
    caller = fleet.caller("owner")
    fleet.decide(change_directive(caller=caller, directive_id=directive.id, release_id=second.id), "editor")
    assert edition_of(fleet, 2).statement["directives"][0]["release"]["name"] == "1.1.0"
    with pytest.raises(Conflict):
        roll_back_directive(caller=caller, directive_id=directive.id, release_id=second.id, reason="To itself")
    with pytest.raises(Conflict):
        roll_back_directive(caller=caller, directive_id=directive.id, release_id=uuid4(), reason="Never carried")
    roll_back_directive(caller=caller, directive_id=directive.id, release_id=fleet.release.id, reason="It was wrong")
    edition = edition_of(fleet)
    assert edition.number == 3
    [entry] = edition.statement["directives"]
    assert (entry["release"]["name"], entry["text"]["sha256"]) == (
        "1.0.0",
        edition_of(fleet, 1).statement["directives"][0]["text"]["sha256"],
    )
    event = Event.objects.chain(str(fleet.project.id)).get(action="directive.rolled_back")
    assert event.record["reason"] == "It was wrong"
    with pytest.raises(PermissionDenied):
        roll_back_directive(
            caller=fleet.caller("reviewer"), directive_id=directive.id, release_id=second.id, reason="I want"
        )


def test_an_edition_says_that_a_directive_is_paused(fleet: World):
    directive = fleet.directive()
    caller = fleet.caller("editor")
    pause_directive(caller=caller, directive_id=directive.id, reason="An incident")
    assert [each["status"] for each in edition_of(fleet).statement["directives"]] == ["paused"]
    with pytest.raises(Conflict):
        pause_directive(caller=caller, directive_id=directive.id, reason="Again")
    resume_directive(caller=caller, directive_id=directive.id, reason="It is over")
    assert edition_of(fleet).number == 3
    assert [each["status"] for each in edition_of(fleet).statement["directives"]] == ["active"]
    with pytest.raises(ValidationFailed) as refused:
        pause_directive(caller=caller, directive_id=directive.id, reason=" ")
    assert list(refused.value.errors) == ["reason"]


def test_a_paused_directive_that_is_withdrawn_leaves_the_edition(fleet: World):
    directive = fleet.directive()
    caller = fleet.caller("owner")
    pause_directive(caller=caller, directive_id=directive.id, reason="An incident")
    fleet.decide(change_directive(caller=caller, directive_id=directive.id, mode="warning"), "editor")
    [listed] = edition_of(fleet).statement["directives"]
    assert (listed["mode"], listed["status"]) == ("warning", "paused")
    fleet.decide(withdraw_directive(caller=caller, directive_id=directive.id, reason="Done"), "editor")
    assert (edition_of(fleet).number, edition_of(fleet).statement["directives"]) == (4, [])


def test_nothing_becomes_of_a_withdrawn_directive(fleet: World):
    directive = fleet.directive()
    caller = fleet.caller("owner")
    asked = change_directive(caller=caller, directive_id=directive.id, mode="warning")
    fleet.decide(withdraw_directive(caller=caller, directive_id=directive.id, reason="Done"), "editor")
    with pytest.raises(Conflict):
        fleet.decide(asked, "editor")
    for act in (
        lambda: change_directive(caller=caller, directive_id=directive.id, mode="warning"),
        lambda: withdraw_directive(caller=caller, directive_id=directive.id, reason="Again"),
        lambda: pause_directive(caller=caller, directive_id=directive.id, reason="Again"),
    ):
        with pytest.raises(Conflict):
            act()


def test_directives_are_ordered_by_category_position_and_title(fleet: World):
    """Acceptance case 16, the server's part."""
    update_team(caller=fleet.boss, team_id=fleet.oncology.id, categories=["Security", "Testing"], quorum=0)
    for title, category, position in (("b", "Testing", 0), ("z", "Security", 5), ("a", "Security", 5), ("0", "", 0)):
        fleet.submit(title=title, category=category, position=position)
    titles = [entry["title"] for entry in edition_of(fleet).statement["directives"]]
    assert titles == ["a", "z", "b", "0"]
    [shown] = [each for each in graph_of(fleet_access(fleet.people["owner"])) if each["id"] == fleet.oncology.id]
    assert [each["title"] for each in shown["directives"]] == titles
    update_team(caller=fleet.boss, team_id=fleet.oncology.id, categories=["Testing", "Security"])
    statement = edition_of(fleet).statement
    assert statement["categories"] == ["Testing", "Security"]
    assert [entry["title"] for entry in statement["directives"]] == ["b", "a", "z", "0"]
    with pytest.raises(ValidationFailed) as refused:
        update_team(caller=fleet.boss, team_id=fleet.oncology.id, categories=["Testing"])
    assert list(refused.value.errors) == ["categories"]


NOW = timezone.now()


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"mode": "polite"}, "mode"),
        ({"layer": "galaxy"}, "layer"),
        ({"destination": "cave"}, "destination"),
        ({"destination": "agents", "layer": "user"}, "layer"),
        ({"destination": "file"}, "path"),
        ({"path": "a.md"}, "path"),
        ({"destination": "file", "path": "../a.md"}, "path"),
        ({"starts_at": NOW + timedelta(hours=2), "ends_at": NOW + timedelta(hours=1)}, "ends_at"),
        ({"ends_at": NOW - timedelta(hours=1)}, "ends_at"),
        ({"timeout_hours": 0}, "timeout_hours"),
        ({"timeout_hours": 721}, "timeout_hours"),
        ({"position": -1}, "position"),
        ({"title": " "}, "title"),
        ({"category": "Nowhere"}, "category"),
        ({"match": ["a b"]}, "match"),
        ({"match": ["x"] * 3 + [f"x{n}" for n in range(21)]}, "match"),
        ({"field": "files/none.md"}, "field"),
        ({"field": "nonsense"}, "field"),
        ({"replaces_id": uuid4()}, "replaces_id"),
    ],
)
def test_bad_input_names_its_field(fleet: World, facts: dict[str, Any], name: str):
    with pytest.raises(ValidationFailed) as refused:
        fleet.submit(**facts)
    assert list(refused.value.errors) == [name]


@pytest.mark.parametrize("line", ["<!-- FOUNDRY MANAGED - DO NOT EDIT -->", "  <!-- END FOUNDRY -->"])
def test_a_text_with_a_line_that_marks_a_section_is_refused(fleet: World, line: str):
    second = fleet.next_release(f"# Role\n{line}\nBe exact.\n")
    with pytest.raises(ValidationFailed) as refused:
        fleet.submit(release_id=second.id)
    assert "Line 2" in refused.value.errors["field"][0]


def test_only_a_release_that_is_released_is_issued(fleet: World):
    project, people = new_reviewed()
    review = begun(project, people)
    with pytest.raises(NotFound):
        fleet.submit(release_id=review.submit().id)
    with pytest.raises(NotFound):
        fleet.submit(release_id=uuid4())
    reopen_project(caller=fleet.caller("owner"), project_id=fleet.project.id, reason="Again")
    fleet.review.save("New text\n")
    in_review = fleet.review.submit("1.1.0")
    with pytest.raises(Conflict):
        fleet.submit(release_id=in_review.id)


def test_a_directive_below_replaces_an_overridable_one(fleet: World):
    above = put_directive(fleet, overridable=True)
    fixed = put_directive(fleet)
    below = fleet.team("Study", quorum=0)
    submitted = fleet.submit(team_id=below.id, replaces_id=above.id)
    assert submitted.directive is not None
    assert submitted.directive.replaces_id == above.id
    for replaced in (fixed.id, submitted.directive.id):
        with pytest.raises(ValidationFailed):
            fleet.submit(team_id=below.id, replaces_id=replaced)


def test_a_path_has_one_whole_file_in_a_line_of_teams(fleet: World):
    below, beside = fleet.team("Study", quorum=0), fleet.team("Beside", fleet.root, quorum=0)
    fleet.grant(beside)
    fleet.role("owner", "admin", beside)
    above = fleet.directive(destination="file", path="notes/rules.md", overridable=True)
    for team, path in ((fleet.oncology, "notes/Rules.md"), (below, "notes/rules.md")):
        with pytest.raises(ValidationFailed) as refused:
            fleet.submit(team_id=team.id, destination="file", path=path)
        assert list(refused.value.errors) == ["path"]
    fleet.submit(team_id=below.id, destination="file", path="notes/rules.md", replaces_id=above.id)
    fleet.submit(team_id=beside.id, destination="file", path="notes/rules.md")
