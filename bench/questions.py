"""What n1 to n3 ask: models of the scripted provider in a project, questions and evaluations. It needs the stage."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Max, Min

from bench.provider import model_that_takes
from bench.world import BenchUser, person, project
from drafts.services import save_draft
from locking.services import acquire_lock
from locking.sessions import open_session
from stages.runs.models import ModelProfile, Run, RunStatus
from stages.runs.services import cancel_run, claim_run, create_evaluation, create_experiment, create_profile, start_runs
from stages.runs.services.working import Claim

PROMPT = "Answer from the protocol alone.\n"
QUESTION = "How long is the wash-out?"
CASES = "corpus/terms.jsonl"
LOOK_SECONDS = 0.1
# No figure has runs that take longer.
MAX_SECONDS = 600


@dataclass
class Questions:
    """A project whose owner asks models; what waits for an answer needs a runner and a provider."""

    owner: BenchUser = field(default_factory=lambda: person("asker"))
    project_id: UUID = field(init=False)
    version: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.project_id = project(self.owner).id
        self.save({"prompt_text": PROMPT})

    def save(self, changes: dict[str, object]) -> None:
        """A new version with these fields."""
        at = {"caller": self.owner.caller, "project_id": self.project_id}
        session_id = open_session(**at, connected=False).session_id
        tokens = {name: acquire_lock(**at, field=name, session_id=session_id).token for name in changes}
        given = {"base_version": self.version, "changes": changes, "tokens": tokens, "release_locks": True}
        self.version = save_draft(**at, session_id=session_id, **given).version_number

    def model(self, name: str, *, host: str, seconds: float) -> ModelProfile:
        """A model of the provider at `host` whose answers take so long."""
        return create_profile(
            caller=self.owner.caller,
            project_id=self.project_id,
            name=name,
            provider="openai",
            model_name=model_that_takes(seconds),
            base_url=f"http://{host}/v1",
        )

    def ask(self, profiles: Sequence[ModelProfile]) -> float:
        """Ask these models at once; the seconds from the question to the last answer."""
        return _seconds_of(self._start(profiles))

    def save_suites(self, profiles: Sequence[ModelProfile], cases: int) -> None:
        """A version with a suite of so many cases for each model, named as the model is."""
        lines = [json.dumps({"id": f"c{number}", "term": f"rash {number}"}) + "\n" for number in range(cases)]
        changes: dict[str, object] = {f"files/{CASES}": {"language": None, "content": "".join(lines)}}
        for profile in profiles:
            suite = (
                f'cases: {CASES}\ninput: "Grade {{{{term}}}}"\nmodels: [{profile.name}]\n'
                "graders:\n  - {type: contains, value: wash-out}\n"
            )
            changes[f"files/evaluations/{profile.name}.yaml"] = {"language": "yaml", "content": suite}
        self.save(changes)

    def evaluate(self, profile: ModelProfile) -> float:
        """Have a model answer its suite; the seconds from the start to the verdict."""
        made = create_evaluation(
            caller=self.owner.caller, project_id=self.project_id, suite=f"evaluations/{profile.name}.yaml"
        )
        runs = start_runs(caller=self.owner.caller, experiment_id=made.id, profile_ids=[])
        taken = _seconds_of(runs)
        outcome = Run.objects.get(pk=runs[0].pk).verdict
        assert outcome is not None
        assert outcome["outcome"] == "passed", outcome
        return taken

    def begin(self, profile: ModelProfile) -> Claim:
        """A run that is under way, in this process."""
        (run,) = self._start([profile])
        claim = claim_run(run_id=run.id)
        assert claim is not None
        return claim

    def end(self, claim: Claim) -> None:
        """Stop such a run, and take its job out of the queue."""
        cancel_run(caller=self.owner.caller, run_id=claim.run_id)

    def _start(self, profiles: Sequence[ModelProfile]) -> list[Run]:
        caller = self.owner.caller
        experiment = create_experiment(caller=caller, project_id=self.project_id, title="Bench", text=QUESTION)
        return start_runs(caller=caller, experiment_id=experiment.id, profile_ids=[each.id for each in profiles])


def _seconds_of(runs: Sequence[Run]) -> float:
    """How long runs took, by the database's clock; waits for them. Raises `AssertionError` if one fails."""
    found = Run.objects.filter(pk__in=[run.pk for run in runs])
    deadline = time.monotonic() + MAX_SECONDS
    while found.unended().exists():
        assert time.monotonic() < deadline, "The runs do not end; is the runner there?"
        # This process gets no notification of it. The times are the database's, so that its pace is in no figure.
        time.sleep(LOOK_SECONDS)
    failed = found.exclude(status=RunStatus.SUCCEEDED).first()
    assert failed is None, (failed.error, failed.detail)
    times = found.aggregate(began=Min("queued_at"), ended=Max("ended_at"))
    return float((times["ended"] - times["began"]).total_seconds())
