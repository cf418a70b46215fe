"""A run's change becomes a branch and a pull request, once, whatever happens in between."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audit.models import Event
from audit.verification import verify
from kernel.errors import Conflict, PermissionDenied, ProjectFrozen
from projects.services import archive_project, change_role
from stages.runs import pull_requests
from stages.runs.git.clones import clones_folder
from stages.runs.git.errors import GitCause, GitError
from stages.runs.jobs import sync_pull_requests
from stages.runs.models import Experiment, PullRequest, PullRequestStatus, Repository, Run
from stages.runs.services import connect_repository, remove_repository
from stages.runs.services.pull_requests import open_pull_request, sync_pull_request, update_pull_request
from stages.runs.states import Progress, with_progress
from tests.runs.changes import PATCH, changed, changing, echo
from tests.runs.git_server import TOKEN, GitServer, Hosted
from tests.runs.world import World

SECOND = PATCH.replace("+Be precise.", "+Be very precise.")


@pytest.fixture
def repository(committed_world: World, hosted: Hosted) -> Repository:
    world = committed_world
    return connect_repository(caller=world.caller("olga"), project_id=world.project.id, url=hosted.url, token=TOKEN)


@pytest.fixture
def run(committed_world: World, repository: Repository) -> Run:
    """A run that changed the repository, of two of the same question."""
    world = committed_world
    profile = echo(world.caller("olga"), repository)
    experiment = changing(world.caller("rae"), repository)
    changed(world.caller("rae"), experiment, profile, SECOND)
    return changed(world.caller("rae"), experiment, profile)


def made(row: PullRequest) -> PullRequest:
    """What becomes of a pull request when its job runs."""
    asyncio.run(pull_requests.make(row.id))
    return PullRequest.objects.get(pk=row.pk)


def opened(world: World, run: Run) -> PullRequest:
    found = made(open_pull_request(caller=world.caller("ed"), run_id=run.id))
    assert (found.status, found.detail) == (PullRequestStatus.OPEN, "")
    return found


def test_a_run_becomes_a_branch_and_a_pull_request(
    committed_world: World, git_host: GitServer, hosted: Hosted, run: Run
):
    base = hosted.heads()["main"]
    hosted.commit({"other.txt": b"main moved on\n"})

    row = opened(committed_world, run)

    heads = hosted.heads()
    branch = f"foundry/run-{run.id}"
    assert {*heads} == {"main", branch}
    assert (row.branch, row.commit, row.number) == (branch, heads[branch], 1)
    assert hosted.git("log", "--format=%P %an %ae %s", "-1", branch) == (
        f"{base} Foundry foundry@noreply.invalid More precise"
    )
    changes = hosted.git("diff", "--name-status", "--no-renames", base, branch).splitlines()
    assert changes == ["D\tREADME.md", "A\tdocs/new file.md", "M\tsrc/prompt.txt"]
    assert hosted.text(branch, "src/prompt.txt") == "Be precise.\nBe brief."
    (request,) = git_host.requests["prompts"].rows
    assert (request["base"]["ref"], request["title"]) == ("main", "More precise")
    assert request["body"].startswith("```text\nMade it precise.\n```\n")
    assert str(run.id) in request["body"]
    actions = (
        Event.objects.filter(chain=str(committed_world.project.id), action__startswith="pull_request.")
        .order_by("seq")
        .values_list("action", flat=True)
    )
    assert [*actions] == ["pull_request.asked", "pull_request.opened"]
    assert verify(str(committed_world.project.id)).findings == []


def test_the_folder_and_the_token_are_on_no_disk_afterwards(committed_world: World, run: Run):
    opened(committed_world, run)

    assert [*(clones_folder() / "work").iterdir()] == []
    written = b"".join(path.read_bytes() for path in clones_folder().rglob("*") if path.is_file())
    assert TOKEN.encode() not in written


def test_case_27_asked_for_twice_there_is_one(committed_world: World, git_host: GitServer, hosted: Hosted, run: Run):
    first, second = (open_pull_request(caller=committed_world.caller(name), run_id=run.id) for name in ("ed", "olga"))
    assert first.id == second.id

    async def both() -> None:
        await asyncio.gather(*(pull_requests.make(first.id) for _ in range(2)))

    asyncio.run(both())

    assert len(hosted.heads()) == 2
    assert len(git_host.requests["prompts"].rows) == 1
    assert open_pull_request(caller=committed_world.caller("ed"), run_id=run.id).status == PullRequestStatus.OPEN
    assert Event.objects.filter(chain=str(committed_world.project.id), action="pull_request.opened").count() == 1


def test_case_28_a_branch_that_somebody_changed_is_left_alone(
    committed_world: World, hosted: Hosted, repository: Repository, run: Run
):
    world = committed_world
    row = opened(world, run)
    theirs = hosted.commit({"theirs.txt": b"x\n"}, branch=row.branch)

    with pytest.raises(Conflict, match="Someone changed the branch"):
        update_pull_request(caller=world.caller("ed"), pull_request_id=row.id)
    assert hosted.heads()[row.branch] == theirs


def test_case_28_also_if_it_is_changed_before_the_push(
    committed_world: World, hosted: Hosted, repository: Repository, run: Run
):
    world = committed_world
    row = opened(world, run)
    other = Run.objects.filter(experiment=run.experiment_id).exclude(pk=run.pk).get()
    asked = update_pull_request(caller=world.caller("ed"), pull_request_id=row.id, run_id=other.id)
    theirs = hosted.commit({"theirs.txt": b"x\n"}, branch=row.branch)

    found = made(asked)

    assert (found.status, found.error) == (PullRequestStatus.OPEN, "conflict")
    assert "Nothing was overwritten" in found.detail
    assert hosted.heads()[row.branch] == theirs
    assert verify(str(world.project.id)).findings == []


def test_another_run_goes_on_top_of_the_branch_once(committed_world: World, hosted: Hosted, run: Run):
    world = committed_world
    row = opened(world, run)
    other = Run.objects.filter(experiment=run.experiment_id).exclude(pk=run.pk).get()

    found = made(update_pull_request(caller=world.caller("ed"), pull_request_id=row.id, run_id=other.id))
    again = made(update_pull_request(caller=world.caller("ed"), pull_request_id=row.id, run_id=other.id))

    assert (found.status, found.error) == (PullRequestStatus.OPEN, "")
    assert hosted.git("rev-parse", f"{row.branch}^") == row.commit
    assert hosted.text(row.branch, "src/prompt.txt").startswith("Be very precise.")
    assert again.commit == found.commit == hosted.heads()[row.branch]
    assert open_pull_request(caller=world.caller("ed"), run_id=run.id).id == row.id
    assert open_pull_request(caller=world.caller("ed"), run_id=other.id).id == row.id
    assert verify(str(world.project.id)).findings == []


def progress_of(run: Run) -> str:
    """The column of the board in which the run's experiment is."""
    experiments: Any = with_progress(Experiment.objects.filter(pk=run.experiment_id))
    return str(experiments.values_list("progress", flat=True).get())


