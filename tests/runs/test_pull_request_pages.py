"""Pull requests on the pages: opened by choosing a run, shown with what went wrong, updated, looked up, listed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.test import Client

from stages.runs import pull_requests
from stages.runs.models import Experiment, PullRequest, PullRequestStatus, Repository, Run
from stages.runs.services import connect_repository, remove_repository
from tests.runs.changes import PATCH, changed, changing, echo
from tests.runs.git_server import TOKEN, GitServer, Hosted
from tests.runs.test_experiment_page import address, texts
from tests.runs.world import World
from tests.workspace.conftest import Browser
from tests.workspace.html import elements

SECOND = PATCH.replace("+Be precise.", "+Be very precise.")


@pytest.fixture
def repository(committed_world: World, hosted: Hosted) -> Repository:
    world = committed_world
    return connect_repository(caller=world.caller("olga"), project_id=world.project.id, url=hosted.url, token=TOKEN)


@pytest.fixture
def runs(committed_world: World, repository: Repository) -> list[Run]:
    """Two runs that changed the repository, of the same question."""
    profile = echo(committed_world.caller("olga"), repository)
    experiment = changing(committed_world.caller("rae"), repository)
    return [changed(committed_world.caller("rae"), experiment, profile, patch) for patch in (PATCH, SECOND)]


def lines(page: Any) -> list[str]:
    return texts(page, "request")


def buttons(page: Any) -> set[str]:
    found = [*elements(page, "button"), *elements(page, "a")]
    return {" ".join(each.text.split()) for each in found if "btn" in each.attributes.get("class", "")}


def compare(client: Client, world: World, experiment: Experiment, **posted: str) -> Any:
    return client.post(f"{address(world, experiment)}compare/", posted)


def make(row: PullRequest | None = None) -> PullRequest:
    """What becomes of the newest pull request when its job runs."""
    row = row or PullRequest.objects.latest("id")
    asyncio.run(pull_requests.make(row.id))
    row.refresh_from_db()
    return row


def test_a_choice_opens_a_pull_request_and_a_second_try_finds_it(
    browser: Browser, committed_world: World, git_host: GitServer, hosted: Hosted, runs: list[Run]
) -> None:
    world, (first, _second) = committed_world, runs
    ed, experiment = browser(world.people["ed"]), first.experiment
    page = ed.get(f"{address(world, experiment)}compare/")
    assert "Choose and open pull request" in buttons(page)
    assert lines(page) == []

    answer = compare(ed, world, experiment, chosen=str(first.id))
    assert answer["Location"] == address(world, experiment)
    page = ed.get(answer["Location"])
    (line,) = lines(page)
    assert line.startswith("Waiting Pull request with the change of echo")
    assert "being made" in page.content.decode()
    first.refresh_from_db()
    assert first.chosen_by_id == world.people["ed"].id

    row = make()
    compare(ed, world, experiment, chosen=str(first.id))
    assert PullRequest.objects.filter(project=world.project).count() == 1
    (line,) = lines(ed.get(address(world, experiment)))
    assert line.startswith("Open Pull request 1")
    assert row.branch in line
    assert row.commit[:7] in line
    assert "looked up" in line
    assert {"main", row.branch} == {*hosted.heads()}
    assert f'href="{row.url}"' in ed.get(address(world, experiment)).content.decode()


def test_who_may_not_write_pull_requests_marks_a_run_and_has_no_buttons(
    browser: Browser, committed_world: World, runs: list[Run]
) -> None:
    world, (first, _second) = committed_world, runs
    compare(browser(world.people["ed"]), world, first.experiment, chosen=str(first.id))
    make()
    rae = browser(world.people["rae"])
    page = rae.get(f"{address(world, first.experiment)}compare/")
    assert "Choose" in buttons(page)
    assert "editors can open its pull request" in page.content.decode()
    assert not buttons(page) & {"Sync", "Update", "Put on pull request 1"}
    assert not buttons(rae.get(address(world, first.experiment))) & {"Sync", "Update", "Open pull request"}


def test_one_run_is_carried_on_from_its_card(browser: Browser, committed_world: World, runs: list[Run]) -> None:
    world, (first, second) = committed_world, runs
    ed = browser(world.people["ed"])
    home = f"/projects/{world.project.id}/runs/"
    assert "Open pull request" in buttons(ed.get(address(world, first.experiment)))
    answer = ed.post(f"{home}run/{first.id}/choose/", HTTP_HX_REQUEST="true")
    assert answer["HX-Redirect"] == address(world, first.experiment)
    assert PullRequest.objects.get(project=world.project).run_id == first.id
    page = ed.get(address(world, first.experiment))
    ids = {each.attributes.get("id", "") for each in elements(page, "button")}
    assert f"choose-{second.id}" in ids
    assert f"choose-{first.id}" not in ids


def test_a_failure_says_what_to_do_and_is_tried_again(
    browser: Browser, committed_world: World, git_host: GitServer, repository: Repository, runs: list[Run]
) -> None:
    world, (first, _second) = committed_world, runs
    ed, olga = browser(world.people["ed"]), browser(world.people["olga"])
    compare(ed, world, first.experiment, chosen=str(first.id))
    del git_host.requests["prompts"]
    row = make()
    assert row.status == PullRequestStatus.FAILED
    page = ed.get(address(world, first.experiment))
    (line,) = lines(page)
    assert "The pull request was not made. There is no such repository" in line
    assert "Try again" in buttons(page)
    assert "Replace token…" not in buttons(page)
    assert "Replace token…" in buttons(olga.get(address(world, first.experiment)))

    git_host.new_requests("prompts")
    here = f"/projects/{world.project.id}/runs/pull-requests/{row.id}/"
    assert ed.post(f"{here}update/", HTTP_HX_REQUEST="true")["HX-Trigger"] == '{"runs-changed": {}}'
    again = make(row)
    assert (again.status, again.number) == (PullRequestStatus.OPEN, 1)


def test_another_change_goes_on_top_and_what_became_of_it_is_looked_up(
    browser: Browser, committed_world: World, git_host: GitServer, hosted: Hosted, runs: list[Run]
) -> None:
    world, (first, second) = committed_world, runs
    ed = browser(world.people["ed"])
    compare(ed, world, first.experiment, chosen=str(first.id))
    row = make()
    assert "Update" in buttons(ed.get(address(world, first.experiment)))
    page = ed.get(f"{address(world, first.experiment)}compare/")
    assert "Put on pull request 1" in buttons(page)

    compare(ed, world, first.experiment, chosen=str(second.id), onto=str(row.id))
    make(row)
    assert hosted.text(row.branch, "src/prompt.txt").startswith("Be very precise.")
    assert PullRequest.objects.filter(project=world.project).count() == 1
    refused = compare(ed, world, first.experiment, chosen=str(second.id), onto=str(first.id))
    assert refused.status_code == 404

    git_host.requests["prompts"].rows[0] |= {"state": "closed", "merged_at": "2026-11-29T12:00:00Z"}
    here = f"/projects/{world.project.id}/runs/pull-requests/{row.id}/"
    assert "Pull request 1 is merged." in ed.post(f"{here}sync/", HTTP_HX_REQUEST="true")["HX-Trigger"]
    (line,) = lines(ed.get(address(world, first.experiment)))
    assert line.startswith("Merged")
    assert not buttons(ed.get(address(world, first.experiment))) & {"Update", "Try again"}


def test_asking_the_server_again_is_no_news_but_shown(
    browser: Browser, committed_world: World, git_host: GitServer, runs: list[Run]
) -> None:
    world, (first, _second) = committed_world, runs
    ed = browser(world.people["ed"])
    compare(ed, world, first.experiment, chosen=str(first.id))
    row = make()
    before = row.synced_at
    ed.post(f"/projects/{world.project.id}/runs/pull-requests/{row.id}/sync/")
    row.refresh_from_db()
    assert before is not None
    assert row.synced_at is not None
    assert row.synced_at > before


def test_the_list_names_experiments_and_keeps_its_filters(
    browser: Browser, committed_world: World, repository: Repository, runs: list[Run]
) -> None:
    world, (first, second) = committed_world, runs
    here = f"/projects/{world.project.id}/runs/pull-requests/"
    vic = browser(world.people["vic"])
    assert texts(vic.get(here), "empty")[0].startswith("No pull request yet")
    assert "Pull requests" not in buttons(vic.get(f"/projects/{world.project.id}/runs/"))
    for run in (first, second):
        compare(browser(world.people["ed"]), world, run.experiment, chosen=str(run.id))
    make()
    page = vic.get(here)
    newest, oldest = lines(page)
    assert newest.startswith("Open More precise Pull request 1 with")
    assert oldest.startswith("Waiting More precise Pull request with")
    assert "acme/prompts" in newest
    assert len(lines(vic.get(f"{here}?state=OPEN&repository={repository.id}"))) == 1
    assert texts(vic.get(f"{here}?state=MERGED"), "empty")[0].startswith("No pull request found")
    assert "Pull requests" in buttons(vic.get(f"/projects/{world.project.id}/runs/"))
    assert "2 pull requests" in vic.get(f"/projects/{world.project.id}/settings/").content.decode()


def test_nothing_is_done_with_a_repository_that_was_removed(
    browser: Browser, committed_world: World, repository: Repository, runs: list[Run]
) -> None:
    world, (first, second) = committed_world, runs
    ed = browser(world.people["ed"])
    compare(ed, world, first.experiment, chosen=str(first.id))
    make()
    remove_repository(caller=world.caller("olga"), repository_id=repository.id)
    refused = compare(ed, world, first.experiment, chosen=str(second.id))
    assert refused.status_code == 409
    assert "was removed" in texts(refused, "bar")[0]
    second.refresh_from_db()
    assert second.chosen_at is None
    assert not buttons(ed.get(address(world, first.experiment))) & {"Sync", "Update", "Try again"}
