"""Who sets budgets, what programs read of them, and that nobody changes what a meter has counted."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.callers import Caller
from audit.models import Event
from kernel.errors import NotFound, PermissionDenied, ValidationFailed
from stages.runs.models import Meter
from stages.runs.services import create_profile, end_call, set_budget
from stages.runs.verification import check_meters
from tests.rest.client import Api, members, problem
from tests.runs.test_budgets import PRICED, answered, begin, claimed, limit
from tests.runs.world import World


def test_owners_set_budgets_and_the_event_says_what_changed(world: World):
    with pytest.raises(PermissionDenied):
        set_budget(
            caller=world.caller("ed"),
            project_id=world.project.id,
            monthly_limit=1,
            max_open_calls=None,
            calls_per_minute=None,
        )
    limit(world, monthly=5)
    limit(world, monthly=5)

    event = Event.objects.get(action="budget.changed")
    assert event.data["before"]["monthly_limit"] is None
    assert event.data["after"] == {"monthly_limit": 5, "max_open_calls": None, "calls_per_minute": None}
    with pytest.raises(ValidationFailed):
        limit(world, at_once=0)


def test_only_administrators_see_and_set_the_budget_of_a_model_of_the_site(world: World, administrator: Caller):
    profile = create_profile(caller=administrator, project_id=None, name="site", provider="echo")
    address = f"/api/v1/profiles/{profile.id}/budget/"
    body: dict[str, Any] = {"monthly_limit": 7, "max_open_calls": None, "calls_per_minute": 60}

    assert problem(Api(world.people["olga"]).get(address))[0] == 403
    assert problem(Api(world.people["olga"]).request("PUT", address, body))[0] == 403
    set_budget(caller=administrator, profile_id=profile.id, **body)
    assert members(Api(administrator.user).get(address))["monthly_limit"] == 7
    assert Event.objects.get(action="budget.changed").chain == "site"


def test_programs_read_budget_and_usage(world: World):
    profile = world.profile(**PRICED)
    limit(world, monthly=1000)
    (claim,) = claimed(world, profile)
    end_call(claim=claim, call=begin(claim, profile), response=answered(10))
    api = Api(world.people["vic"])

    budget = members(api.get(f"/api/v1/projects/{world.project.id}/budget/"))
    assert (budget["monthly_limit"], budget["spent"], budget["open_calls"]) == (1000, 30, 0)
    usage = members(api.get(f"/api/v1/projects/{world.project.id}/usage/"))
    assert (usage["calls"], usage["output_tokens"], usage["cost"]) == (1, 10, 30)
    assert [(each["profile_id"], each["cost"]) for each in usage["models"]] == [(str(profile.id), 30)]
    assert members(api.get(f"/api/v1/profiles/{profile.id}/usage/?month=2020-01"))["calls"] == 0
    assert problem(api.get(f"/api/v1/profiles/{profile.id}/usage/?month=2020-13"))[0] == 400


@pytest.mark.parametrize("change", [{"spent": 1}, {"open_calls": 3}])
def test_a_meter_that_was_changed_is_found(world: World, change: dict[str, int]):
    limit(world, monthly=1000)
    Meter.objects.update(**change)

    (finding,) = check_meters()
    assert "does not count" in str(finding)


def test_c08_a_meter_stays(world: World):
    meter = limit(world, monthly=1000)
    for change in ({"month": "2000-01"}, {"project": None, "profile": world.profile()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Meter.objects.filter(pk=meter.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        meter.delete()


def test_a_model_of_another_project_has_no_budget_here(world: World):
    with pytest.raises(NotFound):
        set_budget(
            caller=world.caller("outsider"),
            profile_id=world.profile().id,
            monthly_limit=1,
            max_open_calls=None,
            calls_per_minute=None,
        )
