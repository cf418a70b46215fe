"""Rows in their order, and those that a filter or a search finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from drafts.search.words import index_text
from projects.models import Project
from stages.registers.fold.hlc import make_hlc
from stages.registers.models import Edge, Row
from stages.registers.reading.query import parse_query
from stages.registers.reading.reader import Reader
from stages.registers.reading.rows import count, record_ids
from stages.registers.schema import Column, Option, Relation, Schema, Table
from tests.cast import new_project, new_user

pytestmark = pytest.mark.django_db

AREA = Column("area", "enum", options=(Option("zz", "Safety"), Option("aa", "Dosing")))
COLUMNS = (
    Column("key"),
    Column("title"),
    AREA,
    Column("prio", "integer"),
    Column("due", "date"),
    Column("done", "boolean"),
    Column("owner", "entity-reference", target="risks"),
    Column("7"),
)
TABLES = {
    "requirements": Table("requirements", key_prefix="REQ", columns=COLUMNS),
    "risks": Table("risks", key_prefix="RSK", columns=(Column("key"), Column("title"))),
}


@pytest.fixture
def project() -> Project:
    return new_project(new_user("Ann"))


@pytest.fixture
def reader(project: Project) -> Reader:
    made = Reader(project.id)
    made.schema = Schema(str(project.id), TABLES, {"verifies": Relation("verifies", target="requirements")})
    return made


def row(project: Project, facet: str, number: int | None, **shown: Any) -> UUID:
    record = uuid7()
    if number is not None:
        shown["key"] = f"{TABLES[facet].key_prefix}-{number}"
    Row.objects.create(
        project=project,
        facet=facet,
        record=record,
        key_number=number,
        shown=shown,
        conflicts=shown.pop("conflicts", []),
        search=index_text(" ".join(str(each) for each in shown.values()), project.id),
        changed=bytes.fromhex(make_hlc(1_700_000_000_000 + (number or 0) * 1_000)),
    )
    return record


def found(reader: Reader, address: str) -> list[str]:
    """The keys, or the titles of what has none."""
    query = parse_query(reader.schema, "requirements", QueryDict(address))
    shown = {str(each.record): each.shown for each in Row.objects.filter(project_id=reader.project_id)}
    ids = record_ids(reader, query)
    assert count(reader.project_id, query, reader=reader) == len(ids)
    return [shown[each].get("key", shown[each].get("title")) for each in ids]


def test_keys_are_sorted_by_their_number(project: Project, reader: Reader) -> None:
    for number in (10, 2, 1):
        row(project, "requirements", number, title="x")
    row(project, "requirements", None, title="no key")
    assert found(reader, "") == ["REQ-1", "REQ-2", "REQ-10", "no key"]
    assert found(reader, "sort=-key") == ["REQ-10", "REQ-2", "REQ-1", "no key"]
    assert found(reader, "sort=-:changed")[0] == "REQ-10"


def test_each_type_has_its_order_and_empty_fields_come_last(project: Project, reader: Reader) -> None:
    row(project, "requirements", 1, title="beta", prio=10, area="aa", due="2026-12-01", done=True)
    row(project, "requirements", 2, title="Alpha", prio=9, area="zz", due="2027-01-01", done=False)
    row(project, "requirements", 3, title="", prio=None)
    row(project, "requirements", 4, title="gamma", prio="high", area="gone", due="mid-January")
    assert found(reader, "sort=title") == ["REQ-2", "REQ-1", "REQ-4", "REQ-3"]
    assert found(reader, "sort=-title") == ["REQ-4", "REQ-1", "REQ-2", "REQ-3"]
    assert found(reader, "sort=prio")[-1] == "REQ-3"
    assert [each for each in found(reader, "sort=prio") if each in ("REQ-1", "REQ-2")] == ["REQ-2", "REQ-1"]
    assert found(reader, "sort=area")[:2] == ["REQ-2", "REQ-1"]
    assert found(reader, "sort=-done")[:2] == ["REQ-1", "REQ-2"]
    assert found(reader, "sort=due,-prio")[:2] == ["REQ-1", "REQ-2"]


def test_a_field_that_names_a_record_is_sorted_by_its_key(project: Project, reader: Reader) -> None:
    late, early = row(project, "risks", 10, title="r"), row(project, "risks", 9, title="r")
    row(project, "requirements", 1, owner={"entity": str(late)})
    row(project, "requirements", 2, owner={"entity": str(early)})
    row(project, "requirements", 3, owner="nobody")
    assert found(reader, "sort=owner") == ["REQ-2", "REQ-1", "REQ-3"]
    assert found(reader, "filter=owner:is:RSK-9") == ["REQ-2"]
    assert found(reader, "filter=owner:isnt:RSK-9") == ["REQ-1", "REQ-3"]
    assert found(reader, f"filter=owner:is:{late}") == ["REQ-1"]


def test_filters_find_what_they_say(project: Project, reader: Reader) -> None:
    row(project, "requirements", 1, title="Pump stops 100%", prio=2, area="zz", due="2026-12-11", done=True)
    row(project, "requirements", 2, title="pump_runs", prio=2.0, area="aa", due="2027-01-08", done=False)
    row(project, "requirements", 3, prio="high", due="mid-January", **{"7": "seven"})
    for address, keys in {
        "filter=title:has:PUMP": ["REQ-1", "REQ-2"],
        "filter=title:has:100%25": ["REQ-1"],
        "filter=title:has:_": ["REQ-2"],
        "filter=title:lacks:stops": ["REQ-2", "REQ-3"],
        "filter=title:starts:pump ": ["REQ-1"],
        "filter=title:is:pump_runs|nothing": ["REQ-2"],
        "filter=title:isnt:pump_runs": ["REQ-1", "REQ-3"],
        "filter=title:empty": ["REQ-3"],
        "filter=prio:is:2": ["REQ-1", "REQ-2"],
        "filter=prio:gt:1": ["REQ-1", "REQ-2"],
        "filter=prio:lt:2": [],
        "filter=area:is:Safety": ["REQ-1"],
        "filter=area:is:zz|Dosing": ["REQ-1", "REQ-2"],
        "filter=area:isnt:Safety": ["REQ-2", "REQ-3"],
        "filter=due:le:11 Dec 2026": ["REQ-1"],
        "filter=due:gt:2026-12-11": ["REQ-2"],
        "filter=done:is:yes": ["REQ-1"],
        "filter=7:is:seven": ["REQ-3"],
        "filter=7:filled": ["REQ-3"],
        "q=pump": ["REQ-1", "REQ-2"],
        "q=pump 100": ["REQ-1"],
        "q=req 3": ["REQ-3"],
        "filter=:changed:gt:2023-11-14 22:13:21": ["REQ-2", "REQ-3"],
        "filter=title:has:pump&filter=area:is:Dosing": ["REQ-2"],
    }.items():
        assert found(reader, address) == keys, address


def test_links_and_conflicts_are_asked_for_like_fields(project: Project, reader: Reader) -> None:
    linked = row(project, "requirements", 1, title="x")
    row(project, "requirements", 2, title="y", conflicts=["title"])
    risk = row(project, "risks", 1, title="r")
    for shown in (True, False):
        Edge.objects.create(
            project=project,
            id=uuid4(),
            type="verifies",
            source=risk,
            target=linked,
            shown=shown,
            properties={},
            facts={},
            digest=b"",
            conflict_count=0,
        )
    assert found(reader, "filter=:in:verifies:empty") == ["REQ-2"]
    assert found(reader, "filter=:in:verifies:filled") == ["REQ-1"]
    assert found(reader, "filter=:in:verifies:is:RSK-1") == ["REQ-1"]
    assert found(reader, "filter=:out:verifies:filled") == []
    assert found(reader, "filter=:conflict:filled") == ["REQ-2"]
    assert found(reader, "filter=:conflict:empty") == ["REQ-1"]


@pytest.mark.parametrize("address", ["", "sort=prio", "sort=title", "sort=area"])
def test_a_block_in_the_middle_reads_the_pages_that_counting_reads(
    project: Project, reader: Reader, address: str
) -> None:
    """How long it takes beside counting is what `script/bench` measures."""
    Row.objects.bulk_create(
        Row(
            project=project,
            facet="requirements",
            record=uuid7(),
            key_number=at,
            shown={"key": f"REQ-{at}", "title": f"Requirement {at * 7919 % 1_000}", "prio": at % 5},
            conflicts=[],
            search=index_text(f"Requirement {at}", project.id),
            changed=bytes.fromhex(make_hlc(1_700_000_000_000)),
        )
        for at in range(1_000)
    )
    query = parse_query(reader.schema, "requirements", QueryDict(address))
    counting = _pages_read(lambda: count(project.id, query, reader=reader))
    block = _pages_read(lambda: record_ids(reader, query, 500, 100))
    assert 0 < block < 2 * counting, (block, counting)


def _pages_read(call: Callable[[], object]) -> int:
    """How many pages of tables and indexes Postgres looks at for the one statement of a call."""
    with CaptureQueriesContext(connection) as captured:
        call()
    (statement,) = captured
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) " + statement["sql"])
        (plan,) = cursor.fetchone()[0]
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])
