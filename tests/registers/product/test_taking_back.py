"""Each act of people, taken back and done again: what is shown is as before, and as after (cases 36 and 37)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stages.registers import verbs
from stages.registers.fold.effects import Field
from stages.registers.schema import Column, Option, Relation
from tests.registers.fold.shown import what_is_shown
from tests.registers.product.desk import Desk

Act = Callable[[Desk, dict[str, str]], Any]


def shown(desk: Desk) -> dict[str, Any]:
    return what_is_shown(desk.increment.state())


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.begin()
    desk.do(verbs.add_relation, Relation("contains", ordered=True))
    return desk


@pytest.fixture
def there(desk: Desk) -> dict[str, str]:
    """Records and links that acts are done to."""
    one, other, risk = desk.create(title="a", prio=1), desk.create(title="b"), desk.create("risks", title="r")
    gone, merged = desk.create(title="gone"), desk.create(title="merged")
    desk.do(verbs.delete_records, [gone])
    both = desk.create(title="both")
    desk.do(verbs.attach, both, "risks", {"title": "too"})
    desk.do(verbs.merge, one, merged)
    edge = desk.link(one, other, "contains")
    desk.link(one, both, "contains")
    return {"one": one, "other": other, "risk": risk, "gone": gone, "merged": merged, "both": both, "edge": edge}


ACTS: dict[str, Act] = {
    "create": lambda desk, at: desk.create(title="new", body="text"),
    "set": lambda desk, at: desk.set(at["one"], "title", "changed"),
    "empty": lambda desk, at: desk.set(at["one"], "prio", None),
    "delete": lambda desk, at: desk.do(verbs.delete_records, [at["one"], at["other"]]),
    "restore": lambda desk, at: desk.do(verbs.restore_records, [at["gone"]]),
    "attach": lambda desk, at: desk.do(verbs.attach, at["risk"], "requirements", {"title": "x"}),
    "detach": lambda desk, at: desk.do(verbs.detach, at["both"], "risks"),
    "link": lambda desk, at: desk.link(at["one"], at["risk"], "mitigates"),
    "move": lambda desk, at: desk.do(verbs.move, at["edge"], at=1),
    "unlink": lambda desk, at: desk.do(verbs.unlink, [at["edge"]]),
    "merge": lambda desk, at: desk.do(verbs.merge, at["one"], at["other"]),
    "split back": lambda desk, at: desk.do(verbs.split_back, at["one"], at["merged"]),
    "split off": lambda desk, at: desk.do(verbs.split_off, at["both"], ["risks"]),
    "map": lambda desk, at: desk.do(verbs.confirm_mapping, ("requirements", "title"), ("risks", "title")),
    "type": lambda desk, at: desk.do(verbs.type_text, Field(at["one"], "requirements", "body"), "Typed."),
    "key": lambda desk, at: desk.do(verbs.next_free_key, at["other"], "requirements"),
    "table": lambda desk, at: desk.do(verbs.create_table, "models", columns=[Column("name")]),
    "column": lambda desk, at: desk.do(verbs.add_column, "risks", Column("x")),
    "change a column": lambda desk, at: desk.do(
        verbs.change_column, "requirements", "status", {"options": (Option("done", "Finished"),), "title": "State"}
    ),
    "remove a column": lambda desk, at: desk.do(verbs.remove_column, "requirements", "prio"),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_taken_back_and_done_again(desk: Desk, there: dict[str, str], name: str) -> None:
    before, schema = shown(desk), desk.schema
    ACTS[name](desk, there)
    after = shown(desk)
    assert after != before
    for _time in range(2):
        assert desk.undo() is not None
        assert shown(desk) == before
        assert desk.schema == schema
        assert desk.redo() is not None
        assert shown(desk) == after


def test_a_hundred_acts_are_taken_back(desk: Desk, there: dict[str, str]) -> None:
    states = [shown(desk)]
    for at in range(100):
        desk.set(there["one"], "title", f"t{at}")
        states.append(shown(desk))
    for state in reversed(states[:-1]):
        assert desk.undo() is not None
        assert shown(desk) == state


def test_only_my_own_typing_goes(desk: Desk, there: dict[str, str]) -> None:
    """Case 36."""
    other = Desk("B", desk.ids)
    desk.sync(other)
    field = Field(there["one"], "requirements", "body")
    desk.do(verbs.type_text, field, "Mine.")
    desk.sync(other)
    other.do(verbs.type_text, field, "Mine. Theirs.")
    desk.sync(other)
    assert desk.undo() is not None
    desk.sync(other)
    assert other.shown(there["one"])["body"].strip() == "Theirs."
    other.do(verbs.type_text, field, "")
    other.undo()
    assert other.shown(there["one"])["body"].strip() == "Theirs."
