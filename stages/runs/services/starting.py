"""Starting runs, stopping them, and trying again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from audit.services import Target
from kernel.errors import Conflict, NotFound, ValidationFailed
from projects.writing import ProjectWrite, project_write
from stages.runs import events
from stages.runs.addresses import host_of
from stages.runs.jobs import queue_run, stop_run
from stages.runs.llm.errors import ModelError
from stages.runs.models import ExperimentKind, Message, ModelProfile, Run, RunStatus
from stages.runs.previews import costs_of
from stages.runs.reading import load_experiment, load_run
from stages.runs.services.ending import end_run, lock_run
from stages.runs.services.evaluations import Evaluation, evaluation_of
from stages.runs.services.experiments import check_conversation, check_open, lock_experiment
from stages.runs.services.metering import check_affordable
from stages.runs.services.refinements import RefinementRuns, refinement_runs
from stages.runs.services.sources import source_facts
from stages.runs.sources import prompt_sha256

# Models that are asked at once.
MAX_PROFILES: Final = 20


def start_runs(
    *,
    caller: Caller,
    experiment_id: UUID,
    profile_ids: Sequence[UUID],
    message_id: UUID | None = None,
    reuse: bool = False,
    again: UUID | None = None,
) -> list[Run]:
    """Ask models the newest message of an experiment, or another one of it: all of them, or none.

    An evaluation asks the models of its suite, all of them where no profile is named; with `reuse` it takes earlier
    answers to the same requests, and grades them anew. Where a text is refined, these models propose better ones.
    `again` is the run that is tried again, which distinguishes requests
    with the same `client_ref` apart.

    Raises `NotFound` for a model or message of elsewhere, `ValidationFailed` for no model or one twice, `Conflict` for
    a disabled model, an archived experiment, and a budget that does not allow it.
    """
    found = load_experiment(experiment_id)
    if found.kind != ExperimentKind.EVALUATE:
        check_profile_ids(profile_ids)
    parameters = {
        "experiment": str(experiment_id),
        "profiles": [str(each) for each in profile_ids],
        "message": str(message_id) if message_id else None,
        "again": str(again) if again else None,
        **({"reuse": True} if reuse else {}),
    }
    with project_write(caller=caller, project_id=found.project_id, action="run.start", parameters=parameters) as write:
        measuring: Evaluation | RefinementRuns | None = None
        if found.kind == ExperimentKind.EVALUATE:
            measuring = evaluation_of(found, profile_ids, reuse=reuse, retry_of=again)
            profile_ids = list(measuring.names)
        elif found.kind == ExperimentKind.REFINE:
            measuring = refinement_runs(found, retry_of=again)
        if write.repeat_of is not None:
            return _repeated(write.repeat_of, len(profile_ids))
        experiment = lock_experiment(experiment_id)
        check_open(experiment)
        message = _message(experiment_id, message_id)
        if again is not None and Run.objects.unended().filter(message=message, profile__in=profile_ids).exists():
            raise Conflict(_("This question is already being asked again."))
        return queue_runs(write, message, profile_ids, measuring)


def queue_runs(
    write: ProjectWrite,
    message: Message,
    profile_ids: Sequence[UUID],
    measuring: Evaluation | RefinementRuns | None = None,
) -> list[Run]:
    """Runs of these models, queued inside a write that may. Raises as `start_runs` does for the models."""
    profiles = _profiles(write.project.id, profile_ids)
    check_conversation(message)
    _check_budgets(message, profiles)
    prompt = prompt_sha256(message.experiment)
    runs = [_queue(write, message, profile, prompt, measuring) for profile in profiles]
    Run.objects.bulk_create(runs)
    for run in runs:
        queue_run(run.id)
    return runs


def cancel_run(*, caller: Caller, run_id: UUID) -> Run:
    """Stop a run that waits or is under way; its starter may, and editors. One that has ended stays as it is."""
    found = load_run(run_id)
    with project_write(
        caller=caller,
        project_id=found.project_id,
        action=cancelling_action(found, caller.user),
        parameters={"cancel": str(run_id)},
    ) as write:
        run = lock_run(run_id)
        if write.repeat_of is None and not run.has_ended:
            end_run(write, run, RunStatus.CANCELED)
            write.afterwards(stop_run, run.id)
    return run


def cancelling_action(run: Run, user: User) -> str:
    """The action of stopping a run: one's own, or that of somebody else."""
    return "run.cancel" if run.is_of(user) else "run.cancel_others"


