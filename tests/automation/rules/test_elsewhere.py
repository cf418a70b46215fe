"""Rules of other sites are off here until an owner of this site switches them on; of two that differ none is on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kernel.canonical import canonical
from stages.automation.errors import RuleCycle
from stages.automation.facets import RULE, record_id
from stages.automation.reading.rules import rules_of
from stages.registers import verbs
from stages.registers.fold.payloads import AttachFacet, ConfirmFieldMapping, CreateEntity, SetField
from stages.registers.storing.storage import PostgresStorage
from tests.automation.rules.stage import CALLED, Stage
from tests.registers.storing.foreign_site import ForeignSite
from tests.registers.storing.test_foreign import take

pytestmark = pytest.mark.django_db

NUMBERED = {"scope": "cues", "when": [{"column": "title", "is": "x"}], "fill": {"number": 1}}
NOTED = {"scope": "sm_cues", "when": [{"column": "page", "is": 1}], "fill": {"note": "x"}}
TITLED = {"scope": "cues", "when": [{"column": "number", "is": 1}], "fill": {"title": "x"}}


@pytest.fixture
def basel(stage: Stage) -> ForeignSite:
    return ForeignSite(stage.project.id)


def arrive(stage: Stage, basel: ForeignSite, name: str, definition: dict[str, Any]) -> str:
    """A rule that another site has saved."""
    record = record_id(stage.project.id, RULE, name)
    values = {"name": name, "definition": canonical(definition)}
    written = [SetField(record, RULE, each, value) for each, value in values.items()]
    take(stage, basel.write([CreateEntity(record), AttachFacet(record, RULE), *written]), site=basel)
    return record


def test_a_rule_of_another_site_is_off_until_an_owner_switches_it_on(stage: Stage, basel: ForeignSite) -> None:
    record = arrive(stage, basel, "called cues", CALLED)
    (rule,) = rules_of(stage.project.id)
    assert (rule.id, rule.is_on, rule.value) == (record, False, CALLED)
    (first,) = stage.create({"called": True}, facet="cues")
    assert stage.tables(first) == {"cues"}
    stage.save("", CALLED, rule_id=UUID(record))
    (second,) = stage.create({"called": True}, facet="cues")
    assert stage.tables(second) == {"cues", "sm_cues"}
    # Another text from there is off again.
    change = SetField(record, RULE, "definition", canonical({**CALLED, "when": []}))
    take(stage, basel.write([change], seen=PostgresStorage(stage.project.id).clock()), site=basel)
    (rule,) = rules_of(stage.project.id)
    assert (rule.is_on, rule.is_conflicted) == (False, False)


def test_switching_on_what_closes_a_cycle_is_refused(stage: Stage, basel: ForeignSite) -> None:
    stage.save("numbered", NUMBERED)
    record = arrive(stage, basel, "titled", TITLED)
    with pytest.raises(RuleCycle) as refused:
        stage.save("", TITLED, rule_id=UUID(record))
    assert refused.value.extra["cycle"] == ["numbered", "titled", "numbered"]
    assert [(each.name, each.is_on) for each in rules_of(stage.project.id)] == [("numbered", True), ("titled", False)]


def test_columns_that_another_site_made_one_take_a_cycle_out_and_no_write_is_lost(
    stage: Stage, basel: ForeignSite
) -> None:
    """Two sites may each do what has no cycle: here the rules in it add nothing, until somebody decides."""
    stage.save("one", NUMBERED)
    stage.save("two", NOTED)
    stage.save("called cues", CALLED)
    pairs = (("cues", "number", "sm_cues", "page"), ("cues", "title", "sm_cues", "note"))
    take(stage, basel.write([ConfirmFieldMapping(*each, True) for each in pairs]), site=basel)
    (cue,) = stage.create({"title": "x", "called": True}, facet="cues")
    assert stage.value(cue, "number", "cues") is None
    assert stage.tables(cue) == {"cues", "sm_cues"}
    with pytest.raises(RuleCycle):
        stage.save("three", {**NUMBERED, "fill": {"number": 1}})


def test_a_rule_that_two_sites_saved_apart_is_off_until_it_is_saved_again(stage: Stage, basel: ForeignSite) -> None:
    seen = PostgresStorage(stage.project.id).clock()
    saved = stage.save("called cues", CALLED)
    change = SetField(saved.id, RULE, "definition", canonical({**CALLED, "when": []}))
    take(stage, basel.write([change], seen=seen), site=basel)
    (rule,) = rules_of(stage.project.id)
    assert (rule.is_on, rule.is_conflicted) == (False, True)
    (cue,) = stage.create({"called": True}, facet="cues")
    assert stage.tables(cue) == {"cues"}
    stage.save("", CALLED, rule_id=UUID(saved.id))
    (rule,) = rules_of(stage.project.id)
    assert (rule.is_on, rule.is_conflicted) == (True, False)
    stage.call(cue)
    assert stage.tables(cue) == {"cues", "sm_cues"}


def test_what_arrives_from_elsewhere_triggers_nothing(stage: Stage, basel: ForeignSite) -> None:
    stage.save("called cues", CALLED)
    (cue,) = stage.create({}, facet="cues")
    seen = PostgresStorage(stage.project.id).clock()
    take(stage, basel.write([SetField(cue, "cues", "called", True)], seen=seen), site=basel)
    assert stage.tables(cue) == {"cues"}
    # The next change here that concerns it does.
    cells = [verbs.Cell(cue, "cues", "called", True)]
    stage.write(lambda acts, schema: verbs.set_fields(acts, schema, cells))
    assert stage.tables(cue) == {"cues", "sm_cues"}
