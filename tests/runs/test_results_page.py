"""The page of results: what got worse first, filters, an open cell, and the table."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.runs.evaluations import EXPECTED, Evaluations, suite_of, terms
from tests.runs.world import World
from tests.workspace.html import elements


@pytest.fixture
def at(committed_world: World) -> Evaluations:
    return Evaluations(committed_world)


def texts(page: Any, name: str) -> list[str]:
    found = [each for each in elements(page) if name in each.attributes.get("class", "").split()]
    return [" ".join(each.text.split()) for each in found]


def reader(at: Evaluations, name: str = "vic") -> Client:
    client = Client()
    client.force_login(at.world.people[name])
    return client


def test_what_got_worse_is_on_top_and_opens_with_both_answers(at: Evaluations):
    at.world.profile()
    at.save(suite=suite_of(EXPECTED), cases=terms(True, True, False))
    (old,) = at.evaluate()
    # Under the same keys, other terms: the second is worse, the third is better.
    cases = terms(True, False, False).replace('"rash 3", "expected": "fever"', '"fever 3", "expected": "fever"')
    at.save(cases=cases)
    (new,) = at.evaluate()
    client, address = reader(at), f"/projects/{at.world.project.id}/runs/{new.experiment_id}/"

    moved = client.get(address)
    assert moved["Location"] == f"{address}results/"
    page = client.get(f"{address}results/?baseline={old.experiment_id}")

    assert page.status_code == 200
    assert texts(page, "results-group") == ["Regressed 1 case", "Fixed 1 case", "Same 1 case"]
    assert texts(page, "results-row") == [
        "c2 Grade rash 2 pass, now fail",
        "c3 Grade fever 3 fail, now pass",
        "c1 Grade rash 1 pass",
    ]
    assert "house 2 of 3, was 2 +1 −1 · p 1.00 could be chance" in texts(page, "results-model")
    only = client.get(f"{address}results/?baseline={old.experiment_id}&show=fixed")
    assert [row.split()[0] for row in texts(only, "results-row")] == ["c3"]
    cell = quote('["c2","house",1]')
    opened = client.get(f"{address}results/?baseline={old.experiment_id}&cell={cell}")
    assert texts(opened, "result-text") == ["Grade rash 2", "Grade rash 2", "Grade rash 2"]
    assert texts(opened, "result-grades")[0].startswith("Grader v2 v3 contains")
    table = client.get(f"{address}results/csv/?baseline={old.experiment_id}")
    assert table.content.decode("utf-8-sig").splitlines()[1].startswith("c2,house,1,failed,regressed,0.0,,")


def test_a_page_of_results_that_are_not_there_yet(at: Evaluations):
    at.world.profile()
    at.save(suite=suite_of(EXPECTED), cases=terms(True))
    experiment = at.make()
    at.start(experiment)
    page = reader(at).get(f"/projects/{at.world.project.id}/runs/{experiment.id}/results/?cell=nonsense&show=x")
    assert page.status_code == 200
    assert texts(page, "results-row") == ["c1 Grade rash 1 waiting"]
    wrong = reader(at).get(f"/projects/{at.world.project.id}/runs/{experiment.id}/results/?baseline=x")
    assert wrong.status_code == 404
