"""Experiments and runs as the pages show them: their state as a badge, and what an experiment is about."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from projects import field_names
from stages.runs.models import Experiment, ExperimentKind, Repository, Run, RunStatus
from stages.runs.states import Progress
from stages.runs.suite_paths import name_of_suite
from workspace.releases.presentation import StateWords

_OF_EXPERIMENTS: Final = {
    Progress.TO_CHOOSE: ("yours", "list-checks"),
    Progress.RUNNING: ("in_review", "circle-play"),
    Progress.WAITING: ("", "circle-dashed"),
    Progress.PROPOSED: ("good", "circle-check"),
    Progress.ACCEPTED: ("good", "git-merge"),
    Progress.DONE: ("", "check"),
    Progress.FAILED: ("bad", "circle-x"),
    Progress.STOPPED: ("", "square"),
    Progress.ARCHIVED: ("", "archive"),
}
_OF_RUNS: Final = {
    RunStatus.QUEUED: ("", "circle-dashed"),
    RunStatus.RUNNING: ("theirs", "pen-line"),
    RunStatus.SUCCEEDED: ("good", "circle-check"),
    RunStatus.FAILED: ("bad", "circle-x"),
    RunStatus.CANCELED: ("", "square"),
}
GROUP_LABELS: Final = {
    "to_choose": gettext_lazy("To choose"),
    "running": gettext_lazy("Running"),
    "waiting": gettext_lazy("Waiting"),
    "done": gettext_lazy("Done"),
}


# As people choose one.
KIND_LABELS: Final = {
    ExperimentKind.TRY.value: gettext_lazy("Try"),
    ExperimentKind.CHANGE.value: gettext_lazy("Change"),
    ExperimentKind.EVALUATE.value: gettext_lazy("Evaluate"),
    ExperimentKind.REFINE.value: gettext_lazy("Refine"),
}


def shown_title(experiment: Experiment) -> str:
    """Its title; one that is only the path of its suite is shown as the name of the suite."""
    is_path = experiment.suite and experiment.title == experiment.suite
    return name_of_suite(experiment.suite).capitalize() if is_path else experiment.title


def progress_words(progress: str) -> StateWords:
    """The badge of an experiment, for the `progress` of `stages.runs.states`."""
    known = Progress(progress)
    state, icon = _OF_EXPERIMENTS[known]
    return StateWords(state, icon, str(known.label))


def status_words(run: Run) -> StateWords:
    """The badge of a run."""
    known = RunStatus(run.status)
    state, icon = _OF_RUNS[known]
    return StateWords(state, icon, str(known.label))


def source_words(experiment: Experiment, reader: User) -> str:
    """What was asked about: "v18", "v18 with your unsaved Prompt", or "acme/prompts · main 1a2b3c4"."""
    if experiment.repository is not None:
        return commit_words(experiment.repository, experiment.commit)
    version = _("v{version}").format(version=experiment.version)
    if not experiment.unsaved:
        return version
    names = ", ".join(field_names.short_label(field) for field in field_names.in_order(set(experiment.unsaved)))
    if experiment.created_by_id == reader.id:
        return _("{version} with your unsaved {fields}").format(version=version, fields=names)
    return _("{version} with unsaved {fields}").format(version=version, fields=names)


def commit_words(repository: Repository, commit: str) -> str:
    """A commit of a repository: "acme/prompts · main 1a2b3c4"."""
    words = _("{name} · {branch} {commit}")
    return words.format(name=repository.name, branch=repository.default_branch, commit=commit[:7])
