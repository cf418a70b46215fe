"""Asking models something further, and stopping all that are under way, each in one write."""

from __future__ import annotations

from uuid import uuid4

import pytest

from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from stages.runs.models import Message, Run, RunStatus
from stages.runs.services import ask_further, cancel_runs, disable_profile
from tests.runs.world import World


def test_a_question_and_its_runs_are_one_write(world: World):
    experiment, profiles = world.experiment(), [world.profile(), world.profile("second")]

    message = ask_further(
        caller=world.caller("rae"), experiment_id=experiment.id, text="Why?", profile_ids=[each.id for each in profiles]
    )

    assert (message.number, message.content.text) == (2, "Why?")
    runs = Run.objects.filter(message=message).order_by("id")
    assert [run.profile_id for run in runs] == [each.id for each in profiles]
    assert {run.status for run in runs} == {RunStatus.QUEUED}


def test_nothing_is_posted_where_a_model_cannot_be_asked(world: World):
    experiment, profile = world.experiment(), world.profile()
    disable_profile(caller=world.caller("olga"), profile_id=profile.id)
    for profile_ids, refusal in (([], ValidationFailed), ([profile.id], Conflict), ([experiment.id], NotFound)):
        with pytest.raises(refusal):
            ask_further(caller=world.caller("ed"), experiment_id=experiment.id, text="Why?", profile_ids=profile_ids)
    assert Message.objects.filter(experiment=experiment).count() == 1


def test_the_same_request_again_asks_once(world: World):
    experiment, profile = world.experiment(), world.profile()
    caller = world.caller("ed", client_ref=uuid4())

    asked = [
        ask_further(caller=caller, experiment_id=experiment.id, text="Why?", profile_ids=[profile.id]) for _ in range(2)
    ]

    assert asked[0].id == asked[1].id
    assert Run.objects.filter(experiment=experiment).count() == 1


def test_all_are_stopped_by_an_editor_and_ones_own_by_a_reviewer(world: World):
    experiment, profile, second = world.experiment(), world.profile(), world.profile("second")
    world.start(experiment, profile, by="rae")

    assert len(cancel_runs(caller=world.caller("rae"), experiment_id=experiment.id)) == 1
    world.start(experiment, profile, second, by="ed")
    with pytest.raises(PermissionDenied):
        cancel_runs(caller=world.caller("rae"), experiment_id=experiment.id)
    assert len(cancel_runs(caller=world.caller("olga"), experiment_id=experiment.id)) == 2
    assert not Run.objects.unended().filter(experiment=experiment).exists()
