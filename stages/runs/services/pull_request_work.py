"""What the process that makes pull requests writes: as the agent of the run's model, on behalf of who asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from audit.services import Target
from kernel.errors import DomainError, NotFound
from projects.access import get_project
from projects.writing import ProjectWrite, upkeep_write
from stages.runs import pull_request_events as events
from stages.runs.github import FoundRequest
from stages.runs.models import PullRequest, PullRequestStatus
from stages.runs.models.experiments import MAX_DETAIL
from stages.runs.reading import load_pull_request

ACCESS_LOST = "access_lost"


def lock_pull_request(pull_request_id: UUID) -> PullRequest:
    """The pull request, its row locked until the transaction ends. Raises `NotFound`."""
    rows = PullRequest.objects.select_related("run__experiment", "repository")
    found = rows.select_for_update(no_key=True, of=("self",)).filter(pk=pull_request_id).first()
    if found is None:
        raise NotFound(_("Pull request not found."))
    return found


def claim_pull_request(*, pull_request_id: UUID) -> PullRequest | None:
    """A pull request that waits, with all that making it needs; None where it does not wait, or nobody may have it."""
    found = load_pull_request(pull_request_id)
    if found.status != PullRequestStatus.QUEUED:
        return None
    lost = _lost_access(found)
    if not lost:
        return found
    fail_pull_request(pull_request_id=pull_request_id, run_id=found.run_id, error=ACCESS_LOST, detail=lost)
    return None


def finish_pull_request(*, pull_request_id: UUID, run_id: UUID, commit: str, found: FoundRequest) -> None:
    """Record that the branch has the commit, and which pull request there is for it. Safe to repeat."""
    with _agent_write(pull_request_id, run_id) as (write, row):
        if row is None:
            return
        is_new = row.number is None
        row.commit, row.number, row.url = commit, found.number, found.url
        row.status = PullRequestStatus(found.status)
        names = ("commit", "number", "url", "status")
        data = {**events.facts_of(row), **{name: getattr(row, name) for name in names}, "status": found.status}
        action = events.PULL_REQUEST_OPENED if is_new else events.PULL_REQUEST_UPDATED
        row.synced_at = write.record(action.name, Target.of("pull_request", row.id), data).at
        row.save(update_fields=[*names, "synced_at"])


def fail_pull_request(*, pull_request_id: UUID, run_id: UUID, error: str, detail: str) -> None:
    """Record why the last step failed. One that is there stays open. Safe to repeat."""
    with _agent_write(pull_request_id, run_id) as (write, row):
        if row is None:
            return
        row.status = PullRequestStatus.FAILED if row.number is None else PullRequestStatus.OPEN
        row.error, row.detail = error, detail[:MAX_DETAIL]
        data = {**events.facts_of(row), "status": row.status.value, "error": row.error, "detail": row.detail}
        write.record(events.PULL_REQUEST_FAILED.name, Target.of("pull_request", row.id), data)
        row.save(update_fields=["status", "error", "detail"])


def record_synced(*, pull_request_id: UUID, status: str) -> None:
    """Record what the schedule found, as the agent."""
    with _agent_write(pull_request_id, None) as (write, row):
        if row is not None:
            record_status(write, row, status)


def record_status(write: ProjectWrite, row: PullRequest, status: str) -> None:
    """Record what became of a pull request, inside a write that may; an event only where that is news.

    Nothing while it is changing: its next step asks the server itself.
    """
    if row.status in {PullRequestStatus.QUEUED, PullRequestStatus.FAILED}:
        return
    row.synced_at = now()
    row.save(update_fields=["synced_at"])
    if row.status == status:
        return
    # Why an earlier step failed is no news of what became of it since.
    after = {"status": status, "error": "", "detail": ""}
    data = {**events.facts_of(row), "before": str(row.status), **after}
    write.record(events.PULL_REQUEST_SYNCED.name, Target.of("pull_request", row.id), data)
    row.status, row.error, row.detail = PullRequestStatus(status), "", ""
    row.save(update_fields=[*after])


@contextmanager
def _agent_write(pull_request_id: UUID, run_id: UUID | None) -> Iterator[tuple[ProjectWrite, PullRequest | None]]:
    """The transaction of a worker's write; no row where it was asked for another run, or does not wait any more."""
    found = load_pull_request(pull_request_id)
    agent = found.run.profile.agent
    caller = Caller(user=agent, via="job", credential="job", on_behalf_of=found.asked_by_id)
    with upkeep_write(caller=caller, project_id=found.project_id) as write:
        row = lock_pull_request(pull_request_id)
        waits = row.status == PullRequestStatus.QUEUED and row.run_id == run_id
        yield write, row if run_id is None or waits else None


def _lost_access(found: PullRequest) -> str:
    """Why a pull request may not be made any more; empty where it may."""
    if not found.repository.is_connected:
        return _("The repository {name} was removed.").format(name=found.repository.name)
    asker = User.objects.active().filter(pk=found.asked_by_id).first()
    try:
        if asker is not None:
            get_project(user=asker, project_id=found.project_id, action="pull_request.write")
            return ""
    except DomainError:
        pass
    return _("The person who asked for it may no longer make pull requests here.")
