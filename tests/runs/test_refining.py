"""Refining a text against a suite: within its calls, proved on cases held back, and proposed with both scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import Event
from kernel.errors import Conflict, ValidationFailed
from stages.runs.models import Call, Experiment, LogKind, Meter, Run, RunLog, RunStatus
from stages.runs.refinement.settings import held_out_keys
from stages.runs.results import baselines_of
from stages.runs.services import choose_run, post_message, set_budget, update_profile
from stages.runs.verification import check_records
from tests.runs.evaluations import SUITE, Evaluations, lines_of, suite_of
from tests.runs.provider import ScriptedProvider, provider
from tests.runs.refinements import FIRST, GRADER, WORDS, Refinements, questions_to
from tests.runs.world import World

HELD_OUT = held_out_keys([f"c{at}" for at in range(1, 13)], 30)


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedProvider]:
    with provider() as found:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({found.host})
        yield found


@pytest.fixture
def refining(committed_world: World, server: ScriptedProvider) -> Refinements:
    return Refinements(
        Evaluations(committed_world), server, ["Say rash.", "Say rash and fever.", "Say " + ", ".join(WORDS)]
    )


def test_the_best_text_is_found_and_proved_on_cases_that_were_held_back(refining: Refinements):
    writer = refining.make_models()
    refining.save()

    run = refining.refine(writer)

    assert (run.status, run.error, run.detail) == (RunStatus.SUCCEEDED, "", "")
    verdict = run.verdict
    assert verdict is not None
    assert (verdict["outcome"], verdict["best"]) == ("improved", 3)
    assert verdict["before"] == {"answers": 4, "passed": 0, "score": 0}
    assert verdict["after"] == {"answers": 4, "passed": 4, "score": 1_000_000}
    assert [file["path"] for file in run.files_changed] == ["prompt_text"]
    calls = Call.objects.filter(run=run)
    assert verdict["calls"] == calls.count() <= 60
    # Each text answered each case at most once.
    asked = Counter(calls.filter(purpose="generate").values_list("candidate", "case"))
    assert set(asked.values()) == {1}
    assert {case for candidate, case in asked if candidate not in {0, 3}}.isdisjoint(HELD_OUT)
    assert [
        case
        for case in HELD_OUT
        if any(f"term {case[1:]}\n" in text for text in questions_to(refining.server, "writes"))
    ] == []
    queued = Event.objects.get(action="run.queued", target_id=str(run.id)).data
    assert queued["refinement"] == {
        "field": "prompt_text",
        "models": ["house"],
        "max_calls": 60,
        "held_out": 30,
        "cases": {"working": 8, "held_out": 4},
    }
    assert findings_of(run) == []

    choice = choose_run(caller=refining.at.world.caller("ed"), run_id=run.id)

    assert choice.proposal is not None
    assert choice.proposal.title == f"{SUITE} (0.0 % → 100.0 % on cases held back)"
    (change,) = choice.proposal.changes.all()
    assert (change.target, change.value) == ("prompt_text", "Say rash, fever, nausea")
    assert str(writer.agent_id) in {str(each["id"]) for each in choice.proposal.contributors}


def findings_of(run: Run) -> list[str]:
    """What a verification says of the calls, the scores and the console of a run."""
    return [found.what for found in check_records() if str(run.id) in found.what]


def test_a_forged_grade_of_a_search_is_noticed(refining: Refinements):
    writer = refining.make_models()
    refining.save()
    run = refining.refine(writer)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE runs_call DISABLE TRIGGER USER")
        cursor.execute("UPDATE runs_call SET score = 1000000 WHERE run_id = %s AND candidate = 0", [run.id])
        assert [words.split(" of run ")[0] for words in findings_of(run)] == [
            "the calls",
            "the answers",
        ]
        transaction.set_rollback(True)


def test_nothing_is_proposed_where_no_text_is_better(refining: Refinements):
    refining.texts = ["Say nothing.", "Be kind."]
    writer = refining.make_models()
    refining.save()

    run = refining.refine(writer, max_calls=40)

    assert (run.status, run.patch_id, run.files_changed) == (RunStatus.SUCCEEDED, None, [])
    verdict = run.verdict
    assert verdict is not None
    assert (verdict["outcome"], verdict["best"], verdict["before"]) == ("unchanged", 0, verdict["after"])
    assert Call.objects.filter(run=run).count() <= 40
    with pytest.raises(Conflict, match="changed nothing"):
        choose_run(caller=refining.at.world.caller("ed"), run_id=run.id)


def test_a_text_that_is_no_better_on_cases_held_back_has_a_warning(refining: Refinements):
    # The last case is held back, and no text of the others helps it.
    words = ["absent" if f"c{at}" in HELD_OUT else "rash" for at in range(1, 13)]
    writer = refining.make_models()
    refining.save(words=words)

    run = refining.refine(writer)

    assert run.verdict is not None
    assert (run.verdict["outcome"], run.verdict["best"]) == ("not_improved", 1)
    assert run.warnings == ["On the cases that were held back the best text is no better than the first."]


def test_a_parameter_that_is_not_sent_is_named_once_for_each_model(refining: Refinements):
    refining.texts = ["Say nothing."]
    writer = refining.make_models()
    refining.save()
    refining.at.save(model_configuration='{"generation": {"thinking_depth": 3}}')

    run = refining.refine(writer, max_calls=40)

    words = "“thinking_depth” was not sent: this provider does not take it."
    assert RunLog.objects.filter(run=run, kind=LogKind.WARNING, text=words).count() == 1
    assert Call.objects.filter(run=run).count() > 10


def test_no_more_calls_are_made_than_allowed(refining: Refinements):
    refining.texts = [f"Try {at}." for at in range(100)]
    writer = refining.make_models()
    refining.save()

    run = refining.refine(writer, max_calls=31)

    assert run.status == RunStatus.SUCCEEDED
    assert len(refining.server.asked) == Call.objects.filter(run=run).count() <= 31
    assert Call.objects.filter(run=run, purpose="reflect").count() > 1


def test_a_name_that_cases_lack_is_the_fault_of_the_text(refining: Refinements):
    refining.texts = ["Say {{site}} and rash.", "Say rash, fever, nausea."]
    writer = refining.make_models()
    cases = [{"id": f"c{at}", "term": f"term {at}", "expected": word} for at, word in enumerate(WORDS * 4, 1)]
    refining.at.save(suite=suite_of(GRADER), cases=lines_of([*cases, {**cases[0], "id": "c13", "site": "Bergen"}]))
    refining.at.save(prompt_text=FIRST)

    run = refining.refine(writer, max_calls=80)

    assert (run.status, run.verdict and run.verdict["best"]) == (RunStatus.SUCCEEDED, 2)
    failed = Call.objects.filter(run=run, error="missing_variable")
    assert set(failed.values_list("candidate", flat=True)) == {1}
    assert not failed.exclude(request=None, passed=None).exists()
    assert findings_of(run) == []


def test_a_broken_grader_ends_the_search_and_a_retry_keeps_the_answers(refining: Refinements):
    writer = refining.make_models()
    refining.profile("judge", "judges")
    refining.server.texts["judges"] = "no grade"
    judge = '{type: model, profile: judge, rubric: "Cites", at_least: 0.5}'
    refining.save(words=WORDS, grader=judge)

    run = refining.refine(writer, max_calls=40)

    assert (run.status, run.error) == (RunStatus.FAILED, "grader_failed")
    answered = Call.objects.filter(run=run, purpose="generate", error="").exclude(response=None).count()
    refining.server.texts["judges"] = '{"score": 1, "reason": "fine"}'
    before = sum(each.model == "good" for each in refining.server.asked)
    again = refining.at.retry(run)
    assert (again.status, again.verdict and again.verdict["outcome"]) == (RunStatus.SUCCEEDED, "unchanged")
    assert Call.objects.filter(run=again, reused_from__isnull=False).count() == answered
    assert sum(each.model == "good" for each in refining.server.asked) == before + len(WORDS) - answered


def test_a_search_without_budget_fails_and_goes_on_after_the_budget_was_raised(refining: Refinements):
    world = refining.at.world
    writer = refining.make_models()
    prices: dict[str, Any] = {"input_price": 1_000_000, "output_price": 1_000_000, "token_limit": 1000}
    update_profile(caller=world.caller("olga"), profile_id=writer.id, **prices)
    # Enough for the question that is counted beforehand, and not for a proposal.
    limit = 1500
    set_budget(caller=world.caller("olga"), profile_id=writer.id, **limits(limit))
    refining.save()

    run = refining.refine(writer)

    assert (run.status, run.error) == (RunStatus.FAILED, "budget_exhausted")
    meter = Meter.objects.get(profile=writer.id)
    assert (meter.reserved, meter.open_calls, meter.spent <= limit) == (0, 0, True)
    asked = len(refining.server.asked)
    set_budget(caller=world.caller("olga"), profile_id=writer.id, **limits(None))
    again = refining.at.retry(run)
    assert (again.status, again.verdict and again.verdict["outcome"]) == (RunStatus.SUCCEEDED, "improved")
    reused = Call.objects.filter(run=again, reused_from__isnull=False).count()
    assert reused == asked
    assert Call.objects.filter(run=again).count() == reused + len(refining.server.asked) - asked
    assert findings_of(again) == []


def limits(monthly: int | None) -> dict[str, Any]:
    return {"monthly_limit": monthly, "max_open_calls": None, "calls_per_minute": None}


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"max_calls": 24}, "max_calls"),
        ({"max_calls": 1_000_000}, "max_calls"),
        ({"models": ["other"]}, "models"),
        ({"models": []}, "models"),
        ({"models": ["house", "house"]}, "models"),
        ({"held_out": 0}, "held_out"),
        ({"held_out": 91}, "held_out"),
        ({"field": "model_configuration"}, "field"),
        ({"field": "files/none.md"}, "field"),
        ({"field": f"files/{SUITE}"}, "field"),
        ({"field": "nonsense"}, "field"),
        ({"suite": "evaluations/none.yaml"}, "suite"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(refining: Refinements, wrong: dict[str, Any], name: str):
    refining.make_models()
    refining.save()
    with pytest.raises(ValidationFailed) as refusal:
        refining.make(**wrong)
    assert list(refusal.value.errors) == [name]
    assert not Experiment.objects.filter(project=refining.at.world.project).exists()


def test_one_case_cannot_be_split(refining: Refinements):
    refining.make_models()
    refining.save(words=WORDS[:1])
    with pytest.raises(ValidationFailed, match="one of them held back"):
        refining.make()


def test_the_database_keeps_how_an_experiment_refines(refining: Refinements):
    refining.make_models()
    refining.save()
    experiment = refining.make()
    for change in ({"refinement": None}, {"refinement": {**(experiment.refinement or {}), "max_calls": 1}}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Experiment.objects.filter(pk=experiment.pk).update(**change)
    with pytest.raises(Conflict, match="nothing further"):
        post_message(caller=refining.at.world.caller("ed"), experiment_id=experiment.id, text="Why?")


def test_an_evaluation_is_not_compared_with_a_search(refining: Refinements):
    refining.make_models()
    refining.save()
    refining.make()
    assert baselines_of(refining.at.make()) == []
