"""Suites that are wrong are refused when an evaluation is made, by the file, the line or the name."""

from __future__ import annotations

import pytest

from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from stages.runs.services import post_message
from tests.runs.evaluations import CASES, EXPECTED, Evaluations, suite_of, terms
from tests.runs.world import World


@pytest.mark.parametrize(
    ("suite", "cases", "words"),
    [
        ("", terms(True), r"no file evaluations/regression.yaml"),
        (suite_of(EXPECTED, cases="corpus/none.jsonl"), terms(True), "no file corpus/none.jsonl"),
        (suite_of("{type: magic}"), terms(True), "Line 5: .*unknown grader"),
        (suite_of(EXPECTED), terms(True) + "{broken\n", "Line 2"),
        (suite_of(EXPECTED, models="nobody"), terms(True), "no model nobody"),
        (suite_of("{type: model, profile: judge, rubric: x, at_least: 1}"), terms(True), "no model judge"),
        (suite_of(EXPECTED, repeat="100"), terms(*[True] * 201), "20100 answers"),
        (suite_of("{type: regex, pattern: '('}"), terms(True), "RE2 cannot read"),
    ],
)
def test_a_suite_that_is_wrong_is_refused_by_name(world: World, suite: str, cases: str, words: str):
    at = Evaluations(world)
    world.profile()
    at.save(suite=suite, cases=cases)

    with pytest.raises(ValidationFailed, match=words):
        at.make()


def test_where_suites_are_and_what_is_unsaved_is_checked(world: World):
    at = Evaluations(world)
    world.profile()
    at.save(suite=suite_of(EXPECTED), cases=terms(True))
    for path in ("corpus/terms.jsonl", "evaluations/regression.txt", "evaluations/../x.yaml"):
        with pytest.raises(ValidationFailed):
            at.make(suite=path)
    with pytest.raises(ValidationFailed, match="before they are saved"):
        at.make(unsaved={f"files/{CASES}": "{}"})
    for name in ("vic", "outsider"):
        with pytest.raises((PermissionDenied, NotFound)):
            at.make(by=name)
    experiment = at.make(unsaved={"prompt_text": "Be brief."})
    with pytest.raises(Conflict, match="nothing further"):
        post_message(caller=world.caller("ed"), experiment_id=experiment.id, text="And now?")
