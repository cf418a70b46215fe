"""Making experiments, and asking in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from audit.services import Target
from blobs.services import store_texts
from drafts.fingerprints import fingerprint
from kernel.errors import Conflict, NotFound, PayloadTooLarge
from kernel.names import check_name
from locking.working_copies import check_content
from projects.fields import PROMPT
from projects.writing import ProjectWrite, project_write
from stages.runs import events
from stages.runs.choices import MessageRole
from stages.runs.models import Experiment, ExperimentKind, ExperimentState, Message, Run
from stages.runs.models.experiments import MAX_TITLE, MEASURING
from stages.runs.reading import answer_of, answers_of, load_experiment, turns_before
from stages.runs.services.sources import check_source, repository_columns, source_facts, version_columns

# Questions that lead to a message, and the bytes of them and of their answers together.
MAX_TURNS: Final = 100
MAX_CONVERSATION: Final = 4 * 1024 * 1024
NO_TEXTS: Final[Mapping[str, str]] = MappingProxyType({})


def create_experiment(
    *,
    caller: Caller,
    project_id: UUID,
    title: str,
    text: str,
    kind: str = ExperimentKind.TRY.value,
    version: int | None = None,
    unsaved: Mapping[str, str] = NO_TEXTS,
    repository_id: UUID | None = None,
    commit: str = "",
    suite: tuple[str, str] = ("", ""),
    refinement: Mapping[str, Any] | None = None,
    asking: Callable[[ProjectWrite, Message], object] | None = None,
) -> Experiment:
    """Make an experiment with its first question, about a version (the current one) and texts that are not saved yet,
    of fields that the caller holds.

    With a repository it is about a commit of it, or about the newest one known. `kind` says what its runs do: answer
    (`try`), or change the files (`change`). What measures is made by `create_evaluation` and `create_refinement`,
    which have checked the `suite`, a path with the SHA-256 of the file. `asking` goes on in the same write, with the
    message.

    Raises `NotFound` for a version that does not exist, `LockNotHeld`, `ValidationFailed`, and `PayloadTooLarge` for a
    text.
    """
    title = check_name(title, name="title", maximum=MAX_TITLE)
    check_content(text, field=PROMPT, name="text")
    check_source(kind, version=version, unsaved=unsaved, repository_id=repository_id, commit=commit)
    parameters = {
        "title": title,
        "kind": kind,
        "text": fingerprint(text),
        "version": version,
        "unsaved": {field: fingerprint(content) for field, content in unsaved.items()},
        "repository": str(repository_id) if repository_id else None,
        "commit": commit,
        **({"suite": list(suite)} if any(suite) else {}),
        **({"refinement": dict(refinement)} if refinement is not None else {}),
    }
    with project_write(caller=caller, project_id=project_id, action="run.start", parameters=parameters) as write:
        if write.repeat_of is not None:
            return _repeated(load_experiment(UUID(write.repeat_of.target_id)))
        if repository_id is None:
            source = version_columns(write, version, unsaved)
        else:
            source = repository_columns(write, repository_id, commit)
        experiment = Experiment(
            id=uuid7(),
            project=write.project,
            kind=ExperimentKind(kind),
            title=title,
            suite=suite[0],
            suite_sha256=suite[1],
            refinement=refinement,
            created_by=caller.user,
            **source,
        )
        event = write.record(events.EXPERIMENT_CREATED.name, _target(experiment), _facts(experiment))
        experiment.created_at = experiment.updated_at = event.at
        experiment.save(force_insert=True)
        message = post(write, experiment, text)
        if asking is not None:
            asking(write, message)
    return experiment


def post_message(*, caller: Caller, experiment_id: UUID, text: str, base_run_id: UUID | None = None) -> Message:
    """Ask something further: from the start, or going on from the answer of `base_run_id`.

    Raises `NotFound` for a run of elsewhere, `Conflict` for one without an answer and in an archived experiment.
    """
    check_content(text, field=PROMPT, name="text")
    found = load_experiment(experiment_id)
    base = str(base_run_id) if base_run_id else None
    parameters = {"experiment": str(experiment_id), "text": fingerprint(text), "base_run": base}
    with project_write(caller=caller, project_id=found.project_id, action="run.start", parameters=parameters) as write:
        if write.repeat_of is not None:
            message = Message.objects.get(pk=write.repeat_of.target_id)
            message.repeated = True
            return message
        experiment = lock_experiment(experiment_id)
        check_open(experiment)
        return post(write, experiment, text, base_of(experiment_id, base_run_id))


def archive_experiment(*, caller: Caller, experiment_id: UUID) -> Experiment:
    """Put an experiment away. Raises `Conflict` while a run of it is under way."""
    return _move(caller, experiment_id, ExperimentState.ARCHIVED)


def restore_experiment(*, caller: Caller, experiment_id: UUID) -> Experiment:
    """Take an experiment up again."""
    return _move(caller, experiment_id, ExperimentState.OPEN)


def post(write: ProjectWrite, experiment: Experiment, text: str, base_run: Run | None = None) -> Message:
    """Append a person's message, inside a write that may. Raises `Conflict` where nothing further can be asked."""
    number = Message.objects.filter(experiment=experiment).count() + 1
    if number > 1 and experiment.kind in MEASURING:
        raise Conflict(_("This experiment asks what its suite says, and nothing further."))
    (sha256,) = store_texts(texts=[text])
    message = Message(
        id=uuid7(),
        project_id=experiment.project_id,
        experiment=experiment,
        number=number,
        role=MessageRole.USER,
        content_id=sha256,
        author=write.caller.user,
        base_run=base_run,
    )
    facts = {
        "experiment_id": str(experiment.id),
        "title": experiment.title,
        "number": message.number,
        "role": MessageRole.USER.value,
        "content": sha256,
        "base_run": str(base_run.id) if base_run else None,
    }
    event = write.record(events.MESSAGE_POSTED.name, Target.of("message", message.id), facts)
    message.created_at = event.at
    message.save(force_insert=True)
    Experiment.objects.filter(pk=experiment.pk).update(updated_at=event.at)
    return message


