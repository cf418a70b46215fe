"""Runs beside each other on a page: which, what is said of each, and choosing one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.test import Client

from proposals.models import Proposal
from stages.runs.execution import execute
from stages.runs.models import Experiment, Run
from tests.runs.test_experiment_page import address, texts
from tests.runs.world import World
from tests.workspace.conftest import Browser

CHANGE = 'replace "exact" with "brief" in prompt_text'


def asked(world: World, *names: str, **facts: Any) -> tuple[Experiment, list[Run]]:
    """Models of the built-in echo that have answered."""
    experiment = world.experiment(**facts)
    runs = world.start(experiment, *(world.profile(name) for name in names))
    for run in runs:
        asyncio.run(execute(run.id))
    return experiment, runs


def compared(client: Client, world: World, experiment: Experiment, query: str = "") -> Any:
    page = client.get(f"{address(world, experiment)}compare/{query}")
    assert page.status_code == 200
    return page


def test_answers_are_beside_each_other(browser: Browser, committed_world: World) -> None:
    world = committed_world
    experiment, (first, second) = asked(world, "one", "two")
    vic = browser(world.people["vic"])
    page = compared(vic, world, experiment)
    assert ["wash-out" in text for text in texts(page, "runs-answer")] == [True, True]
    # Who only reads cannot choose.
    assert b'type="radio"' not in page.content
    page = compared(vic, world, experiment, f"?run={second.id}&run={first.id}&to=first")
    assert texts(page, "runs-same") == ["The same, word for word."]


def test_a_change_is_chosen_and_becomes_a_proposal(browser: Browser, committed_world: World) -> None:
    world = committed_world
    experiment, (first, _second) = asked(world, "one", "two", kind="change", text=CHANGE)
    ed = browser(world.people["ed"])
    page = compared(ed, world, experiment)
    assert texts(page, "lines")[0].count("brief") == 1
    here = f"{address(world, experiment)}compare/"
    chosen = ed.post(here, {"chosen": str(first.id)})
    proposal = Proposal.objects.get(project=world.project)
    assert chosen.status_code == 302
    assert chosen["Location"].endswith(f"?proposal={proposal.id}")
    assert (proposal.author_id, proposal.origin_id) == (world.people["ed"].id, str(first.id))


def test_an_answer_is_chosen_and_gone_on_from(browser: Browser, committed_world: World) -> None:
    world = committed_world
    experiment, (first, _second) = asked(world, "one", "two")
    rae = browser(world.people["rae"])
    chosen = rae.post(f"{address(world, experiment)}compare/", {"chosen": str(first.id)})
    assert chosen["Location"] == f"{address(world, experiment)}?base={first.id}#ask"


def test_a_refused_choice_keeps_the_page(browser: Browser, committed_world: World) -> None:
    world = committed_world
    experiment, (first, _second) = asked(
        world, "one", "two", kind="change", text='replace "no such" with "b" in prompt_text'
    )
    ed = browser(world.people["ed"])
    refused = ed.post(f"{address(world, experiment)}compare/", {"chosen": str(first.id)})
    assert refused.status_code == 409
    assert any("changed nothing" in words for words in texts(refused, "bar"))


def test_folded_lines_are_those_of_the_run(browser: Browser, committed_world: World) -> None:
    world = committed_world
    experiment, (first, _second) = asked(world, "one", "two", kind="change", text=CHANGE)
    query = f"?run={first.id}&field=prompt_text&old=1&new=1&count=1&view=unified"
    folded = browser(world.people["vic"]).get(f"{address(world, experiment)}compare/fold/{query}")
    assert texts(folded, "line-text") == ["Be brief."]


@pytest.mark.parametrize(("query", "status"), [("?run=nothing", 404), ("?run=" + "&run=".join("12345"), 404)])
def test_runs_of_elsewhere_are_not_there(browser: Browser, committed_world: World, query: str, status: int) -> None:
    world = committed_world
    experiment, _runs = asked(world, "one", "two")
    assert browser(world.people["ed"]).get(f"{address(world, experiment)}compare/{query}").status_code == status
    fifth = "?" + "&".join(f"run=01890000-0000-7000-8000-00000000000{n}" for n in range(5))
    assert browser(world.people["ed"]).get(f"{address(world, experiment)}compare/{fifth}").status_code == 400


def test_one_answer_is_nothing_to_compare(browser: Browser, committed_world: World) -> None:
    world = committed_world
    experiment, _runs = asked(world, "one")
    (words,) = texts(compared(browser(world.people["vic"]), world, experiment), "empty")
    assert "At least two models must have answered." in words
