"""Runs over the official SDKs: causes, tries, outcomes and conversations are on record."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from audit.models import Event
from blobs.models import Blob
from kernel.errors import Unavailable
from stages.runs import asking, console_writer, sources, threads
from stages.runs.choices import Provider
from stages.runs.execution import execute
from stages.runs.models import Call, ModelProfile, Run, RunLog, RunStatus
from stages.runs.reading import answer_of
from stages.runs.services import begin_call, cancel_run, end_call
from tests.patience import PATIENCE
from tests.runs.provider import TEXT, ScriptedProvider, provider
from tests.runs.world import World

KEY = "sk-abc-0123456789"


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedProvider]:
    with provider() as found:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({found.host})
        yield found


@pytest.fixture
def model(committed_world: World, server: ScriptedProvider) -> Any:
    """A profile of a scripted model, named by what it does."""

    def named(name: str, choice: str = Provider.OPENAI.value, **facts: Any) -> ModelProfile:
        address = f"{server.address}beta" if choice == Provider.GOOGLE else server.address
        given = {"provider": choice, "model_name": name, "base_url": address, "key": KEY, **facts}
        return committed_world.profile(f"{choice}-{name}", **given)

    return named


def run_all(runs: list[Run]) -> list[Run]:
    async def work() -> None:
        await asyncio.gather(*(execute(run.id) for run in runs))

    asyncio.run(work())
    return list(Run.objects.filter(pk__in=[run.pk for run in runs]).order_by("id"))


def test_case_5_a_model_whose_key_is_refused_fails_alone_and_the_key_is_nowhere(committed_world: World, model: Any):
    world = committed_world
    profiles = [model("good"), model("wrong-key"), model("good", "anthropic")]
    good, refused, other = run_all(world.start(world.experiment(), *profiles))

    assert (good.status, other.status) == (RunStatus.SUCCEEDED, RunStatus.SUCCEEDED)
    assert (refused.status, refused.error) == (RunStatus.FAILED, "authentication")
    assert answer_of(good) == answer_of(other) == TEXT
    events = [event.canonical for event in Event.objects.filter(chain=str(world.project.id))]
    lines = [line.text for line in RunLog.objects.filter(run=refused)]
    calls = [f"{call.error} {call.finish_reason} {call.id_reported}" for call in Call.objects.filter(run=refused)]
    assert lines
    assert KEY not in json.dumps([events, lines, calls, refused.detail])


def test_case_8_a_provider_without_room_is_asked_again_after_the_time_that_it_names(
    committed_world: World, model: Any, monkeypatch: pytest.MonkeyPatch
):
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    world = committed_world
    runs = world.start(world.experiment(), model("too-many-once"), model("too-many-long"))
    with monkeypatch.context() as patched:
        patched.setattr(asking, "sleep", wait)
        once, long = run_all(runs)

    assert once.status == RunStatus.SUCCEEDED
    assert [call.error for call in Call.objects.filter(run=once).order_by("number")] == ["rate_limited", ""]
    assert (long.status, long.error) == (RunStatus.FAILED, "rate_limited")
    assert Call.objects.filter(run=long).count() == 1
    assert waited == [1.0]


@pytest.mark.parametrize("choice", ["openai", "anthropic", "google"])
def test_case_11_refused_and_cut_off_answers_are_outcomes(committed_world: World, model: Any, choice: str):
    world = committed_world
    refused, cut = run_all(world.start(world.experiment(), model("refuses", choice), model("truncated", choice)))

    assert (refused.status, cut.status) == (RunStatus.SUCCEEDED, RunStatus.SUCCEEDED)
    assert Call.objects.get(run=refused).outcome == "refused"
    assert Call.objects.get(run=cut).outcome == "truncated"


def test_case_12_a_parameter_that_is_not_sent_is_said(committed_world: World, model: Any, server: ScriptedProvider):
    world = committed_world
    (run,) = run_all(world.start(world.experiment(), model("good", "anthropic")))

    assert run.status == RunStatus.SUCCEEDED
    assert any("temperature" in warning for warning in run.warnings)
    assert "temperature" not in server.asked[0].body
    record = json.loads(Blob.objects.get(pk=Call.objects.get(run=run).request_id).text)
    assert "temperature" not in record["parameters"]


def test_what_a_broken_answer_brought_is_kept(committed_world: World, model: Any):
    world = committed_world
    (run,) = run_all(world.start(world.experiment(), model("just-ends")))

    assert (run.status, run.error) == (RunStatus.FAILED, "stream_broken")
    call = Call.objects.get(run=run)
    assert call.response is not None
    assert call.response.text == TEXT
    assert answer_of(run) == ""


def test_case_7_models_are_asked_at_once(committed_world: World, model: Any, server: ScriptedProvider):
    world = committed_world
    runs = world.start(world.experiment(), *(model("silent", choice) for choice in ("openai", "anthropic")))

    def release_both() -> None:
        if server.wait_for(2):
            server.released.set()

    release = threading.Thread(target=release_both)
    release.start()
    ended = run_all(runs)
    release.join()

    assert {run.status for run in ended} == {RunStatus.SUCCEEDED}


def test_case_31_a_stopped_run_closes_its_connection_and_a_late_answer_changes_nothing(
    committed_world: World, model: Any, server: ScriptedProvider
):
    world = committed_world
    (run,) = world.start(world.experiment(), model("silent"))

    async def work() -> None:
        task = asyncio.ensure_future(execute(run.id))
        assert await asyncio.to_thread(server.wait_for, 1)
        await asyncio.to_thread(cancel_run, caller=world.caller("ed"), run_id=run.id)
        # What the queue does with the job of a run that was stopped.
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(work())

    assert server.left.wait(PATIENCE)
    run.refresh_from_db()
    assert (run.status, run.error) == (RunStatus.CANCELED, "")
    assert [call.outcome for call in Call.objects.filter(run=run)] == ["unknown"]


def test_a_run_that_was_stopped_without_its_worker_hearing_of_it_closes_its_connection(
    committed_world: World, model: Any, server: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(console_writer, "LOOK_AFTER", 0.1)
    world = committed_world
    (run,) = world.start(world.experiment(), model("silent"))

    async def work() -> None:
        task = asyncio.ensure_future(execute(run.id))
        assert await asyncio.to_thread(server.wait_for, 1)
        await asyncio.to_thread(cancel_run, caller=world.caller("ed"), run_id=run.id)
        await asyncio.wait_for(task, PATIENCE)

    asyncio.run(work())

    assert server.left.wait(PATIENCE)
    assert Run.objects.get(pk=run.pk).status == RunStatus.CANCELED


def test_a_fault_of_ours_ends_the_run_once_and_says_so(
    committed_world: World, model: Any, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise RuntimeError(f"with {KEY}")

    monkeypatch.setattr(sources, "source_texts", fail)
    world = committed_world
    (run,) = run_all(world.start(world.experiment(), model("good")))

    assert (run.status, run.error, run.attempt) == (RunStatus.FAILED, "internal", 1)
    assert KEY not in run.detail


@pytest.mark.parametrize("step", [begin_call, end_call])
def test_a_call_outlives_a_database_that_is_away_for_a_while(
    committed_world: World, model: Any, monkeypatch: pytest.MonkeyPatch, step: Callable[..., Any]
):
    monkeypatch.setattr(threads, "WAITS", (0.0, 0.0, 0.0))
    away = iter(["before", "after"])

    def later(**facts: Any) -> Any:
        when = next(away, "")
        if when == "before":
            raise Unavailable
        made = step(**facts)
        if when == "after":
            raise Unavailable
        return made

    monkeypatch.setattr(asking, step.__name__, later)
    world = committed_world
    (run,) = run_all(world.start(world.experiment(), model("good")))

    assert (run.status, answer_of(run)) == (RunStatus.SUCCEEDED, TEXT)
    assert Call.objects.filter(run=run).count() == 1


def test_a_run_that_a_database_was_away_from_too_long_goes_on_later(
    committed_world: World, model: Any, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(sources, "source_texts", fail)
    world = committed_world
    (run,) = run_all(world.start(world.experiment(), model("good")))

    assert (run.status, run.error, run.losses) == (RunStatus.QUEUED, "", 1)


def test_refused_and_cut_off_answers_are_warned_of(committed_world: World, model: Any):
    world = committed_world
    refused, cut = run_all(world.start(world.experiment(), model("refuses"), model("truncated")))

    assert "The model refused to answer." in refused.warnings
    assert "The answer is cut off: it reached the limit of tokens." in cut.warnings
