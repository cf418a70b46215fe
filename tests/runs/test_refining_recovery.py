"""A search whose runner is killed goes on elsewhere without asking anything twice; one that is stopped ends at once."""

from __future__ import annotations

import signal
from collections import Counter

from stages.runs.models import Call, Run, RunStatus
from stages.runs.services import cancel_run
from tests.patience import PATIENCE
from tests.runs.asked import Asked
from tests.runs.evaluations import Evaluations
from tests.runs.provider import ScriptedProvider
from tests.runs.refinements import WORDS, Refinements, system_of
from tests.runs.test_runner import Start, server, start, until  # noqa: F401 (fixtures)
from tests.runs.world import World

TEXTS = ["Say rash.", "Say rash and fever.", "Say " + ", ".join(WORDS)]
# Requests after which the model is silent: the first text is measured, and another one is being tried.
HALF = 15


def searching(world: World, server: ScriptedProvider) -> tuple[Refinements, Run]:  # noqa: F811 (the fixture)
    """A search whose model says nothing after `HALF` requests, until it is released."""
    refining = Refinements(Evaluations(world), server, TEXTS)
    writer = refining.make_models()

    def answer(asked: Asked) -> str:
        if len(server.asked) > HALF:
            server.released.wait(PATIENCE)
        return system_of(asked)

    server.texts["good"] = answer
    refining.save()
    (run,) = refining.start(refining.make(), writer)
    return refining, run


def test_another_runner_goes_on_with_a_search_without_asking_anything_twice(
    committed_world: World,
    server: ScriptedProvider,  # noqa: F811 (the fixture)
    start: Start,  # noqa: F811
):
    first = start()
    _refining, run = searching(committed_world, server)
    calls = Call.objects.filter(run=run)
    until(lambda: len(server.asked) > HALF, "it waits for a model")
    first.send_signal(signal.SIGKILL)
    first.wait(PATIENCE)
    answered = set(calls.exclude(response=None).values_list("candidate", "case", "purpose"))
    server.released.set()
    # Nobody helps: it notices by itself that the first one gives no sign of life any more.
    start()
    until(lambda: Run.objects.get(pk=run.pk).has_ended, "another runner finishes it")

    run.refresh_from_db()
    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 2)
    assert run.verdict is not None
    assert (run.verdict["outcome"], run.verdict["best"]) == ("improved", 3)
    assert run.verdict["after"]["score"] == 1_000_000
    # What had been answered was not asked again; each text was proposed once.
    again = set(calls.filter(attempt=2).values_list("candidate", "case", "purpose"))
    assert answered.isdisjoint(again)
    whole = calls.exclude(response=None).values_list("candidate", "case", "purpose")
    assert set(Counter(whole).values()) == {1}
    assert calls.count() <= 60


def test_a_search_that_is_stopped_ends_at_once(
    committed_world: World,
    server: ScriptedProvider,  # noqa: F811 (the fixture)
    start: Start,  # noqa: F811
):
    start()
    refining, run = searching(committed_world, server)
    until(lambda: len(server.asked) > HALF, "it waits for a model")

    cancel_run(caller=refining.at.world.caller("ed"), run_id=run.id)

    run.refresh_from_db()
    assert (run.status, run.verdict) == (RunStatus.CANCELED, None)
    assert server.left.wait(PATIENCE)
    asked = len(server.asked)
    server.released.set()
    other = committed_world.profile("other", provider="echo")
    (next_run,) = committed_world.start(committed_world.experiment(), other)
    until(lambda: Run.objects.get(pk=next_run.pk).has_ended, "the runner does something else")
    assert len(server.asked) == asked
    assert not Call.objects.filter(run=run, ended_at=None).exists()
