"""Observers see what a bundle of this site changes, before and after, and write with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from kernel.statements import Statement
from projects.models import Project
from stages.registers.observers import OBSERVERS, AppliedBundle, Observer
from tests.registers.storing.world import REQ, Desk

pytestmark = pytest.mark.django_db


def test_an_observer_sees_both_sides_and_what_it_asked_and_writes_with_the_bundle(
    project: Project, editor: User, caller_for: Callable[..., Caller]
) -> None:
    seen: list[tuple[Any, Any, Any]] = []

    def observe(bundle: AppliedBundle) -> Iterable[Statement]:
        rows = bundle.storage.records
        for each in bundle.changes.records:
            sides = (
                record and record.fields.get(REQ, {}).get("title") for record in (rows.before[each], rows.rows[each])
            )
            old, new = (shown and shown.value for shown in sides)
            seen.append((old, new, bundle.asked("watcher")))
            yield "UPDATE projects_project SET name = %s WHERE id = %s", [new, bundle.project_id]

    desk = Desk(project, caller_for(editor))
    desk.create_table()
    (record,) = desk.create({"title": "a"})
    observer = Observer(observe, ahead=lambda project_id: (["SELECT %s::text"], [str(project_id)]))
    with OBSERVERS.replaced({"watcher": observer}):
        desk.set(record, "title", "b")
        desk.undo()
    asked = (str(project.id),)
    assert seen == [("a", "b", asked), ("b", "a", asked)]
    project.refresh_from_db()
    assert project.name == "a"


def test_what_two_observers_ask_alike_is_read_once(
    project: Project, editor: User, caller_for: Callable[..., Caller]
) -> None:
    seen: list[Any] = []

    def observe(name: str) -> Observer:
        def call(bundle: AppliedBundle) -> Iterable[Statement]:
            seen.append(bundle.asked(name))
            return []

        return Observer(call, ahead=lambda _project_id: (["SELECT gen_random_uuid()"], []))

    desk = Desk(project, caller_for(editor))
    desk.create_table()
    with OBSERVERS.replaced({name: observe(name) for name in ("one", "two")}):
        desk.create({"title": "a"})
    one, two = seen
    assert one == two
