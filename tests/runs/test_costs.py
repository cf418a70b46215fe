"""What a question costs at most is known before it is asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from kernel.errors import Conflict
from stages.runs.agents.base import AgentFailed
from stages.runs.agents.gathering import MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES
from stages.runs.agents.patch_agent import PatchAgent
from stages.runs.clients import model_request
from stages.runs.costs import budget_of, cost_of, worst_cost, worst_cost_of
from stages.runs.models import Call, Run
from stages.runs.previews import costs_in_experiment, costs_of, costs_of_question
from stages.runs.services import set_budget
from stages.runs.sources import agent_request, source_hashes, source_texts
from stages.runs.trees.tree import DraftTree
from tests.rest.client import Api, members, problem
from tests.runs.agents.scripted import ScriptedModel
from tests.runs.evaluations import Evaluations
from tests.runs.git_server import connected
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


def files_of(texts: dict[str, str]) -> dict[str, Any]:
    return {path: {"content": text, "language": None} for path, text in texts.items()}


def test_only_the_files_that_are_sent_count(world: World):
    profile, at = world.profile(**PRICED), Evaluations(world)
    texts = {f"files/{number:03}.md": "x" * 1_000 for number in range(MAX_FILES + 50)}
    at.save(**files_of({**texts, "files/large.md": "x" * (MAX_FILE_BYTES + 1)}))
    experiment = world.experiment(kind="change", text="Change files/149.md.")
    model = ScriptedModel.of("NO CHANGES")
    request = replace(
        agent_request({}, "Change files/149.md.", ()),
        tree=DraftTree(source_texts(experiment, source_hashes(experiment))),
    )
    asyncio.run(PatchAgent(model).run(request))
    (sent,) = model.asked

    (first,) = costs_of(experiment.messages.get(), [profile]).values()
    exact = worst_cost_of(profile, model_request(sent, profile))
    assert exact <= first <= exact + MAX_FILES * 120 + 1_000
    (cost,) = costs_in_experiment(experiment, [profile]).values()
    asked: dict[str, Any] = {"text": "Change files/149.md.", "unsaved": {}}
    assert costs_of_question(world.project.id, [profile], kind="change", **asked) == {profile.id: cost}
    assert 2 * exact <= cost <= 2 * first + 10_000


def test_a_change_that_has_no_budget_with_its_files_is_not_started(world: World):
    profile = world.profile(**PRICED)
    Evaluations(world).save(**files_of({"files/large.md": "x" * 50_000}))
    limits: dict[str, Any] = {"max_open_calls": None, "calls_per_minute": None}
    set_budget(caller=world.caller("olga"), project_id=world.project.id, monthly_limit=50_000, **limits)
    with pytest.raises(Conflict, match="budget"):
        world.start(world.experiment(kind="change"), profile)
    assert not Run.objects.exists()
    # Its repair is not counted: it may not be needed.
    set_budget(caller=world.caller("olga"), project_id=world.project.id, monthly_limit=60_000, **limits)
    assert world.start(world.experiment(kind="change"), profile)


def test_a_change_of_a_repository_costs_the_most_that_is_sent_of_a_commit(world: World):
    profile = world.profile(**PRICED)
    repository = connected(world.caller("olga"), world.project.id)
    asked: dict[str, Any] = {"text": "Be brief.", "kind": "change", "repository_id": str(repository.id)}
    path, api = f"/api/v1/projects/{world.project.id}/costs/", Api(world.people["rae"])

    (found,) = members(api.post(path, asked))["costs"]
    assert found["worst_cost"] > 2 * MAX_TOTAL_BYTES
    experiment = world.experiment(kind="change", text="Be brief.", repository_id=repository.id)
    assert costs_in_experiment(experiment, [profile]) == {profile.id: found["worst_cost"]}
    # What is not at hand refuses nothing: the call is checked before it is sent.
    assert costs_of(experiment.messages.get(), [profile])[profile.id] < 5_000
    assert problem(api.post(path, {**asked, "kind": "try"})) == (400, "validation_failed")
    assert problem(api.post(path, {**asked, "repository_id": str(world.project.id)})) == (404, "not_found")


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
