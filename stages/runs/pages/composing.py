"""The form that asks something further: which models, and what it costs at most."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from stages.runs.costs import budget_of
from stages.runs.models import Experiment, ExperimentKind, ModelProfile, Run, RunStatus
from stages.runs.previews import costs_in_experiment, costs_of_question

# So many models are chosen where none has been asked yet.
MAX_FIRST_CHOICE: Final = 4
_REFUSED: Final = frozenset({"authentication", "permission"})


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One model of the form; `note` says why it would fail now, as far as that is known."""

    profile: ModelProfile
    worst_cost: int
    is_chosen: bool
    note: str


@dataclass(frozen=True, slots=True)
class Composer:
    """The form. `left` is what the month's budget still has, in millionths; None is no limit."""

    choices: list[ModelChoice]
    text: str
    base: Run | None
    left: int | None

    @property
    def chosen(self) -> list[ModelChoice]:
        return [choice for choice in self.choices if choice.is_chosen]

    @property
    def total(self) -> int:
        """What asking the chosen ones costs at most."""
        return sum(choice.worst_cost for choice in self.chosen)


def typed_text(post: QueryDict) -> str:
    """The question as it was typed: a form sends CRLF for each line end."""
    return post.get("text", "").replace("\r\n", "\n")


def composer_of(
    experiment: Experiment,
    runs: Sequence[Run],
    *,
    text: str = "",
    base: Run | None = None,
    chosen: Collection[UUID] | None = None,
) -> Composer:
    """The form with what was typed; unless chosen, the models that were asked last, or the one to go on from."""
    profiles = list(
        ModelProfile.objects.usable_in(experiment.project_id).filter(is_enabled=True).select_related("secret")
    )
    costs = costs_in_experiment(experiment, profiles, text=text, base_run=base)
    last = {run.profile_id: run for run in runs}
    notes = {profile.id: _note(profile, last.get(profile.id)) for profile in profiles}
    if chosen is None:
        newest = runs[-1].message_id if runs else None
        asked = {run.profile_id for run in runs if run.message_id == newest}
        asked = asked or set(list(notes)[:MAX_FIRST_CHOICE])
        chosen = {base.profile_id} if base else {each for each in asked if not notes.get(each)}
    choices = [
        ModelChoice(profile, costs[profile.id], profile.id in chosen, notes[profile.id])
        for profile in sorted(profiles, key=lambda each: (each.id not in last, each.display_name.lower()))
    ]
    return Composer(choices, text, base, _left_in(experiment.project_id))


def _note(profile: ModelProfile, last: Run | None) -> str:
    """Whether the provider refused the key that the model still has."""
    if last is None or last.status != RunStatus.FAILED or last.error not in _REFUSED or last.ended_at is None:
        return ""
    is_new = profile.secret is not None and profile.secret.set_at > last.ended_at
    return "" if is_new else _("key refused")


def new_composer(
    project_id: UUID,
    *,
    text: str,
    version: int | None,
    kind: str = ExperimentKind.TRY.value,
    repository_id: UUID | None = None,
    chosen: Collection[UUID] | None,
) -> Composer:
    """The form of a first question about a version (the current one), or about a commit of a repository.

    Unless chosen, the models that were asked last.

    Raises `NotFound` for a version or a repository that does not exist.
    """
    profiles = list(ModelProfile.objects.usable_in(project_id).filter(is_enabled=True).order_by("display_name", "id"))
    costs = costs_of_question(
        project_id, profiles, text=text, version=version, unsaved={}, kind=kind, repository_id=repository_id
    )
    if chosen is None:
        newest = Run.objects.filter(project=project_id).order_by("-id").values("message")[:1]
        asked = Run.objects.filter(project=project_id, message__in=newest)
        chosen = set(asked.values_list("profile", flat=True)) or {each.id for each in profiles[:MAX_FIRST_CHOICE]}
    choices = [ModelChoice(profile, costs[profile.id], profile.id in chosen, "") for profile in profiles]
    return Composer(choices, text, None, _left_in(project_id))


def _left_in(project_id: UUID) -> int | None:
    """What the month's budget still has, in millionths; None is no limit."""
    budget = budget_of(project_id)
    if budget.monthly_limit is None:
        return None
    return max(budget.monthly_limit - budget.spent - budget.reserved, 0)
