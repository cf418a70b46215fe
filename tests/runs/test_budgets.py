"""Budgets: what calls can cost is reserved before they begin, and settled once by what they cost."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from kernel.errors import Conflict
from stages.runs.choices import Outcome
from stages.runs.costs import month_of
from stages.runs.llm.errors import ModelError
from stages.runs.llm.requests import ModelResponse
from stages.runs.models import Call, Meter, ModelProfile, Run, RunStatus
from stages.runs.services import (
    begin_call,
    cancel_run,
    cancel_runs,
    claim_run,
    end_call,
    ending,
    finish_run,
    requeue_run,
    set_budget,
    update_profile,
)
from stages.runs.services.calling import is_over
from stages.runs.services.metering import MustWait, settle
from stages.runs.services.working import Claim
from stages.runs.verification import check_meters
from tests.patience import PATIENCE
from tests.runs.world import World

# A million tokens of an answer cost 3.00: 100 tokens at most 300 millionths.
PRICED: dict[str, Any] = {"output_price": 3_000_000, "token_limit": 100}
WORST = 300


def limit(world: World, monthly: int | None = None, at_once: int | None = None, a_minute: int | None = None) -> Meter:
    limits: dict[str, Any] = {"monthly_limit": monthly, "max_open_calls": at_once, "calls_per_minute": a_minute}
    return set_budget(caller=world.caller("olga"), project_id=world.project.id, **limits)


def claimed(world: World, *profiles: ModelProfile) -> list[Claim]:
    """Runs of these models, begun."""
    claims = [claim_run(run_id=run.id) for run in world.start(world.experiment(), *profiles)]
    return [claim for claim in claims if claim is not None]


def begin(claim: Claim, profile: ModelProfile, worst_cost: int = WORST) -> Call:
    return begin_call(claim=claim, profile=profile, record="{}", worst_cost=worst_cost)


def answered(tokens: int | None) -> ModelResponse:
    return ModelResponse("Yes", (), Outcome.COMPLETED, "stop", "model-1", "req-1", 5, tokens)


def counted(world: World) -> tuple[int, int, int]:
    """What the project's meter counts; and that it counts what the calls say."""
    assert list(check_meters()) == []
    meter = Meter.objects.get(project=world.project)
    return meter.spent, meter.reserved, meter.open_calls


def test_what_a_call_can_cost_is_reserved_and_settled_when_it_ends(world: World):
    profile = world.profile(**PRICED)
    (claim,) = claimed(world, profile)

    call = begin(claim, profile)
    assert counted(world) == (0, WORST, 1)

    end_call(claim=claim, call=call, response=answered(10))
    assert counted(world) == (30, 0, 0)
    end_call(claim=claim, call=call, response=answered(100))
    assert counted(world) == (30, 0, 0)
    assert Call.objects.get().month == month_of(timezone.now())


def test_a_call_whose_tokens_nobody_counted_costs_the_most_that_it_can(world: World):
    profile = world.profile(**PRICED)
    (claim,) = claimed(world, profile)

    end_call(claim=claim, call=begin(claim, profile), response=answered(None))
    end_call(claim=claim, call=begin(claim, profile), response=None, error="timeout")
    assert counted(world) == (2 * WORST, 0, 0)
    end_call(claim=claim, call=begin(claim, profile), response=None, error="rate_limited", is_free=True)
    assert counted(world) == (2 * WORST, 0, 0)


@pytest.mark.parametrize("how", ["canceled", "failed", "given back", "lost"])
def test_every_other_end_of_a_run_settles_its_open_call_once(world: World, how: str):
    profile = world.profile(**PRICED)
    (claim,) = claimed(world, profile)
    call = begin(claim, profile)

    if how == "canceled":
        cancel_run(caller=world.caller("ed"), run_id=claim.run_id)
    elif how == "failed":
        finish_run(claim=claim, status=RunStatus.FAILED, error="internal")
    else:
        requeue_run(run_id=claim.run_id, attempt=claim.attempt, lost=how == "lost")

    assert counted(world) == (WORST, 0, 0)
    call.refresh_from_db()
    assert (call.outcome, call.cost) == ("unknown", WORST)
    with pytest.raises(Conflict):
        end_call(claim=claim, call=call, response=answered(1))
    assert counted(world) == (WORST, 0, 0)


