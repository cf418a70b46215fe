"""Background jobs of automation, which procrastinate finds in this module; they load what they need when they run."""

from __future__ import annotations

from contextlib import suppress
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager

from audit.periodic import periodic_job
from drafts.new_versions import NewVersion
from projects.fields import FILES
from proposals.endings import EndedProposal
from proposals.models import ProposalState
from stages.automation.choices import ExecutionState
from stages.automation.facets import PASSAGE
from stages.automation.models import Due, Execution
from stages.registers.models import Row

QUEUE: Final = "scripts"
# Of the job that looks at what waits for a script: one at a time.
QUEUEING_LOCK: Final = "changes for script "
# Seconds between a change and the look at it, so that what belongs together comes together.
DELAY: Final = 2.0


@app.task(queue=QUEUE)
async def execute_script(execution_id: str) -> None:
    """Run a script. Safe to repeat: an execution that has ended, or that another process runs, is left alone."""
    from stages.automation.executing.working import execute

    await execute(UUID(execution_id))


def queue_execution(execution_id: UUID) -> None:
    """Queue the job of an execution; it commits with the caller's transaction."""
    deferrer = execute_script.configure(lock=f"execution {execution_id}")
    # Over Django's connection in the runner too, whose app has connections of its own.
    deferrer.job_manager = JobManager(DjangoConnector())
    deferrer.defer(execution_id=str(execution_id))


def cancel_execution(execution_id: UUID) -> None:
    """Take the job of an execution out of the queue, or cancel it at its process."""
    jobs = ProcrastinateJob.objects.filter(
        task_name=execute_script.name, args__execution_id=str(execution_id), status__in=("todo", "doing")
    )
    for job_id in jobs.values_list("id", flat=True):
        app.job_manager.cancel_job_by_id(job_id, abort=True)


@periodic_job(cron="* * * * *", label=_("executions of scripts"), queueing_lock="recover executions")
def recover_executions(timestamp: int) -> None:
    """Queue executions again that wait or run without a job, as after a restored database."""
    open_ = Execution.objects.filter(state__in=(ExecutionState.QUEUED, ExecutionState.RUNNING))
    # Executions before jobs: one that is started in between has its job by then.
    waiting = list(open_.values_list("id", flat=True))
    jobs = ProcrastinateJob.objects.filter(task_name=execute_script.name, status__in=("todo", "doing"))
    with_job = set(jobs.values_list("args__execution_id", flat=True))
    for execution_id in waiting:
        if str(execution_id) not in with_job:
            queue_execution(execution_id)


@app.task
def look_at_changes(project_id: str, script: str) -> None:
    """Begin an execution with the changes that wait for a script, or look again later. Safe to repeat."""
    from stages.automation.services import changes

    changes.look_at_changes(UUID(project_id), UUID(script))


def queue_changes(project_id: UUID, script: UUID, seconds: float) -> None:
    """Queue a look at what waits for a script, in so many seconds; it commits with the caller's transaction.

    Only under the project's lock, and where no such job is queued: so no write ever waits or fails because of it.
    """
    name = f"{QUEUEING_LOCK}{script}"
    deferrer = look_at_changes.configure(
        queueing_lock=name, lock=name, schedule_in={"milliseconds": int(1000 * seconds)}
    )
    deferrer.job_manager = JobManager(DjangoConnector())
    deferrer.defer(project_id=str(project_id), script=str(script))


def is_queued(script: UUID) -> bool:
    """Whether a look at what waits for a script is queued, and has not begun."""
    return ProcrastinateJob.objects.filter(queueing_lock=f"{QUEUEING_LOCK}{script}", status="todo").exists()


@periodic_job(cron="* * * * *", label=_("changes for scripts"), queueing_lock="recover changes")
def recover_changes(timestamp: int) -> None:
    """Pause scripts whose owner is none any more; look at what waits without a job, as after a restored database."""
    from stages.automation.services import changes

    changes.recover_changes()


@app.task
def follow_passages(project_id: str) -> None:
    """Look at what the passages of a project say in its current version. Safe to repeat."""
    from stages.automation.services import passages

    passages.follow_passages(UUID(project_id))


def queue_following(project_id: UUID) -> None:
    """Queue a look at the passages of a project; it commits with the caller's transaction."""
    name = f"passages of {project_id}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        follow_passages.configure(queueing_lock=name, lock=name).defer(project_id=str(project_id))


def follow_version(version: NewVersion) -> None:
    """Queue it where a version has changed a field with passages; files may have had another name."""
    fields = version.changed_fields
    wanted = Q(shown__field__in=fields)
    if any(each.startswith(FILES) for each in fields):
        wanted |= Q(shown__field__startswith=FILES)
    if Row.objects.filter(wanted, project=version.draft.project_id, facet=PASSAGE).exists():
        queue_following(version.draft.project_id)


@app.task
def propose_of_rule(project_id: str, rule: str) -> None:
    """Propose what a rule would still change. Safe to repeat."""
    from stages.automation.services import rule_proposals

    rule_proposals.propose_of_rule(UUID(project_id), rule)


def queue_rule(project_id: UUID, rule: str) -> None:
    """Queue a proposal of what a rule would still change; it commits with the caller's transaction."""
    name = f"rule {rule} of {project_id}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        propose_of_rule.configure(queueing_lock=name, lock=name).defer(project_id=str(project_id), rule=rule)


def after_proposal(ended: EndedProposal) -> None:
    """Look whether a rule would change more, once its proposal is accepted: one holds so many changes only.

    What waits for a script until its proposal is decided is looked at.
    """
    proposal = ended.proposal
    if proposal.origin_type == "script" and Due.objects.filter(record=proposal.origin_id).exists():
        script = UUID(proposal.origin_id)
        if not is_queued(script):
            queue_changes(proposal.project_id, script, DELAY)
    if proposal.origin_type == "rule" and proposal.origin_id and proposal.state == ProposalState.ACCEPTED:
        queue_rule(proposal.project_id, proposal.origin_id)
