"""How an execution ends: its row, its log and its event, and what follows where changes had started it."""

from __future__ import annotations

from typing import Any

from audit.services import Target
from blobs.services import store_texts
from kernel.canonical import canonical
from projects.writing import ProjectWrite
from proposals.models import Proposal
from stages.automation.choices import Cause, ExecutionState
from stages.automation.events import SCRIPT_COMPLETED
from stages.automation.lua import LogLine, Outcome
from stages.automation.models import Execution
from stages.automation.proof.figures import record_sha256
from stages.automation.services.on_change import follow_end


def end(
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
    execution.state, execution.code, execution.line = state, code, line
    # A script chooses the words of its errors; Postgres stores no NUL.
    execution.error = error.replace("\0", "\ufffd")
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
        "record_sha256": record_sha256(execution),
        **figures,
    }
    event = write.record(SCRIPT_COMPLETED.name, Target.of("script", execution.script), data)
    execution.ended_at = event.at
    execution.save()
    if execution.cause == Cause.CHANGE:
        follow_end(write, execution)


def figures_of(outcome: Outcome) -> dict[str, Any]:
    """What the row and the event say of how a script ran."""
    return {
        "error": outcome.error,
        "line": outcome.line,
        "fuel": outcome.fuel,
        "memory": outcome.memory,
        "calls": outcome.calls,
        "writes": outcome.writes,
        "log": log_text(outcome),
    }


def log_text(outcome: Outcome) -> str:
    """A log as it is kept: a line of JSON for each line, and for what else the script has said of itself.

    `{"cut": true}` says that lines are missing, `{"progress": …}` how far it was, `{"target", "why"}` why something is
    changed.
    """
    report = outcome.report
    written: list[dict[str, Any]] = [line_body(each) for each in outcome.log]
    written += [{"cut": True}] if outcome.is_log_cut else []
    written += [{"progress": dict(report.progress)}] if report.progress else []
    written += [{"target": target, "why": why} for target, why in report.whys.items()]
    return "\n".join(map(canonical, written))


def line_body(line: LogLine) -> dict[str, Any]:
    """A line of a log: `level`, `text`, `at` in seconds, and of an answer from outside the hashes."""
    text = line.text.replace("\0", "\ufffd")
    return {"level": line.level, "text": text, "at": line.at, **dict(line.facts)}
