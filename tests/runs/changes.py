"""Runs that changed a commit of a repository, without a model: what pull requests are made of."""

from __future__ import annotations

from typing import Any

from accounts.callers import Caller
from stages.runs.models import Experiment, ModelProfile, Repository, Run, RunStatus
from stages.runs.reading import load_run
from stages.runs.services import claim_run, create_experiment, create_profile, finish_run, start_runs

PATCH = """\
diff --git a/README.md b/README.md
deleted file mode 100644
--- a/README.md
+++ /dev/null
@@ -1,3 +0,0 @@
-# Title
-
-Text.
diff --git a/docs/new file.md b/docs/new file.md
new file mode 100644
--- /dev/null
+++ b/docs/new file.md\t
@@ -0,0 +1 @@
+new
diff --git a/src/prompt.txt b/src/prompt.txt
--- a/src/prompt.txt
+++ b/src/prompt.txt
@@ -1,2 +1,2 @@
-Be exact.
+Be precise.
 Be brief.
"""


def echo(owner: Caller, repository: Repository) -> ModelProfile:
    """The built-in model, of the repository's project."""
    project = repository.project_id
    known = ModelProfile.objects.filter(project=project, name="echo").first()
    return known or create_profile(caller=owner, project_id=project, name="echo", provider="echo")


def changing(caller: Caller, repository: Repository, **facts: Any) -> Experiment:
    """An experiment that is to change the newest commit."""
    given = {"title": "More precise", "text": "Be more precise.", "kind": "change", **facts}
    project = repository.project_id
    return create_experiment(caller=caller, project_id=project, repository_id=repository.id, **given)


def changed(caller: Caller, experiment: Experiment, profile: ModelProfile, patch: str = PATCH) -> Run:
    """A run of an experiment that succeeded with a patch."""
    (run,) = start_runs(caller=caller, experiment_id=experiment.id, profile_ids=[profile.id])
    claim = claim_run(run_id=run.id)
    assert claim is not None
    finish_run(claim=claim, status=RunStatus.SUCCEEDED, summary="Made it precise.", patch=patch)
    return load_run(run.id)
