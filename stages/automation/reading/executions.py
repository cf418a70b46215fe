"""Executions for lists and pages: which there are, and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from kernel.errors import ValidationFailed
from proposals.models import Proposal, ProposalState
from stages.automation.choices import Cause, ExecutionState
from stages.automation.facets import SCRIPT
from stages.automation.models import Execution
from stages.automation.reading.failures import failure_of
from stages.registers.models import Row

# How many executions the rail and the page of a script show.
FEW: Final = 3
# What an execution uses, each with a limit.
FIGURES: Final = ("fuel", "memory", "calls", "writes")

OutcomeKind = Literal[
    "queued", "running", "waiting", "open", "committed", "rejected", "discarded", "nothing", "failed", "stopped"
]

ICONS: Final[dict[str, str]] = {
    "queued": "clock",
    "running": "loader-circle",
    "waiting": "circle-dashed",
    "open": "git-pull-request-draft",
    "committed": "circle-check",
    "rejected": "circle-x",
    "discarded": "trash-2",
    "nothing": "circle-check",
    "failed": "circle-x",
    "stopped": "square",
}
# How an outcome is coloured (`data-state` of a state line); the others have no colour.
_TONES: Final = {"committed": "good", "nothing": "good", "failed": "bad", "waiting": "wait", "open": "wait"}
_OF_PROPOSALS: Final[dict[str, OutcomeKind]] = {
    ProposalState.PRIVATE: "waiting",
    ProposalState.OPEN: "open",
    ProposalState.ACCEPTED: "committed",
    ProposalState.REJECTED: "rejected",
    ProposalState.WITHDRAWN: "rejected",
    ProposalState.EXPIRED: "rejected",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which executions a list shows; None for all. `script` is a record, `person` an account."""

    script: UUID | None = None
    state: str | None = None
    person: UUID | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an execution: in a word for lists (`label`), and in a sentence (`words`)."""

    kind: OutcomeKind
    label: str
    words: str

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def tone(self) -> str:
        return _TONES.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class ShownExecution:
    """An execution with what became of it. `proposal` is None where there is none, or it was discarded.

    `label` is what the script is called now, or was, where it is gone.
    """

    execution: Execution
    outcome: Outcome
    proposal: Proposal | None
    label: str

    @property
    def person(self) -> User:
        return self.execution.person


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """The filters of a query. Raises `ValidationFailed`."""
    state, cause = query.get("state") or None, query.get("cause") or None
    for name, value, known in (("state", state, ExecutionState.values), ("cause", cause, Cause.values)):
        if value is not None and value not in known:
            raise ValidationFailed({name: [_("Must be one of {values}.").format(values=", ".join(known))]})
    return Wanted(_id(query, "script"), state, _id(query, "person"), cause)


def _id(query: Mapping[str, str], name: str) -> UUID | None:
    try:
        return UUID(query[name]) if query.get(name) else None
    except ValueError:
        raise ValidationFailed({name: [_("Must be an id.")]}) from None


def executions_of(project_id: UUID, wanted: Wanted | None = None) -> Any:
    """The executions of a project, newest first, as a queryset."""
    wanted = wanted or Wanted()
    given = {
        "script": wanted.script,
        "state": wanted.state,
        "person": wanted.person,
        "cause": wanted.cause,
    }
    named = {name: value for name, value in given.items() if value is not None}
    return Execution.objects.filter(project=project_id, **named).order_by("-id")


def latest_executions(project_id: UUID, *, script: UUID | str | None = None, count: int = FEW) -> list[ShownExecution]:
    """The newest executions of a project, or of one of its scripts. Three queries."""
    wanted = Wanted(script=UUID(str(script)) if script is not None else None)
    return shown_executions(executions_of(project_id, wanted).select_related("person")[:count])


def shown_executions(executions: Iterable[Execution]) -> list[ShownExecution]:
    """Executions of one project (with their `person`) and what became of each. Two queries for all of them."""
    listed = list(executions)
    labels = labels_of(listed[0].project_id, {each.script for each in listed}) if listed else {}
    wanted = [each.proposal_id for each in listed if each.proposal_id is not None]
    proposals = {each.id: each for each in Proposal.objects.filter(pk__in=wanted)} if wanted else {}
    found = []
    for each in listed:
        proposal = proposals.get(each.proposal_id) if each.proposal_id is not None else None
        found.append(ShownExecution(each, outcome_of(each, proposal), proposal, labels.get(each.script) or each.name))
    return found


def labels_of(project_id: UUID, scripts: Collection[UUID]) -> dict[UUID, str]:
    """What scripts are called, by their records."""
    rows = Row.objects.filter(project=project_id, facet=SCRIPT, record__in=scripts).values_list("record", "shown")
    return {record: str(shown.get("title") or shown.get("name") or "") for record, shown in rows}


def outcome_of(execution: Execution, proposal: Proposal | None) -> Outcome:
    """What became of an execution whose proposal is this one; None where there is none, or it was discarded."""
    state = ExecutionState(execution.state)
    if state in (ExecutionState.FAILED, ExecutionState.STOPPED):
        failure = failure_of(execution)
        kind: OutcomeKind = "failed" if state == ExecutionState.FAILED else "stopped"
        return Outcome(kind, failure.label, failure.words)
    if state == ExecutionState.QUEUED:
        return Outcome("queued", _("Queued"), _("It waits for a runner."))
    if state == ExecutionState.RUNNING:
        return Outcome("running", _("Running"), _("It runs."))
    if execution.proposal_id is None:
        return Outcome("nothing", _("Nothing to change"), _("It proposed no change."))
    if proposal is None:
        return Outcome("discarded", _("Discarded"), _("Its changes were discarded."))
    return _of_proposal(execution, proposal)


def _of_proposal(execution: Execution, proposal: Proposal) -> Outcome:
    kind = _OF_PROPOSALS[proposal.state]
    if kind == "waiting":
        words = _("Its changes wait for {name} to commit or discard them.")
        return Outcome(kind, _("Waiting"), words.format(name=execution.person.display_name))
    facts = {"proposal": str(proposal)}
    if kind == "open":
        return Outcome(kind, _("{proposal} open").format(**facts), _("{proposal} is open for review.").format(**facts))
    if kind == "committed":
        words = _("Its changes were committed, as {proposal}.").format(**facts)
        return Outcome(kind, _("Committed"), words)
    label = {
        ProposalState.REJECTED: _("{proposal} rejected"),
        ProposalState.WITHDRAWN: _("{proposal} withdrawn"),
        ProposalState.EXPIRED: _("{proposal} expired"),
    }[ProposalState(proposal.state)]
    return Outcome(kind, label.format(**facts), label.format(**facts))


def scripts_that_ran(project_id: UUID) -> Sequence[tuple[UUID, str]]:
    """The scripts that have executions, by what they are called."""
    newest = Execution.objects.filter(project=project_id).order_by("script", "-id").distinct("script")
    names = dict(newest.values_list("script", "name"))
    labels = labels_of(project_id, names)
    found = [(script, labels.get(script) or name) for script, name in names.items()]
    return sorted(found, key=lambda each: (each[1].lower(), str(each[0])))


def people_who_ran(project_id: UUID) -> Sequence[User]:
    """The people on whose behalf scripts ran."""
    people = Execution.objects.filter(project=project_id).order_by().values("person").distinct()
    return list(User.objects.filter(pk__in=people).order_by("display_name", "id"))


def causes() -> Sequence[tuple[str, str]]:
    """The values of `cause` with their words."""
    return [(value, str(label)) for value, label in Cause.choices]


def states() -> Sequence[tuple[str, str]]:
    """The values of `state` with their words."""
    return [(value, str(label)) for value, label in ExecutionState.choices]
