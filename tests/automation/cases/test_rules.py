"""Acceptance cases of rules, by their numbers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from audit.models import Event
from proposals.models import Proposal, Round
from proposals.services import accept_proposal, create_proposal, submit_proposal
from stages.automation.errors import RuleCycle, RuleLimit
from stages.automation.reading.rules import rules_of
from stages.registers import verbs
from stages.registers.models import Bundle, Operation
from stages.registers.schema import Column
from stages.registers.services import preview
from tests.automation.rules.conftest import stage  # noqa: F401 (a fixture)
from tests.automation.rules.stage import CALLED, Stage
from workspace.proposals.other_changes import follow_ups

pytestmark = pytest.mark.django_db

STEPS = (("A", "title", "note"), ("B", "note", "mail"), ("C", "mail", "title"))


def changes(stage: Stage) -> int:  # noqa: F811
    return Event.objects.of_project(stage.project.id).filter(action="register.changed").count()


def chain(watched: str, written: str) -> dict[str, Any]:
    return {"scope": "steps", "when": [{"column": watched, "is": "x"}], "fill": {written: "x"}}


def accept(stage: Stage, proposal: Proposal) -> None:  # noqa: F811
    assert stage.owner is not None
    accept_proposal(caller=stage.owner, proposal_id=proposal.id, round=1)


def test_11_a_rule_adds_within_the_bundle_and_one_undo_takes_all_back(stage: Stage) -> None:  # noqa: F811
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


def test_13_what_a_rule_added_leaves_by_a_proposal_only(stage: Stage) -> None:  # noqa: F811
    saved = stage.save("called cues", CALLED)
    mine, theirs = stage.create({"title": "11"}, {"title": "12"}, facet="cues")
    stage.write(lambda acts, schema: verbs.attach(acts, schema, theirs, "sm_cues"))
    for each in (mine, theirs):
        stage.call(each)
        stage.call(each, called=False)
        assert "sm_cues" in stage.tables(each)
    look = stage.check(CALLED, rule_id=UUID(saved.id)).look
    assert (look.matching, look.leaving, look.staying) == ([], [mine], [theirs])
    proposal = stage.propose(saved)
    assert [each.target for each in proposal.changes.all()] == [f"facet/{mine}/sm_cues"]
    accept(stage, proposal)
    assert (stage.tables(mine), stage.tables(theirs)) == ({"cues"}, {"cues", "sm_cues"})
    source = Operation.objects.filter(kind="DetachFacet", entity=mine).get().text
    assert '"source":{"rule":"called cues"}' in source


def test_14_null_matches_nothing_but_what_asks_for_empty(stage: Stage) -> None:  # noqa: F811
    """Both have no mail, and the same mail of nobody is none; whoever asks for empty gets both."""
    (cue,) = stage.create({"title": "11", "called": None}, facet="cues")
    people = stage.create({"name": None, "mail": None}, {"name": "Jane", "mail": None}, facet="people")
    same = {"scope": "people", "when": [{"column": "mail", "is": {"column": "name"}}], "add_to": "sm_cues"}
    empty = {"scope": "people", "when": [{"column": "mail", "empty": True}], "add_to": "sm_cues"}
    differs = {"scope": "people", "when": [{"column": "mail", "not": {"column": "mail"}}], "add_to": "sm_cues"}
    assert stage.check(same).look.matching == []
    assert stage.check(empty).look.matching == sorted(people)
    # Not even to itself.
    assert stage.check(differs).look.matching == sorted(people)
    assert cue not in stage.check(empty).look.matching


def test_15_a_cycle_is_refused_with_its_path_and_columns(stage: Stage) -> None:  # noqa: F811
    stage.create_table("steps", key_prefix="", columns=[Column(each) for each in ("title", "note", "mail")])
    for name, watched, written in STEPS[:2]:
        stage.save(name, chain(watched, written))
    with pytest.raises(RuleCycle) as refused:
        stage.save("C", chain("mail", "title"))
    assert refused.value.extra == {
        "cycle": ["A", "B", "C", "A"],
        "columns": [["steps.note"], ["steps.mail"], ["steps.title"]],
    }
    assert [(each.name, each.is_on) for each in rules_of(stage.project.id)] == [("A", True), ("B", True)]
    with pytest.raises(RuleCycle):
        stage.save("own", chain("title", "title"))
    off = stage.save("C", chain("mail", "title"), is_on=False)
    with pytest.raises(RuleCycle):
        stage.save("", chain("mail", "title"), rule_id=UUID(off.id))
    assert stage.check(chain("mail", "title")).cycle.names == ["A", "B", "This rule", "A"]


def test_19_too_many_writes_refuse_all_of_it(stage: Stage) -> None:  # noqa: F811
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


def test_20_a_preview_has_what_rules_add_with_their_names(stage: Stage) -> None:  # noqa: F811
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


def test_20_a_proposal_shows_what_rules_would_add_and_is_accepted_with_it(stage: Stage) -> None:  # noqa: F811
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
