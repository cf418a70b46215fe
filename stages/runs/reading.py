"""Reading what belongs to runs, as its readers may see it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.errors import NotFound
from projects.access import get_project
from proposals.models import Proposal
from stages.runs.models import (
    Call,
    Experiment,
    Message,
    ModelProfile,
    PullRequest,
    Purpose,
    Repository,
    Run,
    RunStatus,
)


def load_profile(profile_id: UUID) -> ModelProfile:
    """A profile with its secret and its project's people at hand. Raises `NotFound`."""
    profile = ModelProfile.objects.select_related("secret", "created_by").filter(pk=profile_id).first()
    if profile is None:
        raise NotFound(_("Model not found."))
    return profile


def visible_profile(*, user: User, profile_id: UUID) -> ModelProfile:
    """A profile that a user may see: of the site, or of a project that they may read. Raises `NotFound`."""
    profile = load_profile(profile_id)
    if profile.project_id is not None:
        _check_readable(user, profile.project_id, _("Model not found."))
    return profile


def load_repository(repository_id: UUID) -> Repository:
    """A repository with its secret and who connected it. Raises `NotFound`."""
    found = Repository.objects.select_related("secret", "created_by").filter(pk=repository_id).first()
    if found is None:
        raise NotFound(_("Repository not found."))
    return found


def visible_repository(*, user: User, repository_id: UUID) -> Repository:
    """A repository of a project that a user may read. Raises `NotFound`."""
    repository = load_repository(repository_id)
    _check_readable(user, repository.project_id, _("Repository not found."))
    return repository


def load_pull_request(pull_request_id: UUID) -> PullRequest:
    """A pull request with its run and its repository. Raises `NotFound`."""
    related = ("run__profile__agent", "run__experiment", "run__patch", "repository__secret", "asked_by")
    found = PullRequest.objects.select_related(*related).filter(pk=pull_request_id).first()
    if found is None:
        raise NotFound(_("Pull request not found."))
    return found


def visible_pull_request(*, user: User, pull_request_id: UUID) -> PullRequest:
    """A pull request of a project that a user may read. Raises `NotFound`."""
    found = load_pull_request(pull_request_id)
    _check_readable(user, found.project_id, _("Pull request not found."))
    return found


def load_experiment(experiment_id: UUID) -> Experiment:
    """An experiment with who began it. Raises `NotFound`."""
    found = Experiment.objects.select_related("created_by").filter(pk=experiment_id).first()
    if found is None:
        raise NotFound(_("Experiment not found."))
    return found


def visible_experiment(*, user: User, experiment_id: UUID) -> Experiment:
    """An experiment of a project that a user may read. Raises `NotFound`."""
    experiment = load_experiment(experiment_id)
    _check_readable(user, experiment.project_id, _("Experiment not found."))
    return experiment


def load_run(run_id: UUID, *, reader: User | None = None) -> Run:
    """A run with its model, its question and its people; for a reader with `shown_proposal_id`. Raises `NotFound`."""
    related = (
        *("profile__agent", "profile__secret", "experiment__repository__secret"),
        *("message", "starter", "chosen_by"),
    )
    runs = Run.objects.select_related(*related).filter(pk=run_id)
    found = (runs if reader is None else runs.annotate(shown_proposal_id=shown_proposal(reader))).first()
    if found is None:
        raise NotFound(_("Run not found."))
    return found


def shown_proposal(reader: User) -> Subquery:
    """Of a run that was chosen the id of its proposal, where the reader sees that; `run_body` shows it."""
    return Subquery(Proposal.objects.visible_to(reader).filter(pk=OuterRef("proposal_id")).values("pk")[:1])


def run_in(experiment_id: UUID, run_id: UUID) -> Run:
    """A run of an experiment, with its message. Raises `NotFound`."""
    found = Run.objects.select_related("message__base_run").filter(pk=run_id, experiment=experiment_id).first()
    if found is None:
        raise NotFound(_("Run not found."))
    return found


def visible_run(*, user: User, run_id: UUID) -> Run:
    """A run of a project that a user may read. Raises `NotFound`."""
    run = load_run(run_id, reader=user)
    _check_readable(user, run.project_id, _("Run not found."))
    return run


def _check_readable(user: User, project_id: UUID, words: str) -> None:
    """Raise `NotFound` in the words of what was asked for, not of its project."""
    try:
        get_project(user=user, project_id=project_id)
    except NotFound:
        raise NotFound(words) from None


def profile_body(profile: ModelProfile) -> dict[str, Any]:
    """A profile as it is shown. Of its key only the mark and the time."""
    return {
        "id": profile.id,
        "project_id": profile.project_id,
        "name": profile.name,
        "provider": profile.provider,
        "model_name": profile.model_name,
        "display_name": profile.display_name,
        "base_url": profile.base_url,
        "key": {"mark": profile.secret.mark, "set_at": profile.secret.set_at} if profile.secret else None,
        "input_price": profile.input_price,
        "output_price": profile.output_price,
        "token_limit": profile.token_limit,
        "is_enabled": profile.is_enabled,
        "created_at": profile.created_at,
        "created_by": profile.created_by.person(),
    }


def answer_of(run: Run) -> str:
    """The text that a run answered in its last attempt; empty unless it succeeded."""
    if run.status != RunStatus.SUCCEEDED:
        return ""
    call = answers_of([run.id]).select_related("response").first()
    return call.response.text if call is not None and call.response is not None else ""


def answers_of(run_ids: Collection[UUID]) -> QuerySet[Call]:
    """The calls with the answers of those of these runs that succeeded, one each: the last one of the last attempt."""
    calls = Call.objects.filter(run__in=run_ids, run__status=RunStatus.SUCCEEDED, attempt=F("run__attempt"))
    calls = calls.filter(error="", case="").exclude(response=None).exclude(purpose=Purpose.REFLECT)
    return calls.order_by("run_id", "-number").distinct("run_id")


def turns_before(message: Message) -> list[tuple[UUID, UUID]]:
    """The messages that a message goes on from, newest first, each with the run that answered it. Two queries."""
    further = Message.objects.filter(experiment=message.experiment_id).exclude(base_run=None)
    bases = dict(further.values_list("id", "base_run_id"))
    answered = [run_id for run_id in (*bases.values(), message.base_run_id) if run_id is not None]
    asked = dict(Run.objects.filter(pk__in=answered).values_list("id", "message_id"))
    turns, run_id = [], message.base_run_id
    while run_id is not None:
        turns.append((asked[run_id], run_id))
        run_id = bases.get(asked[run_id])
    return turns
