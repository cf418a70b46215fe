"""Rows of this stage in the world of `tests/proof`."""

from __future__ import annotations

from typing import Any

from accounts.callers import Caller
from drafts.models import Draft
from proposals.services import discard_proposal
from stages.runs.choices import Outcome
from stages.runs.evaluation.grading import CellGrades, Grade
from stages.runs.github import FoundRequest
from stages.runs.llm.requests import ModelResponse, ToolCall
from stages.runs.models import Call, LogKind, ModelProfile, Purpose, Repository, RunStatus
from stages.runs.refinement.scores import outcome_of
from stages.runs.services import (
    append_log,
    archive_experiment,
    begin_call,
    cancel_run,
    choose_run,
    claim_run,
    create_evaluation,
    create_experiment,
    create_profile,
    create_refinement,
    end_call,
    finish_run,
    post_message,
    remove_repository,
    replace_key,
    retry_run,
    set_budget,
    start_runs,
)
from stages.runs.services.cells import fail_cell, grade_call, reuse_answer
from stages.runs.services.pull_request_work import fail_pull_request, finish_pull_request, record_synced
from stages.runs.services.pull_requests import open_pull_request
from stages.runs.services.working import Claim
from tests.publishing.reviews import Review, caller_of
from tests.runs.changes import changed, changing
from tests.runs.evaluations import CASES, EXPECTED, SUITE, suite_of, terms
from tests.runs.git_server import connected
from tests.writers import Writer

PATCH = (
    "diff --git a/files/n.md b/files/n.md\nnew file mode 100644\n--- /dev/null\n+++ b/files/n.md\n@@ -0,0 +1 @@\n+n\n"
)


def make_rows(review: Review) -> None:
    """Models and repositories with a key and without, an experiment with two messages, runs that answered and wait."""
    owner, editor = caller_of(review.people["owner"]), caller_of(review.people["editor"])
    project = review.project.id
    paid = create_profile(
        caller=owner,
        project_id=project,
        name="house",
        provider="openai",
        model_name="model-1",
        display_name="House model",
        base_url="https://models.example/v1",
        key="sk-abc-0123456789",
        input_price=2,
        output_price=3,
        token_limit=100,
    )
    replace_key(caller=owner, profile_id=paid.id, key="sk-abc-9876543210")
    _make_pull_requests(owner, editor, connected(owner, project))
    removed = connected(owner, project, name="former")
    remove_repository(caller=owner, repository_id=removed.id)
    limits: dict[str, Any] = {"monthly_limit": 1_000_000, "max_open_calls": 4, "calls_per_minute": 60}
    set_budget(caller=owner, project_id=project, **limits)
    set_budget(caller=owner, profile_id=paid.id, **limits)
    echo = create_profile(caller=owner, project_id=project, name="echo", provider="echo")
    unsaved = {"prompt_text": "Be brief."}
    given: dict[str, Any] = {"caller": editor, "project_id": project, "text": "How long?", "title": "Shorter"}
    writer = Writer(editor, review.project)
    writer.take("prompt_text")
    experiment = create_experiment(version=1, unsaved=unsaved, **given)
    writer.give_back("prompt_text")
    answered, _waiting = start_runs(caller=editor, experiment_id=experiment.id, profile_ids=[paid.id, echo.id])
    claim = claim_run(run_id=answered.id)
    assert claim is not None
    append_log(claim=claim, lines=[(LogKind.STEP, "Asks"), (LogKind.TEXT, "21 days")])
    call = begin_call(claim=claim, profile=paid, record="{}", worst_cost=1)
    response = ModelResponse("21 days", (), Outcome.COMPLETED, "stop", "model-1", "req-1", 5, 4)
    end_call(claim=claim, call=call, response=response)
    finish_run(claim=claim, status=RunStatus.SUCCEEDED, summary="21 days", warnings=["Read it"])
    post_message(caller=editor, experiment_id=experiment.id, text="Why?", base_run_id=answered.id)
    change = create_experiment(version=1, kind="change", **{**given, "title": "Change"})
    (changed,) = start_runs(caller=editor, experiment_id=change.id, profile_ids=[echo.id])
    claim = claim_run(run_id=changed.id)
    assert claim is not None
    files = [{"path": "files/n.md", "status": "added", "added": 1, "removed": 0}]
    finish_run(claim=claim, status=RunStatus.SUCCEEDED, summary="A file", patch=PATCH, files_changed=files)
    proposal = choose_run(caller=editor, run_id=changed.id).proposal
    assert proposal is not None
    discard_proposal(caller=editor, proposal_id=proposal.id)
    done = create_experiment(version=1, **{**given, "title": "Done"})
    archive_experiment(caller=owner, experiment_id=done.id)
    _evaluate(review, echo)


