"""Keys lead through a grid whose rows are not rendered, and never out of it."""

from __future__ import annotations

from typing import Any

from tests.registers.grid.node import in_node

SHAPE = {"rows": 10_000, "columns": 9, "page": 18}
MOVES: dict[str, tuple[list[int], list[int] | None]] = {
    "ArrowDown": ([3, 4], [4, 4]),
    "ArrowUp": ([0, 4], [0, 4]),
    "ArrowRight": ([3, 8], [3, 8]),
    "ArrowLeft": ([3, 4], [3, 3]),
    "Home": ([3, 4], [3, 0]),
    "End": ([3, 4], [3, 8]),
    "Control+Home": ([3, 4], [0, 0]),
    "Control+End": ([3, 4], [9_999, 8]),
    "Control+ArrowDown": ([3, 4], [9_999, 4]),
    "Meta+ArrowUp": ([3, 4], [0, 4]),
    "PageDown": ([9_990, 4], [9_999, 4]),
    "PageUp": ([30, 4], [12, 4]),
    "Alt+ArrowDown": ([3, 4], None),
    "a": ([3, 4], None),
}
ACTS: dict[str, str | None] = {
    "Enter": "edit",
    "F2": "edit",
    "x": "overwrite",
    "é": "overwrite",
    "Dead": "overwrite",
    "Backspace": "overwrite",
    "Delete": "empty",
    "Escape": "leave",
    "Tab": "next",
    "Shift+Tab": "before",
    " ": "toggle",
    "Shift+ ": "row",
    "Control+a": "all",
    "Control+z": "undo",
    "Meta+y": "redo",
    "Control+Shift+Z": "redo",
    "Control+Enter": "new",
    "Control+d": "fill",
    "Control+Delete": "remove",
    "Meta+Backspace": "remove",
    "Alt+Shift+ArrowLeft": "column-left",
    "Alt+Shift+ArrowDown": "column-wider",
    "Alt+ArrowLeft": None,
    "Control+c": None,
    "F5": None,
    "Alt+x": None,
}
EDIT_ACTS: dict[str, Any] = {
    "Enter": {"keep": True, "row": 1, "column": 0},
    "Shift+Enter": {"keep": True, "row": -1, "column": 0},
    "Control+Enter": {"keep": True, "row": 0, "column": 0},
    "Tab": {"keep": True, "row": 0, "column": 1},
    "Shift+Tab": {"keep": True, "row": 0, "column": -1},
    "Escape": {"keep": False},
    "Alt+Enter": None,
    "ArrowDown": None,
}


def pressed(name: str) -> dict[str, Any]:
    """A key as the browser describes it."""
    *modifiers, key = name.split("+")
    return {
        "key": key,
        "ctrlKey": "Control" in modifiers,
        "metaKey": "Meta" in modifiers,
        "shiftKey": "Shift" in modifiers,
        "altKey": "Alt" in modifiers,
    }


def test_moves_reach_what_is_not_rendered() -> None:
    given = [[pressed(name), {"row": at[0], "column": at[1]}] for name, (at, _to) in MOVES.items()]
    found = in_node(["places"], "return given[1].map(([key, at]) => moved(at, key, given[0]));", [SHAPE, given])
    expected = [to and {"row": to[0], "column": to[1]} for _at, to in MOVES.values()]
    assert dict(zip(MOVES, found, strict=True)) == dict(zip(MOVES, expected, strict=True))


def test_keys_mean_acts() -> None:
    found = in_node(["keys"], "return given.map((key) => actOf(key));", [pressed(name) for name in ACTS])
    assert dict(zip(ACTS, found, strict=True)) == ACTS


def test_keys_end_an_edit() -> None:
    found = in_node(["keys"], "return given.map((key) => editActOf(key));", [pressed(name) for name in EDIT_ACTS])
    assert dict(zip(EDIT_ACTS, found, strict=True)) == EDIT_ACTS


def test_tab_leaves_the_grid_at_the_end_of_a_row_only() -> None:
    steps = "[[3, 8, 1], [3, 0, -1], [3, 2, 1]]"
    script = f"return {steps}.map(([row, column, step]) => besides({{ row, column }}, step, given));"
    assert in_node(["places"], script, SHAPE) == [None, None, {"row": 3, "column": 3}]
