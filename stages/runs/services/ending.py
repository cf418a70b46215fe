"""How a run ends: once, with the hashes of what it asked, got and showed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from audit.keys.text import rfc3339
from audit.services import Target
from blobs.models import sha256_of
from kernel.canonical import canonical
from kernel.errors import NotFound
from projects.writing import ProjectWrite
from stages.runs import events
from stages.runs.choices import Outcome
from stages.runs.models import Call, Run, RunLog, RunStatus
from stages.runs.models.experiments import MAX_DETAIL, MAX_SUMMARY
from stages.runs.services.metering import settle
from stages.runs.services.waiting import notify_starter

# How calls end that a person stopped.
CANCELED: Final = "canceled"
_ACTIONS = {
    RunStatus.SUCCEEDED: events.RUN_SUCCEEDED,
    RunStatus.FAILED: events.RUN_FAILED,
    RunStatus.CANCELED: events.RUN_CANCELED,
}


def lock_run(run_id: UUID) -> Run:
    """The run, its row locked until the transaction ends. Raises `NotFound`."""
    found = Run.objects.select_for_update(no_key=True, of=("self",)).select_related("profile").filter(pk=run_id).first()
    if found is None:
        raise NotFound(_("Run not found."))
    return found


def lock_runs(runs: QuerySet[Run]) -> list[Run]:
    """These runs, all their rows locked, in the order of their ids: whoever ends several takes no meter before that."""
    return list(runs.select_for_update(no_key=True, of=("self",)).select_related("profile").order_by("id"))


def end_run(
    write: ProjectWrite,
    run: Run,
    status: RunStatus,
    *,
    error: str = "",
    detail: str = "",
    summary: str = "",
    warnings: Sequence[str] = (),
    patch_id: str | None = None,
    files_changed: Sequence[Mapping[str, Any]] = (),
    verdict: Mapping[str, Any] | None = None,
) -> None:
    """End a run whose row the caller has locked, with its event; calls that are open end as unknown."""
    # Read before meters are locked, for which the calls of all runs of the project wait.
    log = log_sha256(run.id)
    close_calls([run], error or CANCELED)
    calls = list(Call.objects.filter(run=run).select_related("reused_from").order_by("number"))
    run.status = status
    run.error, run.detail, run.summary = error, detail[:MAX_DETAIL], summary[:MAX_SUMMARY]
    run.warnings = list(warnings)
    run.patch_id, run.files_changed = patch_id, list(map(dict, files_changed))
    run.verdict = None if verdict is None else dict(verdict)
    run.input_tokens = sum(call.input_tokens for call in calls)
    run.output_tokens = sum(call.output_tokens for call in calls)
    run.cost = sum(call.cost for call in calls)
    facts = {**events.run_facts(run), **ended_facts(run), "attempt": run.attempt}
    facts |= {"record_sha256": record_sha256(calls), "log_sha256": log}
    event = write.record(_ACTIONS[status].name, Target.of("run", run.id), facts)
    run.ended_at = event.at
    run.save(update_fields=["status", "ended_at", *ENDED_COLUMNS])
    if status != RunStatus.CANCELED:
        notify_starter(write, run, event)


def close_calls(runs: Sequence[Run], error: str) -> None:
    """End the open calls of runs of a project, whose rows are locked: nobody knows how, so they cost the most.

    Meters stay locked until the transaction ends. Who ends several runs closes the calls of all of them at once.
    """
    open_calls = Call.objects.select_for_update(no_key=True).filter(run__in=runs, outcome="")
    calls = list(open_calls.order_by("run", "number"))
    for call in calls:
        call.outcome, call.error, call.cost, call.ended_at = Outcome.UNKNOWN, error, call.worst_cost, Now()
    if calls:
        settle(project_id=runs[0].project_id, calls=calls)
    for call in calls:
        call.save(update_fields=["outcome", "error", "cost", "ended_at", "month"])


ENDED_COLUMNS = (
    *("error", "detail", "summary", "warnings", "patch_id", "files_changed", "verdict"),
    *("input_tokens", "output_tokens", "cost", "losses"),
)


def ended_facts(run: Run) -> dict[str, Any]:
    """What the event of its end says of a run; of its summary, which is a model's text, the SHA-256."""
    facts = {name.removesuffix("_id"): getattr(run, name) for name in ENDED_COLUMNS if name != "summary"}
    return {**facts, "summary_sha256": sha256_of(run.summary.encode())}


def record_sha256(calls: Iterable[Call]) -> str:
    """The SHA-256 of the file of a run's calls: one RFC 8785 line each."""
    digest = hashlib.sha256()
    for call in calls:
        digest.update(f"{canonical(call_line(call))}\n".encode())
    return digest.hexdigest()


def call_line(call: Call) -> dict[str, Any]:
    """A call as the file of a run's calls has it; those of an evaluation with their cell, and how it was graded."""
    line: dict[str, Any] = {
        "number": call.number,
        "attempt": call.attempt,
        "purpose": str(call.purpose),
        "profile": str(call.profile_id),
        "request": call.request_id,
        "response": call.response_id,
        "outcome": str(call.outcome),
        "error": call.error,
        "finish_reason": call.finish_reason,
        "model_reported": call.model_reported,
        "id_reported": call.id_reported,
        "tool_calls": call.tool_calls_id,
        "input_tokens": call.input_tokens,
        "output_tokens": call.output_tokens,
        "cost": call.cost,
        "worst_cost": call.worst_cost,
        "month": call.month,
        "started_at": rfc3339(call.started_at),
        "ended_at": rfc3339(call.ended_at) if call.ended_at else None,
    }
    if call.candidate is not None:
        line["candidate"] = call.candidate
    if call.case or call.reused_from_id:
        reused = call.reused_from
        line |= {name: getattr(call, name) for name in ("case", "repeat", "detail", "grades", "passed", "score")}
        line["reused_from"] = {"run": str(reused.run_id), "number": reused.number} if reused else None
    return line


def log_sha256(run_id: UUID) -> str:
    """The SHA-256 of a run's console: one RFC 8785 line for each of its lines."""
    digest = hashlib.sha256()
    lines = RunLog.objects.filter(run=run_id).order_by("number").values_list("number", "kind", "text")
    for number, kind, text in lines.iterator(chunk_size=500):
        digest.update(f"{canonical({'number': number, 'kind': kind, 'text': text})}\n".encode())
    return digest.hexdigest()