def _make_pull_requests(owner: Caller, editor: Caller, repository: Repository) -> None:
    """One that was merged, one that failed, and one that waits, of runs that changed a commit."""
    experiment = changing(editor, repository)
    profile = create_profile(caller=owner, project_id=repository.project_id, name="changer", provider="echo")
    merged, failed, waiting = (changed(editor, experiment, profile) for _ in range(3))
    rows = [open_pull_request(caller=editor, run_id=run.id) for run in (merged, failed, waiting)]
    found = FoundRequest(7, "https://git.example/acme/prompts/pull/7", "OPEN")
    finish_pull_request(pull_request_id=rows[0].id, run_id=merged.id, commit="1" * 40, found=found)
    record_synced(pull_request_id=rows[0].id, status="MERGED")
    fail_pull_request(pull_request_id=rows[1].id, run_id=failed.id, error="conflict", detail="Somebody changed it.")


def _evaluate(review: Review, house: ModelProfile) -> None:
    """An evaluation with an answer that passes and a case that cannot be asked, and a retry that takes the answer."""
    editor = caller_of(review.people["editor"])
    suite = suite_of(EXPECTED, models=house.name)
    files = {SUITE: suite, CASES: terms(True) + '{"id": "c2", "expected": "rash"}\n'}
    locks = [review.writer.take(f"files/{path}") for path in files]
    newest = Draft.objects.of_project(review.project.id).first()
    assert newest is not None
    review.writer.save(
        {f"files/{path}": {"content": text} for path, text in files.items()},
        *locks,
        base=newest.version_number,
        release_locks=True,
    )
    experiment = create_evaluation(caller=editor, project_id=review.project.id, suite=SUITE)
    (run,) = start_runs(caller=editor, experiment_id=experiment.id, profile_ids=[], reuse=True)
    claim = claim_run(run_id=run.id)
    assert claim is not None
    call = begin_call(claim=claim, profile=house, record="{}", case="c1", repeat=1)
    answer = ModelResponse("rash 1", (ToolCall("1", "look", "{}"),), Outcome.COMPLETED, "stop", "echo", "req-2", 2, 2)
    end_call(claim=claim, call=call, response=answer)
    grade_call(claim=claim, call_id=call.id, grades=CellGrades((Grade("contains", True, 1.0),)))
    fail_cell(claim=claim, profile=house, case="c2", repeat=1, error="missing_variable", detail="No term")
    verdict = {"outcome": "errors", "passed": 1, "failed": 0, "errors": 1}
    finish_run(claim=claim, status=RunStatus.SUCCEEDED, summary="1 of 1 cases passed", verdict=verdict)
    again = retry_run(caller=editor, run_id=run.id)
    claim = claim_run(run_id=again.id)
    assert claim is not None
    earlier = Call.objects.select_related("profile").get(pk=call.pk)
    reuse_answer(claim=claim, answer=earlier, case="c1", repeat=1, with_grades=True)
    _refine(editor, review, house)


def _refine(editor: Caller, review: Review, house: ModelProfile) -> None:
    """A text that was refined, with a better one that was proposed; and a run that goes on with its answers."""
    given: dict[str, Any] = {"caller": editor, "project_id": review.project.id, "suite": SUITE}
    experiment = create_refinement(max_calls=50, held_out=50, **given)
    (run,) = start_runs(caller=editor, experiment_id=experiment.id, profile_ids=[house.id])
    claim = claim_run(run_id=run.id)
    assert claim is not None
    for case in ("c1", "c2"):
        _measure(claim, house, case, 0, passed=False)
    call = begin_call(claim=claim, profile=house, record="{}", purpose=Purpose.REFLECT, candidate=1)
    answer = ModelResponse("Say rash.", (), Outcome.COMPLETED, "stop", "echo", "req-3", 2, 2)
    end_call(claim=claim, call=call, response=answer)
    for case in ("c1", "c2"):
        _measure(claim, house, case, 1, passed=True)
    verdict = outcome_of(list(Call.objects.filter(run=run).order_by("number")), 50).as_data()
    files = [{"path": "prompt_text", "status": "modified", "added": 1, "removed": 1}]
    finish_run(claim=claim, status=RunStatus.SUCCEEDED, patch=PATCH, files_changed=files, verdict=verdict)
    (stopped,) = start_runs(caller=editor, experiment_id=experiment.id, profile_ids=[house.id])
    cancel_run(caller=editor, run_id=stopped.id)
    again = retry_run(caller=editor, run_id=stopped.id)
    claim = claim_run(run_id=again.id)
    assert claim is not None
    earlier = Call.objects.select_related("profile").get(pk=call.pk)
    reuse_answer(claim=claim, answer=earlier, case="", repeat=0, candidate=1)


def _measure(claim: Claim, house: ModelProfile, case: str, candidate: int, *, passed: bool) -> None:
    """An answer with a text, graded."""
    call = begin_call(claim=claim, profile=house, record="{}", case=case, repeat=1, candidate=candidate)
    answer = ModelResponse("rash", (), Outcome.COMPLETED, "stop", "echo", "req-2", 2, 2)
    end_call(claim=claim, call=call, response=answer)
    grades = CellGrades((Grade("contains", passed, float(passed)),))
    grade_call(claim=claim, call_id=call.id, grades=grades)
