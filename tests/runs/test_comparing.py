"""Runs of an experiment beside each other."""

from __future__ import annotations

import asyncio
from typing import NoReturn

import pytest

from kernel.errors import NotFound, PayloadTooLarge, ValidationFailed
from stages.runs import comparing
from stages.runs.comparing import Against, compare_runs, runs_to_compare
from stages.runs.execution import execute
from stages.runs.models import Experiment, Run
from stages.runs.services import post_message
from stages.runs.sources import changed_size, changed_texts
from tests.rest.client import Api, members
from tests.runs.test_changing import save
from tests.runs.world import World

FILES = {"files/a.md": "alpha\nbeta\n"}


def run_of(world: World, experiment: Experiment, text: str, name: str) -> Run:
    """A run of the echo with an instruction of its own, ended."""
    post_message(caller=world.caller("ed"), experiment_id=experiment.id, text=text)
    (run,) = world.start(experiment, world.profile(name))
    asyncio.run(execute(run.id))
    return run


def test_changes_are_compared_with_the_source_and_with_the_first(committed_world: World):
    world = committed_world
    save(world, FILES)
    experiment = world.experiment(kind="change")
    one = run_of(world, experiment, "replace beta with BETA in a.md", "one")
    both = "replace beta with BETA in a.md, and replace exact with brief in prompt_text"
    two = run_of(world, experiment, both, "two")
    runs = runs_to_compare(experiment, [one.id, two.id])
    olga = world.people["olga"]

    first, second = compare_runs(runs, user=olga)
    assert [each.field for each in first.differences] == ["files/a.md"]
    assert [each.field for each in second.differences] == ["files/a.md", "prompt_text"]
    assert (first.answer, first.answer_difference, first.repairs) == ("", None, 0)
    assert first.seconds is not None

    first, second = compare_runs(runs, user=olga, against=Against.FIRST)
    assert [each.field for each in first.differences] == ["files/a.md"]
    assert [each.field for each in second.differences] == ["prompt_text"]
    assert compare_runs(runs[::-1], user=olga, against=Against.FIRST)[1].differences[0].field == "prompt_text"


def test_answers_are_compared_over_rest(committed_world: World):
    world = committed_world
    experiment = world.experiment()
    runs = [run_of(world, experiment, f"say {name}", name) for name in ("one", "two")]
    query = f"?runs={runs[0].id},{runs[1].id}"
    vic = Api(world.people["vic"])

    body = members(vic.get(f"/api/v1/experiments/{experiment.id}/comparison/{query}"))
    assert [each["answer"] for each in body["runs"]] == ["say one", "say two"]
    assert body["runs"][1]["answer_difference"] is None
    body = members(vic.get(f"/api/v1/experiments/{experiment.id}/comparison/{query}&against=first"))
    assert body["runs"][1]["answer_difference"]["hunks"]
    refused = vic.get(f"/api/v1/experiments/{experiment.id}/comparison/{query}&against=last")
    assert refused.json()["code"] == "validation_failed"
    refused = vic.get(f"/api/v1/experiments/{experiment.id}/comparison/?runs=x,y")
    assert refused.json()["code"] == "validation_failed"


def test_texts_are_read_in_their_turn_only(committed_world: World, monkeypatch: pytest.MonkeyPatch):
    """What is too large is refused before a patch is applied, by the sizes of what is stored."""
    world = committed_world
    save(world, FILES)
    experiment = world.experiment(kind="change")
    runs = [run_of(world, experiment, f"replace beta with {name} in a.md", name) for name in ("one", "two")]
    texts = [changed_texts(run) for run in runs]
    size = sum(len(text.encode()) for files in texts for each in files for text in (each.before, each.after) if text)
    assert size <= sum(map(changed_size, runs)) <= size + sum(run.patch.size for run in runs if run.patch)

    def read(run: Run) -> NoReturn:
        raise AssertionError

    monkeypatch.setattr(comparing, "changed_texts", read)
    monkeypatch.setattr(comparing, "MAX_READ", size - 1)
    with pytest.raises(PayloadTooLarge):
        compare_runs(runs, user=world.people["olga"])


def test_two_to_four_runs_of_the_experiment_are_compared(world: World):
    experiment, profiles = world.experiment(), [world.profile(f"m{number}") for number in range(5)]
    ids = [run.id for run in world.start(experiment, *profiles)]
    for wrong in (ids[:1], ids, [ids[0], ids[0]]):
        with pytest.raises(ValidationFailed, match="2 to 4"):
            runs_to_compare(experiment, wrong)
    (other,) = world.start(world.experiment(), profiles[0])
    with pytest.raises(NotFound):
        runs_to_compare(experiment, [ids[0], other.id])
