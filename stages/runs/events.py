"""The events of runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.event_types import (
    EVENT_KINDS,
    EventContext,
    EventKind,
    EventType,
    Facts,
    InboxLine,
    Text,
    register_event_groups,
    register_events,
)
from notifications.topics import MAIL_TOPICS, MailTopic
from stages.runs.event_summaries import ASKED_MODELS

if TYPE_CHECKING:
    from stages.runs.event_summaries import ASKED_MODELS
from stages.runs.models import Run


def _model(context: EventContext) -> str:
    return str(context.data["display_name"])


def _settings(project_id: UUID | None, facts: Facts) -> str:
    return f"{reverse('workspace:settings', args=[project_id])}#models" if project_id else reverse("runs:site_models")


_of_a_profile = partial(
    EventType,
    chain="any",
    live=("profile_id", "name", "display_name"),
    words=_model,
    icon="cpu",
    kind="runs",
    link=_settings,
)

PROFILE_CREATED: Final = _of_a_profile("profile.created", sentence=_("{name} added the model {thing}"))
PROFILE_UPDATED: Final = _of_a_profile("profile.updated", sentence=_("{name} changed the model {thing}"))
PROFILE_KEY_REPLACED: Final = _of_a_profile(
    "profile.key_replaced", sentence=_("{name} replaced the key of the model {thing}")
)
PROFILE_DISABLED: Final = _of_a_profile("profile.disabled", sentence=_("{name} disabled the model {thing}"))

KEY_LINE: Final = InboxLine(
    "profile.key_requested",
    title="A model needs a new key",
    icon="key-round",
    mail=_("{name} asks for a new key of a model"),
    sentence=_("{name} asks for a new key of {thing}"),
    thing=lambda facts: str(facts["display_name"]),
    link=_settings,
)
PROFILE_KEY_REQUESTED: Final = _of_a_profile(
    "profile.key_requested", sentence=_("{name} asked for a new key of the model {thing}"), inbox=(KEY_LINE,)
)


def _of_budget(context: EventContext) -> str:
    return str(context.data["display_name"] or _("the project"))


BUDGET_CHANGED: Final = EventType(
    "budget.changed",
    chain="any",
    live=("profile_id", "display_name"),
    words=_of_budget,
    sentence=_("{name} changed the budget of {thing}"),
    icon="wallet",
    kind="runs",
    link=_settings,
)


def _title(context: EventContext) -> str:
    return str(context.data["title"])


def _experiment(project_id: UUID | None, facts: Facts) -> str:
    return reverse("runs:experiment", args=[project_id, facts["experiment_id"]]) if project_id else ""


_of_an_experiment = partial(
    EventType,
    live=("experiment_id", "title"),
    words=_title,
    icon="flask-conical",
    kind="runs",
    link=_experiment,
)


def _ended_sentence(facts: Facts) -> Text:
    """What became of a question that one model was asked, or several."""
    if facts["runs"] > 1:
        return _("All models have answered {thing}; {name} was last")
    return _("{name} could not answer {thing}") if facts["failed"] else _("{name} answered {thing}")


ENDED: Final = InboxLine(
    "run.ended",
    title="Models have answered you",
    icon="flask-conical",
    mail=_("{name} finished your question"),
    sentence=_ended_sentence,
    thing=lambda facts: str(facts["title"]),
    link=_experiment,
)

EXPERIMENT_CREATED: Final = _of_an_experiment(
    "experiment.created", sentence=_("{name} began {thing}"), summary=ASKED_MODELS
)
EXPERIMENT_ARCHIVED: Final = _of_an_experiment("experiment.archived", sentence=_("{name} archived {thing}"))
EXPERIMENT_RESTORED: Final = _of_an_experiment("experiment.restored", sentence=_("{name} restored {thing}"))
MESSAGE_POSTED: Final = _of_an_experiment(
    "message.posted",
    live=("experiment_id", "title", "number", "role"),
    sentence=_("{name} asked something in {thing}"),
    summary=ASKED_MODELS,
)


def _model_and_title(context: EventContext) -> str:
    return _("{model} in “{title}”").format(model=_model(context), title=_title(context))


_of_a_run = partial(
    EventType,
    summary=ASKED_MODELS,
    live=("run_id", "experiment_id", "title", "display_name"),
    words=_model_and_title,
    icon="play",
    kind="runs",
    link=_experiment,
)

RUN_QUEUED: Final = _of_a_run("run.queued", sentence=_("{name} asked {thing}"))
RUN_STARTED: Final = _of_a_run("run.started", sentence=_("{thing} began to answer"))
RUN_REQUEUED: Final = _of_a_run("run.requeued", sentence=_("{thing} was interrupted and waits again"))
RUN_SUCCEEDED: Final = _of_a_run("run.succeeded", sentence=_("{thing} answered"), inbox=(ENDED,))
RUN_FAILED: Final = _of_a_run("run.failed", sentence=_("{thing} failed"), inbox=(ENDED,))
RUN_CANCELED: Final = _of_a_run("run.canceled", sentence=_("{name} stopped {thing}"))

CHOSEN_LINE: Final = InboxLine(
    "run.chosen",
    title="A run of yours was chosen",
    icon="play",
    mail=_("{name} chose a run of yours"),
    sentence=_("{name} chose the result of {thing}, which you had asked"),
    thing=lambda facts: str(facts["display_name"]),
    link=_experiment,
)
RUN_CHOSEN: Final = _of_a_run(
    "run.chosen", sentence=_("{name} chose the result of {thing}"), inbox=(CHOSEN_LINE,), summary=None
)

EVENTS: Final = (
    *(PROFILE_CREATED, PROFILE_UPDATED, PROFILE_KEY_REPLACED, PROFILE_DISABLED, BUDGET_CHANGED),
    PROFILE_KEY_REQUESTED,
    *(EXPERIMENT_CREATED, EXPERIMENT_ARCHIVED, EXPERIMENT_RESTORED, MESSAGE_POSTED),
    *(RUN_QUEUED, RUN_STARTED, RUN_REQUEUED, RUN_SUCCEEDED, RUN_FAILED, RUN_CANCELED, RUN_CHOSEN),
)


def run_facts(run: Run) -> dict[str, Any]:
    """What every event about a run says of it."""
    return {
        "run_id": str(run.id),
        "experiment_id": str(run.experiment_id),
        "title": run.experiment.title,
        "profile_id": str(run.profile_id),
        "display_name": run.profile.display_name,
    }


def register() -> None:
    """Register all of them, with a filter of their own."""
    EVENT_KINDS.register("runs", EventKind(_("Runs"), position=17))
    MAIL_TOPICS.register("profile", MailTopic(_("A model needs a new key"), position=28))
    MAIL_TOPICS.register("run", MailTopic(_("Models have answered you, or somebody chose a run of yours"), position=27))
    register_event_groups(profile=_("Models"), budget=_("Budgets"))
    register_event_groups(experiment=_("Experiments"), message=_("Messages"), run=_("Runs"))
    register_events(*EVENTS)
