"""Repositories and pull requests, as the events say."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import Rows, Table
from stages.runs.models import PullRequest, PullRequestStatus, Repository

REPOSITORIES: Final = Table(
    Repository,
    name="repository",
    key=("id",),
    chain="project_id",
    unrecorded={"secret_id": "which row holds the token; its mark is recorded, and checked against the token itself"},
)
PULL_REQUESTS: Final = Table(
    PullRequest,
    name="pull request",
    key=("id",),
    chain="project_id",
    unrecorded={"synced_at": "when the server was last asked; what it said is recorded where that was news"},
)
TABLES: Final = (REPOSITORIES, PULL_REQUESTS)

_CONNECTED: Final = ("url", "api_url", "default_branch", "latest_commit", "allows")
_CHANGED: Final = ("default_branch", "latest_commit", "allows")


@REPOSITORIES.on("repository.connected")
def _connected(rows: Rows, fact: Fact) -> None:
    key = (UUID(fact.target_id),)
    values = {"is_connected": True, **{name: fact.data[name] for name in _CONNECTED}}
    if rows.columns(key):
        rows.change(fact, key, **values)
    else:
        first = {"project_id": fact.project_id, "created_at": fact.at, "created_by_id": fact.actor_id}
        rows.put(fact, key, **first, **values)


@REPOSITORIES.on("repository.updated")
def _updated(rows: Rows, fact: Fact) -> None:
    after = {name: value for name, value in fact.data["after"].items() if name in _CHANGED}
    if after:
        rows.change(fact, (UUID(fact.target_id),), **after)


@REPOSITORIES.on("repository.removed")
def _removed(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), is_connected=False)


@PULL_REQUESTS.on("pull_request.asked")
def _asked(rows: Rows, fact: Fact) -> None:
    key = (UUID(fact.target_id),)
    values = {
        "run_id": UUID(fact.data["run_id"]),
        "parent": fact.data["parent"],
        "status": PullRequestStatus.QUEUED.value,
        "error": "",
        "detail": "",
        "asked_by_id": fact.actor_id,
        "asked_at": fact.at,
    }
    if rows.columns(key):
        rows.change(fact, key, **values)
        return
    first = {
        "project_id": fact.project_id,
        "repository_id": UUID(fact.data["repository_id"]),
        "branch": fact.data["branch"],
        "commit": "",
        "number": None,
        "url": "",
        "created_at": fact.at,
    }
    rows.put(fact, key, **first, **values)


@PULL_REQUESTS.on("pull_request.opened", "pull_request.updated")
def _made(rows: Rows, fact: Fact) -> None:
    names = ("commit", "number", "url", "status")
    rows.change(fact, (UUID(fact.target_id),), **{name: fact.data[name] for name in names})


@PULL_REQUESTS.on("pull_request.failed")
def _failed(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), **{name: fact.data[name] for name in ("status", "error", "detail")})


@PULL_REQUESTS.on("pull_request.synced")
def _synced(rows: Rows, fact: Fact) -> None:
    # Those recorded first have the status only.
    names = [name for name in ("status", "error", "detail") if name in fact.data]
    rows.change(fact, (UUID(fact.target_id),), **{name: fact.data[name] for name in names})
