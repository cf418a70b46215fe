"""Projects and their members, rebuilt from the events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from audit.findings import Finding
from audit.models import SITE_CHAIN, project_chain
from audit.rebuilding.facts import Fact, Untrue
from audit.rebuilding.tables import Rows, Table
from audit.verification import chains
from projects.models import Member, Project, Status

PROJECTS: Final = Table(Project, name="project", key=("id",), chain="id")
MEMBERS: Final = Table(
    Member,
    name="membership",
    key=("project_id", "user_id"),
    chain="project_id",
    unrecorded={"id": "a row number, without a meaning"},
)

# The events with which a project begins: it was made here, or joined as the replica of one that is at home elsewhere.
BEGINNINGS: Final = ("project.created", "project.joined")


@PROJECTS.on("project.created")
def _created(rows: Rows, fact: Fact) -> None:
    if fact.chain != SITE_CHAIN:
        raise Untrue("only an event of the chain site can say this")
    rows.put(
        fact,
        (UUID(fact.target_id),),
        name=fact.data["name"],
        description=fact.data["description"],
        is_private=fact.data["is_private"],
        created_at=fact.recorded_time("created_at"),
        created_by_id=fact.actor_id,
        status=Status.OPEN.value,
        current_draft_id=None,
    )


@PROJECTS.on("project.updated")
def _updated(rows: Rows, fact: Fact) -> None:
    changed = {name: fact.data[name] for name in ("name", "description", "is_private") if name in fact.data}
    rows.change(fact, (fact.project_id,), **changed)


@PROJECTS.on("project.archived", "project.frozen", "project.reopened")
def _moved(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (fact.project_id,), status=fact.data["status"])


@PROJECTS.on_every_event
def _on_its_chain(rows: Rows, fact: Fact) -> None:
    """A chain but the site's is some project's; what an app further up did with it says what became of its status."""
    if fact.chain != SITE_CHAIN:
        became = {"status": fact.data["project_status"]} if "project_status" in fact.data else {}
        rows.change(fact, (fact.project_id,), **became)


@MEMBERS.on("member.added")
def _added(rows: Rows, fact: Fact) -> None:
    key = (fact.project_id, UUID(fact.target_id))
    rows.put(fact, key, role=fact.data["role"], added_at=fact.recorded_time("added_at"))


@MEMBERS.on("member.role_changed")
def _role_changed(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (fact.project_id, UUID(fact.target_id)), role=fact.data["role"])


@MEMBERS.on("member.removed")
def _removed(rows: Rows, fact: Fact) -> None:
    rows.drop((fact.project_id, UUID(fact.target_id)))


def check_chains() -> Iterator[Finding]:
    """Every chain is the site's or a project's. The projects themselves are compared with the events beside this."""
    known = {SITE_CHAIN, *(project_chain(each) for each in Project.objects.values_list("id", flat=True))}
    for chain in chains():
        if chain not in known:
            yield Finding(f"the chain {chain}", "it is of no project", chain)


TABLES: Final = (PROJECTS, MEMBERS)
