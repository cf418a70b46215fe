"""The page of results: what got worse first, filters, an open cell, and the table."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from stages.runs.models import Run
from stages.runs.pages import matrix, result_views
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
    at.world.profile(display_name="House rules")
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
    assert "House rules 2 of 3, was 2 +1 −1 · p 1.00 could be chance" in texts(page, "results-model")
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


def measured_twice(at: Evaluations) -> tuple[Run, Run, str]:
    """An evaluation that got worse in two of three cases after the prompt changed, its baseline, and its address."""
    at.world.profile()
    at.save(suite=suite_of(EXPECTED), cases=terms(True, True, True))
    (old,) = at.evaluate()
    at.save(prompt_text="Be exact.\nBe brief.\n", cases=terms(True, False, False))
    (new,) = at.evaluate()
    return old, new, f"/projects/{at.world.project.id}/runs/{new.experiment_id}/results/"


def test_an_open_cell_that_got_worse_shows_what_changed_since(at: Evaluations):
    old, _new, address = measured_twice(at)
    client = reader(at)
    query = f"?baseline={old.experiment_id}&cell="
    page = client.get(f"{address}{query}" + quote('["c2","house",1]'))
    (words,) = [text for text in texts(page, "result-part") if text.startswith("What changed")]
    assert "Compare v2 and v3" in words
    assert "Prompt, line 1" in words
    assert "Added: Be brief." in words
    same = client.get(f"{address}{query}" + quote('["c1","house",1]'))
    assert not [text for text in texts(same, "result-part") if text.startswith("What changed")]


def test_what_regressed_fills_in_the_form_of_a_change(at: Evaluations):
    old, new, address = measured_twice(at)
    page = reader(at, "rae").get(f"{address}?baseline={old.experiment_id}")
    (link,) = [each for each in elements(page, "a") if "Fix 2 regressed…" in each.text]
    form = reader(at, "rae").get(link.attributes["href"])
    assert form.status_code == 200
    (text,) = [each.text for each in elements(form, "textarea") if each.attributes.get("name") == "text"]
    assert "v3 fails what v2 passed." in text
    assert "c2, house\nQuestion: Grade rash 2\nv2 answered: Grade rash 2" in text
    assert text.count("Not passed: contains") == 2
    (title,) = [each for each in elements(form, "input") if each.attributes.get("name") == "title"]
    assert title.attributes["value"] == "Fix 2 regressed cases of regression"
    (kind,) = [each for each in elements(form, "input") if "checked" in each.attributes and "change" in str(each)]
    assert kind.attributes["value"] == "change"
    # Who only reads, and where nothing is compared.
    assert "Fix 2" not in reader(at).get(f"{address}?baseline={old.experiment_id}").content.decode()
    assert "regressed…" not in reader(at, "rae").get(f"{address}?baseline=").content.decode()
    new_form = f"/projects/{at.world.project.id}/runs/new/"
    for query in (f"fix={new.experiment_id}&baseline=x", f"fix={new.experiment_id}", f"fix=x&baseline={old.id}"):
        assert reader(at, "rae").get(f"{new_form}?{query}").status_code == 404


def test_results_are_compared_with_the_evaluation_before_where_nobody_chose(at: Evaluations):
    old, _new, address = measured_twice(at)
    (chosen,) = [each for each in elements(reader(at).get(address), "option") if "selected" in each.attributes]
    assert chosen.attributes["value"] == str(old.experiment_id)
    first = f"/projects/{at.world.project.id}/runs/{old.experiment_id}/results/"
    assert not [each for each in elements(reader(at).get(first), "option") if "selected" in each.attributes]


def test_cells_that_ended_since_are_told_once_with_what_changed(at: Evaluations):
    old, new, address = measured_twice(at)
    client = reader(at)

    def news(after: int, baseline: Any = old) -> Any:
        query = f"?baseline={baseline.experiment_id}&after=" + quote(f'{{"{new.id}":{after}}}')
        return client.get(f"{address}cells/{query}").json()

    first = news(0)
    assert sorted((state, words) for _id, state, _icon, words in first["cells"]) == [
        ("bad", "pass, now fail"),
        ("bad", "pass, now fail"),
        ("passed", "pass"),
    ]
    page = client.get(f"{address}?baseline={old.experiment_id}")
    ids = {each.attributes.get("id") for each in elements(page, "a")}
    assert {cell[0] for cell in first["cells"]} <= ids
    assert (first["after"], first["answered"]) == ({str(new.id): 3}, "3 of 3 cells")
    assert [len(news(after)["cells"]) for after in (1, 2, 3)] == [2, 1, 0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(result_views, "MAX_NEWS", 2)
        assert news(0)["is_cut"]
    # Other runs are not told of, and nonsense is refused.
    assert client.get(f"{address}cells/?after=" + quote(f'{{"{old.id}":0}}')).json()["cells"] == []
    for after in ("[]", "x", '{"x":1}', f'{{"{new.id}":"y"}}'):
        assert client.get(f"{address}cells/?after={quote(after)}").status_code == 400


def test_a_page_has_some_of_the_rows_and_leads_to_the_others(at: Evaluations, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(matrix, "MAX_PAGE", 2)
    monkeypatch.setattr(matrix, "MIN_PAGE", 1)
    at.world.profile()
    at.save(suite=suite_of(EXPECTED), cases=terms(True, False, True, True, True))
    (run,) = at.evaluate()
    client, address = reader(at), f"/projects/{at.world.project.id}/runs/{run.experiment_id}/results/"
    page = client.get(address)
    assert [row.split()[0] for row in texts(page, "results-row")] == ["c2", "c1"]
    assert texts(page, "results-group") == ["Failing 1 case", "Passing 4 cases"]
    assert texts(page, "results-pages") == ["1–2 of 5 Cases after"]
    page = client.get(f"{address}?from=4")
    assert [row.split()[0] for row in texts(page, "results-row")] == ["c5"]
    assert texts(page, "results-pages") == ["Cases before 5–5 of 5"]
    assert "from=4&amp;cell=" in page.content.decode()
    assert [row.split()[0] for row in texts(client.get(f"{address}?from=99"), "results-row")] == ["c2", "c1"]
    assert texts(client.get(f"{address}?show=failed"), "results-pages") == []
