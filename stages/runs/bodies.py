"""Experiments, messages, runs and calls as REST and the gateway show them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.ijson import parse
from stages.runs.models import Call, Experiment, Message, Run
from stages.runs.reading import answer_of


def experiment_body(experiment: Experiment) -> dict[str, Any]:
    """An experiment as it is shown."""
    return {
        "id": experiment.id,
        "project_id": experiment.project_id,
        "kind": experiment.kind,
        "title": experiment.title,
        "state": experiment.state,
        "version": experiment.version,
        "content_hash": f"sha256:{experiment.content_hash}" if experiment.content_hash else None,
        "unsaved": experiment.unsaved,
        "repository_id": experiment.repository_id,
        "commit": experiment.commit or None,
        "suite": experiment.suite,
        "refinement": experiment.refinement,
        "created_at": experiment.created_at,
        "created_by": experiment.created_by.person(),
        "updated_at": experiment.updated_at,
    }


def message_body(message: Message) -> dict[str, Any]:
    """A message with its text, which is one query more unless it was read with it."""
    return {
        "id": message.id,
        "number": message.number,
        "role": message.role,
        "text": message.content.text,
        "author": message.author.person(),
        "base_run_id": message.base_run_id,
        "created_at": message.created_at,
    }


def run_body(run: Run) -> dict[str, Any]:
    """A run without its answer, as lists show it; with its proposal where it was read with `shown_proposal_id`."""
    return {
        "id": run.id,
        "experiment_id": run.experiment_id,
        "message_id": run.message_id,
        "profile_id": run.profile_id,
        "display_name": run.profile.display_name,
        "starter": run.starter.person(),
        "status": run.status,
        "attempt": run.attempt,
        "error": run.error,
        "detail": run.detail,
        "summary": run.summary,
        "warnings": run.warnings,
        "input_tokens": run.input_tokens,
        "output_tokens": run.output_tokens,
        "cost": run.cost,
        "queued_at": run.queued_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "files_changed": run.files_changed,
        "verdict": run.verdict if run.verdict and "errors" in run.verdict else None,
        "refined": run.verdict if run.verdict and "before" in run.verdict else None,
        "chosen": _choice_body(run),
    }


def _choice_body(run: Run) -> dict[str, Any] | None:
    if run.chosen_by is None:
        return None
    return {"by": run.chosen_by.person(), "at": run.chosen_at, "proposal_id": getattr(run, "shown_proposal_id", None)}


def whole_run_body(run: Run) -> dict[str, Any]:
    """A run with what it has answered."""
    return {**run_body(run), "answer": answer_of(run)}


def chosen_body(run: Run, proposal_id: UUID | None) -> dict[str, Any]:
    """A run with the proposal that somebody has of it who chose it."""
    return {"proposal_id": proposal_id, "run": run_body(run)}


def patch_body(run: Run) -> dict[str, Any]:
    """A run's patch, which is one query more unless it was read with it."""
    text = run.patch.text if run.patch is not None else ""
    return {"patch": text, "sha256": run.patch_id, "files_changed": run.files_changed}


def call_body(call: Call) -> dict[str, Any]:
    """A call with what was sent, by hash; one query more unless its request was read with it."""
    return {
        "number": call.number,
        "attempt": call.attempt,
        "purpose": call.purpose,
        "request": parse(call.request.text) if call.request is not None else None,
        "response_sha256": call.response_id,
        "tool_calls_sha256": call.tool_calls_id,
        "case": call.case,
        "repeat": call.repeat,
        "candidate": call.candidate,
        "detail": call.detail,
        "is_reused": call.reused_from_id is not None,
        "grades": call.grades,
        "passed": call.passed,
        "outcome": call.outcome,
        "error": call.error,
        "finish_reason": call.finish_reason,
        "model_reported": call.model_reported,
        "id_reported": call.id_reported,
        "input_tokens": call.input_tokens,
        "output_tokens": call.output_tokens,
        "cost": call.cost,
        "worst_cost": call.worst_cost,
        "started_at": call.started_at,
        "ended_at": call.ended_at,
    }