def test_a_call_costs_the_prices_it_began_with_and_what_the_provider_counts(world: World):
    profile = world.profile(**PRICED)
    (claim,) = claimed(world, profile)
    call, over = begin(claim, profile), begin(claim, profile)
    update_profile(caller=world.caller("olga"), profile_id=profile.id, output_price=9_000_000)

    end_call(claim=claim, call=call, response=answered(100))
    assert counted(world) == (WORST, WORST, 1)
    limit(world, monthly=10 * WORST)
    end_call(claim=claim, call=over, response=answered(2_000))

    assert counted(world) == (WORST + 6_000, 0, 0)
    ended = Call.objects.get(pk=over.pk)
    assert (ended.output_tokens, ended.cost, ended.worst_cost) == (2_000, 6_000, WORST)
    # The budget shows that it is exceeded, and nothing more is sent.
    with pytest.raises(ModelError, match="budget"):
        begin(claim, profile, worst_cost=1)
    finish_run(claim=claim, status=RunStatus.SUCCEEDED, summary="Yes")
    assert Run.objects.get(pk=claim.run_id).cost == WORST + 6_000
    assert is_over(over, answered(2_000))
    assert not is_over(call, answered(100))


def test_an_answer_that_broke_off_costs_what_was_counted_of_it_where_that_is_more(world: World):
    profile = world.profile(**PRICED)
    (claim,) = claimed(world, profile)

    end_call(claim=claim, call=begin(claim, profile), response=answered(10), error="stream_broken")
    assert counted(world) == (WORST, 0, 0)
    end_call(claim=claim, call=begin(claim, profile), response=answered(2_000), error="stream_broken")
    assert counted(world) == (WORST + 6_000, 0, 0)


def test_a_call_that_was_begun_is_not_begun_again(world: World):
    profile = world.profile(**PRICED)
    (claim,) = claimed(world, profile)
    facts: dict[str, Any] = {"claim": claim, "profile": profile, "record": "{}", "worst_cost": WORST}
    call_id = uuid7()

    first = begin_call(**facts, call_id=call_id)
    assert begin_call(**facts, call_id=call_id) == first
    assert counted(world) == (0, WORST, 1)


def test_all_runs_are_locked_before_any_of_their_calls_is_settled(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
):
    world = committed_world
    first, second = (world.profile(name, **PRICED) for name in ("one", "two"))
    experiment = world.experiment()
    runs = world.start(experiment, first, second)
    for run, profile in zip(runs, (first, second), strict=True):
        claim = claim_run(run_id=run.id)
        assert claim is not None
        begin(claim, profile)
    settled, locked = Event(), Event()

    def wait_and_settle(**facts: Any) -> None:
        settled.set()
        assert locked.wait(PATIENCE)
        settle(**facts)

    # A call of the second run ends meanwhile: its run's row first, then the meters.
    def end_the_second() -> None:
        try:
            assert settled.wait(PATIENCE)
            with pytest.raises(OperationalError), transaction.atomic():
                Run.objects.select_for_update(nowait=True).get(pk=runs[1].id)
        finally:
            locked.set()
            connection.close()

    monkeypatch.setattr(ending, "settle", wait_and_settle)
    with ThreadPoolExecutor(1) as threads:
        other = threads.submit(end_the_second)
        assert len(cancel_runs(caller=world.caller("ed"), experiment_id=experiment.id)) == 2
        other.result()

    assert counted(world) == (2 * WORST, 0, 0)