def retry_run(*, caller: Caller, run_id: UUID) -> Run:
    """Ask the model of a run that failed or was stopped the same message again, in a new run.

    An evaluation keeps its answers, and asks again where there was an error; one that refines goes on where it was.
    Raises `Conflict` for a run that answered,
    or has not ended, and while the model is asked that message again.
    """
    run = load_run(run_id)
    has_errors = run.verdict is not None and run.verdict["outcome"] == "errors"
    if run.status not in {RunStatus.FAILED, RunStatus.CANCELED} and not has_errors:
        raise Conflict(_("Only a run that failed or was stopped can be tried again."))
    (repeated,) = start_runs(
        caller=caller,
        experiment_id=run.experiment_id,
        profile_ids=[run.profile_id],
        message_id=run.message_id,
        again=run.id,
    )
    return repeated


def _queue(
    write: ProjectWrite,
    message: Message,
    profile: ModelProfile,
    prompt: str | None,
    measuring: Evaluation | RefinementRuns | None,
) -> Run:
    """A run that waits, recorded; the caller inserts it."""
    run = Run(
        id=uuid7(),
        project=write.project,
        experiment_id=message.experiment_id,
        message=message,
        profile=profile,
        starter=write.caller.user,
        status=RunStatus.QUEUED,
    )
    facts = _facts(run, message, profile, prompt)
    if measuring is not None:
        run.reuses, run.retry_of_id = measuring.reuses, measuring.retry_of
        facts |= measuring.facts(profile.id)
    run.queued_at = write.record(events.RUN_QUEUED.name, Target.of("run", run.id), facts).at
    return run


def _facts(run: Run, message: Message, profile: ModelProfile, prompt: str | None) -> dict[str, Any]:
    experiment = message.experiment
    return {
        **events.run_facts(run),
        "message_id": str(message.id),
        "message": message.content_id,
        "source": {**source_facts(experiment), "prompt": prompt},
        "provider": profile.provider,
        "model": profile.model_name,
        "host": host_of(profile),
        "token_limit": profile.token_limit,
        "input_price": profile.input_price,
        "output_price": profile.output_price,
    }


def _repeated(event: Event, count: int) -> list[Run]:
    """The runs that the same request started before: its events follow each other."""
    queued = Event.objects.filter(chain=event.chain, seq__gte=event.seq, seq__lt=event.seq + count)
    return list(Run.objects.filter(pk__in=[each.target_id for each in queued]).order_by("id"))


def check_profile_ids(profile_ids: Sequence[UUID]) -> None:
    """Raise `ValidationFailed` for no model, one twice, or too many."""
    if not profile_ids:
        raise ValidationFailed({"profile_ids": [_("Choose a model.")]})
    if len(set(profile_ids)) < len(profile_ids):
        raise ValidationFailed({"profile_ids": [_("A model is chosen twice.")]})
    if len(profile_ids) > MAX_PROFILES:
        words = _("At most {most} models at once.").format(most=MAX_PROFILES)
        raise ValidationFailed({"profile_ids": [words]})


def _message(experiment_id: UUID, message_id: UUID | None) -> Message:
    messages = Message.objects.select_related("experiment").filter(experiment=experiment_id)
    message = messages.order_by("-number").first() if message_id is None else messages.filter(pk=message_id).first()
    if message is None:
        raise NotFound(_("Message not found."))
    return message


def _check_budgets(message: Message, profiles: Sequence[ModelProfile]) -> None:
    """Raise `Conflict` where this month's budget does not allow to ask one of the models."""
    costs = costs_of(message, profiles)
    try:
        check_affordable(project_id=message.project_id, costs=[(profile, costs[profile.id]) for profile in profiles])
    except ModelError as error:
        raise Conflict(f"{error.detail} {_('An owner can raise it.')}") from None


def _profiles(project_id: UUID, profile_ids: Sequence[UUID]) -> list[ModelProfile]:
    """The chosen models, in their order. Raises `NotFound`, and `Conflict` for one that is disabled."""
    found = {profile.id: profile for profile in ModelProfile.objects.usable_in(project_id).filter(pk__in=profile_ids)}
    if len(found) < len(profile_ids):
        raise NotFound(_("Model not found."))
    for profile in found.values():
        if not profile.is_enabled:
            raise Conflict(_("The model {name} is disabled.").format(name=profile.display_name))
    return [found[each] for each in profile_ids]
