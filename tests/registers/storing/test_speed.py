"""How many statements a write takes: few for one cell, and no more for a thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from audit import services as audit_services
from kernel import statements
from projects import project_context
from projects.models import Project
from stages.registers import verbs
from stages.registers.services.records import set_cells
from stages.registers.storing import reading, storage
from tests.registers.storing.world import REQ, Desk

pytestmark = pytest.mark.django_db


class Sent(list[str]):
    """The statements that were sent, by Django's cursors and beside them, in so many round trips."""

    round_trips = 0


@contextmanager
def counted() -> Iterator[Sent]:
    found = Sent()
    sent, together = statements._sent, statements.run_together

    def note(raw: Any, statement: Any, **facts: Any) -> Any:
        found.round_trips += 1
        found.append(" ".join(str(statement[0]).split())[:70])
        return sent(raw, statement, **facts)

    def note_together(listed: Any, **facts: Any) -> Any:
        found.round_trips += 1 - len(listed)
        return together(listed, **facts)

    def wrap(execute: Any, sql: Any, *rest: Any) -> Any:
        found.round_trips += 1
        found.append(" ".join(str(sql).split())[:70])
        return execute(sql, *rest)

    with ExitStack() as stack:
        stack.enter_context(patch.object(statements, "_sent", note))
        for module in (audit_services, reading, storage, project_context):
            stack.enter_context(patch.object(module, "run_together", note_together))
        stack.enter_context(connection.execute_wrapper(wrap))
        yield found


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    return desk


def test_a_cell_takes_few_statements(ann: Desk) -> None:
    (record,) = ann.create({"title": "A", "prio": 1})
    with counted() as found:
        ann.set(record, "prio", 2)
    assert found.round_trips <= 6, "\n".join(found)
    assert len(found) <= 21, "\n".join(found)


def test_a_cell_over_the_socket_is_read_with_its_project_and_written_with_its_event(ann: Desk) -> None:
    (record,) = ann.create({"title": "A", "prio": 1})
    cells = [verbs.Cell(record, REQ, "prio", 2)]
    with counted() as found:
        set_cells(caller=ann.caller, project_id=ann.project.id, cells=cells)
    # Beside these two, the savepoint of this test's transaction.
    assert found.round_trips <= 4, "\n".join(found)
    assert len(found) <= 21, "\n".join(found)
    assert ann.value(record, "prio") == 2


def test_a_thousand_cells_take_no_more_than_one(ann: Desk) -> None:
    records = ann.create(*({"title": f"T{at}"} for at in range(500)))
    cells = [verbs.Cell(each, REQ, name, value) for each in records for name, value in (("title", "x"), ("prio", 7))]
    with counted() as one:
        ann.set(records[0], "prio", 2)
    with counted() as found:
        ann.write(lambda acts, schema: verbs.set_fields(acts, schema, cells))
    assert len(found) <= len(one) + 2, "\n".join(found)
