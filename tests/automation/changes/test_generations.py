"""Scripts that set each other off come to an end, and none sets itself off."""

from __future__ import annotations

import pytest

from audit.models import Event
from proposals.services import stage_changes
from stages.automation.changes.noting import MAX_GENERATION
from stages.automation.models import Due
from tests.automation.changes.conftest import COPY, LOG, ChangeDesk

pytestmark = pytest.mark.django_db

# Adds a letter to one column for each change of the other one.
GROW = """
for _, each in ipairs(context.changes) do
    if each.new then core.set_field(each.record, "contacts.%s", each.new .. "x") end
end
"""


def test_an_accepted_proposal_sets_off_other_scripts_and_not_its_own(desk: ChangeDesk) -> None:
    source = (
        'for _, each in ipairs(context.changes) do core.set_field(each.record, "contacts.email", each.new .. "!") end'
    )
    saved = desk.watch("contacts.email", source=source)
    other = desk.watch("contacts.email", name="other")
    (ada,) = desk.create({"email": "a"}, facet="contacts")
    desk.follow(saved)
    desk.follow(other)
    desk.accept(desk.open_one())
    assert (desk.due(saved), desk.due(other)) == ({}, {f"contacts|email|{ada}": "a"})
    execution = desk.follow(other)
    assert (execution.generation, [each["new"] for each in execution.changes]) == (1, ["a!"])


def test_what_was_run_by_hand_sets_off_others(desk: ChangeDesk) -> None:
    from proposals.models import Proposal
    from proposals.services import accept_proposal

    watching = desk.watch("contacts.email")
    execution = desk.run('core.create_entity("contacts", {email = "a"})')
    proposal = Proposal.objects.get(origin_id=str(execution.id))
    accept_proposal(caller=desk.caller, proposal_id=proposal.id, round=1)
    (due,) = Due.objects.all()
    assert (str(due.record), due.generation) == (watching.script_id, 1)


def test_two_scripts_that_write_what_the_other_watches_end_after_eight(desk: ChangeDesk) -> None:
    scripts = [
        desk.watch("contacts.email", source=GROW % "copy", name="one"),
        desk.watch("contacts.copy", source=GROW % "email", name="two"),
    ]
    (ada,) = desk.create({"email": "a"}, facet="contacts")
    generations = []
    for number in range(20):
        saved = scripts[number % 2]
        if not desk.due(saved):
            break
        execution = desk.follow(saved)
        generations.append(execution.generation)
        desk.accept(desk.open_one())
    assert generations == list(range(MAX_GENERATION + 1))
    skipped = Event.objects.of_project(desk.project.id).filter(action="script.skipped")
    assert [each.data["generation"] for each in skipped] == [MAX_GENERATION + 1]
    # A person begins anew.
    desk.set(ada, "email", "b", facet="contacts")
    assert desk.follow(scripts[0]).generation == 0


def test_what_a_person_adds_to_a_proposal_is_news_to_its_script(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email", source=COPY)
    (ada,) = desk.create({"email": "A"}, facet="contacts")
    desk.follow(saved)
    proposal = desk.open_one()
    changes = {f"record:field/{ada}/contacts/email": {"value": "B"}}
    stage_changes(caller=desk.owner, proposal_id=proposal.id, base_version=0, changes=changes)
    from proposals.services import submit_proposal

    submit_proposal(caller=desk.owner, proposal_id=proposal.id)
    desk.accept(proposal)
    (due,) = Due.objects.all()
    assert (str(due.record), due.generation) == (saved.script_id, 1)


def test_rules_that_follow_from_a_change_are_noted_with_it(desk: ChangeDesk) -> None:
    from stages.automation.services.rules import save_rule

    rule = {"scope": "contacts", "when": [{"column": "name", "is": "Ada"}], "add_to": "cast", "fill": {"actor": "Ada"}}
    save_rule(caller=desk.owner, project_id=desk.project.id, name="ada", definition=rule, is_on=True)
    saved = desk.watch("cast.actor", source=LOG)
    (ada,) = desk.create({"name": "Ada"}, facet="contacts")
    assert desk.due(saved) == {f"cast|actor|{ada}": None}
