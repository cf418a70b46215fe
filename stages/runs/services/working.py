"""What the process that runs models writes: beginning, giving back and ending a run, as the model's agent.

`attempt` is a fencing token: a worker that was taken for dead, and wakes up, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from audit.services import Target
from blobs.services import store_texts
from kernel.errors import Conflict, DomainError
from projects.access import get_project
from projects.writing import ProjectWrite, upkeep_write
from stages.runs import events
from stages.runs.jobs import queue_run
from stages.runs.models import Run, RunLog, RunStatus
from stages.runs.reading import load_run
from stages.runs.services.ending import close_calls, end_run, lock_run

# A run whose worker was lost this often has failed.
MAX_LOSSES: Final = 3
WORKER_LOST: Final = "worker_lost"
ACCESS_LOST: Final = "access_lost"
# How calls end whose worker stopped, or gave its run back to wait.
REQUEUED: Final = "requeued"


class RunFenced(Conflict):
    """The run has ended, or another worker has begun it anew: whoever gets this stops writing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that a worker has begun, and the attempt under which it writes; its console had `lines` lines then."""

    run_id: UUID
    project_id: UUID
    attempt: int
    lines: int


def claim_run(*, run_id: UUID) -> Claim | None:
    """Begin a run that waits; None if it does not wait any more, or its starter may not start runs any more."""
    with _agent_write(run_id) as (write, run):
        if run.status != RunStatus.QUEUED:
            return None
        lost = _lost_access(run)
        if lost:
            end_run(write, run, RunStatus.FAILED, error=ACCESS_LOST, detail=lost)
            return None
        run.status, run.attempt = RunStatus.RUNNING, run.attempt + 1
        facts = {**events.run_facts(run), "attempt": run.attempt}
        run.started_at = write.record(events.RUN_STARTED.name, Target.of("run", run.id), facts).at
        run.save(update_fields=["status", "attempt", "started_at"])
        lines = last_line(run.id)
    return Claim(run.id, run.project_id, run.attempt, lines)


def finish_run(
    *,
    claim: Claim,
    status: RunStatus,
    error: str = "",
    detail: str = "",
    summary: str = "",
    warnings: Sequence[str] = (),
    patch: str = "",
    files_changed: Sequence[Mapping[str, Any]] = (),
    verdict: Mapping[str, Any] | None = None,
) -> None:
    """End a run as its worker; `patch` is empty where nothing was changed, `verdict` that of an evaluation.

    Raises `RunFenced` where the run is not the worker's any more.
    """
    with _agent_write(claim.run_id) as (write, run):
        check_fence(run, claim)
        patch_id = store_texts(texts=[patch])[0] if patch else None
        end_run(
            write,
            run,
            status,
            error=error,
            detail=detail,
            summary=summary,
            warnings=warnings,
            patch_id=patch_id,
            files_changed=files_changed,
            verdict=verdict,
        )


def requeue_run(*, run_id: UUID, attempt: int, lost: bool, with_job: bool = True, delay: float = 0) -> bool:
    """Give a run back whose worker stopped, waits or was `lost`, with a job for it; its open calls end as unknown.

    After `MAX_LOSSES` it has failed. False: there was nothing to give back. Without `with_job` the caller goes on with
    it; `delay` are the seconds before the job begins.
    """
    with _agent_write(run_id) as (write, run):
        if run.status != RunStatus.RUNNING or run.attempt != attempt:
            return False
        run.losses += lost
        if run.losses >= MAX_LOSSES:
            words = _("The process that ran it was lost {count} times.").format(count=run.losses)
            end_run(write, run, RunStatus.FAILED, error=WORKER_LOST, detail=words)
            return False
        close_calls([run], WORKER_LOST if lost else REQUEUED)
        run.status = RunStatus.QUEUED
        facts = {**events.run_facts(run), "attempt": run.attempt, "losses": run.losses}
        write.record(events.RUN_REQUEUED.name, Target.of("run", run.id), facts)
        run.save(update_fields=["status", "losses"])
        if with_job:
            queue_run(run.id, delay)
    return True


def check_fence(run: Run, claim: Claim) -> None:
    """Raise `RunFenced` if a run is not under way in this attempt."""
    if run.status != RunStatus.RUNNING or run.attempt != claim.attempt:
        raise fenced()


def fenced() -> RunFenced:
    """The refusal of a write of a run that has ended, or that another worker has begun anew."""
    return RunFenced(_("The run has ended, or another process runs it."))


def last_line(run_id: UUID) -> int:
    """The number of the last line of a run's console; 0 where there is none."""
    newest: int | None = RunLog.objects.filter(run=run_id).aggregate(Max("number"))["number__max"]
    return newest or 0


@contextmanager
def _agent_write(run_id: UUID) -> Iterator[tuple[ProjectWrite, Run]]:
    """The transaction of a worker's write: as the model's agent, on behalf of the run's starter."""
    found = load_run(run_id)
    caller = Caller(user=found.profile.agent, via="job", credential="job", on_behalf_of=found.starter_id)
    with upkeep_write(caller=caller, project_id=found.project_id) as write:
        yield write, lock_run(run_id)


def _lost_access(run: Run) -> str:
    """Why a run may not begin any more; empty where it may."""
    if not run.profile.is_enabled:
        return _("The model was disabled.")
    starter = User.objects.active().filter(pk=run.starter_id).first()
    try:
        if starter is not None:
            get_project(user=starter, project_id=run.project_id, action="run.start")
            return ""
    except DomainError:
        pass
    return _("The person who started it may no longer start runs here.")