def test_case_30_a_merged_request_is_recorded_at_once_and_by_the_schedule(
    committed_world: World, git_host: GitServer, run: Run
):
    row = opened(committed_world, run)
    (request,) = git_host.requests["prompts"].rows
    asyncio.run(sync_pull_requests(timestamp=0))
    assert not Event.objects.filter(chain=str(committed_world.project.id), action="pull_request.synced").exists()

    assert progress_of(run) == Progress.PROPOSED
    request |= {"state": "closed", "merged_at": None}
    found = sync_pull_request(caller=committed_world.caller("ed"), pull_request_id=row.id)
    assert found.status == PullRequestStatus.CLOSED
    request |= {"state": "open"}
    sync_pull_request(caller=committed_world.caller("ed"), pull_request_id=row.id)
    request |= {"state": "closed", "merged_at": "2026-11-29T12:00:00Z"}
    asyncio.run(sync_pull_requests(timestamp=0))

    row.refresh_from_db()
    assert row.status == PullRequestStatus.MERGED
    assert progress_of(run) == Progress.DONE
    events = Event.objects.filter(chain=str(committed_world.project.id), action="pull_request.synced").order_by("seq")
    assert [event.data["status"] for event in events] == ["CLOSED", "OPEN", "MERGED"]
    with pytest.raises(Conflict, match="merged or closed"):
        update_pull_request(caller=committed_world.caller("ed"), pull_request_id=row.id)
    assert verify(str(committed_world.project.id)).findings == []


