"""Evaluations from their start to their verdict: every case is asked once, graded once, and on record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import Event
from audit.verification import verify
from kernel.errors import Conflict, ValidationFailed
from stages.runs.cells import why_error
from stages.runs.choices import Outcome
from stages.runs.evaluation.grading import CellGrades, Grade
from stages.runs.llm.requests import ModelResponse
from stages.runs.models import Call, Run, RunStatus
from stages.runs.services import begin_call, claim_run, end_call, finish_run, requeue_run
from stages.runs.services.cells import fail_cell, grade_call, reuse_answer
from stages.runs.services.working import RunFenced
from tests.runs.evaluations import EXPECTED, SUITE, Evaluations, cells_in, finished, lines_of, suite_of, terms
from tests.runs.provider import ScriptedProvider, provider
from tests.runs.world import World, new_world


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedProvider]:
    with provider() as found:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({found.host})
        yield found


@pytest.fixture
def at(committed_world: World) -> Evaluations:
    return Evaluations(committed_world)


@pytest.fixture
def scripted(committed_world: World, server: ScriptedProvider) -> Callable[..., Any]:
    """A profile `house`, or of another name, of a scripted model."""

    def made(model: str = "good", name: str = "house", **facts: Any) -> Any:
        given = {"provider": "openai", "model_name": model, "base_url": server.address, "key": "sk-abc-012345", **facts}
        return committed_world.profile(name, **given)

    return made


def test_every_case_is_asked_once_and_the_verdict_counts_them(at: Evaluations):
    at.world.profile()
    at.save(suite=suite_of(EXPECTED, **{"pass": "{rate: 0.6}"}), cases=terms(True, True, False))

    (run,) = at.evaluate()

    assert (run.status, run.error) == (RunStatus.SUCCEEDED, "")
    assert run.verdict == {"outcome": "passed", "passed": 2, "failed": 1, "errors": 0}
    assert {key: call.passed for key, call in cells_in(run).items()} == {
        ("c1", 1): True,
        ("c2", 1): True,
        ("c3", 1): False,
    }
    assert Call.objects.filter(run=run).count() == 3
    queued = Event.objects.get(action="run.queued", target_id=str(run.id)).data
    assert queued["suite"] == {
        "path": SUITE,
        "sha256": run.experiment.suite_sha256,
        "models": ["house"],
        "name": "house",
        "cells": 3,
        "rules": {"rate": "0.6", "each": "1", "must": []},
    }
    assert Event.objects.get(action="run.succeeded", target_id=str(run.id)).data["verdict"] == run.verdict


def test_all_models_of_the_suite_are_asked(at: Evaluations):
    profiles = [at.world.profile("one"), at.world.profile("two"), at.world.profile("third")]
    at.save(suite=suite_of(EXPECTED, models="one, two", repeat="2"), cases=terms(True))
    experiment = at.make()

    runs = finished(at.start(experiment))

    assert [run.profile.name for run in runs] == ["one", "two"]
    assert [run.verdict for run in runs] == [{"outcome": "passed", "passed": 1, "failed": 0, "errors": 0}] * 2
    assert sorted(cells_in(runs[0])) == [("c1", 1), ("c1", 2)]
    (alone,) = at.start(experiment, profile_ids=[profiles[1].id])
    assert alone.profile_id == profiles[1].id
    for wrong in ([profiles[2].id], [profiles[0].id] * 2):
        with pytest.raises(ValidationFailed, match="its suite names"):
            at.start(experiment, profile_ids=wrong)


def test_case_14_a_case_without_a_variable_is_an_error_and_is_not_sent(at: Evaluations):
    at.world.profile()
    cases = [{"id": "a", "term": "rash", "site": "Bergen"}, {"id": "b", "term": "{{other}}"}]
    at.save(
        suite=suite_of('{type: contains, value: "Grade"}', input='"Grade {{term}}"'),
        cases=lines_of(cases),
        prompt_text="You work at {{site}}, not at {{unknown}}.",
    )

    (run,) = at.evaluate()

    assert run.verdict == {"outcome": "errors", "passed": 1, "failed": 0, "errors": 1}
    cells = cells_in(run)
    assert why_error(cells["b", 1]) == "missing_variable: The case has no member site."
    assert cells["b", 1].request_id is None
    again = at.retry(run)
    assert Call.objects.filter(run=again, request__isnull=True).count() == 1
    assert cells_in(again)["a", 1].reused_from_id == cells["a", 1].id


def test_case_14_braces_in_a_value_stay_as_they_are_written(at: Evaluations):
    at.world.profile()
    at.save(suite=suite_of('{type: exact, value: "Grade {{term}}"}'), cases=lines_of([{"term": "{{other}}"}]))

    (run,) = at.evaluate()

    (call,) = cells_in(run).values()
    assert call.response is not None
    assert call.response.text == "Grade {{other}}"
    assert call.passed


def test_case_15_the_tools_that_an_answer_calls_are_graded(at: Evaluations, scripted: Any, server: ScriptedProvider):
    scripted("calls-tools")
    tools = [
        {"name": "search_protocol", "description": "Search", "parameters": {"type": "object", "properties": {}}},
        {"name": "lookup_case", "description": "Look up", "parameters": {"type": "object", "properties": {}}},
    ]
    graders = (
        '{type: tool_call, name: right, tool: search_protocol, arguments: {query: "{{term}}"}}',
        "{type: tool_call, name: wrong, tool: delete_everything}",
    )
    at.save(
        suite=suite_of(*graders),
        cases=lines_of([{"id": "a", "term": "rash"}]),
        model_configuration=json.dumps({"tools": tools}),
    )

    (run,) = at.evaluate()

    (call,) = cells_in(run).values()
    assert call.grades is not None
    assert [(each["grader"], each["passed"]) for each in call.grades] == [("right", True), ("wrong", False)]
    assert [each["function"]["name"] for each in server.asked[0].body["tools"]] == ["search_protocol", "lookup_case"]
    assert verdict_of(run) == "failed"


def test_case_34_an_earlier_worker_writes_no_cell(at: Evaluations):
    profile = at.world.profile()
    at.save(suite=suite_of(EXPECTED), cases=terms(True))
    (run,) = at.start(at.make())
    old = claim_run(run_id=run.id)
    assert old is not None
    requeue_run(run_id=run.id, attempt=old.attempt, lost=True)
    assert claim_run(run_id=run.id) is not None
    (other,) = at.evaluate()
    call = cells_in(other)["c1", 1]

    for write in (
        lambda: grade_call(claim=old, call_id=call.id, grades=CellGrades(())),
        lambda: fail_cell(claim=old, profile=profile, case="c1", repeat=1, error="missing_variable", detail=""),
        lambda: reuse_answer(claim=old, answer=call, case="c1", repeat=1),
    ):
        with pytest.raises(RunFenced):
            write()


def test_case_41_a_judge_is_asked_once_more_and_what_is_no_grade_is_an_error(
    at: Evaluations, scripted: Any, server: ScriptedProvider
):
    grader = '{type: model, profile: judge, rubric: "Cites a section", at_least: 0.7}'
    scripted("good")
    scripted("fenced", "judge")
    server.texts["fenced"] = 'Here:\n```json\n{"score": 0.9, "reason": "It does."}\n```'
    at.save(suite=suite_of(grader), cases=terms(True))
    (run,) = at.evaluate()
    assert run.verdict == {"outcome": "passed", "passed": 1, "failed": 0, "errors": 0}
    assert cells_in(run)["c1", 1].score == 900_000

    server.texts["fenced"] = "I would give it a good grade."
    (broken,) = at.evaluate()

    call = cells_in(broken)["c1", 1]
    assert (call.passed, call.score) == (None, None)
    assert why_error(call) == "model: The judge did not answer with a grade, twice."
    assert broken.verdict == {"outcome": "errors", "passed": 0, "failed": 0, "errors": 1}
    asked = Call.objects.filter(run=broken).order_by("number").values_list("purpose", "case", "repeat")
    assert list(asked) == [("generate", "c1", 1), ("grade", "c1", 1), ("grade", "c1", 1)]
    # Its answer is kept, and graded anew.
    server.texts["fenced"] = '{"score": 0.2, "reason": "It does not."}'
    again = at.retry(broken)
    assert again.verdict == {"outcome": "failed", "passed": 0, "failed": 1, "errors": 0}
    assert cells_in(again)["c1", 1].reused_from_id == call.id
    assert sum(asked.model == "good" for asked in server.asked) == 2


def test_case_43_a_hostile_expression_ends_and_a_schema_with_references_is_refused(at: Evaluations):
    at.world.profile()
    cases = lines_of([{"id": "a", "term": "a" * 5_000 + "!"}])
    at.save(suite=suite_of("{type: regex, pattern: '^Grade (a+)+$'}"), cases=cases)
    (run,) = at.evaluate()
    assert verdict_of(run) == "failed"

    for reference in ("http://127.0.0.1:9/schema", "file:///etc/passwd"):
        at.save(suite=suite_of(f'{{type: json_schema, schema: {{"$ref": "{reference}"}}}}'))
        with pytest.raises(ValidationFailed, match="cannot be used"):
            at.make()


def test_a_key_that_is_refused_fails_the_run_at_once(at: Evaluations, scripted: Any, server: ScriptedProvider):
    scripted("wrong-key")
    at.save(suite=suite_of(EXPECTED), cases=terms(*[True] * 60))

    (run,) = at.evaluate()

    assert (run.status, run.error, run.verdict) == (RunStatus.FAILED, "authentication", None)
    assert len(server.asked) <= 16


def test_earlier_answers_are_reused_and_graded_anew_but_repeats_are_asked(
    at: Evaluations, scripted: Any, server: ScriptedProvider
):
    scripted("good")
    server.texts["good"] = "rash"
    at.save(suite=suite_of(EXPECTED, repeat="2"), cases=terms(True, False))
    (first,) = at.evaluate()
    assert len(server.asked) == 4

    at.save(suite=suite_of('{type: contains, value: "fever"}', repeat="2"))
    (second,) = at.evaluate(reuse=True)

    assert len(server.asked) == 6
    assert second.verdict == {"outcome": "failed", "passed": 0, "failed": 2, "errors": 0}
    before, after = cells_in(first), cells_in(second)
    assert {key for key, call in after.items() if call.reused_from_id is not None} == {("c1", 1), ("c2", 1)}
    assert after["c1", 1].reused_from in {before["c1", 1], before["c1", 2]}
    (third,) = at.evaluate(reuse=True)
    origin = cells_in(third)["c1", 1].reused_from
    assert origin is not None
    assert origin.reused_from_id is None


def test_only_what_failed_is_tried_again(at: Evaluations):
    at.world.profile()
    at.save(suite=suite_of(EXPECTED), cases=terms(True))
    (run,) = at.evaluate()
    with pytest.raises(Conflict, match="can be tried again"):
        at.retry(run)


def test_c08_the_database_keeps_suites_and_grades(world: World):
    at = Evaluations(world)
    profile = world.profile()
    at.save(suite=suite_of(EXPECTED), cases=terms(True))
    (run,) = at.start(at.make())
    claim = claim_run(run_id=run.id)
    assert claim is not None
    call = begin_call(claim=claim, profile=profile, record="{}", case="c1", repeat=1)
    end_call(claim=claim, call=call, response=ModelResponse("rash", (), Outcome.COMPLETED, "stop", "echo", "", 1, 1))
    grade_call(claim=claim, call_id=call.id, grades=CellGrades((Grade("contains", True, 1.0),)))
    verdict = {"outcome": "passed", "passed": 1, "failed": 0, "errors": 0}
    finish_run(claim=claim, status=RunStatus.SUCCEEDED, verdict=verdict)

    for change in (
        lambda: Call.objects.filter(pk=call.pk).update(passed=False),
        lambda: Call.objects.filter(pk=call.pk).update(case="other"),
        lambda: Call.objects.filter(pk=call.pk).delete(),
        lambda: Run.objects.filter(pk=run.pk).update(verdict={"outcome": "passed"}),
        lambda: type(run.experiment).objects.filter(pk=run.experiment_id).update(suite="evaluations/other.yaml"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_c02_the_audit_trail_counts_verdicts_again(own_db: None):
    at = Evaluations(new_world())
    at.world.profile()
    at.save(suite=suite_of(EXPECTED), cases=terms(True, False))
    (run,) = at.evaluate()
    assert verify().findings == []

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE runs_call DISABLE TRIGGER USER")
        cursor.execute("UPDATE runs_call SET passed = true WHERE run_id = %s", [run.id])
        cursor.execute("ALTER TABLE runs_call ENABLE TRIGGER USER")

    assert [finding.what for finding in verify().findings] == [
        f"the calls of run {run.id} were changed",
        f"the answers of run {run.id} add up to another verdict",
    ]


def verdict_of(run: Run) -> str:
    assert run.verdict is not None, (run.status, run.error, run.detail)
    return str(run.verdict["outcome"])
