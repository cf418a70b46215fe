"""What pull requests are not: a way to undo what others did, or to make again what was merged."""

from __future__ import annotations

import pytest

from audit.verification import verify
from kernel.errors import Conflict
from stages.runs.models import ModelProfile, PullRequest, PullRequestStatus, Repository
from stages.runs.services import connect_repository, refresh_repository
from stages.runs.services.pull_request_work import fail_pull_request
from stages.runs.services.pull_requests import open_pull_request, sync_pull_request, update_pull_request
from tests.runs.changes import changed, changing, echo
from tests.runs.git_server import TOKEN, GitServer, Hosted
from tests.runs.test_pull_requests import opened
from tests.runs.world import World


@pytest.fixture
def repository(committed_world: World, hosted: Hosted) -> Repository:
    world = committed_world
    return connect_repository(caller=world.caller("olga"), project_id=world.project.id, url=hosted.url, token=TOKEN)


@pytest.fixture
def profile(committed_world: World, repository: Repository) -> ModelProfile:
    return echo(committed_world.caller("olga"), repository)


def test_a_run_about_another_commit_does_not_go_on_a_branch(
    committed_world: World, hosted: Hosted, repository: Repository, profile: ModelProfile
):
    world = committed_world
    older = changed(world.caller("rae"), changing(world.caller("rae"), repository), profile)
    hosted.commit({"theirs.txt": b"x\n"})
    refresh_repository(caller=world.caller("ed"), repository_id=repository.id)
    newer = changed(world.caller("rae"), changing(world.caller("rae"), repository), profile)
    row = opened(world, newer)

    with pytest.raises(Conflict, match="another commit"):
        update_pull_request(caller=world.caller("ed"), pull_request_id=row.id, run_id=older.id)

    assert hosted.heads()[row.branch] == row.commit
    assert hosted.text(row.branch, "theirs.txt") == "x"


def test_a_merged_request_whose_last_step_failed_stays_merged(
    committed_world: World, git_host: GitServer, repository: Repository, profile: ModelProfile
):
    world = committed_world
    run = changed(world.caller("rae"), changing(world.caller("rae"), repository), profile)
    row = opened(world, run)
    update_pull_request(caller=world.caller("ed"), pull_request_id=row.id)
    fail_pull_request(pull_request_id=row.id, run_id=run.id, error="conflict", detail="Somebody changed it.")
    (request,) = git_host.requests["prompts"].rows
    request |= {"state": "closed", "merged_at": "2026-11-29T12:00:00Z"}
    found = sync_pull_request(caller=world.caller("ed"), pull_request_id=row.id)
    assert (found.status, found.error, found.detail) == (PullRequestStatus.MERGED, "", "")
    # As those whose end was recorded before this was corrected.
    PullRequest.objects.filter(pk=row.pk).update(error="conflict")

    assert open_pull_request(caller=world.caller("ed"), run_id=run.id).status == PullRequestStatus.MERGED

    PullRequest.objects.filter(pk=row.pk).update(error="")
    assert verify(str(world.project.id)).findings == []
