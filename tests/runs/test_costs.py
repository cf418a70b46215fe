"""What a question costs at most is known before it is asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from stages.runs.agents.base import AgentFailed
from stages.runs.agents.patch_agent import PatchAgent
from stages.runs.clients import model_request
from stages.runs.costs import budget_of, cost_of, worst_cost, worst_cost_of
from stages.runs.models import Call
from stages.runs.previews import costs_in_experiment, costs_of_question
from stages.runs.sources import agent_request, source_texts
from stages.runs.trees.tree import DraftTree
from tests.rest.client import Api, members
from tests.runs.agents.scripted import ScriptedModel
from tests.runs.world import World

PRICED: dict[str, Any] = {"input_price": 1_000_000, "output_price": 2_000_000, "token_limit": 100}
UNFIT = "```diff\n--- a/prompt_text\n+++ b/prompt_text\n@@ -1 +1 @@\n-nothing like it\n+y\n```\n"


def test_the_worst_cost_counts_every_byte_as_a_token_and_the_whole_limit(world: World):
    profile = world.profile(**PRICED)

    assert worst_cost(profile, ["äh"]) == (3 + 16) + 200
    assert worst_cost(profile, ["äh"], has_tools=True) == (3 + 16 + 1000) + 200
    assert cost_of(world.profile("cheap", input_price=1), 1, 0) == 1


def test_a_question_and_a_further_one_show_what_they_cost_at_most(world: World):
    profile = world.profile(**PRICED)
    question = "How long is the wash-out?"
    system = "Be exact."
    first = len(system) + len(question) + 32 + 200

    assert costs_of_question(world.project.id, [profile], text=question, unsaved={}) == {profile.id: first}
    experiment = world.experiment(text=question)
    assert costs_in_experiment(experiment, [profile]) == {profile.id: first}
    assert costs_in_experiment(experiment, [profile], text=question + "!") == {profile.id: first + 1}
    brief = {"prompt_text": "Be brief!"}
    assert costs_of_question(world.project.id, [profile], text=question, unsaved=brief) == {profile.id: first}


def test_a_change_costs_what_its_files_take_and_its_repair(world: World):
    profile = world.profile(**PRICED)
    asked: dict[str, Any] = {"text": "Be brief.", "unsaved": {"prompt_text": "x" * 5_000}}

    (cost,) = costs_of_question(world.project.id, [profile], kind="change", **asked).values()
    (question,) = costs_of_question(world.project.id, [profile], **asked).values()
    assert cost > question + 5_000
    experiment = world.experiment(kind="change", **asked)
    assert costs_in_experiment(experiment, [profile]) == {profile.id: cost}
    model = ScriptedModel.of(UNFIT, UNFIT)
    texts = source_texts(experiment, {"prompt_text", "model_configuration"})
    with pytest.raises(AgentFailed):
        asyncio.run(PatchAgent(model).run(replace(agent_request(texts, "Be brief.", ()), tree=DraftTree(texts))))
    assert len(model.asked) == 2
    assert sum(worst_cost_of(profile, model_request(each, profile)) for each in model.asked) <= cost


def test_a_configuration_that_is_none_is_never_sent_and_costs_nothing(world: World):
    profile = world.profile(**PRICED)
    unsaved = {"model_configuration": '{"generation": 1}'}

    assert costs_of_question(world.project.id, [profile], text="?", unsaved=unsaved) == {profile.id: 0}


def test_programs_ask_for_costs_and_the_budget(world: World):
    profile = world.profile(**PRICED)
    world.profile("off", **PRICED)
    found = members(Api(world.people["rae"]).post(f"/api/v1/projects/{world.project.id}/costs/", {"text": "?"}))

    assert {each["profile_id"] for each in found["costs"]} >= {str(profile.id)}
    assert (found["monthly_limit"], found["spent"], found["reserved"]) == (None, 0, 0)
    change = Api(world.people["rae"]).post(
        f"/api/v1/projects/{world.project.id}/costs/", {"text": "?", "kind": "change"}
    )
    assert _total(members(change)) > _total(found)
    assert not Call.objects.exists()
    assert budget_of(world.project.id).spent == 0


def _total(costs: dict[str, Any]) -> int:
    return sum(each["worst_cost"] for each in costs["costs"])
