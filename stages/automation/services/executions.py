"""Executions: begun and ended by the process that runs scripts, or stopped by a person. Each ends once.

`attempt` is a fencing token: a process that was taken for lost, and comes back, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from kernel.errors import Conflict, DomainError, NotFound
from kernel.statements import database_now
from projects.access import get_project
from projects.writing import ProjectWrite, project_write, upkeep_write
from proposals.models import Proposal
from proposals.services.proposing import propose
from stages.automation.choices import (
    ACCESS_LOST,
    ENDED,
    INTERNAL,
    REFUSED,
    SCRIPT_OFF,
    STOPPED,
    WAITS,
    WORKER_LOST,
    Cause,
    ExecutionState,
)
from stages.automation.executing.grants import Grants
from stages.automation.executing.scripts import Script, grants_of, libraries_for, load_script, switch_of
from stages.automation.executing.undecided import Undecided, is_the_same
from stages.automation.jobs import cancel_execution, queue_execution
from stages.automation.lua import Outcome
from stages.automation.models import Execution
from stages.automation.permissions import RUN_SCRIPT, STOP_EXECUTION, SWITCH_SCRIPT
from stages.automation.services.account import scripts_caller
from stages.automation.services.ending import end, figures_of
from stages.automation.services.on_change import Full, propose_together
from stages.registers.permissions import WRITE

ORIGIN: Final = "execution"
MAX_ATTEMPTS: Final = 3


class ExecutionFenced(Conflict):
    """The execution has ended, or another process runs it: whoever gets this stops writing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An execution that a process has begun, and what it runs with."""

    execution: Execution
    attempt: int
    script: Script
    grants: Grants
    libraries: Mapping[str, str]
    caller: Caller


@dataclass(frozen=True, slots=True)
class Staged:
    """What an execution has staged, as a proposal takes it; `count` are records, links and fields.

    On change, `undecided` is what it went on from, which is among the changes; `is_news` says whether they differ.
    """

    changes: Mapping[str, Any]
    base_version: int
    count: int
    undecided: Undecided = field(default_factory=Undecided)
    is_news: bool = True


NOTHING: Final = Staged({}, 0, 0)


def begin_execution(*, execution_id: UUID) -> Claim | None:
    """Begin an execution; None if it has ended, or ends now: its script is off, or its person may run it no more."""
    with _own_write(execution_id) as (write, execution):
        if execution.state in ENDED:
            return None
        if execution.state == ExecutionState.RUNNING and execution.attempt >= MAX_ATTEMPTS:
            words = _("The process that ran it was lost {count} times.").format(count=execution.attempt)
            end(write, execution, ExecutionState.FAILED, WORKER_LOST, error=words)
            return None
        script, grants = _switched_on(execution)
        if script is None or grants is None:
            end(write, execution, ExecutionState.STOPPED, SCRIPT_OFF)
            return None
        if not _has_access(execution):
            # What was given to a script on change waits on, so that has not failed.
            state = ExecutionState.STOPPED if execution.cause == Cause.CHANGE else ExecutionState.FAILED
            end(write, execution, state, ACCESS_LOST)
            return None
        execution.state, execution.attempt = ExecutionState.RUNNING, execution.attempt + 1
        execution.started_at = execution.started_at or database_now()
        execution.save(update_fields=["state", "attempt", "started_at"])
        libraries = libraries_for(execution.project_id, script)
        return Claim(execution, execution.attempt, script, grants, libraries, write.caller)


def end_execution(*, claim: Claim, outcome: Outcome, staged: Staged = NOTHING) -> Execution:
    """End an execution as its script did, with a proposal of what it has staged.

    By hand, it is private to its starter. On change, it is the open one of the script: where somebody has decided about
    that meanwhile, the execution is queued again, and goes on from what is there then. Nothing is proposed where it
    failed, or where the script was switched off, changed or granted something else. Raises `ExecutionFenced`.
    """
    with _own_write(claim.execution.id) as (write, execution):
        _check_fence(execution, claim)
        figures = figures_of(outcome)
        script, grants = _switched_on(execution)
        is_on_change = execution.cause == Cause.CHANGE
        if outcome.state != "succeeded":
            end(write, execution, ExecutionState(outcome.state), outcome.code, **figures)
        elif script is None or grants != claim.grants:
            end(write, execution, ExecutionState.STOPPED, SCRIPT_OFF, **figures)
        elif is_on_change and not _has_access(execution):
            end(write, execution, ExecutionState.STOPPED, ACCESS_LOST, **figures)
        elif is_on_change and not is_the_same(execution.project_id, execution.script, staged.undecided):
            _queue_again(execution)
        else:
            _end_with_proposal(write, execution, script, staged, figures)
        return execution


def _end_with_proposal(
    write: ProjectWrite, execution: Execution, script: Script, staged: Staged, figures: Mapping[str, Any]
) -> None:
    propose_staged = _propose_on_change if execution.cause == Cause.CHANGE else _propose
    try:
        proposal = propose_staged(write, execution, script, staged)
    except Full:
        end(write, execution, ExecutionState.STOPPED, WAITS, **figures)
    except DomainError as refusal:
        end(write, execution, ExecutionState.FAILED, REFUSED, **{**figures, "error": str(refusal)})
    else:
        count = staged.count if proposal else 0
        end(write, execution, ExecutionState.SUCCEEDED, "", **figures, proposal=proposal, count=count)


def fail_execution(*, claim: Claim) -> None:
    """End an execution in which the server itself made a mistake; another attempt would make it again."""
    with _own_write(claim.execution.id) as (write, execution):
        _check_fence(execution, claim)
        words = _("Something went wrong at this site; the details are in the runner’s log.")
        end(write, execution, ExecutionState.FAILED, INTERNAL, error=words)


def give_back_execution(*, claim: Claim) -> None:
    """Queue an execution again whose process stops. Raises `ExecutionFenced`."""
    with _own_write(claim.execution.id) as (_write, execution):
        _check_fence(execution, claim)
        _queue_again(execution)


def stop_execution(*, caller: Caller, execution_id: UUID) -> Execution:
    """End an execution where it is; nothing of it is proposed. Raises `NotFound`, `Conflict` once it has ended."""
    found = Execution.objects.filter(pk=execution_id).first()
    if found is None:
        raise NotFound(_("There is no such execution."))
    parameters = {"execution": str(execution_id)}
    with project_write(
        caller=caller, project_id=found.project_id, action=STOP_EXECUTION, parameters=parameters
    ) as write:
        execution = _locked(execution_id)
        if write.repeat_of is not None:
            return execution
        if execution.state in ENDED:
            raise Conflict(_("It has ended already."), state=execution.state)
        end(write, execution, ExecutionState.STOPPED, STOPPED)
        cancel_execution(execution.id)
    return execution


@contextmanager
def _own_write(execution_id: UUID) -> Iterator[tuple[ProjectWrite, Execution]]:
    """The transaction of the running process: the account `scripts`, on behalf of the execution's person."""
    found = Execution.objects.filter(pk=execution_id).first()
    if found is None:
        raise NotFound(_("There is no such execution."))
    with upkeep_write(caller=scripts_caller(found.person_id), project_id=found.project_id) as write:
        yield write, _locked(execution_id)


