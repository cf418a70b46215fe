"""A run from its start to its end, with the built-in echo."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import Event
from audit.verification import verify
from blobs.models import Blob
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from projects.services import remove_member
from stages.runs.execution import execute
from stages.runs.models import Call, LogKind, Run, RunLog, RunStatus
from stages.runs.reading import answer_of
from stages.runs.services import (
    append_log,
    archive_experiment,
    begin_call,
    cancel_run,
    claim_run,
    disable_profile,
    finish_run,
    post_message,
    requeue_run,
    retry_run,
    start_runs,
)
from stages.runs.services.working import MAX_LOSSES, RunFenced
from tests.runs.world import World, new_world

OTHER = UUID("01890000-0000-7000-8000-000000000000")


def run_to_its_end(run: Run) -> Run:
    asyncio.run(execute(run.id))
    return Run.objects.get(pk=run.pk)


def actions(world: World) -> list[str]:
    events = Event.objects.filter(chain=str(world.project.id), action__startswith="run.").order_by("seq")
    return [event.action for event in events]


def test_a_model_answers_and_everything_is_on_record(committed_world: World):
    world = committed_world
    (run,) = world.start(world.experiment(), world.profile(input_price=1_000_000, output_price=2_000_000))

    run = run_to_its_end(run)

    assert run.status == RunStatus.SUCCEEDED, (run.error, run.detail)
    assert "wash-out" in answer_of(run)
    assert actions(world) == ["run.queued", "run.started", "run.succeeded"]
    call = Call.objects.get(run=run)
    assert (call.outcome, call.error) == ("completed", "")
    assert call.cost == run.cost == run.input_tokens + 2 * run.output_tokens
    record = json.loads(Blob.objects.get(pk=call.request_id).text)
    assert (record["provider"], record["model"]) == ("echo", "echo")
    text = "".join(line.text for line in RunLog.objects.filter(run=run, kind=LogKind.TEXT).order_by("number"))
    assert text == answer_of(run)
    numbers = list(RunLog.objects.filter(run=run).order_by("number").values_list("number", flat=True))
    assert numbers == [*range(1, len(numbers) + 1)]


def test_the_events_of_a_run_are_its_agent_s_on_behalf_of_who_started_it(committed_world: World):
    world = committed_world
    profile = world.profile()
    (run,) = world.start(world.experiment(), profile)
    run_to_its_end(run)

    ended = Event.objects.get(chain=str(world.project.id), action="run.succeeded")
    record = json.loads(ended.canonical)
    assert record["actor"]["id"] == str(profile.agent_id)
    assert record["on_behalf_of"] == str(world.people["ed"].id)


def test_c02_the_audit_trail_verifies_and_notices_a_changed_answer(own_db: None):
    world = new_world()
    experiment = world.experiment(unsaved={"prompt_text": "Be brief."})
    runs = world.start(experiment, world.profile("one"), world.profile("two"))
    for run in runs:
        run_to_its_end(run)
    assert verify().findings == []

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE runs_call DISABLE TRIGGER USER")
        cursor.execute("UPDATE runs_call SET output_tokens = 1000 WHERE run_id = %s", [runs[0].id])
        cursor.execute("ALTER TABLE runs_call ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE runs_runlog DISABLE TRIGGER USER")
        cursor.execute("UPDATE runs_runlog SET text = 'x' WHERE run_id = %s AND number = 1", [runs[1].id])
        cursor.execute("ALTER TABLE runs_runlog ENABLE TRIGGER USER")

    found = [finding.what for finding in verify().findings]
    assert found == [f"the calls of run {runs[0].id} were changed", f"the console of run {runs[1].id} was changed"]


def test_an_answer_is_gone_on_from(committed_world: World):
    world = committed_world
    profile, experiment = world.profile(), world.experiment()
    (first,) = world.start(experiment, profile)
    run_to_its_end(first)

    post_message(caller=world.caller("ed"), experiment_id=experiment.id, text="And then?", base_run_id=first.id)
    (second,) = world.start(experiment, profile)
    run_to_its_end(second)

    record = json.loads(Blob.objects.get(pk=Call.objects.get(run=second).request_id).text)
    assert [each["role"] for each in record["messages"]] == ["user", "assistant", "user"]


def test_case_6_all_models_start_or_none(world: World):
    profile, experiment = world.profile(), world.experiment()
    with pytest.raises(NotFound):
        start_runs(caller=world.caller("ed"), experiment_id=experiment.id, profile_ids=[profile.id, OTHER])
    with pytest.raises(ValidationFailed, match="twice"):
        start_runs(caller=world.caller("ed"), experiment_id=experiment.id, profile_ids=[profile.id, profile.id])
    with pytest.raises(ValidationFailed, match="Choose a model"):
        start_runs(caller=world.caller("ed"), experiment_id=experiment.id, profile_ids=[])

    assert actions(world) == []
    assert not Run.objects.exists()


def test_a_model_of_another_project_is_not_found(world: World):
    other = new_world()

    with pytest.raises(NotFound, match="Model not found"):
        world.start(world.experiment(), other.profile())


@pytest.mark.parametrize("name", ["vic", "outsider"])
def test_who_may_not_start_runs_is_refused(world: World, name: str):
    experiment, profile = world.experiment(), world.profile()
    with pytest.raises((PermissionDenied, NotFound)):
        world.start(experiment, profile, by=name)


def test_a_repeated_request_starts_nothing_anew(world: World):
    experiment, profiles = world.experiment(), [world.profile("one"), world.profile("two")]
    caller = world.caller("ed", client_ref=OTHER)
    given: dict[str, Any] = {"experiment_id": experiment.id, "profile_ids": [each.id for each in profiles]}

    first, second = start_runs(caller=caller, **given), start_runs(caller=caller, **given)

    assert [run.id for run in first] == [run.id for run in second]
    assert Run.objects.count() == 2


def test_a_stopped_run_that_waits_never_starts(committed_world: World):
    world = committed_world
    (run,) = world.start(world.experiment(), world.profile())

    cancel_run(caller=world.caller("ed"), run_id=run.id)

    assert run_to_its_end(run).status == RunStatus.CANCELED
    assert actions(world) == ["run.queued", "run.canceled"]
    assert not Call.objects.filter(run=run).exists()


def test_only_its_starter_or_an_editor_stops_a_run(world: World):
    (run,) = world.start(world.experiment(), world.profile(), by="ed")
    with pytest.raises(PermissionDenied, match="editor"):
        cancel_run(caller=world.caller("rae"), run_id=run.id)
    (own,) = world.start(world.experiment(), world.profile("second"), by="rae")
    assert cancel_run(caller=world.caller("rae"), run_id=own.id).status == RunStatus.CANCELED
    assert cancel_run(caller=world.caller("olga"), run_id=run.id).status == RunStatus.CANCELED
    assert cancel_run(caller=world.caller("olga"), run_id=run.id).status == RunStatus.CANCELED


def test_case_34_a_worker_of_an_earlier_attempt_is_refused(world: World):
    profile = world.profile()
    (run,) = world.start(world.experiment(), profile)
    old = claim_run(run_id=run.id)
    assert old is not None
    call = begin_call(claim=old, profile=profile, record="{}")
    assert requeue_run(run_id=run.id, attempt=old.attempt, lost=True)
    new = claim_run(run_id=run.id)
    assert new is not None

    for write in (
        lambda: begin_call(claim=old, profile=profile, record="{}"),
        lambda: append_log(claim=old, lines=[(LogKind.TEXT, "late")]),
        lambda: finish_run(claim=old, status=RunStatus.SUCCEEDED),
    ):
        with pytest.raises(RunFenced):
            write()
    finish_run(claim=new, status=RunStatus.SUCCEEDED)
    call.refresh_from_db()
    assert (call.outcome, call.ended_at is not None) == ("unknown", True)


def test_a_run_whose_worker_is_lost_for_the_third_time_has_failed(world: World):
    (run,) = world.start(world.experiment(), world.profile())
    for attempt in range(1, MAX_LOSSES + 1):
        claim = claim_run(run_id=run.id)
        assert claim is not None
        assert requeue_run(run_id=run.id, attempt=attempt, lost=True) == (attempt < MAX_LOSSES)

    run.refresh_from_db()
    assert (run.status, run.error) == (RunStatus.FAILED, "worker_lost")


def test_a_run_of_somebody_who_may_no_more_fails(world: World):
    (run,) = world.start(world.experiment(by="rae"), world.profile(), by="rae")
    remove_member(
        caller=world.caller("olga"), project_id=world.project.id, user_id=world.people["rae"].id, reason="She left"
    )

    assert claim_run(run_id=run.id) is None

    run.refresh_from_db()
    assert (run.status, run.error) == (RunStatus.FAILED, "access_lost")


def test_a_failed_run_is_tried_again_and_an_answered_one_is_not(world: World):
    (run,) = world.start(world.experiment(), world.profile())
    with pytest.raises(Conflict):
        retry_run(caller=world.caller("ed"), run_id=run.id)
    cancel_run(caller=world.caller("ed"), run_id=run.id)

    again = retry_run(caller=world.caller("ed"), run_id=run.id)

    assert (again.message_id, again.profile_id) == (run.message_id, run.profile_id)


def test_an_archived_experiment_takes_no_questions(world: World):
    experiment, profile = world.experiment(), world.profile()
    (run,) = world.start(experiment, profile)
    with pytest.raises(Conflict, match="still answering"):
        archive_experiment(caller=world.caller("ed"), experiment_id=experiment.id)
    cancel_run(caller=world.caller("ed"), run_id=run.id)
    archive_experiment(caller=world.caller("ed"), experiment_id=experiment.id)

    with pytest.raises(Conflict, match="archived"):
        world.start(experiment, profile)
    with pytest.raises(Conflict, match="archived"):
        post_message(caller=world.caller("ed"), experiment_id=experiment.id, text="More?")


def test_c08_the_database_refuses_to_change_what_has_ended(world: World):
    (run,) = world.start(world.experiment(), world.profile())
    claim = claim_run(run_id=run.id)
    assert claim is not None
    append_log(claim=claim, lines=[(LogKind.STEP, "Asks")])
    finish_run(claim=claim, status=RunStatus.SUCCEEDED)

    for change in (
        lambda: Run.objects.filter(pk=run.pk).update(summary="x"),
        lambda: Run.objects.filter(pk=run.pk).delete(),
        lambda: RunLog.objects.filter(run=run).update(text="x"),
        lambda: RunLog.objects.create(run=run, number=9, at=run.queued_at, kind="text", text="late"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_run_of_a_model_that_was_disabled_meanwhile_is_not_begun(world: World):
    profile = world.profile()
    (run,) = world.start(world.experiment(), profile)
    disable_profile(caller=world.caller("olga"), profile_id=profile.id)

    assert claim_run(run_id=run.id) is None

    run.refresh_from_db()
    assert (run.error, run.detail) == ("access_lost", "The model was disabled.")


def test_a_repeat_answers_its_own_runs_and_no_neighbours(world: World):
    experiment, one, two = world.experiment(), world.profile("one"), world.profile("two")
    caller = world.caller("ed", client_ref=OTHER)
    first = start_runs(caller=caller, experiment_id=experiment.id, profile_ids=[one.id])
    world.start(experiment, two)

    assert start_runs(caller=caller, experiment_id=experiment.id, profile_ids=[one.id]) == first


def test_a_run_is_tried_again_once_at_a_time(world: World):
    (run,) = world.start(world.experiment(), world.profile())
    cancel_run(caller=world.caller("ed"), run_id=run.id)
    again = retry_run(caller=world.caller("ed"), run_id=run.id)

    with pytest.raises(Conflict, match="already"):
        retry_run(caller=world.caller("rae"), run_id=run.id)
    cancel_run(caller=world.caller("ed"), run_id=again.id)
    retry_run(caller=world.caller("ed"), run_id=run.id)
