"""The order of a query is kept until somebody writes, and is never another one than Postgres would answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation

from stages.registers import verbs
from stages.registers.reading import orders
from stages.registers.reading.query import parse_query
from stages.registers.reading.reader import Reader
from stages.registers.reading.rows import count, read_rows
from stages.registers.schema import Column
from tests.cast import new_project, new_user
from tests.registers.reading.stored import Sites

pytestmark = pytest.mark.django_db


@pytest.fixture
def sites() -> Sites:
    return Sites(new_project(new_user("Ann")))


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Gets an entry for each order that Postgres is asked for."""
    found: list[Any] = []
    read = orders._read

    def note(*given: Any) -> Any:
        found.append(given)
        return read(*given)

    monkeypatch.setattr(orders, "_read", note)
    return found


def titles(reader: Reader, address: str, offset: int = 0, limit: int = 100) -> list[str]:
    query = parse_query(reader.schema, "requirements", QueryDict(address))
    return [row.cells["title"].text for row in read_rows(reader.project_id, query, offset, limit, reader=reader)]


def test_blocks_of_one_order_are_sorted_once(sites: Sites, computed: list[Any]) -> None:
    for title in "dbace":
        sites.create(title=title)
    reader = sites.store()
    assert titles(reader, "sort=title", 0, 2) == ["a", "b"]
    assert titles(Reader(reader.project_id), "sort=title", 2, 2) == ["c", "d"]
    assert titles(Reader(reader.project_id), "sort=title", 4, 2) == ["e"]
    assert titles(Reader(reader.project_id), "sort=title", 6, 2) == []
    assert len(computed) == 1
    assert titles(reader, "sort=-title", 0, 2) == ["e", "d"]
    assert len(computed) == 2


def test_an_order_is_another_one_after_every_write(sites: Sites, computed: list[Any]) -> None:
    records = [sites.create(title=title) for title in "abc"]
    assert titles(sites.store(), "sort=title") == ["a", "b", "c"]
    sites.a.set(records[0], "title", "z")
    assert titles(sites.store(), "sort=title") == ["b", "c", "z"]
    sites.a.do(verbs.delete_records, [records[1]])
    assert titles(sites.store(), "sort=title") == ["c", "z"]
    assert len(computed) == 3


def test_a_filter_is_known_by_what_it_meant_when_it_was_read(sites: Sites) -> None:
    sites.a.do(verbs.add_column, "requirements", Column("done", "boolean"))
    for title, done in (("a", True), ("b", False)):
        sites.create(title=title, done=done)
    reader = sites.store()
    assert titles(reader, "filter=done:is:yes") == ["a"]
    with translation.override("de"):
        assert titles(reader, "filter=done:is:yes") == ["a"]
    query = parse_query(reader.schema, "requirements", QueryDict("filter=done:is:yes"))
    assert orders.known_count(reader, query) == count(reader.project_id, query, reader=reader) == 1
    with translation.override("fr"):
        assert orders.known_count(reader, query) is None


def test_a_filter_that_nothing_can_meet_has_no_rows(sites: Sites) -> None:
    sites.a.do(verbs.add_column, "requirements", Column("owner", "entity-reference", target="tests"))
    sites.create(title="a")
    reader = sites.store()
    assert titles(reader, "filter=owner:is:TST-99") == []


def test_an_order_of_very_many_records_is_not_kept(
    sites: Sites, computed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "MAX_RECORDS", 3)
    for title in "dbac":
        sites.create(title=title)
    reader = sites.store()
    assert titles(reader, "sort=title", 0, 2) == ["a", "b"]
    assert titles(reader, "sort=title", 2, 2) == ["c", "d"]
    assert titles(reader, "sort=title", 3, 2) == ["d"]
    assert titles(reader, "sort=title", 4, 2) == []
    assert len(computed) == 4
    assert len(orders.read_order(reader, parse_query(reader.schema, "requirements", QueryDict("")))) == 4
