"""The list of experiments: its groups, filters and pages, and what a row says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from notifications.models import Notification
from stages.runs.models import Run, RunStatus
from stages.runs.pages import list_views
from stages.runs.pages.list_views import SHOWN_DONE
from stages.runs.services import archive_experiment, cancel_run, claim_run, finish_run, post_message, retry_run, waiting
from tests.runs.world import World
from tests.workspace.conftest import Browser
from tests.workspace.html import elements
from tests.workspace.test_palette import offered

pytestmark = pytest.mark.django_db


def page_of(client: Client, world: World, query: str = "") -> Any:
    page = client.get(f"/projects/{world.project.id}/runs/{query}")
    assert page.status_code == 200
    return page


def texts(page: Any, name: str) -> list[str]:
    """The texts of the elements of a class, with single spaces."""
    found = [each for each in elements(page) if name in each.attributes.get("class", "").split()]
    return [" ".join(each.text.split()) for each in found]


def test_an_empty_list_says_what_runs_are_for(browser: Browser, world: World) -> None:
    (words,) = texts(page_of(browser(world.people["ed"]), world), "empty")
    assert "Ask several models the same question of v1" in words


def test_groups_are_running_waiting_and_done(browser: Browser, world: World) -> None:
    house, second = world.profile(), world.profile("second")
    waits = world.start(world.experiment(title="Waits"), house)
    (runs,) = world.start(world.experiment(title="Runs"), second)
    claim_run(run_id=runs.id)
    (stopped,) = world.start(world.experiment(title="Stopped"), house)
    cancel_run(caller=world.caller("ed"), run_id=stopped.id)
    away = world.experiment(title="Away")
    archive_experiment(caller=world.caller("ed"), experiment_id=away.id)
    page = page_of(browser(world.people["rae"]), world)
    assert texts(page, "run-group") == ["Running 1", "Waiting 1", "Done 2"]
    states = [text.split(" v1")[0] for text in texts(page, "run-row")]
    assert states == ["Running Runs", "Waiting Waits", "Archived Away", "Stopped Stopped"]
    assert len(waits) == 1


def test_the_newest_question_says_how_far_an_experiment_is(browser: Browser, world: World) -> None:
    house = world.profile()
    experiment = world.experiment()
    answer(*world.start(experiment, house))
    ed = browser(world.people["ed"])
    (row,) = texts(page_of(ed, world), "run-row")
    assert "Done" in row
    assert "1 of 1 ended 1 answer" in row
    post_message(caller=world.caller("ed"), experiment_id=experiment.id, text="And why?")
    (failed,) = world.start(experiment, house)
    claim = claim_run(run_id=failed.id)
    assert claim is not None
    finish_run(claim=claim, status=RunStatus.FAILED, error="authentication")
    (row,) = texts(page_of(ed, world), "run-row")
    assert "Failed" in row
    assert "1 failed Key refused $0.00" in row


def test_a_model_that_was_asked_again_counts_once(browser: Browser, world: World) -> None:
    experiment = world.experiment()
    (first,) = world.start(experiment, world.profile())
    cancel_run(caller=world.caller("ed"), run_id=first.id)
    answer(retry_run(caller=world.caller("ed"), run_id=first.id))
    (row,) = texts(page_of(browser(world.people["ed"]), world), "run-row")
    assert "house 1 of 1 ended 1 answer" in row


def test_unsaved_texts_are_named_and_are_yours_only_for_who_typed_them(browser: Browser, world: World) -> None:
    world.experiment(unsaved={"prompt_text": "Be brief."})
    assert texts(page_of(browser(world.people["ed"]), world), "run-source") == ["v1 with your unsaved Prompt"]
    assert texts(page_of(browser(world.people["rae"]), world), "run-source") == ["v1 with unsaved Prompt"]


def test_filters_keep_what_was_chosen(browser: Browser, world: World) -> None:
    world.experiment(by="rae", title="Of Rae")
    world.experiment(by="ed", title="Of Ed")
    ed, name = browser(world.people["ed"]), world.people["rae"].username
    page = page_of(ed, world, f"?starter={name}&kind=try")
    (row,) = texts(page, "run-row")
    assert "Of Rae" in row
    chosen = [each.attributes["value"] for each in elements(page) if "selected" in each.attributes]
    assert chosen == ["try", name]
    (words,) = texts(page_of(ed, world, "?starter=nobody"), "empty")
    assert "No experiment found" in words


def test_only_the_newest_ended_ones_are_shown_until_all_are_asked_for(browser: Browser, world: World) -> None:
    house = world.profile()
    for number in range(SHOWN_DONE + 2):
        (run,) = world.start(world.experiment(title=f"Question {number}"), house)
        cancel_run(caller=world.caller("ed"), run_id=run.id)
    ed = browser(world.people["ed"])
    page = page_of(ed, world)
    assert texts(page, "run-group") == [f"Done {SHOWN_DONE} of {SHOWN_DONE + 2} Show all"]
    assert "Question 6" in texts(page, "run-row")[0]
    page = page_of(ed, world, "?show=all")
    assert texts(page, "run-group") == [f"Done {SHOWN_DONE + 2}"]


def test_more_than_a_page_is_reached_by_a_link(browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_views, "PAGE_EXPERIMENTS", 2)
    monkeypatch.setattr(list_views, "MAX_PAGE_EXPERIMENTS", 4)
    for number in range(7):
        world.experiment(title=f"Question {number}")
    ed, seen, query = browser(world.people["ed"]), [], ""
    for expected in (2, 4, 2, 3):
        page = page_of(ed, world, query)
        assert len(texts(page, "run-row")) == expected
        query = older(page)
        seen += texts(page, "run-question")
    assert query == ""
    assert len(set(seen)) == 7


def test_a_page_after_nothing_is_refused(browser: Browser, world: World) -> None:
    assert browser(world.people["ed"]).get(f"/projects/{world.project.id}/runs/?after=x").status_code == 400


def test_the_tab_counts_experiments_with_a_model_at_work(browser: Browser, world: World) -> None:
    runs = world.start(world.experiment(), world.profile(), world.profile("second"))
    world.start(world.experiment(), world.profile("third"))
    for run in runs:
        claim_run(run_id=run.id)
    (tab,) = [text for text in texts(page_of(browser(world.people["ed"]), world), "nav-tab") if "Runs" in text]
    assert tab == "Runs 1"


def test_patches_wait_for_a_choice_and_say_how_large_they_are(browser: Browser, world: World) -> None:
    experiment = world.experiment(kind="change")
    first, second = world.start(experiment, world.profile(), world.profile("second"))
    for run, added in ((first, 4), (second, 11)):
        answer(run, patch="--- a\n+++ b\n", files_changed=[{"path": "prompt_text", "added": added, "removed": 0}])
    ed = browser(world.people["ed"])
    page = page_of(ed, world)
    assert texts(page, "run-group") == ["To choose 1"]
    (row,) = texts(page, "run-row")
    assert "2 patches to compare +4 to +11 lines" in row


def test_who_waited_long_finds_one_line_in_the_inbox(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = world.experiment()
    runs = world.start(experiment, world.profile(), world.profile("second"))
    mine = Notification.objects.filter(recipient=world.people["ed"], kind="run.ended")
    answer(runs[0])
    assert not mine.exists()
    monkeypatch.setattr(waiting, "MIN_WAIT", timedelta(0))
    answer(runs[1])
    (line,) = mine
    assert line.facts["title"] == experiment.title
    assert line.facts["runs"] == 2


def test_who_did_not_wait_has_no_line(world: World) -> None:
    answer(*world.start(world.experiment(), world.profile()))
    assert not Notification.objects.filter(recipient=world.people["ed"], kind="run.ended").exists()


def test_the_palette_leads_to_experiments(browser: Browser, world: World) -> None:
    world.experiment(title="Shorter answers")
    ed = browser(world.people["ed"])
    assert offered(ed, world.project, "shorter")["Experiments"] == ["Shorter answers"]
    assert "New experiment…" in offered(ed, world.project, "new exp")["Actions"]
    vic = browser(world.people["vic"])
    assert "New experiment…" not in offered(vic, world.project, "new exp").get("Actions", [])


def answer(*runs: Run, **facts: Any) -> None:
    """End runs as their workers would."""
    for run in runs:
        claim = claim_run(run_id=run.id)
        assert claim is not None
        finish_run(claim=claim, status=RunStatus.SUCCEEDED, summary="21 days", **facts)


def older(page: Any) -> str:
    """The address of the next rows."""
    links = [each for each in elements(page) if each.tag == "a"]
    found = [link.attributes["href"] for link in links if link.text.strip() == "Older experiments"]
    return found[0] if found else ""
