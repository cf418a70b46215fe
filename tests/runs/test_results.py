"""Results of evaluations: the matrix, compared with an earlier version; as CSV; and the command."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from blobs.models import Blob
from kernel.errors import NotFound, ValidationFailed
from stages.runs.models import Run
from stages.runs.results import baselines_of, find_baseline, read_results
from stages.runs.results_api import results_body, results_csv
from tests.runs.asked import Asked
from tests.runs.evaluations import EXPECTED, Evaluations, finished, suite_of, terms
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


def worse_for(*terms: str) -> Any:
    """What a model answers that is worse with the prompt “Be brief.” for these terms."""

    def answer(asked: Asked) -> str:
        prompt, question = asked.body["messages"][0]["content"], asked.body["messages"][-1]["content"]
        is_worse = prompt == "Be brief." and any(question.endswith(term) for term in terms)
        return "no idea" if is_worse else question

    return answer


def test_case_39_what_regressed_comes_first_and_may_be_chance(at: Evaluations, server: ScriptedProvider):
    given = {"provider": "openai", "model_name": "good", "base_url": server.address, "key": "sk-abc-012345"}
    at.world.profile(**given)
    server.texts["good"] = worse_for("rash 7")
    at.save(suite=suite_of(EXPECTED), cases=terms(*[True] * 10))
    (old,) = at.evaluate()
    at.save(prompt_text="Be brief.")
    (new,) = at.evaluate()

    found = read_results(new.experiment, baseline=find_baseline(new.experiment, old.experiment_id))

    assert found.outcome == "failed"
    assert [row.case.key for row in found.rows[:2]] == ["c7", "c1"]
    (cell,) = found.rows[0].cells
    assert (found.rows[0].group, cell.state, cell.change) == ("regressed", "failed", "regressed")
    assert found.comparison is not None
    assert (found.comparison.p, found.comparison.could_be_chance) == (1.0, True)
    assert found.baseline is not None
    (before,) = found.baseline.row("c7").cells
    assert before.call is not None
    assert cell.call is not None
    answers = [Blob.objects.get(pk=each.call.response_id).text for each in (before, cell) if each.call]
    assert answers == ["Grade rash 7", "no idea"]
    assert found.counts() == {"failed": 1, "passed": 9, "regressed": 1, "same": 9}
    assert baselines_of(new.experiment) == [old.experiment]


def test_case_39_ten_of_forty_are_no_chance(at: Evaluations, server: ScriptedProvider):
    given = {"provider": "openai", "model_name": "good", "base_url": server.address, "key": "sk-abc-012345"}
    at.world.profile(**given)
    server.texts["good"] = worse_for(*(f"rash {number}" for number in range(1, 11)))
    at.save(suite=suite_of(EXPECTED), cases=terms(*[True] * 40))
    (old,) = at.evaluate()
    at.save(prompt_text="Be brief.")
    (new,) = at.evaluate()

    found = read_results(new.experiment, baseline=find_baseline(new.experiment, old.experiment_id))

    assert found.comparison is not None
    assert (len(found.comparison.regressed), len(found.comparison.fixed)) == (10, 0)
    assert found.comparison.p < 0.01
    body = results_body(found, offset=9, limit=3)
    assert (body["count"], [row["group"] for row in body["rows"]]) == (40, ["regressed", "same", "same"])
    assert body["models"][0]["comparison"]["could_be_chance"] is False


def test_results_are_there_while_answers_are_not(world: World):
    at = Evaluations(world)
    world.profile("one")
    world.profile("two")
    at.save(suite=suite_of(EXPECTED, models="one, two"), cases=terms(True, False))
    experiment = at.make()
    found = read_results(experiment)
    assert (found.outcome, found.counts()) == ("waiting", {"waiting": 4})
    at.start(experiment)
    assert read_results(experiment).counts() == {"waiting": 4}


def test_only_evaluations_have_results_and_only_by_the_same_suite_are_they_compared(world: World):
    at = Evaluations(world)
    world.profile()
    at.save(suite=suite_of(EXPECTED), cases=terms(True))
    question, evaluation = world.experiment(), at.make()
    with pytest.raises(ValidationFailed, match="Only an evaluation"):
        read_results(question)
    with pytest.raises(ValidationFailed, match="same suite"):
        read_results(evaluation, baseline=question)
    other = new_world().experiment()
    with pytest.raises(NotFound):
        find_baseline(evaluation, other.id)


def test_results_over_rest_and_as_a_table(at: Evaluations):
    at.world.profile()
    at.save(suite=suite_of(EXPECTED), cases=terms(True, False))
    client = Client()
    client.force_login(at.world.people["ed"])
    made = client.post(
        f"/api/v1/projects/{at.world.project.id}/experiments/",
        {"kind": "evaluate", "suite": "evaluations/regression.yaml"},
        content_type="application/json",
    )
    assert made.status_code == 201, made.content
    assert (made.json()["kind"], made.json()["title"]) == ("evaluate", "evaluations/regression.yaml")
    address = f"/api/v1/experiments/{made.json()['id']}/"
    started = client.post(f"{address}runs/", {}, content_type="application/json")
    assert started.status_code == 201, started.content
    (run,) = finished([Run.objects.get(pk=each) for each in started.json()["run_ids"]])

    body = client.get(f"{address}results/").json()

    assert (body["outcome"], body["counts"]) == ("failed", {"failed": 1, "passed": 1})
    (cell,) = body["rows"][0]["cells"]
    # Several cells are asked at once, so either may be the first call.
    assert cell.pop("call") in {1, 2}
    assert cell == {"model": "house", "repeat": 1, "state": "failed", "change": "", "score": 0.0, "error": ""}
    assert client.get(f"{address}results/?baseline=x").json()["errors"]["baseline"]
    text = client.get(f"{address}results/csv/")
    assert text.content == results_csv(read_results(run.experiment))
    lines = text.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "case,model,repeat,state,change,score,error,response_sha256"
    assert lines[1].startswith("c2,house,1,failed,,0.0,,")
    question = {"title": "x", "text": "y", "suite": "evaluations/regression.yaml"}
    for wrong in (question, {"kind": "evaluate"}, {"kind": "evaluate", "suite": "evaluations/a.yaml", "text": "y"}):
        answer = client.post(
            f"/api/v1/projects/{at.world.project.id}/experiments/", wrong, content_type="application/json"
        )
        assert answer.status_code == 400, answer.content


@pytest.mark.parametrize(
    ("passed", "model", "status"), [((True, True), "house", 0), ((True, False), "house", 1), ((), "house", 2)]
)
def test_the_command_exits_by_the_verdict(
    at: Evaluations, monkeypatch: pytest.MonkeyPatch, passed: tuple[bool, ...], model: str, status: int
):
    at.world.profile(model)
    cases = (
        terms(*passed) if passed else '{"id": "a", "term": "rash", "expected": "rash"}\n{"id": "b", "expected": "x"}\n'
    )
    at.save(suite=suite_of(EXPECTED), cases=cases)

    def run_all(_seconds: float) -> None:
        finished(list(Run.objects.unended().filter(project=at.world.project)))

    monkeypatch.setattr(time, "sleep", run_all)

    with pytest.raises(SystemExit) as exited:
        call_command("evaluate", str(at.world.project.id), "regression", "--version", "2")

    assert exited.value.code == status


def test_the_command_says_what_is_wrong_with_a_suite(at: Evaluations):
    with pytest.raises(CommandError, match="no file evaluations") as refused:
        call_command("evaluate", str(at.world.project.id), "regression")
    assert refused.value.returncode == 2
