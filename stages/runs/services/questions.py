"""What pages do in one write: asking models a first question, or something further, and stopping all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from drafts.fingerprints import fingerprint
from kernel.errors import ValidationFailed
from locking.working_copies import check_content
from projects.fields import PROMPT
from projects.writing import ProjectWrite, project_write
from stages.runs.jobs import stop_run
from stages.runs.models import Experiment, ExperimentKind, Message, Run, RunStatus
from stages.runs.models.experiments import MAX_TITLE
from stages.runs.reading import load_experiment
from stages.runs.services.ending import CANCELED, close_calls, end_run, lock_runs
from stages.runs.services.evaluations import create_evaluation, evaluation_of
from stages.runs.services.experiments import (
    NO_TEXTS,
    base_of,
    check_open,
    create_experiment,
    lock_experiment,
    post,
)
from stages.runs.services.refinements import create_refinement, refinement_runs
from stages.runs.services.starting import check_profile_ids, queue_runs

# Kinds that begin with a question.
ASKED: Final = (ExperimentKind.TRY, ExperimentKind.CHANGE)


def start_experiment(
    *,
    caller: Caller,
    project_id: UUID,
    text: str,
    profile_ids: Sequence[UUID],
    title: str = "",
    kind: str = ExperimentKind.TRY.value,
    version: int | None = None,
    unsaved: Mapping[str, str] = NO_TEXTS,
    repository_id: UUID | None = None,
) -> Experiment:
    """Make an experiment and ask these models its question, in one write: all of them, or there is no experiment.

    Without a title, it has the first line of the question. `kind` is one of `ASKED`. With a repository it is about the
    newest commit of it that is known. Raises as `create_experiment` and
    `start_runs` do.
    """
    check_profile_ids(profile_ids)
    if kind not in ASKED:
        raise ValidationFailed({"kind": [_("Choose what the models do.")]})
    return create_experiment(
        caller=caller,
        project_id=project_id,
        title=title.strip() or title_of(text),
        text=text,
        kind=kind,
        version=version,
        unsaved=unsaved,
        repository_id=repository_id,
        asking=partial(queue_runs, profile_ids=profile_ids),
    )


def start_evaluation(
    *, caller: Caller, project_id: UUID, suite: str, title: str = "", version: int | None = None
) -> Experiment:
    """Evaluate a version by a suite of it, and ask all models of the suite in the same write.

    Raises as `create_evaluation` and `start_runs` do.
    """

    def ask(write: ProjectWrite, message: Message) -> None:
        evaluation = evaluation_of(message.experiment, (), reuse=False, retry_of=None)
        queue_runs(write, message, list(evaluation.names), evaluation)

    return create_evaluation(
        caller=caller, project_id=project_id, suite=suite, title=title.strip(), version=version, asking=ask
    )


def start_refinement(*, caller: Caller, project_id: UUID, profile_ids: Sequence[UUID], **given: Any) -> Experiment:
    """Refine as `create_refinement`, which has the rest `given`, and have these models propose in the same write.

    Raises as `create_refinement` and `start_runs` do.
    """
    check_profile_ids(profile_ids)

    def ask(write: ProjectWrite, message: Message) -> None:
        queue_runs(write, message, profile_ids, refinement_runs(message.experiment, retry_of=None))

    return create_refinement(caller=caller, project_id=project_id, asking=ask, **given)


def title_of(text: str) -> str:
    """The first line of a question, cut where it is longer than a title may be."""
    line = " ".join(next((line for line in text.splitlines() if line.strip()), "").split())
    return line if len(line) <= MAX_TITLE else f"{line[: MAX_TITLE - 1].rstrip()}…"


def ask_further(
    *,
    caller: Caller,
    experiment_id: UUID,
    text: str,
    profile_ids: Sequence[UUID],
    base_run_id: UUID | None = None,
) -> Message:
    """Post a message and ask these models, in one write: nothing is posted that no model is asked.

    Raises as `post_message` and `start_runs` do.
    """
    check_content(text, field=PROMPT, name="text")
    check_profile_ids(profile_ids)
    found = load_experiment(experiment_id)
    parameters = {
        "experiment": str(experiment_id),
        "text": fingerprint(text),
        "base_run": str(base_run_id) if base_run_id else None,
        "ask": [str(each) for each in profile_ids],
    }
    with project_write(caller=caller, project_id=found.project_id, action="run.start", parameters=parameters) as write:
        if write.repeat_of is not None:
            message = Message.objects.get(pk=write.repeat_of.target_id)
            message.repeated = True
            return message
        experiment = lock_experiment(experiment_id)
        check_open(experiment)
        message = post(write, experiment, text, base_of(experiment_id, base_run_id))
        queue_runs(write, message, profile_ids)
    return message


def cancel_runs(*, caller: Caller, experiment_id: UUID) -> list[Run]:
    """Stop every run of an experiment that waits or is under way: none or all. Those that were stopped.

    Who started none of the others' may stop their own only. Raises `PermissionDenied` then.
    """
    found = load_experiment(experiment_id)
    unended = Run.objects.unended().filter(experiment=experiment_id)
    action = "run.cancel_others" if unended.exclude(starter=caller.user).exists() else "run.cancel"
    with project_write(
        caller=caller, project_id=found.project_id, action=action, parameters={"cancel_all": str(experiment_id)}
    ) as write:
        if write.repeat_of is not None:
            return []
        found_runs = lock_runs(unended)
        stopped = [run for run in found_runs if action == "run.cancel_others" or run.is_of(caller.user)]
        # All at once: a call that ends holds its run's row while it waits for the meters.
        close_calls(stopped, CANCELED)
        for run in stopped:
            end_run(write, run, RunStatus.CANCELED)
            write.afterwards(stop_run, run.id)
    return stopped
