"""Asking for the branch and the pull request of a run, for another change on it, and what became of it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from audit.services import Target
from kernel.errors import Conflict, NotFound
from projects.access import get_project
from projects.writing import ProjectWrite, project_write
from stages.runs import pull_request_events as events
from stages.runs.git.errors import GitCause, GitError
from stages.runs.git.heads import head_of
from stages.runs.github import PullRequests
from stages.runs.models import PullRequest, PullRequestStatus, Run, RunStatus
from stages.runs.pull_request_jobs import queue_pull_request
from stages.runs.reading import load_pull_request, load_run
from stages.runs.server_requests import server_request
from stages.runs.services.choosing import lock_for_choice, record_choice
from stages.runs.services.pull_request_work import lock_pull_request, record_status
from stages.runs.services.repositories import check_connected, remote_of

WRITE: Final = "pull_request.write"
ENDED: Final = frozenset({PullRequestStatus.MERGED, PullRequestStatus.CLOSED})


def open_pull_request(*, caller: Caller, run_id: UUID) -> PullRequest:
    """Ask for a branch with the change of a run, and a pull request for it; what is there already is answered.

    Raises `Conflict` for a run without a change, about a version, or of a repository that was removed.
    """
    run = load_run(run_id)
    parameters = {"pull_request_of": str(run_id)}
    with project_write(caller=caller, project_id=run.project_id, action=WRITE, parameters=parameters) as write:
        if write.repeat_of is not None:
            return _repeated(write.repeat_of.target_id)
        check_change(run)
        opened = _find_or_ask(write, run)
    return load_pull_request(opened)


def choose_and_open(*, caller: Caller, run_id: UUID) -> PullRequest:
    """Choose a run that changed a repository, and ask for its pull request as `open_pull_request` does: both, or none.

    Raises what `open_pull_request` raises, and `Conflict` for an experiment that was put away.
    """
    found = load_run(run_id)
    parameters = {"choose_and_open": str(run_id)}
    with project_write(caller=caller, project_id=found.project_id, action=WRITE, parameters=parameters) as write:
        if write.repeat_of is not None:
            # Whichever was recorded first, the pull request is that of the run.
            return load_pull_request(_rows_of(found)[0].id)
        check_change(found)
        record_choice(write, lock_for_choice(found))
        opened = _find_or_ask(write, found)
    return load_pull_request(opened)


def update_pull_request(*, caller: Caller, pull_request_id: UUID, run_id: UUID | None = None) -> PullRequest:
    """Ask for the change of another run on top of the branch, or again for that of the last one.

    The run must be about the commit that the pull request began with: its files are that commit's with its own changes,
    and those of another commit would undo, or bring in, what others did in between.

    Raises `Conflict` for another commit, where somebody else changed the branch, and where it has ended or is being
    worked on; `RateLimited`.
    """
    found = load_pull_request(pull_request_id)
    get_project(user=caller.user, project_id=found.project_id, action=WRITE)
    run = load_run(run_id or found.run_id)
    if run.project_id != found.project_id:
        raise NotFound(_("Run not found."))
    check_change(run)
    if run.experiment.repository_id != found.repository_id:
        raise Conflict(_("This run is about another repository."))
    # All runs of a pull request are about one commit: the first chose it.
    if run.experiment.commit != found.run.experiment.commit:
        words = _("This run is about another commit than the pull request. Open a pull request of its own.")
        raise Conflict(words)
    _check_branch(caller, found)
    parameters = {"update": str(pull_request_id), "run": str(run.id)}
    with project_write(caller=caller, project_id=found.project_id, action=WRITE, parameters=parameters) as write:
        if write.repeat_of is not None:
            return _repeated(write.repeat_of.target_id)
        locked = lock_pull_request(pull_request_id)
        if locked.status == PullRequestStatus.QUEUED:
            raise Conflict(_("The pull request is being made. Wait until it is there."))
        if locked.status in ENDED:
            raise Conflict(_("The pull request was merged or closed."))
        _ask(write, locked, run)
    return load_pull_request(pull_request_id)


def sync_pull_request(*, caller: Caller, pull_request_id: UUID) -> PullRequest:
    """Ask the server what became of a pull request, and record it where that is news.

    Raises `Conflict`, `RateLimited`.
    """
    found = load_pull_request(pull_request_id)
    get_project(user=caller.user, project_id=found.project_id, action=WRITE)
    check_connected(found.repository)
    if found.number is None:
        raise Conflict(_("The pull request is not there yet."))
    try:
        with server_request(caller.user.id):
            status = PullRequests(remote_of(found.repository), found.repository.api_url).get(found.number).status
    except GitError as error:
        raise Conflict(error.words) from None
    parameters = {"sync": str(pull_request_id), "status": status}
    with project_write(caller=caller, project_id=found.project_id, action=WRITE, parameters=parameters) as write:
        if write.repeat_of is None:
            record_status(write, lock_pull_request(pull_request_id), status)
    return load_pull_request(pull_request_id)


def branch_of(run_id: UUID) -> str:
    """The branch that is made for a run."""
    return f"foundry/run-{run_id}"


def check_change(run: Run) -> None:
    """Raise `Conflict` for a run that no pull request can be made of."""
    if run.experiment.repository is None:
        raise Conflict(_("This run is about a version. Choose it to make a proposal."))
    if run.status != RunStatus.SUCCEEDED:
        raise Conflict(_("This run has not succeeded."))
    if run.patch_id is None:
        raise Conflict(_("This run changed nothing."))
    check_connected(run.experiment.repository)


def _find_or_ask(write: ProjectWrite, run: Run) -> UUID:
    """The pull request of a run; it is asked for where there is none, and once more where it was not made."""
    found = _rows_of(run).select_for_update(no_key=True).first()
    if found is not None and (found.status in ENDED or not found.error):
        return found.id
    new = PullRequest(id=uuid7(), project=write.project, repository=run.experiment.repository, branch=branch_of(run.id))
    wanted = found or new
    _ask(write, wanted, run, is_new=found is None)
    return wanted.id


def _rows_of(run: Run) -> QuerySet[PullRequest]:
    """The pull request that was made for a run, or that holds its change; the oldest first."""
    rows = PullRequest.objects.filter(repository=run.experiment.repository_id)
    return rows.filter(Q(branch=branch_of(run.id)) | Q(run=run)).order_by("id")


def _check_branch(caller: Caller, found: PullRequest) -> None:
    """Raise `Conflict` where the branch at the server is not as Foundry left it."""
    if not found.commit:
        return
    try:
        with server_request(caller.user.id):
            head = head_of(remote_of(found.repository), found.branch)
    except GitError as error:
        raise Conflict(error.words) from None
    if head != found.commit:
        raise Conflict(GitError(GitCause.CONFLICT).words)


def _ask(write: ProjectWrite, wanted: PullRequest, run: Run, *, is_new: bool = False) -> None:
    """Have the change of a run put on the branch: recorded, and queued in the same transaction."""
    if not wanted.commit:
        wanted.parent = run.experiment.commit
    elif wanted.run_id != run.id:
        wanted.parent = wanted.commit
    wanted.run, wanted.status, wanted.error, wanted.detail = run, PullRequestStatus.QUEUED, "", ""
    wanted.asked_by = write.caller.user
    data: dict[str, Any] = {
        **events.facts_of(wanted),
        "run_id": str(run.id),
        "repository_id": str(wanted.repository_id),
        "parent": wanted.parent,
        "patch": run.patch_id,
    }
    event = write.record(events.PULL_REQUEST_ASKED.name, Target.of("pull_request", wanted.id), data)
    wanted.asked_at = event.at
    if is_new:
        wanted.created_at = event.at
    wanted.save()
    queue_pull_request(wanted.id)


def _repeated(target_id: str) -> PullRequest:
    found = load_pull_request(UUID(target_id))
    found.repeated = True
    return found
