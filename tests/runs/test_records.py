"""What is on record of a question and its calls, and which questions are refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Event
from audit.verification import verify
from blobs.models import Blob, sha256_of
from kernel.doctor import Level
from kernel.errors import LockNotHeld, PayloadTooLarge
from kernel.ijson import parse
from kernel.metrics import SITE_FIGURES
from stages.runs import doctor
from stages.runs.choices import Outcome
from stages.runs.doctor import examine
from stages.runs.experiments_api import MAX_MESSAGES
from stages.runs.llm.hiding import HIDDEN_KEY, KeyHider
from stages.runs.llm.requests import ModelResponse, ToolCall
from stages.runs.metrics import FIGURES
from stages.runs.models import Call, Experiment, Run, RunStatus
from stages.runs.services import (
    begin_call,
    claim_run,
    create_experiment,
    end_call,
    experiments,
    finish_run,
    post_message,
)
from stages.runs.verification import check_records
from tests.rest.client import Api, members, problem
from tests.runs.world import World

KEY = "sk-abc-0123456789"


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_a_key_is_hidden_in_an_answer_that_comes_in_pieces(size: int):
    text = f"Your key {KEY} and {KEY[:6]}, sk-abc-01234 and {KEY}{KEY}. sk-"
    hider = KeyHider(KEY)
    pieces = [hider.pass_on(text[at : at + size]) for at in range(0, len(text), size)]

    assert "".join([*pieces, hider.rest()]) == text.replace(KEY, HIDDEN_KEY)


def test_a_queued_run_names_prices_and_prompt(world: World):
    profile = world.profile(input_price=5, output_price=7)
    world.start(world.experiment(unsaved={"prompt_text": "Be brief."}), profile)

    data = Event.objects.get(action="run.queued").data
    assert (data["input_price"], data["output_price"]) == (5, 7)
    assert Blob.objects.get(pk=data["source"]["prompt"]).text == "Be brief."


def test_the_calls_of_a_run_come_in_pages_with_their_tool_calls(world: World):
    profile = world.profile()
    (run,) = world.start(world.experiment(), profile)
    claim = claim_run(run_id=run.id)
    assert claim is not None
    tools = (ToolCall("1", "search", '{"query": "rash"}'),)
    for _ in range(3):
        call = begin_call(claim=claim, profile=profile, record="{}")
        response = ModelResponse("", tools, Outcome.COMPLETED, "tool_calls", "echo", "", 1, 1)
        end_call(claim=claim, call=call, response=response)
    finish_run(claim=claim, status=RunStatus.SUCCEEDED)

    api = Api(world.people["vic"])
    first = members(api.get(f"/api/v1/runs/{run.id}/calls/?limit=2"))
    assert [each["number"] for each in first["results"]] == [1, 2]
    rest = members(api.get(first["next"].removeprefix("http://testserver")))
    assert [each["number"] for each in rest["results"]] == [3]
    sha256 = first["results"][0]["tool_calls_sha256"]
    assert parse(Blob.objects.get(pk=sha256).text) == [{"id": "1", "name": "search", "arguments": '{"query": "rash"}'}]


def test_the_times_of_calls_are_proven(world: World):
    profile = world.profile()
    (run,) = world.start(world.experiment(), profile)
    claim = claim_run(run_id=run.id)
    assert claim is not None
    begin_call(claim=claim, profile=profile, record="{}")
    finish_run(claim=claim, status=RunStatus.FAILED, error="internal")
    assert list(check_records()) == []

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE runs_call DISABLE TRIGGER USER")
    Call.objects.update(ended_at=timezone.now() + timedelta(days=1))
    assert ["calls" in str(each) for each in check_records()] == [True]


@pytest.mark.parametrize("field", ["prompt_text", "files/unknown.md"])
def test_unsaved_texts_are_of_fields_that_who_asks_holds(world: World, field: str):
    asked: dict[str, Any] = {"project_id": world.project.id, "title": "?", "text": "?", "unsaved": {field: "Be brief."}}
    for holder in ("nobody", "olga"):
        with world.holding("olga", *([field] if holder == "olga" else [])), pytest.raises(LockNotHeld, match=field):
            create_experiment(caller=world.caller("ed"), **asked)
    assert not Experiment.objects.exists()

    with world.holding("ed", field):
        assert create_experiment(caller=world.caller("ed"), **asked).unsaved.keys() == {field}
    with pytest.raises(LockNotHeld, match=field):
        create_experiment(caller=world.caller("ed"), **asked)


def test_rest_refuses_a_text_of_a_field_that_is_not_held(world: World):
    asked = {"title": "?", "text": "?", "unsaved": {"prompt_text": "Be brief."}}
    api, path = Api(world.people["ed"]), f"/api/v1/projects/{world.project.id}/experiments/"

    refused = api.post(path, asked)
    assert problem(refused) == (409, "lock_not_held")
    assert refused.json()["field"] == "prompt_text"
    with world.holding("ed", "prompt_text"):
        assert api.post(path, asked).status_code == 201


def test_a_conversation_has_an_end(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(experiments, "MAX_TURNS", 2)
    profile, experiment = world.profile(), world.experiment()
    base: Any = None
    for turn in range(3):
        if turn:
            post_message(caller=world.caller("ed"), experiment_id=experiment.id, text="And?", base_run_id=base)
        if turn == 2:
            break
        (run,) = world.start(experiment, profile)
        base = _answered(run, profile)

    with pytest.raises(PayloadTooLarge, match="at most 2 questions"):
        world.start(experiment, profile)


def test_messages_come_in_short_pages(world: World):
    experiment = world.experiment()
    for _ in range(MAX_MESSAGES):
        post_message(caller=world.caller("ed"), experiment_id=experiment.id, text="And?")
    api, address = Api(world.people["vic"]), f"/api/v1/experiments/{experiment.id}/messages/"

    found = members(api.get(address))
    assert (len(found["results"]), found["next"] is not None) == (MAX_MESSAGES, True)
    assert problem(api.get(f"{address}?limit={MAX_MESSAGES + 1}"))[0] == 400


def test_the_answers_of_a_conversation_count_for_its_length(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(experiments, "MAX_CONVERSATION", 100)
    profile, experiment = world.profile(), world.experiment(text="How long?")
    (run,) = world.start(experiment, profile)
    base = _answered(run, profile, "y" * 100)
    post_message(caller=world.caller("ed"), experiment_id=experiment.id, text="And?", base_run_id=base)

    with pytest.raises(PayloadTooLarge, match="100 bytes with their answers"):
        world.start(experiment, profile)
    monkeypatch.setattr(experiments, "MAX_CONVERSATION", 113)
    world.start(experiment, profile)


def _answered(run: Run, profile: Any, text: str = "Yes") -> Any:
    claim = claim_run(run_id=run.id)
    assert claim is not None
    call = begin_call(claim=claim, profile=profile, record=f'{{"n": "{uuid4()}"}}')
    end_call(claim=claim, call=call, response=ModelResponse(text, (), Outcome.COMPLETED, "stop", "echo", "", 1, 1))
    finish_run(claim=claim, status=RunStatus.SUCCEEDED, summary="Yes")
    return run.id


def test_the_record_has_of_a_summary_its_hash_only(world: World):
    """What a model wrote may have to go one day; what is on record stays."""
    profile = world.profile()
    (run,) = world.start(world.experiment(), profile)
    _answered(run, profile)

    data = Event.objects.get(action="run.succeeded").data
    assert "summary" not in data
    assert data["summary_sha256"] == sha256_of(b"Yes")
    assert verify(str(world.project.id)).findings == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE runs_run DISABLE TRIGGER USER")
    Run.objects.update(summary="No")
    assert len(verify(str(world.project.id)).findings) == 1


def test_the_doctor_tells_a_full_queue_from_a_missing_runner(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "WAITING", timedelta(minutes=-1))
    world.start(world.experiment(), world.profile())
    assert _of_runs().level is Level.BAD

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (worker,) = cursor.fetchone()
        columns = "queue_name, task_name, status, worker_id"
        cursor.execute(
            f"INSERT INTO procrastinate_jobs ({columns}) VALUES ('runs', 'x', 'doing', %s)",
            [worker],
        )
    assert _of_runs().level is Level.WARN

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour' WHERE status = 'todo'")
    assert _of_runs().level is Level.OK


def _of_runs() -> Any:
    return next(each for each in examine() if each.subject == "Runs")


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_every_figure_is_a_number(world: World, figure: Any):
    assert figure.name in SITE_FIGURES
    with connection.cursor() as cursor:
        cursor.execute(figure.sql)
        assert cursor.fetchone() == (0,)
