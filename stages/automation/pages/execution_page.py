"""What the page of one execution is made of, as its reader may see it and go on with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from projects.access import Access
from projects.models import Status
from projects.permissions import allowed
from proposals.models import Proposal, Round
from publishing.proposal_policy import proposal_policy_of
from stages.automation.choices import ENDED, ExecutionState
from stages.automation.executing.scripts import Script, load_script
from stages.automation.models import Execution
from stages.automation.pages.execution_changes import changes_of, count_picks
from stages.automation.pages.execution_facts import (
    arguments_of,
    duration,
    failure_for_page,
    log_for_page,
    meters,
    progress_meter,
    seconds_of,
)
from stages.automation.pages.execution_given import given_of
from stages.automation.permissions import RUN_SCRIPT, STOP_EXECUTION
from stages.automation.reading.executions import shown_executions
from stages.automation.reading.runners import waits_in_vain
from stages.registers.reading.reader import Reader


def page_of(execution: Execution, access: Access, *, user: User, reader: Reader) -> dict[str, Any]:
    """The values of `automation/executions/execution.html`."""
    (shown,) = shown_executions([execution])
    script = load_script(execution.project_id, execution.script)
    log = log_for_page(execution)
    return {
        "shown": shown,
        "execution": execution,
        "outcome": shown.outcome,
        "script": script,
        "label": shown.label,
        "is_open": execution.state not in ENDED,
        "is_starter": execution.person_id == user.id,
        "has_no_runner": waits_in_vain(execution),
        "log": log,
        "progress": progress_meter(log),
        "meters": meters(execution, log),
        "seconds": f"{seconds_of(execution):.3f}",
        **_state(execution),
        "arguments": arguments_of(execution),
        "failure": failure_for_page(execution, script),
        "given": given_of(execution, reader),
        **_of_changes(execution, shown.proposal, access, user, reader=reader, whys=log.whys),
        **_allowed(execution, access, script),
    }


def _of_changes(
    execution: Execution,
    proposal: Proposal | None,
    access: Access,
    user: User,
    *,
    reader: Reader,
    whys: Mapping[str, str],
) -> dict[str, Any]:
    """What it proposes: listed for whom it is private to, named for the others."""
    if proposal is None:
        return {"changes": None, "count": _count(execution, proposal)}
    if not (proposal.is_private and proposal.is_of(user)):
        return {"changes": None, "proposal": proposal, "count": _count(execution, proposal)}
    status = Status(access.project.status)
    missing = proposal_policy_of(access.project.id).approvals
    changes = changes_of(access.project.id, proposal, user=user, whys=whys, reader=reader)
    return {
        "changes": changes,
        "proposal": proposal,
        "count": changes.picks,
        "approvals": missing,
        "may_commit": not missing and allowed("proposal.accept", role=access.role, status=status),
        "may_share": allowed("proposal.submit", role=access.role, status=status),
    }


def _count(execution: Execution, proposal: Proposal | None) -> int:
    """How many changes it has proposed, as its starter counts them: those of the newest round, else as often as it has
    staged something.
    """
    if execution.proposal_id is None:
        return 0
    newest = Round.objects.filter(proposal=proposal).order_by("-number").first() if proposal is not None else None
    return count_picks(newest.changes) if newest is not None else execution.writes


def _state(execution: Execution) -> dict[str, str]:
    """The line beside the heading of its progress: an icon, its colour and its words."""
    took = duration(execution)
    tone, icon, words = {
        ExecutionState.QUEUED: ("", "clock", _("Queued")),
        ExecutionState.RUNNING: ("theirs", "loader-circle", _("Running")),
        ExecutionState.SUCCEEDED: ("good", "circle-check", _("Succeeded in {took}").format(took=took)),
        ExecutionState.FAILED: ("bad", "circle-x", _("Failed after {took}").format(took=took)),
        ExecutionState.STOPPED: ("", "square", _("Stopped after {took}").format(took=took)),
    }[ExecutionState(execution.state)]
    end = tone if execution.state in ENDED and tone else "note"
    return {"state_tone": tone, "state_icon": icon, "state_words": words, "end_tone": end}


def _allowed(execution: Execution, access: Access, script: Script | None) -> dict[str, Any]:
    status = Status(access.project.status)
    return {
        "may_stop": allowed(STOP_EXECUTION, role=access.role, status=status),
        "may_run": script is not None and allowed(RUN_SCRIPT, role=access.role, status=status),
        "is_current": script is not None and script.sha256 == execution.sha256,
    }