def _locked(execution_id: UUID) -> Execution:
    return Execution.objects.select_for_update(no_key=True).get(pk=execution_id)


def _check_fence(execution: Execution, claim: Claim) -> None:
    if execution.state != ExecutionState.RUNNING or execution.attempt != claim.attempt:
        raise ExecutionFenced(_("The execution has ended, or another process runs it."))


def _queue_again(execution: Execution) -> None:
    execution.state = ExecutionState.QUEUED
    execution.save(update_fields=["state"])
    queue_execution(execution.id)


def _switched_on(execution: Execution) -> tuple[Script | None, Grants | None]:
    """The script with its grants, if it is on in the text that the execution is of."""
    script = load_script(execution.project_id, execution.script)
    if script is None or script.sha256 != execution.sha256:
        return None, None
    switch = switch_of(execution.project_id, script)
    return script, grants_of(switch) if switch is not None else None


def _has_access(execution: Execution) -> bool:
    """Whether its person may still run it; on change, the owner who switched the script on has to be one."""
    actions = (RUN_SCRIPT, WRITE, *((SWITCH_SCRIPT,) if execution.cause == Cause.CHANGE else ()))
    person = User.objects.active().filter(pk=execution.person_id).first()
    if person is None:
        return False
    try:
        for action in actions:
            get_project(user=person, project_id=execution.project_id, action=action)
    except DomainError:
        return False
    return True


def _propose(write: ProjectWrite, execution: Execution, script: Script, staged: Staged) -> Proposal | None:
    if not staged.changes:
        return None
    return propose(
        caller=write.caller,
        project_id=execution.project_id,
        origin=(ORIGIN, str(execution.id)),
        title=script.label,
        changes=staged.changes,
        base_version=staged.base_version,
        contributors=[{"id": str(execution.person_id)}],
        admits=True,
    )


def _propose_on_change(write: ProjectWrite, execution: Execution, script: Script, staged: Staged) -> Proposal | None:
    if not staged.is_news and not staged.undecided.gone:
        return None
    return propose_together(
        write,
        execution,
        script,
        undecided=staged.undecided,
        staged=staged.changes,
        base_version=staged.base_version,
    )
