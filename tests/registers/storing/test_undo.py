"""Undo and redo of bundles in the database: what comes back, what stays, and who is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from kernel.errors import Conflict, PayloadTooLarge
from projects.models import Project
from stages.registers.fold.acts import Acts
from stages.registers.fold.definition import replay
from stages.registers.fold.payloads import Payload, SetField
from stages.registers.models import Operation
from stages.registers.proof.derived import faults_in_derived
from stages.registers.services import redo, undo
from stages.registers.storing.storage import PostgresStorage
from tests.registers.fold.shown import what_is_shown
from tests.registers.storing.world import COLUMNS, REQ, Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    return desk


@pytest.fixture
def ben(project: Project, owner: Any, caller_for: Callable[..., Any]) -> Desk:
    return Desk(project, caller_for(owner))


def test_undo_and_redo_give_back_what_was_shown(ann: Desk) -> None:
    (record,) = ann.create({"title": "A", "prio": 1})
    ann.set(record, "title", "B")
    ann.set(record, "prio", 5)
    act: dict[str, Any] = {"caller": ann.caller, "project_id": ann.project.id}
    undo(**act)
    assert (ann.value(record, "title"), ann.value(record, "prio")) == ("B", 1)
    undo(**act)
    assert ann.value(record, "title") == "A"
    redo(**act)
    redo(**act)
    assert (ann.value(record, "title"), ann.value(record, "prio")) == ("B", 5)
    for _each in range(3):
        undo(**act)
    assert ann.value(record, "title") is None
    undo(**act)
    with pytest.raises(Conflict):
        undo(**act)


def kept_of(error: Conflict) -> list[dict[str, Any]]:
    kept = error.extra["kept"]
    assert isinstance(kept, list)
    return kept


def test_undo_leaves_what_others_changed_and_names_them(ann: Desk, ben: Desk) -> None:
    """Case 38."""
    first, second = ann.create({"title": "A"}, {"title": "B"})
    ann.write([SetField(first, REQ, "title", "a"), SetField(second, REQ, "title", "b")])
    ben.set(first, "title", "z")
    written = undo(caller=ann.caller, project_id=ann.project.id)
    assert (ann.value(first, "title"), ann.value(second, "title")) == ("z", "B")
    assert [each.of for each in written.kept] == [(first, REQ, "title")]


def test_undo_of_a_creation_that_others_edited_is_refused_and_names_them(ann: Desk, ben: Desk) -> None:
    (record,) = ann.create({"title": "A"})
    ben.set(record, "title", "z")
    with pytest.raises(Conflict, match=ben.caller.user.display_name) as error:
        undo(caller=ann.caller, project_id=ann.project.id)
    assert {each["by"] for each in kept_of(error.value)} == {ben.caller.user.display_name}


def test_merges_splits_and_mappings_come_back_one_after_the_other(ann: Desk) -> None:
    """Case 37, on what PostgreSQL holds."""
    ann.create_table("risks", columns=COLUMNS, key_prefix="")
    one, two, three = ann.create({"title": "1", "prio": 1}, {"title": "2"}, {"title": "3"})
    (risk,) = ann.create({"title": "r"}, facet="risks")
    off = str(uuid7())
    fields = ((REQ, "title"), ("risks", "title"))
    acts: list[Callable[[Acts], Sequence[Payload]]] = [
        lambda acts: acts.merge(one, two),
        lambda acts: acts.set_field(one, REQ, "title", "both"),
        lambda acts: acts.attach(one, "risks"),
        lambda acts: acts.map_fields(*fields),
        lambda acts: acts.set_field(one, "risks", "title", "mapped"),
        lambda acts: acts.merge(three, one),
        lambda acts: acts.merge(risk, three),
        lambda acts: acts.split_off(risk, off, [REQ]),
        lambda acts: acts.set_field(off, REQ, "title", "apart"),
        lambda acts: acts.merge(off, risk),
        lambda acts: acts.map_fields(*fields, confirmed=False),
        lambda acts: acts.delete(off),
    ]
    states = [what_is_shown(ann.state())]
    for act in acts:
        ann.write(lambda made, schema: act(made))  # noqa: B023 (called at once)
        states.append(what_is_shown(ann.state()))
    named: dict[str, Any] = {"caller": ann.caller, "project_id": ann.project.id}
    for state in reversed(states[:-1]):
        undo(**named)
        assert what_is_shown(ann.state()) == state
    for state in states[1:]:
        redo(**named)
        assert what_is_shown(ann.state()) == state
    assert ann.state().hash == replay(PostgresStorage(ann.project.id).by_range()).hash
    assert list(faults_in_derived(ann.project.id)) == []


def test_what_would_take_back_too_much_is_refused(ann: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ann.create(*({"title": f"{at}"} for at in range(5)))
    count = Operation.objects.count()
    monkeypatch.setattr("stages.registers.services.undoing.MAX_OPERATIONS", 4)
    with pytest.raises(PayloadTooLarge, match="more than 4 changes"):
        undo(caller=ann.caller, project_id=ann.project.id)
    assert Operation.objects.count() == count
