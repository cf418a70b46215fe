"""Rows are fetched in blocks as somebody comes near, once, again where nobody answered, and let go of when far."""

from __future__ import annotations

from typing import Any

from tests.registers.grid.node import in_node

PRELUDE = """
const fetched = [];
let isBroken = false;
let clock = 0;
const fetch = async (offset, limit) => {
  fetched.push(offset);
  if (isBroken) throw new Error("offline");
  return Array.from({ length: limit }, (_, at) => `row ${offset + at}`);
};
let arrivals = 0;
const blocks = new Blocks(fetch, () => { arrivals += 1; }, () => clock);
const settled = () => new Promise((resolve) => setTimeout(resolve));
"""


def run(script: str) -> Any:
    return in_node(["blocks"], PRELUDE + script)


def test_blocks_come_once() -> None:
    found = run("""
        blocks.need(90, 110);
        blocks.need(95, 115);
        await settled();
        blocks.need(95, 115);
        await settled();
        return [fetched, blocks.at(99), blocks.at(100), blocks.at(200) ?? null, arrivals];
    """)
    assert found == [[0, 100], "row 99", "row 100", None, 2]


def test_a_block_that_did_not_come_is_asked_for_again_later() -> None:
    found = run("""
        isBroken = true;
        blocks.need(0, 10);
        await settled();
        isBroken = false;
        blocks.need(0, 10);
        await settled();
        const soon = fetched.length;
        clock = 3_000;
        blocks.need(0, 10);
        await settled();
        return [soon, fetched.length, blocks.at(3)];
    """)
    assert found == [1, 2, "row 3"]


def test_far_blocks_are_let_go_of() -> None:
    found = run("""
        for (let at = 0; at < 10_000; at += 100) { blocks.need(at, at + 40); await settled(); }
        return [[...blocks.rows()].length <= 3_200, blocks.at(9_950), blocks.at(0) ?? null];
    """)
    assert found == [True, "row 9950", None]


def test_old_rows_stay_until_the_new_ones_are_here() -> None:
    found = run("""
        blocks.need(0, 10);
        await settled();
        const renewed = blocks.renew(0, 10);
        const meanwhile = blocks.at(3);
        await renewed;
        return [meanwhile, blocks.at(3), fetched];
    """)
    assert found == ["row 3", "row 3", [0, 0]]


def test_a_range_for_the_clipboard_has_rows_that_nobody_sees() -> None:
    found = run("""
        const rows = await blocks.range(150, 420);
        return [rows.length, rows[0], rows.at(-1)];
    """)
    assert found == [271, "row 150", "row 420"]


def test_a_new_row_is_behind_the_last_one() -> None:
    found = run("""
        blocks.begin(["row 0", "row 1"]);
        blocks.append(2, "new");
        blocks.replace(0, "changed");
        return [blocks.at(2), blocks.at(0), blocks.find((row) => row === "new")];
    """)
    assert found == ["new", "changed", 2]
