"""Writers, looks and executions at the same time: nothing waits for another for ever, and each change is given once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection

from stages.automation.choices import ENDED
from stages.automation.executing.working import run_execution
from stages.automation.models import Due, Execution
from stages.automation.services.changes import look_at_changes, recover_changes
from stages.automation.services.scripts import Saved
from tests.automation.changes.conftest import COPY, ChangeDesk, seen

WRITERS = 4
ROUNDS = 6


@pytest.fixture
def committed_desk(committed_db: None, desk: ChangeDesk) -> ChangeDesk:
    return desk


def test_each_change_is_given_once_while_others_write(committed_desk: ChangeDesk) -> None:
    desk = committed_desk
    scripts = [
        desk.watch("contacts.email", source=COPY),
        desk.watch("contacts.email", "contacts.copy", name="other"),
    ]
    records = desk.create(*({} for _ in range(WRITERS)), facet="contacts")
    stop = threading.Event()
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        workers = [pool.submit(work, desk, scripts, stop) for _ in range(2)]
        try:
            list(pool.map(write, [desk] * WRITERS, [records] * WRITERS, range(WRITERS)))
        finally:
            stop.set()
        for each in workers:
            each.result()
    for _ in range(3):
        work_once(desk, scripts)
    assert not Due.objects.filter(project=desk.project).exists()
    wanted = {(each, "email"): f"{number} {ROUNDS - 1}" for number, each in enumerate(records)}
    assert [newest_of(each) for each in scripts] == [wanted, wanted]
    assert len(desk.proposals()) == 1


def write(desk: ChangeDesk, records: list[str], number: int) -> None:
    """One cell of its own, and one that all of them write."""
    try:
        for turn in range(ROUNDS):
            desk.set(records[number], "email", f"{number} {turn}", facet="contacts")
            desk.set(records[0], "name", f"{number} {turn}", facet="contacts")
    finally:
        connection.close()


def work(desk: ChangeDesk, scripts: list[Saved], stop: threading.Event) -> None:
    try:
        while not stop.is_set():
            work_once(desk, scripts)
    finally:
        connection.close()


def work_once(desk: ChangeDesk, scripts: list[Saved]) -> None:
    for each in scripts:
        # Nothing that changed is too new for it.
        Due.objects.filter(record=each.script_id).update(changed_at="2026-01-01T00:00:00Z")
        look_at_changes(desk.project.id, UUID(each.script_id))
    recover_changes()
    for execution in Execution.objects.filter(project=desk.project).exclude(state__in=ENDED):
        run_execution(execution.id)


def newest_of(saved: Saved) -> dict[tuple[str, str], str | None]:
    """What a script was given last of each cell; each time from where the time before had ended."""
    executions = Execution.objects.filter(script=saved.script_id).order_by("id")
    assert {each.state for each in executions} == {"succeeded"}
    known: dict[tuple[str, str], str | None] = {}
    for change in seen(*executions):
        cell = (change["record"], change["column"])
        assert change["old"] == known.get(cell)
        known[cell] = change["new"]
    return known
