"""Rules within bundles: one bundle, one event, one undo; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from kernel.errors import Conflict
from proposals.models import Round
from proposals.services import accept_proposal, create_proposal, submit_proposal
from stages.automation.errors import RuleCycle, RuleLimit
from stages.automation.models import Switch
from stages.registers import verbs
from stages.registers.models import Bundle
from stages.registers.services import preview
from tests.automation.rules.stage import CALLED, Stage
from workspace.proposals.other_changes import follow_ups

pytestmark = pytest.mark.django_db


def changes(stage: Stage) -> int:
    return Event.objects.of_project(stage.project.id).filter(action="register.changed").count()


def test_a_rule_adds_within_the_bundle_and_one_undo_takes_all_back(stage: Stage) -> None:
    """Case 11."""
    stage.save("called cues", CALLED)
    (cue,) = stage.create({"title": "Cue 11"}, facet="cues")
    before = changes(stage), Bundle.objects.count()
    stage.call(cue)
    assert (changes(stage), Bundle.objects.count()) == (before[0] + 1, before[1] + 1)
    assert stage.tables(cue) == {"cues", "sm_cues"}
    shown = stage.record(cue).fields["sm_cues"]
    assert (shown["department"].value, shown["key"].value) == ("lighting", "SM-1")
    rule = "called cues"
    assert stage.sources(cue) == [
        ("SetField", None), ("AttachFacet", rule), ("SetField", rule), ("SetField", rule)
    ]  # fmt: skip
    stage.undo()
    assert stage.tables(cue) == {"cues"}
    assert stage.value(cue, "called", "cues") is None


def test_what_is_filled_already_stays(stage: Stage) -> None:
    stage.save("called cues", CALLED)
    (cue,) = stage.create({"title": "Cue 11"}, facet="cues")
    stage.write(lambda acts, schema: verbs.attach(acts, schema, cue, "sm_cues", {"department": "sound"}))
    stage.call(cue)
    assert stage.value(cue, "department", "sm_cues") == "sound"


def test_columns_that_are_one_are_filled_together_and_set_off_rules(stage: Stage) -> None:
    both = ("cues", "department"), ("sm_cues", "department")
    stage.write(lambda acts, schema: verbs.confirm_mapping(acts, schema, *both))
    stage.save("called cues", CALLED)
    lit = {"scope": "cues", "when": [{"column": "department", "is": "lighting"}], "fill": {"number": 7}}
    stage.save("a lit cue", lit)
    (cue,) = stage.create({"title": "Cue 11"}, facet="cues")
    stage.call(cue)
    assert stage.value(cue, "department", "cues") == "lighting"
    assert stage.value(cue, "department", "sm_cues") == "lighting"
    assert stage.value(cue, "number", "cues") == 7


def test_links_and_what_is_linked_set_rules_off(stage: Stage) -> None:
    linked = {"relation": "calls", "from": "people", "when": [{"column": "mail", "empty": False}]}
    stage.save("called by somebody", {"scope": "cues", "when": [linked], "add_to": "sm_cues"})
    (cue,), (jane,) = stage.create({"title": "11"}, facet="cues"), stage.create({"name": "Jane"}, facet="people")
    edge = verbs.finding.make_id()
    stage.write(lambda acts, schema: verbs.link(acts, schema, edge, source=jane, target=cue, type_="calls"))
    assert stage.tables(cue) == {"cues"}
    stage.set(jane, "mail", "jane@example.org", facet="people")
    assert stage.tables(cue) == {"cues", "sm_cues"}


def test_too_many_writes_refuse_all_of_it(stage: Stage) -> None:
    """Case 19."""
    filled = {**CALLED, "fill": {"department": "lighting", "note": "n", "page": 1}}
    stage.save("copied", {**filled, "add_to": "sm_cues"})
    before = Bundle.objects.count()
    with pytest.raises(RuleLimit) as refused:
        stage.create(*[{"called": True}] * 300, facet="cues")
    assert refused.value.extra["limit"] == "writes"
    assert Bundle.objects.count() == before
    records = stage.create(*[{"called": True}] * 200, facet="cues")
    state = stage.state()
    assert all("sm_cues" in state.records[each].fields for each in records)
    assert len({state.records[each].fields["sm_cues"]["key"].value for each in records}) == 200


def test_a_preview_has_what_rules_add_with_their_names(stage: Stage) -> None:
    """Case 20."""
    stage.save("called cues", CALLED)
    (cue,) = stage.create({"title": "Cue 11"}, facet="cues")
    cells = [verbs.Cell(cue, "cues", "called", True)]
    found = preview(
        caller=stage.caller,
        project_id=stage.project.id,
        payloads=lambda acts, schema: verbs.set_fields(acts, schema, cells),
    )
    assert [source and source["rule"] for _payload, source in found.payloads] == [None, *["called cues"] * 3]
    assert stage.tables(cue) == {"cues"}


def test_a_proposal_shows_what_rules_would_add_and_is_accepted_with_it(stage: Stage) -> None:
    """Case 20."""
    stage.save("called cues", CALLED)
    (cue,) = stage.create({"title": "Cue 11"}, facet="cues")
    changes = {f"record:field/{cue}/cues/called": {"value": True}}
    proposal = create_proposal(
        caller=stage.caller, project_id=stage.project.id, title="Call it", changes=changes, base_version=0
    )
    submit_proposal(caller=stage.caller, proposal_id=proposal.id)
    round_ = Round.objects.get(proposal=proposal)
    found = follow_ups(round_)
    assert [(each.holders, each.old, each.new) for each in found] == [
        (("called cues",), None, new) for new in ("true", "SM-1", "lighting")
    ]
    assert stage.tables(cue) == {"cues"}
    accept_proposal(caller=stage.caller, proposal_id=proposal.id, round=1)
    assert stage.tables(cue) == {"cues", "sm_cues"}
    assert stage.sources(cue)[0] == ("SetField", None)
    assert {rule for _kind, rule in stage.sources(cue)[1:]} == {"called cues"}
    stage.undo()
    assert stage.tables(cue) == {"cues"}


def test_a_rule_that_is_off_or_has_another_text_adds_nothing(stage: Stage) -> None:
    saved = stage.save("called cues", CALLED, is_on=False)
    first, second, third = stage.create({}, {}, {}, facet="cues")
    stage.call(first)
    assert stage.tables(first) == {"cues"}
    stage.save("", CALLED, rule_id=saved.id)
    stage.call(second)
    assert stage.tables(second) == {"cues", "sm_cues"}
    Switch.objects.filter(record=saved.id).update(sha256="0" * 64)
    stage.call(third)
    assert stage.tables(third) == {"cues"}


def test_a_rule_about_a_table_that_was_removed_adds_nothing(stage: Stage) -> None:
    stage.save("called cues", CALLED)
    (cue,) = stage.create({}, facet="cues")
    stage.write(lambda acts, schema: verbs.remove_table(acts, schema, "sm_cues"))
    stage.call(cue)
    assert stage.tables(cue) == {"cues"}


def test_mapping_columns_that_close_a_cycle_is_refused(stage: Stage) -> None:
    stage.save("one", {"scope": "cues", "when": [{"column": "title", "is": "x"}], "fill": {"number": 1}})
    stage.save("two", {"scope": "sm_cues", "when": [{"column": "page", "is": 1}], "fill": {"note": "x"}})

    def confirm(one: tuple[str, str], other: tuple[str, str]) -> Any:
        return stage.write(lambda acts, schema: verbs.confirm_mapping(acts, schema, one, other))

    confirm(("cues", "number"), ("sm_cues", "page"))
    with pytest.raises(RuleCycle) as refused:
        confirm(("cues", "title"), ("sm_cues", "note"))
    assert refused.value.extra["cycle"] == ["one", "two", "one"]
    (cue,) = stage.create({"title": "x"}, facet="cues")
    assert stage.value(cue, "number", "cues") == 1


def test_a_bundle_that_concerns_no_rule_is_written_as_without(stage: Stage) -> None:
    stage.save("called cues", CALLED)
    (jane,) = stage.create({"name": "Jane"}, facet="people")
    stage.set(jane, "mail", "x", facet="people")
    with pytest.raises(Conflict):
        stage.save("called cues", CALLED)
