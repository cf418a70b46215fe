"""A release may require that its very content was evaluated, and its bundle proves that it was."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from drafts.models import Draft
from kernel.errors import Conflict, ValidationFailed
from publishing.gates import gate_links
from publishing.policies import rules_of
from stages.runs.models import Call, Run, RunStatus
from stages.runs.services import claim_run, finish_run
from tests.cast import new_reviewed
from tests.publishing.bundles import files_in, lines_of, release_bundle, resealed, said_of, spelled, wrong_with
from tests.publishing.reviews import Review, begun
from tests.runs.evaluations import EXPECTED, SUITE, Evaluations, suite_of, terms
from tests.runs.world import World

GATE = {"suites": [SUITE], "enforcement": "block"}


@pytest.fixture
def reviewed(own_db: None) -> tuple[Evaluations, Review]:
    """A project with a suite, and those who sign for it."""
    project, people = new_reviewed()
    review = begun(project, people)
    review.writer.give_back()
    world = World(project, {"olga": people["owner"], "ed": people["editor"], "rae": people["reviewer"]})
    world.profile()
    at = Evaluations(world)
    at.save(suite=suite_of(EXPECTED), cases=terms(True, False))
    review.require(gates={"evaluation": GATE})
    return at, review


def refusal(review: Review) -> str:
    with pytest.raises(Conflict) as refused:
        review.submit()
    gates: Any = refused.value.extra["gates"]
    return str(gates["evaluation"])


def links(review: Review) -> list[tuple[str, str]]:
    """Where the page of the submission leads, below the project."""
    draft = Draft.objects.of_project(review.project.id).latest("version_number")
    home = f"/projects/{review.project.id}/runs/"
    return [(link.label, link.href.removeprefix(home)) for link in gate_links("evaluation", GATE, draft=draft)]


def test_a_gate_leads_to_the_form_then_to_the_results(reviewed: tuple[Evaluations, Review]):
    at, review = reviewed
    version = Draft.objects.of_project(review.project.id).latest("version_number").version_number
    form = f"new/?kind=evaluate&version={version}&suite=evaluations%2Fregression.yaml"
    assert links(review) == [(f"Evaluate v{version} by regression", form)]
    (failed,) = at.evaluate()
    assert links(review) == [("Results of regression", f"{failed.experiment_id}/results/")]
    at.save(cases=terms(True, True))
    at.evaluate()
    assert links(review) == []
    # A suite that cannot be read is corrected in the workspace.
    at.save(suite="cases: nowhere.jsonl")
    assert links(review) == []


def test_case_45_a_release_waits_for_its_evaluation_and_its_bundle_proves_it(reviewed: tuple[Evaluations, Review]):
    at, review = reviewed
    assert "not evaluated" in refusal(review)
    at.evaluate()
    assert "not passed: 1 of 2 cases" in refusal(review)
    # Passed, but as another version.
    at.save(cases=terms(True, True))
    at.evaluate()
    at.save(prompt_text="Be quite exact.")
    assert "not evaluated" in refusal(review)
    # Passed by answers of another experiment, and with a prompt that is not saved.
    (unsaved,) = at.evaluate(unsaved={"prompt_text": "Be exact in all."})
    assert verdict_of(unsaved) == "passed"
    at.save(prompt_text="Be exact in all.")
    (reused,) = at.evaluate(reuse=True)
    assert (verdict_of(reused), Call.objects.filter(run=reused, reused_from__run=unsaved).count()) == ("passed", 2)
    assert "not evaluated" in refusal(review)
    (run,) = at.evaluate()
    (later,) = at.evaluate(reuse=True)
    assert Call.objects.filter(run=later, reused_from__isnull=False).count() == 2

    release = review.release()

    facts = Event.objects.of_project(review.project.id).get(action="release.released").data["gates"]["evaluation"]
    ended = Event.objects.of_project(review.project.id).get(action="run.succeeded", target_id=str(run.id)).data
    assert facts == {
        "enforcement": "block",
        "suites": [
            {
                "path": SUITE,
                "sha256": run.experiment.suite_sha256,
                "runs": [
                    {
                        "model": "house",
                        "run": str(run.id),
                        "record_sha256": ended["record_sha256"],
                        "verdict": {"outcome": "passed", "passed": 2, "failed": 0, "errors": 0},
                    }
                ],
            }
        ],
    }
    files = files_in(release_bundle(release))
    assert wrong_with(files) is None
    assert "1 runs of evaluations, their 2 outputs counted again" in said_of(files)


def test_c02_runs_and_outputs_in_a_bundle_are_counted_again(reviewed: tuple[Evaluations, Review]):
    """Whoever has the site's key cannot change a byte of them, nor leave them out."""
    at, review = reviewed
    (other,) = at.evaluate()
    at.save(cases=terms(True, True))
    (run,) = at.evaluate()
    files = files_in(release_bundle(review.release()))
    name = f"runs/{run.id}.jsonl"
    outputs = sorted(each for each in files if each.startswith("outputs/"))
    assert len(outputs) == 2
    for changed in (name, *outputs):
        forged = {**files, changed: files[changed][:-2] + b"X\n"}
        assert changed in str(wrong_with(forged))
        assert changed in str(wrong_with(resealed(forged)))
        missing = {each: data for each, data in files.items() if each != changed}
        assert changed in str(wrong_with(missing))
        assert changed in str(wrong_with(resealed(missing)))
    assert "no gate counted it" in str(wrong_with(resealed({**files, f"runs/{other.id}.jsonl": files[name]})))
    lines = lines_of(files[name])
    lines[0]["passed"] = False
    assert "it was changed" in str(wrong_with(resealed({**files, name: spelled(lines)})))


def test_a_retry_counts_as_its_answers_are_of_the_same_experiment(reviewed: tuple[Evaluations, Review]):
    at, review = reviewed
    at.save(cases=terms(True) + '{"id": "c2", "term": "rash"}\n')
    (broken,) = at.evaluate()
    assert "could not be graded" in refusal(review)
    assert verdict_of(at.retry(broken)) == "errors"
    at.save(cases=terms(True, True))
    (run,) = at.start(at.make())
    claim = claim_run(run_id=run.id)
    assert claim is not None
    finish_run(claim=claim, status=RunStatus.FAILED, error="overloaded")
    again = at.retry(Run.objects.get(pk=run.pk))
    assert verdict_of(again) == "passed"

    release = review.release()

    assert wrong_with(files_in(release_bundle(release))) is None


def test_a_warning_does_not_stop_a_release(reviewed: tuple[Evaluations, Review]):
    _, review = reviewed
    review.require(gates={"evaluation": {**GATE, "enforcement": "warn"}})

    release = review.release()

    files = files_in(release_bundle(release))
    assert wrong_with(files) is None
    facts = Event.objects.of_project(review.project.id).get(action="release.released").data["gates"]["evaluation"]
    assert facts["suites"][0]["runs"] == []


def test_the_policy_names_suites(world: World):
    review = Review(world.project, {"owner": world.people["olga"]}, None)  # type: ignore[arg-type]
    for wrong in ([], ["corpus/x.jsonl"], ["evaluations/a.yaml", "evaluations/b.txt"]):
        with pytest.raises(ValidationFailed):
            review.require(gates={"evaluation": {**GATE, "suites": wrong}})
    review.require(gates={"evaluation": {**GATE, "suites": [SUITE, f" files/{SUITE}"]}})
    assert rules_of(world.project.id).gates == {"evaluation": GATE}


def verdict_of(run: Run) -> str:
    assert run.verdict is not None, (run.status, run.error, run.detail)
    return str(run.verdict["outcome"])
