"""Profiles, experiments, messages and runs, as the events say."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from audit.models import SITE_CHAIN
from audit.rebuilding.facts import Fact, identity
from audit.rebuilding.tables import Column, Key, Rows, Table
from blobs.models import sha256_of
from blobs.rebuilding import BLOBS, name_contents
from stages.runs.models import Call, Experiment, ExperimentState, Message, Meter, ModelProfile, Run, RunStatus
from stages.runs.models.meters import LIMITS

# Why keys are not rebuilt from events, and why calls and consoles are not rebuilt row by row.
NO_RECORD: Final = "keys and tokens, which no event may contain; events have their marks"
BY_HASH: Final = "all rows of a run are compared with the hash in the event of its end"

PROFILES: Final = Table(
    ModelProfile,
    name="model profile",
    key=("id",),
    everywhere=True,
    unrecorded={"secret_id": "which row holds the key; its mark is recorded, and checked against the key itself"},
)
EXPERIMENTS: Final = Table(Experiment, name="experiment", key=("id",), chain="project_id")
MESSAGES: Final = Table(Message, name="message", key=("id",), chain="project_id")


def _sha256(text: str) -> str:
    return sha256_of(text.encode())


RUNS: Final = Table(Run, name="run", key=("id",), chain="project_id", columns={"summary": Column(as_recorded=_sha256)})


def _meters_of_calls() -> dict[Key, dict[str, Any]]:
    """The meters of projects and of models that were called: the first call makes them without limits, and no event."""
    sent = Call.objects.order_by().filter(request__isnull=False, reused_from=None)
    projects = sent.values_list("run__project", flat=True).distinct()
    profiles = sent.values_list("profile", flat=True).distinct()
    keys: list[Key] = [*((project, None) for project in projects), *((None, profile) for profile in profiles)]
    return {key: dict.fromkeys(LIMITS) for key in keys}


METERS: Final = Table(
    Meter,
    name="meter",
    key=("project_id", "profile_id"),
    everywhere=True,
    begins=_meters_of_calls,
    unrecorded={
        "id": "calls make meters, and nothing names them",
        **dict.fromkeys(("month", "spent", "reserved", "open_calls"), "compared with the calls (check_meters)"),
        **dict.fromkeys(("bucket", "filled_at"), "how many calls may begin within a minute"),
    },
)
TABLES: Final = (PROFILES, METERS, EXPERIMENTS, MESSAGES, RUNS)

_PROFILE: Final = (
    *("name", "provider", "model_name", "display_name", "base_url"),
    *("input_price", "output_price", "token_limit"),
)
_EXPERIMENT: Final = ("kind", "title", "version", "content_hash", "unsaved")
_NOT_ENDED: Final[dict[str, Any]] = {
    **dict.fromkeys(("error", "detail"), ""),
    "summary": _sha256(""),
    **dict.fromkeys(("input_tokens", "output_tokens", "cost", "losses"), 0),
    "warnings": [],
    "files_changed": [],
    **dict.fromkeys(("patch_id", "verdict", "ended_at")),
}
_NOT_CHOSEN: Final = dict.fromkeys(("chosen_at", "chosen_by_id", "proposal_id"))
_ENDS: Final = {
    "run.succeeded": RunStatus.SUCCEEDED,
    "run.failed": RunStatus.FAILED,
    "run.canceled": RunStatus.CANCELED,
}


@PROFILES.on("profile.created")
def _profile_created(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=None if fact.chain == SITE_CHAIN else fact.project_id,
        agent_id=identity(fact.data["agent_id"]),
        is_enabled=True,
        created_at=fact.at,
        created_by_id=fact.actor_id,
        **{name: fact.data[name] for name in _PROFILE},
    )


@PROFILES.on("profile.updated", "profile.disabled")
def _profile_changed(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), **fact.data["after"])


@METERS.on("budget.changed")
def _budget_changed(rows: Rows, fact: Fact) -> None:
    key = (identity(fact.data["project_id"]), identity(fact.data["profile_id"]))
    rows.put(fact, key, **fact.data["after"])


@EXPERIMENTS.on("experiment.created")
def _experiment_created(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        state=ExperimentState.OPEN.value,
        created_at=fact.at,
        created_by_id=fact.actor_id,
        updated_at=fact.at,
        # Recorded since experiments can be about a repository.
        repository_id=identity(fact.data.get("repository_id")),
        commit=fact.data.get("commit", ""),
        **{name: fact.data[name] for name in _EXPERIMENT},
        **{name: fact.data.get(name, "") for name in ("suite", "suite_sha256")},
        refinement=fact.data.get("refinement"),
    )


@BLOBS.on("experiment.created")
def _unsaved_texts(rows: Rows, fact: Fact) -> None:
    name_contents(rows, fact, fact.data["unsaved"].values())


@BLOBS.on("message.posted")
def _message_text(rows: Rows, fact: Fact) -> None:
    name_contents(rows, fact, [fact.data["content"]])


@EXPERIMENTS.on("experiment.archived", "experiment.restored")
def _experiment_moved(rows: Rows, fact: Fact) -> None:
    is_archived = fact.action == "experiment.archived"
    state = ExperimentState.ARCHIVED if is_archived else ExperimentState.OPEN
    rows.change(fact, (UUID(fact.target_id),), state=state.value, updated_at=fact.at)


@EXPERIMENTS.on("message.posted")
def _experiment_continued(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.data["experiment_id"]),), updated_at=fact.at)


@MESSAGES.on("message.posted")
def _message_posted(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        experiment_id=UUID(fact.data["experiment_id"]),
        number=fact.data["number"],
        role=fact.data["role"],
        content_id=fact.data["content"],
        author_id=fact.actor_id,
        base_run_id=identity(fact.data["base_run"]),
        created_at=fact.at,
    )


@RUNS.on("run.queued")
def _run_queued(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        experiment_id=UUID(fact.data["experiment_id"]),
        message_id=UUID(fact.data["message_id"]),
        profile_id=UUID(fact.data["profile_id"]),
        starter_id=fact.actor_id,
        status=RunStatus.QUEUED.value,
        attempt=0,
        reuses=fact.data.get("reuses", False),
        retry_of_id=identity(fact.data.get("retry_of")),
        queued_at=fact.at,
        started_at=None,
        **_NOT_ENDED,
        **_NOT_CHOSEN,
    )


@RUNS.on("run.started")
def _run_started(rows: Rows, fact: Fact) -> None:
    key = (UUID(fact.target_id),)
    rows.change(fact, key, status=RunStatus.RUNNING.value, attempt=fact.data["attempt"], started_at=fact.at)


@RUNS.on("run.requeued")
def _run_requeued(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), status=RunStatus.QUEUED.value, losses=fact.data["losses"])


@RUNS.on(*_ENDS)
def _run_ended(rows: Rows, fact: Fact) -> None:
    # Events of before there were patches do not name one.
    ended = {name: fact.data.get(name.removesuffix("_id"), value) for name, value in _NOT_ENDED.items()}
    ended["ended_at"] = fact.at
    # Events of before had the text itself.
    ended["summary"] = fact.data.get("summary_sha256") or _sha256(fact.data.get("summary", ""))
    rows.change(fact, (UUID(fact.target_id),), status=_ENDS[fact.action].value, **ended)


@RUNS.on("run.chosen")
def _run_chosen(rows: Rows, fact: Fact) -> None:
    rows.change(
        fact,
        (UUID(fact.target_id),),
        chosen_at=fact.at,
        chosen_by_id=fact.actor_id,
        proposal_id=identity(fact.data["proposal_id"]),
    )


@BLOBS.on("run.succeeded")
def _patch(rows: Rows, fact: Fact) -> None:
    name_contents(rows, fact, [fact.data.get("patch")])
