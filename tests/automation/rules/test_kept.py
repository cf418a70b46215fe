"""What people decide against rules stays: records that they took out, and fields that they emptied."""

from __future__ import annotations

from typing import Any

import pytest

from proposals.services import accept_proposal
from stages.registers import verbs
from tests.automation.rules.stage import CALLED, Stage

pytestmark = pytest.mark.django_db


def take_out(stage: Stage, record: str, table: str = "sm_cues") -> Any:
    return stage.write(lambda acts, schema: verbs.detach(acts, schema, record, table))


def put_in(stage: Stage, record: str, **values: Any) -> Any:
    return stage.write(lambda acts, schema: verbs.attach(acts, schema, record, "sm_cues", values))


def accept(stage: Stage, saved: Any) -> None:
    assert stage.owner is not None
    accept_proposal(caller=stage.owner, proposal_id=stage.propose(saved).id, round=1)


def called(stage: Stage, **values: Any) -> str:
    (cue,) = stage.create({"called": True, **values}, facet="cues")
    return cue


def test_a_record_that_a_person_took_out_stays_out_until_it_matches_anew(stage: Stage) -> None:
    stage.save("called cues", CALLED)
    cue = called(stage)
    assert stage.tables(cue) == {"cues", "sm_cues"}
    take_out(stage, cue)
    assert stage.tables(cue) == {"cues"}
    stage.set(cue, "title", "Go", facet="cues")
    stage.call(cue)
    assert stage.tables(cue) == {"cues"}
    stage.call(cue, called=False)
    assert stage.tables(cue) == {"cues"}
    stage.call(cue)
    assert stage.tables(cue) == {"cues", "sm_cues"}


def test_of_a_record_that_a_person_put_there_the_removal_stays_as_well(stage: Stage) -> None:
    stage.save("called cues", CALLED)
    (cue,) = stage.create({}, facet="cues")
    put_in(stage, cue)
    stage.call(cue)
    take_out(stage, cue)
    assert stage.tables(cue) == {"cues"}
    put_in(stage, cue)
    assert stage.value(cue, "department", "sm_cues") == "lighting"
    # Who takes back the removal has the record there again.
    take_out(stage, cue)
    stage.undo()
    assert stage.tables(cue) == {"cues", "sm_cues"}


def test_no_other_rule_puts_it_back(stage: Stage) -> None:
    stage.save("called cues", CALLED)
    titled = {"scope": "cues", "when": [{"column": "title", "empty": False}], "add_to": "sm_cues"}
    stage.save("titled cues", titled)
    cue = called(stage, title="Go")
    take_out(stage, cue)
    stage.call(cue)
    stage.set(cue, "title", "Stop", facet="cues")
    assert stage.tables(cue) == {"cues"}
    # One of them begins to match, which is a new reason.
    stage.set(cue, "title", None, facet="cues")
    stage.set(cue, "title", "Go", facet="cues")
    assert stage.tables(cue) == {"cues", "sm_cues"}


def test_a_field_that_a_person_emptied_stays_empty(stage: Stage) -> None:
    stage.save("called cues", CALLED)
    cue = called(stage)
    assert stage.value(cue, "department", "sm_cues") == "lighting"
    stage.set(cue, "department", None, facet="sm_cues")
    stage.set(cue, "title", "Go", facet="cues")
    stage.call(cue)
    assert stage.value(cue, "department", "sm_cues") is None
    stage.call(cue, called=False)
    stage.call(cue)
    assert stage.value(cue, "department", "sm_cues") == "lighting"


def test_a_field_that_nobody_ever_set_is_filled_later_too(stage: Stage) -> None:
    copied = {**CALLED, "fill": {"note": {"column": "title"}}}
    stage.save("called cues", copied)
    cue = called(stage)
    assert stage.value(cue, "note", "sm_cues") is None
    stage.set(cue, "title", "Go", facet="cues")
    assert stage.value(cue, "note", "sm_cues") == "Go"


def test_an_emptied_field_of_columns_that_are_one_stays_empty_in_both(stage: Stage) -> None:
    both = ("cues", "department"), ("sm_cues", "department")
    stage.write(lambda acts, schema: verbs.confirm_mapping(acts, schema, *both))
    stage.save("called cues", CALLED)
    cue = called(stage)
    stage.set(cue, "department", None, facet="cues")
    stage.set(cue, "title", "Go", facet="cues")
    assert stage.value(cue, "department", "sm_cues") is None
    assert stage.value(cue, "department", "cues") is None


def test_what_was_taken_out_is_not_proposed_again(stage: Stage) -> None:
    first, second = called(stage), called(stage)
    saved = stage.save("called cues", CALLED)
    accept(stage, saved)
    take_out(stage, first)
    assert (stage.tables(first), stage.tables(second)) == ({"cues"}, {"cues", "sm_cues"})
    look = stage.check(CALLED).look
    assert (look.joining, look.kept_out) == ([], [first])
    assert stage.propose(saved) is None


def test_taking_back_an_accepted_proposal_of_a_rule_takes_back_all_of_it(stage: Stage) -> None:
    cue = called(stage)
    saved = stage.save("called cues", CALLED)
    accept(stage, saved)
    assert stage.tables(cue) == {"cues", "sm_cues"}
    assert stage.owner is not None
    stage.caller, editor = stage.owner, stage.caller
    stage.undo()
    stage.caller = editor
    assert stage.tables(cue) == {"cues"}


def test_what_a_person_wrote_in_a_table_is_there_when_a_rule_brings_the_record_back(stage: Stage) -> None:
    saved = stage.save("called cues", CALLED)
    cue = called(stage)
    stage.set(cue, "department", "sound", facet="sm_cues")
    stage.call(cue, called=False)
    accept(stage, saved)
    assert stage.tables(cue) == {"cues"}
    stage.call(cue)
    assert stage.value(cue, "department", "sm_cues") == "sound"


def test_the_log_is_read_once_for_many_records(stage: Stage, django_assert_max_num_queries: Any) -> None:
    stage.save("called cues", CALLED)
    cues = stage.create(*[{"called": True}] * 30, facet="cues")
    cells = [verbs.Cell(each, "sm_cues", "department", None) for each in cues]
    stage.write(lambda acts, schema: verbs.set_fields(acts, schema, cells))
    again = [verbs.Cell(each, "cues", "called", True) for each in cues]
    again += [verbs.Cell(each, "sm_cues", "page", 1) for each in cues]
    with django_assert_max_num_queries(40):
        stage.write(lambda acts, schema: verbs.set_fields(acts, schema, again))
    assert {stage.value(each, "department", "sm_cues") for each in cues} == {None}
