"""Tables are read from the clipboard as spreadsheets write them, and written so that they read them."""

from __future__ import annotations

from tests.registers.grid.node import in_node

TABLES: list[tuple[str, list[list[str]]]] = [
    ("", []),
    ("one", [["one"]]),
    ("one\ttwo\nthree\tfour\n", [["one", "two"], ["three", "four"]]),
    ("one\r\ntwo\r\n", [["one"], ["two"]]),
    ("one\t\n\ttwo", [["one", ""], ["", "two"]]),
    ('"two\nlines"\tnext', [["two\nlines", "next"]]),
    ('"he said ""no"""\tnext', [['he said "no"', "next"]]),
    ('"a\tb"\n"c"', [["a\tb"], ["c"]]),
    ('5" pipe\tnext', [['5" pipe', "next"]]),
    ('"never closed\tnext', [['"never closed', "next"]]),
    ('"closed" and on\tnext', [["closed and on", "next"]]),
    ("\n\n", [[""], [""]]),
    ('"two\r\nlines"\tx', [["two\nlines", "x"]]),
]
ROUND = [[["a", "b\tc"], ['"quoted"', "two\nlines"], ["", ""]], [['""']], [["x"] * 3] * 4]


def test_tables_are_read() -> None:
    found = in_node(["tsv"], "return given.map((text) => parseTable(text));", [text for text, _rows in TABLES])
    assert found == [rows for _text, rows in TABLES]


def test_what_is_printed_is_read_again() -> None:
    assert in_node(["tsv"], "return given.map((rows) => parseTable(printTable(rows)));", ROUND) == ROUND
