"""Rules are saved by owners, checked, and what they would change of what is there is proposed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from audit.models import Event
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from proposals.models import Proposal
from proposals.services import accept_proposal
from stages.automation.reading.rules import rules_of
from tests.automation.rules.stage import CALLED, Stage
from tests.rest.client import Api, members

pytestmark = pytest.mark.django_db


def accept(stage: Stage, proposal: Proposal) -> None:
    assert stage.owner is not None
    accept_proposal(caller=stage.owner, proposal_id=proposal.id, round=1)


def targets(proposal: Proposal) -> set[str]:
    return {each.target.split("/")[0] for each in proposal.changes.all()}


def test_a_rule_is_saved_with_its_event_and_its_switch(stage: Stage) -> None:
    saved = stage.save("called cues", CALLED)
    event = Event.objects.of_project(stage.project.id).get(action="rule.saved")
    assert (event.data["name"], event.data["is_on"], event.target_id) == ("called cues", True, saved.id)
    (rule,) = rules_of(stage.project.id)
    assert (rule.id, rule.value, rule.is_on, rule.module) == (saved.id, CALLED, True, "")
    stage.save("", {**CALLED, "when": []}, rule_id=UUID(saved.id), is_on=False)
    (rule,) = rules_of(stage.project.id)
    assert (rule.name, rule.value["when"], rule.is_on) == ("called cues", [], False)


def test_only_owners_save(stage: Stage) -> None:
    with pytest.raises(PermissionDenied):
        replace(stage, owner=stage.caller).save("mine", CALLED)
    with pytest.raises(NotFound):
        stage.save("", CALLED, rule_id=UUID(int=0))
    stage.save("called cues", CALLED)
    with pytest.raises(Conflict):
        stage.save("called cues", CALLED)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"scope": "nowhere"}, "scope"),
        ({"add_to": "nowhere"}, "add_to"),
        ({"when": [{"column": "nothing", "is": 1}]}, "when.0.column"),
        ({"when": [{"column": "called", "is": "often"}]}, "when.0.is"),
        ({"when": [{"relation": "nothing", "to": "people"}]}, "when.0.relation"),
        ({"when": [{"relation": "calls", "to": "people"}]}, "when.0.relation"),
        ({"fill": {"department": "catering"}}, "fill.department"),
        ({"fill": {"page": {"column": "title"}}}, "fill.page"),
        ({"fill": {"key": "SM-9"}}, "fill.key"),
        ({"when": [{"column": "called", "is": None}]}, "when.0.is"),
        ({"whne": []}, "whne"),
    ],
)
def test_what_is_not_there_is_named(stage: Stage, change: dict[str, Any], path: str) -> None:
    for act in (stage.check, lambda definition: stage.save("r", definition)):
        with pytest.raises(ValidationFailed) as refused:
            act({**CALLED, **change})
        assert list(refused.value.errors) == [f"definition.{path}"]


def test_what_matches_already_is_proposed_in_one_proposal(stage: Stage) -> None:
    first, second, _third = stage.create({"called": True}, {"called": True}, {}, facet="cues")
    saved = stage.save("called cues", CALLED)
    assert stage.tables(first) == {"cues"}
    proposal = stage.propose(saved)
    assert targets(proposal) == {"facet", "field"}
    assert "2 to add, 0 to remove" in proposal.title
    assert proposal.on_behalf_of == stage.owner.user  # type: ignore[union-attr]
    stage.propose(saved)
    assert Proposal.objects.count() == 1
    accept(stage, proposal)
    assert stage.tables(first) == stage.tables(second) == {"cues", "sm_cues"}
    assert stage.propose(saved) is None
    # They are the rule's, although a person has accepted them.
    stage.call(first, called=False)
    assert targets(stage.propose(saved)) == {"facet"}


def test_the_proposal_of_a_rule_that_only_fills_says_how_many(stage: Stage) -> None:
    stage.create({"called": True}, {"called": True}, {}, facet="cues")
    saved = stage.save("titled", {"scope": "cues", "when": CALLED["when"], "fill": {"title": "Called"}})
    proposal = stage.propose(saved)
    assert proposal.title == "Rule “titled”: 2 to fill"


def test_the_job_of_a_rule_is_queued_with_the_change(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[str] = []
    monkeypatch.setattr("stages.automation.consequences.hook.queue_rule", lambda project, rule: queued.append(rule))
    saved = stage.save("called cues", CALLED)
    (cue,) = stage.create({"called": True}, facet="cues")
    assert queued == []
    stage.call(cue, called=False)
    assert queued == [saved.id]
    stage.save("", {**CALLED, "when_lost": "keep"}, rule_id=UUID(saved.id))
    stage.call(cue)
    stage.call(cue, called=False)
    assert queued == [saved.id]


def test_rules_over_rest(stage: Stage) -> None:
    stage.create({"called": True}, {"called": True}, {}, facet="cues")
    owner, editor = Api(stage.owner.user), Api(stage.caller.user)  # type: ignore[union-attr]
    here = f"projects/{stage.project.id}/rules/"
    answer = editor.post(f"{here}check/", {"definition": CALLED})
    assert answer.status_code == 200
    found = members(answer)
    assert (found["matches"], found["there"], found["joining"], found["cycle"]) == (2, 0, 2, None)
    assert [(each["key"], each["change"]) for each in found["sample"]] == [("Q-1", "joins"), ("Q-2", "joins")]
    assert found["sentence"].startswith("cues whose called is Yes are also in sm_cues")
    assert editor.post(here, {"name": "called cues", "definition": CALLED}).status_code == 403
    made = owner.post(here, {"name": "called cues", "definition": CALLED})
    assert made.status_code == 201
    (rule,) = members(editor.get(here))["rules"]
    assert (rule["name"], rule["is_on"], rule["definition"]) == ("called cues", True, CALLED)
    changed = owner.request("PUT", f"{here}{rule['id']}/", {"definition": CALLED, "is_on": False})
    assert members(changed) == {"id": rule["id"], "name": "called cues", "is_on": False}
    wrong = owner.post(here, {"name": "w", "definition": {"scope": "cues", "add_to": "sm_cues", "x": 1}})
    assert (wrong.status_code, list(members(wrong)["errors"])) == (400, ["definition.x"])
    wrongs: tuple[Any, ...] = ("x", [], 1, None, {"scope": "a" * 70_000})
    for broken in wrongs:
        assert owner.post(here, {"name": "w", "definition": broken}).status_code in (400, 413)


def test_what_is_over_one_proposal_follows_once_it_is_accepted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stages.automation.services.rule_proposals.MAX_CHANGES", 7)
    queued: list[str] = []
    monkeypatch.setattr("stages.automation.jobs.queue_rule", lambda project, rule: queued.append(rule))
    cues = stage.create(*[{"called": True}] * 5, facet="cues")
    saved = stage.save("called cues", CALLED)
    joined, rounds = 0, 0
    while proposal := stage.propose(saved):
        rounds += 1
        assert proposal.changes.count() <= 7
        left = len(cues) - joined - 2
        assert proposal.description == (f"{left} more records follow once these are accepted." if left > 0 else "")
        accept(stage, proposal)
        assert queued == [saved.id] * rounds
        joined = sum("sm_cues" in stage.tables(each) for each in cues)
    assert (joined, rounds) == (5, 3)