def test_what_the_server_refuses_is_said_and_can_be_tried_again(
    committed_world: World, git_host: GitServer, hosted: Hosted, run: Run
):
    del git_host.requests["prompts"]
    failed = made(open_pull_request(caller=committed_world.caller("ed"), run_id=run.id))
    assert (failed.status, failed.error) == (PullRequestStatus.FAILED, "repository_not_found")
    pushed = hosted.heads()[failed.branch]

    git_host.new_requests("prompts")
    row = opened(committed_world, run)

    assert (row.id, row.commit) == (failed.id, pushed)
    assert verify(str(committed_world.project.id)).findings == []


def test_case_26_a_run_that_changed_nothing_has_no_pull_request(committed_world: World, repository: Repository):
    world = committed_world
    profile = echo(world.caller("olga"), repository)
    run = changed(world.caller("ed"), changing(world.caller("ed"), repository), profile, patch="")

    with pytest.raises(Conflict, match="changed nothing"):
        open_pull_request(caller=world.caller("ed"), run_id=run.id)
    about_a_version = world.start(world.experiment(), profile)[0]
    with pytest.raises(Conflict, match="about a version"):
        open_pull_request(caller=world.caller("ed"), run_id=about_a_version.id)


def test_who_asks_must_still_be_allowed_when_it_is_made(
    committed_world: World, hosted: Hosted, repository: Repository, run: Run
):
    world = committed_world
    with pytest.raises(PermissionDenied):
        open_pull_request(caller=world.caller("rae"), run_id=run.id)
    row = open_pull_request(caller=world.caller("ed"), run_id=run.id)
    change_role(
        caller=world.caller("olga"),
        project_id=world.project.id,
        user_id=world.people["ed"].id,
        role="viewer",
        reason="Moves on",
    )

    assert made(row).error == "access_lost"
    row = open_pull_request(caller=world.caller("olga"), run_id=run.id)
    remove_repository(caller=world.caller("olga"), repository_id=repository.id)
    assert made(row).error == "access_lost"
    assert [*hosted.heads()] == ["main"]
    archive_project(caller=world.caller("olga"), project_id=world.project.id)
    with pytest.raises(ProjectFrozen):
        open_pull_request(caller=world.caller("olga"), run_id=run.id)


def test_a_push_says_what_is_wrong(committed_world: World, hosted: Hosted, run: Run, monkeypatch: pytest.MonkeyPatch):
    hosted.git("config", "http.receivepack", "false")
    found = made(open_pull_request(caller=committed_world.caller("ed"), run_id=run.id))
    assert (found.status, found.error) == (PullRequestStatus.FAILED, "permission")

    def refuse(*_: Any, **__: Any) -> Any:
        raise GitError(GitCause.TIMEOUT, f"{TOKEN} took too long")

    monkeypatch.setattr(pull_requests, "head_of", refuse)
    found = made(open_pull_request(caller=committed_world.caller("ed"), run_id=run.id))
    assert found.error == "timeout"
    assert TOKEN not in found.detail


def test_the_database_keeps_branch_number_and_row(committed_world: World, run: Run):
    row = opened(committed_world, run)
    for change in ({"branch": "main"}, {"number": 2}, {"number": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PullRequest.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()
