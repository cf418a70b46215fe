"""Teams, roles, grants, directives, editions and requests, as the events say."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from audit.models import Site
from audit.rebuilding.facts import Fact, identity, moment
from audit.rebuilding.tables import Column, Key, Rows, Table
from audit.services import site_id
from blobs.models import sha256_of
from stages.fleet import events
from stages.fleet.choices import DirectiveStatus, RequestKind, RequestState
from stages.fleet.directive_values import as_columns
from stages.fleet.models import Decision, Directive, Edition, Grant, Request, Team, TeamMember

ROOT_NAME: Final = "Organisation"
_TEAM: Final = ("name", "quorum", "timeout_hours", "stale_minutes", "categories")


def _root() -> dict[Key, dict[str, Any]]:
    """The team that a migration made without an event."""
    columns: dict[str, Any] = {
        "name": ROOT_NAME,
        "parent_id": None,
        "quorum": 2,
        "timeout_hours": 24,
        "stale_minutes": 60,
        "categories": [],
        "number": 0,
        "created_at": Site.objects.values_list("created_at", flat=True).get(),
        "archived_at": None,
    }
    return {(UUID(site_id()),): columns}


TEAMS: Final = Table(Team, name="team", key=("id",), begins=_root)
MEMBERS: Final = Table(
    TeamMember, name="role in a team", key=("team_id", "user_id"), unrecorded={"id": "a row number, without a meaning"}
)
GRANTS: Final = Table(Grant, name="grant", key=("id",), chain="project_id")
DIRECTIVES: Final = Table(
    Directive,
    name="directive",
    key=("id",),
    chain="project_id",
    # In a project's file they are texts.
    columns={"carried": Column(as_recorded=lambda releases: [str(release) for release in releases])},
)
EDITIONS: Final = Table(
    Edition,
    name="edition",
    key=("team_id", "number"),
    columns={"text": Column(as_recorded=lambda text: sha256_of(text.encode()))},
    unrecorded={"seal": "proved by the key, in the check of editions"},
)
REQUESTS: Final = Table(Request, name="directive request", key=("id",), chain="project_id")
DECISIONS: Final = Table(Decision, name="decision", key=("id",), chain="request__project_id")
TABLES: Final = (TEAMS, MEMBERS, GRANTS, DIRECTIVES, EDITIONS, REQUESTS, DECISIONS)


@TEAMS.on(events.TEAM_CREATED.name)
def _team_created(rows: Rows, fact: Fact) -> None:
    data = fact.data
    rows.put(
        fact,
        (UUID(fact.target_id),),
        **{name: data[name] for name in _TEAM},
        parent_id=UUID(data["parent_id"]),
        number=0,
        created_at=moment(data["created_at"]),
        archived_at=None,
    )


@TEAMS.on(events.TEAM_CHANGED.name)
def _team_changed(rows: Rows, fact: Fact) -> None:
    after = dict(fact.data["after"])
    if "parent_id" in after:
        after["parent_id"] = UUID(after["parent_id"])
    rows.change(fact, (UUID(fact.target_id),), **after)


@TEAMS.on(events.TEAM_ARCHIVED.name)
def _team_archived(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), archived_at=fact.at)


@TEAMS.on(events.EDITION_SEALED.name)
def _numbered(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), number=fact.data["number"])


@MEMBERS.on(events.TEAM_MEMBER_SET.name)
def _member_set(rows: Rows, fact: Fact) -> None:
    key, role = (UUID(fact.target_id), UUID(fact.data["user_id"])), fact.data["role"]
    if role is None:
        rows.drop(key)
    elif fact.data["before"] is None:
        rows.put(fact, key, role=role, added_at=fact.at)
    else:
        rows.change(fact, key, role=role)


@GRANTS.on(events.GRANT_ADDED.name)
def _granted(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        team_id=UUID(fact.data["team"]["id"]),
        granted_by_id=fact.actor_id,
        granted_at=fact.at,
    )


@GRANTS.on(events.GRANT_REVOKED.name)
def _revoked(rows: Rows, fact: Fact) -> None:
    rows.drop((UUID(fact.target_id),))


@DIRECTIVES.on(events.DIRECTIVE_ISSUED.name)
def _issued(rows: Rows, fact: Fact) -> None:
    values = as_columns(fact.data["values"])
    rows.put(
        fact,
        (UUID(fact.target_id),),
        **values,
        team_id=UUID(fact.data["team"]["id"]),
        project_id=fact.project_id,
        carried=[str(values["release_id"])],
        status=DirectiveStatus.ACTIVE.value,
        issued_by_id=UUID(fact.data["author_id"]),
        issued_at=fact.at,
    )


@DIRECTIVES.on(events.DIRECTIVE_CHANGED.name)
def _changed(rows: Rows, fact: Fact) -> None:
    key = (UUID(fact.target_id),)
    after = as_columns(fact.data["after"])
    carried = rows.columns(key).get("carried", [])
    release = str(after["release_id"]) if "release_id" in after else None
    if release is not None and release not in carried:
        after["carried"] = [*carried, release]
    rows.change(fact, key, **after)


@DIRECTIVES.on(events.DIRECTIVE_ROLLED_BACK.name)
def _rolled_back(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), release_id=UUID(fact.data["release_id"]))


@DIRECTIVES.on(events.DIRECTIVE_PAUSED.name)
def _paused(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), status=DirectiveStatus.PAUSED.value)


@DIRECTIVES.on(events.DIRECTIVE_RESUMED.name)
def _resumed(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), status=DirectiveStatus.ACTIVE.value)


@DIRECTIVES.on(events.DIRECTIVE_WITHDRAWN.name)
def _withdrawn(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), status=DirectiveStatus.WITHDRAWN.value)


@EDITIONS.on(events.EDITION_SEALED.name)
def _sealed(rows: Rows, fact: Fact) -> None:
    data = fact.data
    rows.put(
        fact,
        (UUID(data["team"]["id"]), data["number"]),
        text=data["sha256"],
        key_id=data["key"],
        cause=data["cause"],
        sealed_at=moment(data["at"]),
    )


@REQUESTS.on(events.DIRECTIVE_REQUESTED.name)
def _requested(rows: Rows, fact: Fact) -> None:
    data = fact.data
    is_new = data["kind"] == RequestKind.ISSUE
    rows.put(
        fact,
        (UUID(fact.target_id),),
        kind=data["kind"],
        team_id=UUID(data["team"]["id"]),
        project_id=fact.project_id,
        directive_id=None if is_new else UUID(data["directive_id"]),
        station_id=identity(data["station_id"]),
        payload=data["payload"],
        reason=fact.record["reason"] or "",
        quorum=data["quorum"],
        author_id=UUID(data["author_id"]),
        state=RequestState.OPEN.value,
        asked_at=fact.at,
        expires_at=moment(data["expires_at"]),
        ended_at=None,
        until=moment(data["until"]),
        revoked_at=None,
    )


@REQUESTS.on(events.DIRECTIVE_REQUEST_ENDED.name)
def _ended(rows: Rows, fact: Fact) -> None:
    data = fact.data
    changed: dict[str, Any] = {"state": data["state"], "ended_at": fact.at}
    if data["kind"] == RequestKind.ISSUE and data["state"] == RequestState.ACCEPTED:
        changed["directive_id"] = UUID(data["directive_id"])
    rows.change(fact, (UUID(fact.target_id),), **changed)


@REQUESTS.on(events.EXCEPTION_REVOKED.name)
def _exception_revoked(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), revoked_at=fact.at)


@DECISIONS.on(events.DIRECTIVE_REQUEST_DECIDED.name)
def _decided(rows: Rows, fact: Fact) -> None:
    data = fact.data
    rows.put(
        fact,
        (UUID(data["decision_id"]),),
        request_id=UUID(fact.target_id),
        person_id=fact.actor_id,
        approves=data["approves"],
        comment=data["comment"],
        digest=data["digest"],
        decided_at=fact.at,
    )
