"""Starting models: all at once or none, and what is refused with which answer. Cases 6 and 7, and bad input."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import Event
from projects.services import archive_project
from stages.runs.execution import execute
from stages.runs.jobs import execute_run
from stages.runs.models import Experiment, Message, Run, RunStatus
from stages.runs.services import archive_experiment, set_budget
from tests.rest.client import Api, members, problem
from tests.runs.evaluations import CASES, EXPECTED, SUITE, Evaluations, suite_of, terms
from tests.runs.provider import ScriptedProvider, provider
from tests.runs.world import World, new_world

OTHER = UUID("01890000-0000-7000-8000-000000000000")
MODELS = 8


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedProvider]:
    with provider() as found:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({found.host})
        yield found


def start(world: World, experiment: Experiment, *profile_ids: object, by: str = "ed") -> Any:
    body = {"profile_ids": [str(each) for each in profile_ids]}
    return Api(world.people[by]).post(f"experiments/{experiment.id}/runs/", body)


def evaluate(world: World, **body: Any) -> Any:
    given = {"kind": "evaluate", "suite": SUITE, **body}
    return Api(world.people["rae"]).post(f"projects/{world.project.id}/experiments/", given)


def errors(answer: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = members(answer).get("errors", {})
    return found


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name=execute_run.name).count()


def test_case_6_an_unknown_model_among_good_ones_starts_nothing(world: World):
    experiment, profiles = world.experiment(), [world.profile("one"), world.profile("two")]
    of_project = Event.objects.filter(chain=str(world.project.id))
    events, before = of_project.count(), jobs()

    answer = start(world, experiment, *(each.id for each in profiles), OTHER)

    assert problem(answer) == (404, "not_found")
    assert (Run.objects.count(), jobs(), of_project.count()) == (0, before, events)


def test_case_7_eight_models_answer_at_the_same_time(committed_world: World, server: ScriptedProvider):
    world = committed_world
    facts = {"provider": "openai", "model_name": "silent", "base_url": server.address, "key": "sk-abc-0123456789"}
    profiles = [world.profile(f"m-{number}", **facts) for number in range(MODELS)]
    runs = world.start(world.experiment(), *profiles)
    mine = Run.objects.filter(pk__in=[run.pk for run in runs])

    async def work() -> list[str]:
        working = asyncio.gather(*(execute(run.id) for run in runs))
        # None is answered before all are asked: they take the time of one.
        assert await asyncio.to_thread(server.wait_for, MODELS)
        statuses = await asyncio.to_thread(lambda: list(mine.values_list("status", flat=True)))
        server.released.set()
        await working
        return statuses

    assert asyncio.run(work()) == [RunStatus.RUNNING] * MODELS
    assert set(mine.values_list("status", flat=True)) == {RunStatus.SUCCEEDED}


def test_models_runs_and_repositories_of_another_project_are_not_found(world: World):
    other = new_world()
    experiment, profile = world.experiment(), world.profile()
    theirs, their_profile = other.experiment(), other.profile()
    (their_run,) = other.start(theirs, their_profile)
    api = Api(world.people["olga"])

    refused = [
        start(world, experiment, their_profile.id),
        start(world, experiment, profile.id, their_profile.id),
        start(world, theirs, profile.id),
        api.get(f"profiles/{their_profile.id}/"),
        api.patch(f"profiles/{their_profile.id}/", {"display_name": "x"}),
        api.request("PUT", f"profiles/{their_profile.id}/key/", {"key": "sk-abc-0123456789"}),
        api.post(f"profiles/{their_profile.id}/check/"),
        *(api.get(f"runs/{their_run.id}/{part}") for part in ("", "calls/", "log/", "patch/")),
        *(api.post(f"runs/{their_run.id}/{part}") for part in ("cancel/", "retry/", "choose/", "pull-request/")),
        api.post(f"experiments/{experiment.id}/messages/", {"text": "x", "base_run_id": str(their_run.id)}),
        api.post(f"experiments/{experiment.id}/runs/", {"profile_ids": [str(profile.id)], "message_id": str(OTHER)}),
        api.get(f"experiments/{experiment.id}/comparison/?runs={their_run.id},{OTHER}"),
        api.post(
            f"projects/{world.project.id}/experiments/",
            {"kind": "change", "title": "x", "text": "x", "repository_id": str(OTHER)},
        ),
    ]

    assert [problem(answer) for answer in refused] == [(404, "not_found")] * len(refused)
    assert not Run.objects.filter(project=world.project).exists()
    their_run.refresh_from_db()
    assert their_run.status == RunStatus.QUEUED


def test_an_evaluation_is_about_no_repository(world: World):
    for member in ({"repository_id": str(OTHER)}, {"commit": "1" * 40}, {"text": "x"}):
        answer = evaluate(world, **member)
        assert problem(answer) == (400, "validation_failed")
        assert [*errors(answer)] == [*member]


def test_no_model_and_one_twice_are_refused(world: World):
    experiment, profile = world.experiment(), world.profile()
    for ids in ((), (profile.id, profile.id)):
        answer = start(world, experiment, *ids)
        assert problem(answer) == (400, "validation_failed")
        assert [*errors(answer)] == ["profile_ids"]
    assert not Run.objects.exists()


def test_what_is_archived_is_a_conflict(world: World):
    experiment, other, profile = world.experiment(), world.experiment(), world.profile()
    archive_experiment(caller=world.caller("ed"), experiment_id=experiment.id)
    assert problem(start(world, experiment, profile.id)) == (409, "conflict")
    archive_project(caller=world.caller("olga"), project_id=world.project.id)
    assert problem(start(world, other, profile.id))[0] == 409
    assert not Run.objects.exists()


def test_a_role_that_is_too_small_is_refused(world: World):
    experiment, profile = world.experiment(), world.profile()
    (run,) = world.start(experiment, profile)
    api = Api(world.people["vic"])
    answers = [
        start(world, experiment, profile.id, by="vic"),
        api.post(f"projects/{world.project.id}/experiments/", {"title": "x", "text": "x"}),
        *(api.post(f"runs/{run.id}/{part}/") for part in ("cancel", "retry", "choose", "pull-request")),
        Api(world.people["rae"]).post(f"projects/{world.project.id}/profiles/", {"name": "x", "provider": "echo"}),
    ]
    assert [problem(answer) for answer in answers] == [(403, "permission_denied")] * len(answers)


def test_a_budget_that_is_gone_is_a_conflict(world: World):
    profile = world.profile(output_price=1_000_000)
    none: dict[str, Any] = {"max_open_calls": None, "calls_per_minute": None}
    set_budget(caller=world.caller("olga"), project_id=world.project.id, monthly_limit=0, **none)
    assert problem(start(world, world.experiment(), profile.id)) == (409, "conflict")
    assert not Run.objects.exists()


@pytest.mark.parametrize("member", ["text", "unsaved"])
def test_a_text_that_is_too_long_is_refused(world: World, member: str):
    long = "x" * (1024 * 1024 + 1)
    body = {"title": "x", "text": "x", **({"text": long} if member == "text" else {"unsaved": {"prompt_text": long}})}
    answer = Api(world.people["rae"]).post(f"projects/{world.project.id}/experiments/", body)
    assert problem(answer) == (413, "payload_too_large")
    if member == "text":
        further = Api(world.people["rae"]).post(f"experiments/{world.experiment().id}/messages/", {"text": long})
        assert problem(further) == (413, "payload_too_large")
        assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("suite", "cases", "named"),
    [
        (suite_of("{type: guess}"), terms(True), ("Line 5", "unknown grader")),
        (suite_of(EXPECTED, cases="corpus/none.jsonl"), terms(True), ("corpus/none.jsonl",)),
        (suite_of("{type: json_schema, schema: schemas/none.json}"), terms(True), ("schemas/none.json",)),
        (suite_of(EXPECTED, models="nobody"), terms(True), ("nobody",)),
        (suite_of(EXPECTED), f"{terms(True)}{{broken\n", (CASES, "Line 2")),
        (suite_of(EXPECTED), f"{terms(True)}[1]\n", (CASES, "Line 2")),
        (suite_of(EXPECTED, repeat="100"), terms(*[True] * 201), ("20100", "20000")),
        (suite_of(EXPECTED, **{"pass": "{must: [nobody]}"}), terms(True), ("pass.must[0]",)),
    ],
)
def test_what_is_wrong_with_a_suite_is_named(world: World, suite: str, cases: str, named: tuple[str, ...]):
    world.profile()
    Evaluations(world).save(suite=suite, cases=cases)

    answer = evaluate(world)

    assert problem(answer) == (400, "validation_failed")
    for words in named:
        assert words in str(errors(answer)), errors(answer)
    assert not Experiment.objects.exists()


def test_a_suite_that_is_not_there_is_named(world: World):
    world.profile()
    answer = evaluate(world, suite="evaluations/none.yaml")
    assert problem(answer) == (400, "validation_failed")
    assert "evaluations/none.yaml" in str(errors(answer))
    for path in ("../secret.yaml", "evaluations/../../x.yaml", "prompt_text"):
        assert problem(evaluate(world, suite=path)) == (400, "validation_failed")