def lock_experiment(experiment_id: UUID) -> Experiment:
    """The experiment, its row locked until the transaction ends. Raises `NotFound`."""
    found = Experiment.objects.select_for_update(no_key=True).filter(pk=experiment_id).first()
    if found is None:
        raise NotFound(_("Experiment not found."))
    return found


def check_open(experiment: Experiment) -> None:
    """Raise `Conflict` for an experiment that was put away."""
    if experiment.state == ExperimentState.ARCHIVED:
        raise Conflict(_("The experiment is archived. Restore it first."))


def base_of(experiment_id: UUID, run_id: UUID | None) -> Run | None:
    """The run whose answer a message goes on from. Raises `NotFound`, and `Conflict` for one without an answer."""
    if run_id is None:
        return None
    run = Run.objects.filter(pk=run_id, experiment=experiment_id).first()
    if run is None:
        raise NotFound(_("Run not found."))
    if not answer_of(run):
        raise Conflict(_("This run has no answer to go on from."))
    return run


def check_conversation(message: Message) -> None:
    """Raise `PayloadTooLarge` for a message that goes on from too long a conversation."""
    turns = turns_before(message)
    if not turns:
        return
    questions = Message.objects.filter(pk__in=[message.id, *(message_id for message_id, _run in turns)])
    answers = answers_of([run_id for _message, run_id in turns])
    size = sum(questions.values_list("content__size", flat=True))
    size += sum(answers.values_list("response__size", flat=True))
    if len(turns) >= MAX_TURNS or size > MAX_CONVERSATION:
        words = _(
            "The conversation is too long: at most {turns} questions, and {size} bytes with their answers."
            " Begin a new one."
        )
        words = words.format(turns=MAX_TURNS, size=MAX_CONVERSATION)
        raise PayloadTooLarge(words, limit=MAX_CONVERSATION)


def _move(caller: Caller, experiment_id: UUID, state: ExperimentState) -> Experiment:
    found = load_experiment(experiment_id)
    parameters = {"experiment": str(experiment_id), "state": state.value}
    with project_write(caller=caller, project_id=found.project_id, action="run.start", parameters=parameters) as write:
        if write.repeat_of is not None:
            return _repeated(load_experiment(experiment_id))
        experiment = lock_experiment(experiment_id)
        if experiment.state == state:
            return experiment
        if experiment.runs.unended().exists():
            raise Conflict(_("A model is still answering. Stop it first."))
        experiment.state = state
        action = events.EXPERIMENT_ARCHIVED if state == ExperimentState.ARCHIVED else events.EXPERIMENT_RESTORED
        event = write.record(action.name, _target(experiment), _facts(experiment))
        experiment.updated_at = event.at
        experiment.save(update_fields=["state", "updated_at"])
    return experiment


def _facts(experiment: Experiment) -> dict[str, Any]:
    return {
        "experiment_id": str(experiment.id),
        "kind": str(experiment.kind),
        "title": experiment.title,
        **source_facts(experiment),
        "suite": experiment.suite,
        "suite_sha256": experiment.suite_sha256,
        **({"refinement": experiment.refinement} if experiment.refinement is not None else {}),
    }


def _target(experiment: Experiment) -> Target:
    return Target.of("experiment", experiment.id)


def _repeated(experiment: Experiment) -> Experiment:
    experiment.repeated = True
    return experiment
