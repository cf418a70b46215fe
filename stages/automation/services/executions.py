"""Executions: begun and ended by the process that runs scripts, or stopped by a person. Each ends once.

`attempt` is a fencing token: a process that was taken for lost, and comes back, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller, foundry_caller
from accounts.models import Kind, User
from accounts.services.accounts import create_service
from audit.services import Target
from blobs.services import store_texts
from kernel.canonical import canonical
from kernel.errors import Conflict, DomainError, NotFound, ValidationFailed
from kernel.statements import database_now
from kernel.transactions import write_transaction
from projects.access import get_project
from projects.writing import ProjectWrite, project_write, upkeep_write
from proposals.models import Proposal
from proposals.services.proposing import propose
from stages.automation.choices import ENDED, ExecutionState
from stages.automation.events import SCRIPT_COMPLETED
from stages.automation.executing.grants import Grants
from stages.automation.executing.scripts import Script, grants_of, libraries_for, load_script, switch_of
from stages.automation.jobs import cancel_execution, queue_execution
from stages.automation.lua import LogLine, Outcome
from stages.automation.models import Execution
from stages.automation.permissions import RUN_SCRIPT, STOP_EXECUTION
from stages.registers.permissions import WRITE

ORIGIN: Final = "execution"
# Names of the account in whose name scripts act; the second one where a person has the first.
USERNAMES: Final = ("scripts", "foundry-scripts")
MAX_ATTEMPTS: Final = 3
# Why executions end that no script has ended.
SCRIPT_OFF: Final = "script_off"
ACCESS_LOST: Final = "access_lost"
WORKER_LOST: Final = "worker_lost"
REFUSED: Final = "refused"
INTERNAL: Final = "internal"


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
    """What an execution has staged, as a proposal takes it; `count` are records, links and fields."""

    changes: Mapping[str, Any]
    base_version: int
    count: int


NOTHING: Final = Staged({}, 0, 0)


def scripts_user() -> User:
    """The service account `scripts`, made when the first script runs."""
    for username in USERNAMES:
        found = User.objects.named(username).first()
        if found is None:
            try:
                with write_transaction():
                    return create_service(caller=foundry_caller(), username=username, display_name=_("Scripts"))
            except ValidationFailed:
                # Another process has made it meanwhile.
                found = User.objects.named(username).first()
        if found is not None and found.kind == Kind.SERVICE:
            return found
    raise Conflict(_("The accounts “scripts” and “foundry-scripts” are people’s."))


def begin_execution(*, execution_id: UUID) -> Claim | None:
    """Begin an execution; None if it has ended, or ends now: its script is off, or its person may run it no more."""
    with _own_write(execution_id) as (write, execution):
        if execution.state in ENDED:
            return None
        if execution.state == ExecutionState.RUNNING and execution.attempt >= MAX_ATTEMPTS:
            words = _("The process that ran it was lost {count} times.").format(count=execution.attempt)
            _end(write, execution, ExecutionState.FAILED, WORKER_LOST, error=words)
            return None
        script, grants = _switched_on(execution)
        if script is None or grants is None:
            _end(write, execution, ExecutionState.STOPPED, SCRIPT_OFF)
            return None
        if not _has_access(execution):
            _end(write, execution, ExecutionState.FAILED, ACCESS_LOST)
            return None
        execution.state, execution.attempt = ExecutionState.RUNNING, execution.attempt + 1
        execution.started_at = execution.started_at or database_now()
        execution.save(update_fields=["state", "attempt", "started_at"])
        libraries = libraries_for(execution.project_id, script)
        return Claim(execution, execution.attempt, script, grants, libraries, write.caller)


def end_execution(*, claim: Claim, outcome: Outcome, staged: Staged = NOTHING) -> Execution:
    """End an execution as its script did: with a proposal, private to its starter, of what it has staged.

    Nothing is proposed where it failed, or where the script was switched off or changed meanwhile. Raises
    `ExecutionFenced`.
    """
    with _own_write(claim.execution.id) as (write, execution):
        _check_fence(execution, claim)
        figures = _figures(outcome)
        if outcome.state != "succeeded":
            _end(write, execution, ExecutionState(outcome.state), outcome.code, **figures)
            return execution
        script, grants = _switched_on(execution)
        if script is None or grants is None:
            _end(write, execution, ExecutionState.STOPPED, SCRIPT_OFF, **figures)
            return execution
        proposal = None
        try:
            if staged.changes:
                proposal = _propose(write, execution, script, staged)
        except DomainError as refusal:
            _end(write, execution, ExecutionState.FAILED, REFUSED, **{**figures, "error": str(refusal)})
            return execution
        _end(
            write,
            execution,
            ExecutionState.SUCCEEDED,
            "",
            **figures,
            proposal=proposal,
            count=staged.count if proposal else 0,
        )
        return execution


def fail_execution(*, claim: Claim) -> None:
    """End an execution in which the server itself made a mistake; another attempt would make it again."""
    with _own_write(claim.execution.id) as (write, execution):
        _check_fence(execution, claim)
        words = _("Something went wrong at this site; the details are in the runner’s log.")
        _end(write, execution, ExecutionState.FAILED, INTERNAL, error=words)


def give_back_execution(*, claim: Claim) -> None:
    """Queue an execution again whose process stops. Raises `ExecutionFenced`."""
    with _own_write(claim.execution.id) as (_write, execution):
        _check_fence(execution, claim)
        execution.state = ExecutionState.QUEUED
        execution.save(update_fields=["state"])
        queue_execution(execution.id)


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
        _end(write, execution, ExecutionState.STOPPED, "stopped")
        cancel_execution(execution.id)
    return execution


@contextmanager
def _own_write(execution_id: UUID) -> Iterator[tuple[ProjectWrite, Execution]]:
    """The transaction of the running process: the account `scripts`, on behalf of the execution's person."""
    found = Execution.objects.filter(pk=execution_id).first()
    if found is None:
        raise NotFound(_("There is no such execution."))
    caller = Caller(user=scripts_user(), via="job", credential="job", on_behalf_of=found.person_id)
    with upkeep_write(caller=caller, project_id=found.project_id) as write:
        yield write, _locked(execution_id)


