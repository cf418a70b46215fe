"""What fits a column, and what people type and paste into one."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import PayloadTooLarge, ValidationFailed
from stages.registers.schema import Column, Option
from stages.registers.schema.values import check_value, is_misfit, read_text, show_text, write_text

RECORD = "01900000-0000-7000-8000-00000000000a"
OPTIONS = (Option("safety", "Safety"), Option("dosing", "Dosing"))
FILE = {"blake3": "ab" * 32, "name": "case-009.pdf", "size": 1_400_000, "media_type": "application/pdf"}

COLUMNS: dict[str, tuple[Column, Any, str]] = {
    "text": (Column("a", "text"), "Pump stops", "Pump stops"),
    "integer": (Column("a", "integer"), 1204, "1,204"),
    "float": (Column("a", "float"), 1.5, "1.5"),
    "boolean": (Column("a", "boolean"), True, "Yes"),
    "date": (Column("a", "date"), "2026-12-11", "11 Dec 2026"),
    "datetime": (Column("a", "datetime"), "2026-11-28T13:52:00Z", "28 Nov 2026 13:52 UTC"),
    "duration": (Column("a", "duration"), 86_400_000, "24 h"),
    "enum": (Column("a", "enum", options=OPTIONS), "safety", "Safety"),
    "entity-reference": (Column("a", "entity-reference"), {"entity": RECORD}, "TST-31"),
    "blob-reference": (Column("a", "blob-reference"), FILE, "case-009.pdf"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_takes_and_shows_a_value_of_its_type(name: str) -> None:
    column, value, text = COLUMNS[name]
    assert check_value(column, value) == value
    assert not is_misfit(column, value)
    assert show_text(column, value, lambda record: "TST-31") == text
    if name != "blob-reference":
        find = {"TST-31": RECORD}.get
        for shown in (text, write_text(column, value, lambda record: "TST-31")):
            assert read_text(column, shown, lambda facet, key: find(key)) == value


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_refuses_values_of_the_other_types(name: str) -> None:
    column = COLUMNS[name][0]
    others = [value for other, (_, value, _text) in COLUMNS.items() if other != name]
    allowed = {"float": [1204, 86_400_000], "integer": [86_400_000], "duration": [1204]}
    for value in others:
        if (name == "text" and isinstance(value, str)) or value in allowed.get(name, []):
            continue
        with pytest.raises(ValidationFailed) as refused:
            check_value(column, value)
        assert list(refused.value.errors) == ["a"]
        assert is_misfit(column, value)


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), float("inf"), "a\0", "\ud800", [1], {"x": 1}, {}])
@pytest.mark.parametrize("name", COLUMNS)
def test_no_column_takes_what_no_field_can_hold(name: str, value: Any) -> None:
    with pytest.raises(ValidationFailed, match="a:"):
        check_value(COLUMNS[name][0], value)


def test_a_text_has_an_end() -> None:
    assert check_value(Column("a"), "x" * 65536)
    with pytest.raises(PayloadTooLarge):
        check_value(Column("a"), "x" * 70_000)


@pytest.mark.parametrize("name", COLUMNS)
def test_nothing_typed_is_null(name: str) -> None:
    column = COLUMNS[name][0]
    assert read_text(column, "") is None
    assert check_value(column, None) is None
    assert not is_misfit(column, None)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", " 1 204 ", 1204),
        ("integer", "−5", -5),
        ("integer", "3.0", 3),
        ("float", "1,5", 1.5),
        ("float", "1,204.25", 1204.25),
        ("float", "2e3", 2000.0),
        ("float", "0,001", 0.001),
        ("float", "−0,001", -0.001),
        ("float", "0,0005", 0.0005),
        ("float", "1.234,5", 1234.5),
        ("float", "1 000,5", 1000.5),
        ("float", "1'000.5", 1000.5),
        ("float", "1,204,000", 1_204_000),
        ("integer", "12,000", 12_000),
        ("boolean", "no", False),
        ("boolean", "X", True),
        ("date", "11.12.2026", "2026-12-11"),
        ("date", "December 11, 2026", "2026-12-11"),
        ("date", "1 sep 2026", "2026-09-01"),
        ("datetime", "2026-12-11T13:52:00+02:00", "2026-12-11T11:52:00Z"),
        ("datetime", "2026-12-11 13:52", "2026-12-11T13:52:00Z"),
        ("duration", "1 h 30 min", 5_400_000),
        ("duration", "1:30", 5_400_000),
        ("duration", "3 days", 259_200_000),
        ("duration", "0.5h", 1_800_000),
        ("enum", "dosing", "dosing"),
        ("enum", "SAFETY", "safety"),
    ],
)
def test_what_people_type(kind: str, text: str, value: Any) -> None:
    assert read_text(COLUMNS[kind][0], text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "high"),
        ("integer", "1.5"),
        ("integer", "9007199254740992"),
        ("float", "1e999"),
        ("float", "1,23,4"),
        ("float", "12,000"),
        ("float", "1,204 000"),
        ("float", "5 %"),
        ("integer", "0,001"),
        ("boolean", "maybe"),
        ("date", "mid-January"),
        ("date", "2026-02-30"),
        ("date", "12/11/2026"),
        ("datetime", "2026-12-11T25:00:00Z"),
        ("datetime", "0001-01-01T00:00:00+14:00"),
        ("duration", "24"),
        ("duration", "24 parsecs"),
        ("duration", "9999999999999999 d"),
        ("enum", "Area"),
        ("entity-reference", "REQ-99"),
        ("blob-reference", "case-009.pdf"),
    ],
)
def test_what_cannot_be_read_names_its_column(kind: str, text: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        read_text(COLUMNS[kind][0], text)
    assert list(refused.value.errors) == ["a"]


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("float", "12,000", "12,000 can be two numbers. Write 12000 or 12.000."),
        ("float", "5 %", "Not a number. Write it as 1204.5 or 1204,5, without a unit."),
        ("integer", "high", "Not a whole number. Write it as 1204 or 1,204."),
        ("date", "31.02.2027", "There is no 31 February 2027."),
        ("date", "2026-02-30", "There is no 30 February 2026."),
        ("date", "2026-13-01", "Not a date. Write it as 2026-12-11 or 11 Dec 2026."),
        ("datetime", "31 Feb 2027 13:52", "There is no 31 February 2027."),
    ],
)
def test_what_cannot_be_read_says_how_it_is_written(kind: str, text: str, words: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        read_text(COLUMNS[kind][0], text)
    assert refused.value.errors == {"a": [words]}


@pytest.mark.parametrize("milliseconds", [0, 1, 999, 60_000, 86_400_000, 172_800_000, 90_061_001, -5_400_000])
def test_a_duration_is_read_as_it_is_shown(milliseconds: int) -> None:
    column = Column("a", "duration")
    assert read_text(column, show_text(column, milliseconds)) == milliseconds


def test_a_misfit_is_shown_as_it_was_written() -> None:
    assert show_text(Column("a", "date"), "mid-January") == "mid-January"
    assert show_text(Column("a", "integer"), True) == "true"
    assert show_text(Column("a", "enum", options=OPTIONS), "gone") == "gone"
