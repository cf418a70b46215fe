"""The checklist, as the events add it up."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import Rows, Table
from drafts.tasks.models import Task

TASKS: Final = Table(Task, name="task", key=("id",), chain="project_id")


@TASKS.on("task.created")
def _created(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        text=fact.data["text"],
        assignee_id=_person(fact.data["assignee"]),
        # Before tasks had one, none was due.
        due_on=_day(fact.data.get("due_on")),
        created_at=fact.at,
        created_by_id=fact.actor_id,
        done_at=None,
        done_by_id=None,
    )


@TASKS.on("task.changed")
def _changed(rows: Rows, fact: Fact) -> None:
    data = fact.data
    after: dict[str, Any] = {"text": data["text"]}
    if "assignee" in data:
        after["assignee_id"] = _person(data["assignee"])
    if "due_on" in data:
        after["due_on"] = _day(data["due_on"])
    if "done_by" in data:
        after["done_by_id"] = _person(data["done_by"])
    if "done" in data:
        after["done_at"] = fact.at if data["done"] else None
    rows.change(fact, (UUID(fact.target_id),), **after)


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _person(person: dict[str, str] | None) -> UUID | None:
    return UUID(person["id"]) if person else None
