"""A runner that is killed in the middle of an evaluation: another one goes on, and asks no answered case again."""

from __future__ import annotations

import signal
from collections import Counter

from stages.runs.models import Call, Run, RunStatus
from tests.patience import PATIENCE
from tests.runs.asked import Asked
from tests.runs.evaluations import EXPECTED, Evaluations, suite_of, terms
from tests.runs.provider import ScriptedProvider
from tests.runs.test_runner import Start, server, start, until  # noqa: F401 (fixtures)
from tests.runs.world import World

CELLS = 200
HALF = 100


def test_case_32_another_runner_finishes_an_evaluation_without_asking_anything_twice(
    committed_world: World,
    server: ScriptedProvider,  # noqa: F811 (the fixture)
    start: Start,  # noqa: F811
):
    at = Evaluations(committed_world)
    facts = {"provider": "openai", "model_name": "good", "base_url": server.address, "key": "sk-abc-0123456789"}
    at.world.profile(**facts)

    def answer(asked: Asked) -> str:
        if len(server.asked) > HALF:
            # The runner is killed while these are under way.
            server.released.wait(PATIENCE)
        return str(asked.body["messages"][-1]["content"])

    server.texts["good"] = answer
    at.save(suite=suite_of(EXPECTED), cases=terms(*[True] * CELLS))
    first = start()
    (run,) = at.start(at.make())
    calls = Call.objects.filter(run=run)
    until(lambda: len(server.asked) > HALF and calls.filter(passed=True).count() >= HALF - 20, "half is answered")

    first.send_signal(signal.SIGKILL)
    first.wait(PATIENCE)
    answered = set(calls.exclude(response=None).values_list("case", flat=True))
    lost = set(calls.filter(ended_at=None).values_list("case", flat=True))
    server.released.set()
    # Nobody helps: it notices by itself that the first one gives no sign of life any more.
    start()
    until(lambda: Run.objects.get(pk=run.pk).has_ended, "another runner finishes it")

    run.refresh_from_db()
    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 2)
    assert run.verdict == {"outcome": "passed", "passed": CELLS, "failed": 0, "errors": 0}
    asked = Counter(str(each.body["messages"][-1]["content"]) for each in server.asked)
    # Only what was under way was asked a second time.
    assert {text for text, count in asked.items() if count > 1} <= {f"Grade rash {case[1:]}" for case in lost}
    assert len(asked) == CELLS
    assert answered.isdisjoint(calls.filter(attempt=2).values_list("case", flat=True))
    assert Counter(calls.filter(passed=True).values_list("case", flat=True)).most_common(1)[0][1] == 1
    assert set(calls.filter(attempt=1, response=None).values_list("outcome", flat=True)) <= {"unknown"}
