"""Rules within bundles: one bundle, one event, one undo; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import Conflict
from stages.automation.errors import RuleCycle
from stages.automation.models import Switch
from stages.registers import verbs
from tests.automation.rules.stage import CALLED, Stage

pytestmark = pytest.mark.django_db


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
