"""Files of spreadsheets: what is read from them, what is wrong in them, and what is written."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import PayloadTooLarge, ValidationFailed
from stages.registers import verbs
from stages.registers.exchange.importing import ImportPlan, plan_import
from stages.registers.exchange.parsing import decode, parse_sheet
from stages.registers.exchange.writing import csv_of, tsv_of
from stages.registers.schema import Column
from tests.registers.product.desk import Desk


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.begin()
    return desk


def plan(desk: Desk, text: str, columns: dict[str, str | None] | None = None) -> ImportPlan:
    return plan_import(desk.acts, desk.schema, "requirements", parse_sheet(text), columns=columns)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2\n", [("1", "2")]),
        ("a;b\r\n1,5;2\r\n", [("1,5", "2")]),
        ("a\tb\n1\t2", [("1", "2")]),
        ('a,b\n"x\ny","say ""no"""\n', [("x\ny", 'say "no"')]),
        ("\ufeffa,b\n\n,\n1,2\n", [("1", "2")]),
        ("a\n1;2\n", [("1;2",)]),
        ("a\n'-3\n", [("-3",)]),
    ],
)
def test_rows_of_a_text(text: str, rows: list[tuple[str, ...]]) -> None:
    assert list(parse_sheet(text).rows) == rows


def test_files_that_are_none() -> None:
    assert decode("\ufeffä".encode("utf-8")) == "ä"
    assert decode("ä".encode("utf-16")) == "ä"
    for wrong in (b"a\xff", b"a" + b"\x80"):
        with pytest.raises(ValidationFailed):
            decode(wrong)
    for text in ("", "\n\n", "a\0b", "a\n\ud800"):
        with pytest.raises(ValidationFailed):
            parse_sheet(text)
    with pytest.raises(PayloadTooLarge):
        parse_sheet("a\n" + "1\n" * 10_002)
    with pytest.raises(ValidationFailed):
        parse_sheet("a\n" + "1," * 600)


def test_a_good_file_is_one_bundle_and_again_changes_nothing(desk: Desk) -> None:
    text = "Key,Title,Due,Status,Body\n,Pump stops,11 Dec 2026,Open,Long text\n,Pump leaks,2026-12-12,Done,\n"
    found = plan(desk, text)
    assert (found.created, found.changed, found.problem_count) == (2, 0, 0)
    desk.write_checked(found.payloads)
    shown = desk.shown(found.records[0])
    assert shown == {
        "key": "REQ-1",
        "title": "Pump stops",
        "due": "2026-12-11",
        "status": "open",
        "body": "Long text",
    }
    again = plan(desk, text.replace("\n,Pump s", "\nREQ-1,Pump s").replace("\n,Pump l", "\nREQ-2,Pump l"))
    assert (again.created, again.changed, again.unchanged, again.payloads) == (0, 0, 2, ())
    changed = plan(desk, "key,title,due\nREQ-1,Pump stops,\nREQ-9,New,\n")
    assert (changed.created, changed.changed) == (1, 1)
    desk.write_checked(changed.payloads)
    assert desk.shown(found.records[0])["due"] is None


def test_problems_have_the_row_of_the_file_and_the_column(desk: Desk) -> None:
    found = plan(desk, "title,prio,due\na,1,2026-12-11\n\nb,high,soon\n")
    assert [(each.row, each.column) for each in found.problems] == [(4, "prio"), (4, "due")]
    assert (found.problem_count, found.payloads) == (2, ())
    alone = plan(desk, "code\nA\n")
    desk.write_checked(alone.payloads)
    [problem] = plan(desk, "code\nA\n").problems
    assert (problem.row, problem.column) == (2, "code")


def test_headings_are_columns_or_left_out(desk: Desk) -> None:
    with pytest.raises(ValidationFailed, match="Owner"):
        plan(desk, "title,Owner\na,Ann\n")
    found = plan(desk, "Name,Owner\na,Ann\n", columns={"Name": "title", "Owner": None})
    assert found.columns == ("title", None)
    for text in ("title,title\na,b\n", "title,Title\na,b\n"):
        with pytest.raises(ValidationFailed, match="twice"):
            plan(desk, text)
    with pytest.raises(ValidationFailed):
        plan(desk, "a\n1\n", columns={"a": None})
    with pytest.raises(ValidationFailed):
        plan(desk, "a\n1\n", columns={"a": "nothing"})


def test_what_is_written_is_read_again(desk: Desk) -> None:
    values: dict[str, Any] = {
        "title": 'say "no",\nthen',
        "prio": -3,
        "due": "2026-12-11",
        "status": "done",
        "body": "x",
    }
    record = desk.create(**values)
    table = desk.schema.tables["requirements"]
    text = b"".join(csv_of(table, [desk.shown(record)])).decode("utf-8-sig")
    assert text.splitlines()[0] == "Key,title,prio,due,status,body,code"
    again = plan(desk, text)
    assert [(each.row, each.column) for each in again.problems] == []
    assert again.unchanged == 1
    formula = b"".join(csv_of(table, [{"title": "=1+1"}], columns=["title"])).decode("utf-8-sig")
    assert formula.splitlines()[1] == "'=1+1"


def test_copied_cells_are_pasted_again(desk: Desk) -> None:
    columns = [Column("title"), Column("prio", "integer")]
    text = tsv_of(columns, [['a\t"b"\nc', 1204], [None, None]])
    sheet = parse_sheet("title\tprio\n" + text)
    assert sheet.rows[0] == ('a\t"b"\nc', "1204")
    rows = [verbs.Row(dict(zip(("title", "prio"), row, strict=True)), typed=True) for row in sheet.rows]
    [record] = desk.do(verbs.write_rows, "requirements", rows)
    assert desk.shown(record)["prio"] == 1204
