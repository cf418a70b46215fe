"""Choosing a run: what it changed becomes a private proposal of who chose it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.services import Target
from drafts.models import Draft, FieldContent
from kernel.errors import Conflict
from projects.fields import FILES
from projects.writing import ProjectWrite, project_write
from proposals.models import UNENDED, Proposal
from proposals.services import propose
from stages.runs import events
from stages.runs.models import ExperimentKind, Message, Run, RunStatus
from stages.runs.models.experiments import MAX_TITLE, PATCHING
from stages.runs.reading import load_run
from stages.runs.services.ending import lock_run
from stages.runs.services.experiments import check_open
from stages.runs.sources import FileTexts, changed_texts

ORIGIN = "run"
# Millionths of a percent.
PERCENT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen run, and the proposal that its chooser has of it: None where it answered, and changed nothing."""

    run: Run
    proposal: Proposal | None


def choose_run(*, caller: Caller, run_id: UUID) -> Choice:
    """Choose a run that succeeded, to carry it on; that it is chosen, by whom and when is on record once.

    What a run of the kind `change` changed becomes a private proposal of the chooser, with the model, who started the
    run and who asked for it as contributors; the best text that one of the kind `refine` found, too, with both scores
    in its title. Somebody else may choose the run again and gets a proposal of their own; who has one of it that has
    not ended gets that. A run of the kind `try` is marked only, as one to go on from.

    Raises `Conflict` for a run that did not succeed, that changed nothing, or of an experiment that was put away;
    `PermissionDenied`, and what `propose` raises.
    """
    found = load_run(run_id)
    changes = _changes(found) if found.status == RunStatus.SUCCEEDED else {}
    with project_write(
        caller=caller, project_id=found.project_id, action="run.start", parameters={"choose": str(run_id)}
    ) as write:
        if write.repeat_of is not None:
            return Choice(load_run(run_id), _own_proposal(caller, found))
        run = lock_for_choice(found)
        proposal = _proposal(write, found, changes) if changes else None
        record_choice(write, run, proposal)
    return Choice(load_run(run_id), proposal)


def lock_for_choice(found: Run) -> Run:
    """The run, its row locked until the transaction ends. Raises `Conflict` for one that cannot be chosen."""
    run = lock_run(found.id)
    check_open(found.experiment)
    _check(run, found.experiment.kind)
    return run


def record_choice(write: ProjectWrite, run: Run, proposal: Proposal | None = None) -> None:
    """Record that a run is chosen, unless it was before."""
    if run.chosen_at is None:
        _record(write, run, proposal)


def _check(run: Run, kind: str) -> None:
    if run.status != RunStatus.SUCCEEDED:
        raise Conflict(_("Only a run that succeeded can be chosen."))
    if kind == ExperimentKind.EVALUATE:
        raise Conflict(_("A run of this kind is not chosen."))
    if kind in PATCHING and run.patch_id is None:
        raise Conflict(_("This run changed nothing, so there is nothing to choose."))


def _record(write: ProjectWrite, run: Run, proposal: Proposal | None) -> None:
    run.proposal_id = proposal.id if proposal else None
    facts = {**events.run_facts(run), "proposal_id": str(run.proposal_id) if run.proposal_id else None}
    event = write.record(events.RUN_CHOSEN.name, Target.of("run", run.id), facts)
    run.chosen_at, run.chosen_by = event.at, write.caller.user
    run.save(update_fields=["chosen_at", "chosen_by", "proposal_id"])
    # Not with the proposal, which is private to who chose.
    write.notify(events.CHOSEN_LINE, [run.starter_id], events.run_facts(run), event.seq)


def _proposal(write: ProjectWrite, run: Run, changes: Mapping[str, Any]) -> Proposal:
    """The chooser's proposal of a run: the one that they have, or a new one."""
    assert run.experiment.version is not None
    own = _own_proposal(write.caller, run)
    if own is not None:
        return own
    return propose(
        caller=write.caller,
        project_id=run.project_id,
        origin=(ORIGIN, str(run.id)),
        title=_title(run),
        changes=changes,
        base_version=run.experiment.version,
        contributors=[{"id": each} for each in _contributors(run)],
    )


def _title(run: Run) -> str:
    """The title of its experiment; of a text that was refined with its scores on the cases that were held back."""
    title = run.experiment.title
    if run.experiment.kind != ExperimentKind.REFINE or run.verdict is None:
        return title
    scores = {name: f"{run.verdict[name]['score'] / PERCENT:.1f}" for name in ("before", "after")}
    words = _(" ({before} % → {after} % on cases held back)").format(**scores)
    return f"{title[: MAX_TITLE - len(words)].rstrip()}{words}"


def _own_proposal(caller: Caller, run: Run) -> Proposal | None:
    mine = Proposal.objects.filter(project=run.project_id, author=caller.user, state__in=UNENDED)
    return mine.filter(origin_type=ORIGIN, origin_id=str(run.id)).order_by("id").first()


def _contributors(run: Run) -> set[UUID]:
    """Whose text a run's patch has in it: models, starters and askers of it and of those that it goes on from."""
    found: set[UUID] = set()
    for each in _path(run):
        found |= {each.profile.agent_id, each.starter_id, each.message.author_id}
    if run.experiment.unsaved:
        found.add(run.experiment.created_by_id)
    return found


def _path(run: Run) -> Iterator[Run]:
    """A run, and those that it goes on from, newest first."""
    yield run
    message: Message = run.message
    while message.base_run_id is not None:
        before = load_run(message.base_run_id)
        yield before
        message = before.message


def _changes(run: Run) -> dict[str, Any]:
    """What a run changed, as the changes of a proposal on its version: a renamed file goes, and another one comes.

    None of a run that changed a repository: a pull request carries it on.
    """
    number = run.experiment.version
    files = changed_texts(run) if number is not None else []
    if number is None or not files:
        return {}
    version = Draft.objects.of_project(run.project_id).get(version_number=number)
    held = version.fields
    gone = {each.old_path: None for each in files if each.old_path in held}
    return {**gone, **{each.path: _value(each, held) for each in files if each.after is not None or each.path in held}}


def _value(file: FileTexts, held: Mapping[str, FieldContent]) -> Any:
    """The new value of a field; a file keeps its language, and a new one has that of its ending."""
    if file.after is None or not file.path.startswith(FILES):
        return file.after
    content: dict[str, Any] = {"content": file.after}
    before = held.get(file.old_path or file.path)
    is_of_kind = before is not None and _ending(file.old_path or file.path) == _ending(file.path)
    return {**content, "language": before.language} if before is not None and is_of_kind else content


def _ending(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2] if "." in name else ""
