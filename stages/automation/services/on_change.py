"""What follows once a script has run on change: its one open proposal, and what of its changes waits on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from audit.event_types import InboxLine
from audit.models import Event
from audit.services import Target
from kernel.transactions import write_transaction
from projects.models import Member, Role
from projects.writing import ProjectWrite
from proposals.drift import contents_now
from proposals.kinds import KINDS, Content
from proposals.models import Proposal
from proposals.services.ending import withdraw_within
from proposals.services.proposing import propose
from proposals.services.staging import MAX_CHANGES_OF_PROGRAM, parse_changes
from stages.automation.changes.noting import restore
from stages.automation.choices import ACCESS_LOST, STOPPED, WAITS, Cause, ExecutionState, Kind
from stages.automation.events import OFF_LINE, PAUSED_LINE, PROPOSED_LINE, SCRIPT_PAUSED, SCRIPT_SWITCHED
from stages.automation.executing.scripts import Script
from stages.automation.executing.undecided import ORIGIN, Undecided
from stages.automation.jobs import DELAY, is_queued, queue_changes
from stages.automation.models import Due, Execution, Switch
from stages.automation.services.switching import set_switch

MAX_FAILURES: Final = 3
# How many changes an execution is given: fewer after failures, which so many may have been the reason of.
AT_ONCE: Final = (500, 100, 20)
# Seconds until what has failed is tried again: after the first failure, and after the second.
RETRIES: Final = (10.0, 60.0)
# Seconds until what a person has stopped is tried again, unless the script is switched off meanwhile.
AFTER_STOP: Final = 600.0


class Full(Exception):
    """The open proposal does not hold what a script has staged besides."""


def propose_together(
    write: ProjectWrite,
    execution: Execution,
    script: Script,
    *,
    undecided: Undecided,
    staged: Mapping[str, Any],
    base_version: int,
) -> Proposal | None:
    """Propose what a script has staged with what still waits in its open proposal, in that one; None for nothing.

    What holds already is left out; where nothing else is left, the open proposal is withdrawn. Raises `Full`, and what
    `propose` refuses.
    """
    if len(staged) > MAX_CHANGES_OF_PROGRAM and undecided.changes:
        raise Full
    changes = _still_to_do(execution, staged)
    if not changes:
        if undecided.proposal_id is not None:
            withdraw_within(write, undecided.proposal_id, reason=_("The script proposes nothing of it any more."))
        return None
    with write_transaction():
        proposal = propose(
            caller=write.caller,
            project_id=execution.project_id,
            origin=(ORIGIN, str(execution.script)),
            title=script.label,
            changes=changes,
            base_version=base_version,
            is_open=True,
            contributors=[{"id": str(execution.person_id)}],
            admits=True,
        )
    if undecided.proposal_id is None:
        title = f"{proposal} {proposal.title}"
        facts = {**_facts(execution), "name": title, "proposal_id": str(proposal.id), "number": proposal.number}
        _notify(write, PROPOSED_LINE, execution, facts)
    return proposal


def _still_to_do(execution: Execution, staged: Mapping[str, Any]) -> dict[str, Any]:
    parsed = parse_changes(staged, most=MAX_CHANGES_OF_PROGRAM)
    now = contents_now(execution.project_id, parsed)
    after = {key: KINDS[key.kind].canonical(key.target, each) for key, each in parsed.items()}
    kept = {key.name for key, each in after.items() if _shown(each) != _shown(now[key])}
    return {name: value for name, value in staged.items() if name in kept}


def _shown(content: Content) -> Content:
    """What a target shows: an emptied field shows what one does that never had a value."""
    return None if content is not None and content.get("value") == {"value": None} else content


def follow_end(write: ProjectWrite, execution: Execution) -> None:
    """What an execution on change leaves behind, once it has ended: what it was given in vain waits again."""
    if execution.state == ExecutionState.SUCCEEDED:
        queue_rest(execution, 0)
        return
    restore(execution)
    if execution.state == ExecutionState.FAILED:
        failures = failures_in_a_row(execution.project_id, execution.script)
        if failures >= MAX_FAILURES:
            _switch_off(write, execution)
        else:
            queue_rest(execution, RETRIES[failures - 1] if failures else DELAY)
    elif execution.code == ACCESS_LOST and not is_owner(execution.project_id, execution.person_id):
        pause(write, execution.project_id, execution.script, execution.name)
    elif execution.code != WAITS:
        queue_rest(execution, AFTER_STOP if execution.code == STOPPED else DELAY)


def queue_rest(execution: Execution, seconds: float) -> None:
    """Queue a look at what still waits for the script of an execution."""
    waiting = Due.objects.filter(project=execution.project_id, record=execution.script)
    if waiting.exists() and not is_queued(execution.script):
        queue_changes(execution.project_id, execution.script, seconds)


def failures_in_a_row(project_id: UUID, script: UUID) -> int:
    """How many of the newest executions on change have failed, one behind another, since the script was switched on."""
    switched = Switch.objects.filter(project=project_id, record=script).values_list("changed_at", flat=True).first()
    ended = Execution.objects.filter(
        project=project_id,
        script=script,
        cause=Cause.CHANGE,
        state__in=(ExecutionState.SUCCEEDED, ExecutionState.FAILED),
    )
    if switched is not None:
        ended = ended.filter(created_at__gte=switched)
    states = list(ended.order_by("-id").values_list("state", flat=True)[:MAX_FAILURES])
    return next((at for at, state in enumerate(states) if state != ExecutionState.FAILED), len(states))


def _switch_off(write: ProjectWrite, execution: Execution) -> None:
    """Switch a script off that has failed too often; what waits stays, for the text that an owner switches on then."""
    switch = Switch.objects.get(project=execution.project_id, record=execution.script)
    if not switch.is_on or switch.sha256 != execution.sha256:
        return
    reason = _("It failed {count} times in a row: {code}.").format(count=MAX_FAILURES, code=execution.code)
    set_switch(
        write,
        kind=Kind.SCRIPT,
        record=str(execution.script),
        name=execution.name,
        sha256=switch.sha256,
        is_on=False,
        grants=switch.grants,
        reason=reason,
    )
    _notify(write, OFF_LINE, execution, {**_facts(execution), "code": execution.code}, action=SCRIPT_SWITCHED.name)


def pause(write: ProjectWrite, project_id: UUID, script: UUID, name: str) -> None:
    """Pause a script whose owner is none any more: what it watches is noted, and waits. The owners are notified."""
    switch = Switch.objects.select_related("changed_by").filter(project=project_id, record=script).first()
    if switch is None or not switch.is_on or switch.is_paused:
        return
    switch.is_paused = True
    switch.save(update_fields=["is_paused"])
    data = {
        "script_id": str(script),
        "switch_id": str(switch.id),
        "name": name,
        "person": switch.changed_by.person(),
    }
    event = write.record(SCRIPT_PAUSED.name, Target.of("script", script), data)
    owners = Member.objects.filter(project=project_id, role=Role.OWNER).values_list("user_id", flat=True)
    facts = {"script_id": str(script), "name": name, "person": switch.changed_by.display_name}
    write.notify(PAUSED_LINE, owners, facts, event.seq)


def is_owner(project_id: UUID, person: UUID) -> bool:
    """Whether somebody is an owner of a project, with an account that is open."""
    return Member.objects.filter(project=project_id, user=person, role=Role.OWNER, user__is_active=True).exists()


def _facts(execution: Execution) -> dict[str, Any]:
    return {"script_id": str(execution.script), "name": execution.name}


def _notify(
    write: ProjectWrite, line: InboxLine, execution: Execution, facts: Mapping[str, Any], *, action: str | None = None
) -> None:
    """Put a line into the inbox of the owner who switched the script on."""
    events = Event.objects.of_project(execution.project_id)
    newest = (events.filter(action=action) if action else events).order_by("-seq").values_list("seq", flat=True)[0]
    write.notify(line, [execution.person_id], facts, newest)