def _locked(execution_id: UUID) -> Execution:
    return Execution.objects.select_for_update(no_key=True).get(pk=execution_id)


def _check_fence(execution: Execution, claim: Claim) -> None:
    if execution.state != ExecutionState.RUNNING or execution.attempt != claim.attempt:
        raise ExecutionFenced(_("The execution has ended, or another process runs it."))


def _switched_on(execution: Execution) -> tuple[Script | None, Grants | None]:
    """The script with its grants, if it is on in the text that the execution is of."""
    script = load_script(execution.project_id, execution.script)
    if script is None or script.sha256 != execution.sha256:
        return None, None
    switch = switch_of(execution.project_id, script)
    return script, grants_of(switch) if switch is not None else None


def _has_access(execution: Execution) -> bool:
    person = User.objects.active().filter(pk=execution.person_id).first()
    if person is None:
        return False
    try:
        for action in (RUN_SCRIPT, WRITE):
            get_project(user=person, project_id=execution.project_id, action=action)
    except DomainError:
        return False
    return True


def _propose(write: ProjectWrite, execution: Execution, script: Script, staged: Staged) -> Proposal:
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


def _figures(outcome: Outcome) -> dict[str, Any]:
    return {
        "error": outcome.error,
        "line": outcome.line,
        "fuel": outcome.fuel,
        "memory": outcome.memory,
        "calls": outcome.calls,
        "writes": outcome.writes,
        "log": log_text(outcome.log, is_cut=outcome.is_log_cut),
    }


def log_text(lines: Sequence[LogLine], *, is_cut: bool) -> str:
    """A log as it is kept: a line of JSON for each line, and `{"cut": true}` where some are missing."""
    written = [canonical(line_body(each)) for each in lines]
    return "\n".join([*written, *([canonical({"cut": True})] if is_cut else [])])


def line_body(line: LogLine) -> dict[str, Any]:
    """A line of a log: `level`, `text`, `at` in seconds, and of an answer from outside the hashes."""
    text = line.text.replace("\0", "\ufffd")
    return {"level": line.level, "text": text, "at": line.at, **dict(line.facts)}


def _end(
    write: ProjectWrite,
    execution: Execution,
    state: ExecutionState,
    code: str,
    *,
    error: str = "",
    line: int | None = None,
    log: str = "",
    proposal: Proposal | None = None,
    count: int = 0,
    **figures: int,
) -> None:
    """End an execution, with its event."""
    execution.state, execution.code, execution.error, execution.line = state, code, error, line
    execution.log = store_texts(texts=[log])[0] if log else ""
    execution.proposal = proposal
    for name, value in figures.items():
        setattr(execution, name, value)
    data = {
        "execution_id": str(execution.id),
        "script_id": str(execution.script),
        "script": execution.name,
        "sha256": execution.sha256,
        "cause": execution.cause,
        "person_id": str(execution.person_id),
        "state": state.value,
        "code": code,
        "line": line,
        "attempt": execution.attempt,
        "log": execution.log or None,
        "proposal_id": str(proposal.id) if proposal is not None else None,
        "changes": count,
        **figures,
    }
    event = write.record(SCRIPT_COMPLETED.name, Target.of("script", execution.script), data)
    execution.ended_at = event.at
    execution.save()
