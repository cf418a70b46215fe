"""However changes, looks, executions, failures and decisions follow one another, each change is given once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stages.automation.executing.working import run_execution
from stages.automation.models import Due, Execution
from tests.automation.changes.conftest import ChangeDesk

pytestmark = pytest.mark.django_db

SOURCE = """
for _, each in ipairs(context.changes) do
    if each.new == "bad" then error("no") end
    core.set_field(each.record, "contacts.copy", each.new)
end
"""
WRITES = st.tuples(st.just("write"), st.integers(0, 2), st.sampled_from(["a", "b", "c", "bad", None]))
OTHERS = st.sampled_from([("look",), ("run",), ("accept",), ("reject",), ("on",), ("undo",)])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(WRITES, OTHERS, OTHERS), min_size=4, max_size=30))
def test_each_change_is_given_once(desk: ChangeDesk, steps: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        check(desk, steps)
        transaction.set_rollback(True)


def check(desk: ChangeDesk, steps: list[tuple[Any, ...]]) -> None:
    saved = desk.watch("contacts.email", source=SOURCE)
    records = desk.create({"email": "0"}, {"email": "0"}, {"email": "0"}, facet="contacts")
    Due.objects.all().delete()
    known = dict.fromkeys(records, "0")
    for step in steps:
        take(desk, saved, records, step)
    # In the end nothing is wrong any more, and all of it is given.
    for record in records:
        if desk.value(record, "email", "contacts") == "bad":
            desk.set(record, "email", "good", facet="contacts")
    for _ in range(4):
        take(desk, saved, records, ("on",))
        take(desk, saved, records, ("run",))
        take(desk, saved, records, ("look",))
        take(desk, saved, records, ("run",))
    assert desk.due() == {}
    for execution in Execution.objects.filter(state="succeeded").order_by("id"):
        for change in execution.changes:
            assert change["old"] == known[change["record"]], "first value, of what was given before"
            assert change["new"] != change["old"]
            known[change["record"]] = change["new"]
    assert known == {record: desk.value(record, "email", "contacts") for record in records}


def take(desk: ChangeDesk, saved: Any, records: list[str], step: tuple[Any, ...]) -> None:
    match step:
        case "write", at, value:
            desk.set(records[at], "email", value, facet="contacts")
        case ("undo",):
            last = desk.value(records[0], "email", "contacts")
            desk.set(records[0], "email", "z", facet="contacts")
            desk.undo()
            assert desk.value(records[0], "email", "contacts") == last
        case ("look",):
            desk.look(saved)
        case ("run",):
            for execution in Execution.objects.filter(state__in=("queued", "running")):
                run_execution(execution.id)
        case ("on",):
            if not desk.switch_now(saved).is_on:
                desk.switch(saved)
        case (decision,):
            for proposal in [each for each in desk.proposals() if each.is_open]:
                desk.accept(proposal) if decision == "accept" else desk.reject(proposal)