def test_a_budget_that_is_used_up_refuses_calls_and_new_runs_until_an_owner_raises_it(world: World):
    profile = world.profile(**PRICED)
    limit(world, monthly=2 * WORST)
    first, second, third = (claimed(world, profile)[0] for _ in range(3))
    begin(first, profile)
    call = begin(second, profile)

    with pytest.raises(ModelError, match="budget_exhausted"):
        begin(third, profile)
    end_call(claim=second, call=call, response=answered(100))
    end_call(claim=first, call=Call.objects.get(run=first.run_id), response=answered(100))
    with pytest.raises(Conflict, match="An owner can raise it"):
        world.start(world.experiment(), profile)

    limit(world, monthly=3 * WORST)
    begin(third, profile)
    world.start(world.experiment(), world.profile("free"))


def test_the_budget_of_a_model_counts_beside_that_of_the_project(world: World):
    profile = world.profile(**PRICED)
    limits: dict[str, Any] = {"monthly_limit": WORST - 1, "max_open_calls": None, "calls_per_minute": None}
    (claim,) = claimed(world, profile)
    set_budget(caller=world.caller("olga"), profile_id=profile.id, **limits)

    with pytest.raises(ModelError, match="budget_exhausted"):
        begin(claim, profile)
    assert not Call.objects.exists()


def test_a_new_month_has_spent_nothing(world: World):
    profile = world.profile(**PRICED)
    long_ago = timezone.now() - timedelta(days=80)
    Meter.objects.create(
        project=world.project, month=month_of(long_ago), spent=WORST, monthly_limit=WORST, filled_at=long_ago
    )
    (claim,) = claimed(world, profile)

    begin(claim, profile)

    assert counted(world) == (0, WORST, 1)


def test_calls_at_once_wait_for_each_other(world: World):
    profile = world.profile(**PRICED)
    limit(world, at_once=1)
    (claim,) = claimed(world, profile)
    call = begin(claim, profile)

    with pytest.raises(MustWait, match="at most 1 at once"):
        begin(claim, profile)
    assert Call.objects.count() == 1
    end_call(claim=claim, call=call, response=answered(1))
    begin(claim, profile)


def test_calls_in_a_minute_wait_for_the_next_ones_time(world: World):
    profile = world.profile(**PRICED)
    limit(world, a_minute=2)
    (claim,) = claimed(world, profile)
    begin(claim, profile)
    begin(claim, profile)

    with pytest.raises(MustWait, match="at most 2 calls a minute") as waits:
        begin(claim, profile)
    assert 0 < waits.value.seconds <= 30
    meter = Meter.objects.get(project=world.project)
    Meter.objects.update(filled_at=meter.filled_at - timedelta(seconds=30))
    begin(claim, profile)
    with pytest.raises(MustWait):
        begin(claim, profile)


def test_eight_workers_at_once_never_exceed_a_budget(committed_world: World):
    world = committed_world
    budget, width = 20 * WORST, 5
    profiles = [world.profile(f"m-{number}", **PRICED) for number in range(8)]
    limit(world, monthly=budget, at_once=width)
    claims = claimed(world, *profiles)

    def work(number: int) -> int:
        chance = random.Random(number)
        try:
            return sum(one_call(claims[number], profiles[number], chance) for _ in range(20))
        finally:
            connection.close()

    def one_call(claim: Claim, profile: ModelProfile, chance: random.Random) -> int:
        try:
            call = begin(claim, profile, worst_cost=chance.randint(WORST // 2, WORST))
        except (ModelError, MustWait):
            return 0
        meter = Meter.objects.get(project=world.project)
        assert meter.spent + meter.reserved <= budget
        assert meter.open_calls <= width
        tokens = chance.choice([None, 0, 10, call.worst_cost // 3])
        end_call(claim=claim, call=call, response=answered(tokens))
        return 1

    with ThreadPoolExecutor(8) as threads:
        begun = sum(threads.map(work, range(8)))

    spent, reserved, under_way = counted(world)
    assert (reserved, under_way) == (0, 0)
    assert spent <= budget
    assert Call.objects.filter(run__project=world.project).count() == begun > 0
