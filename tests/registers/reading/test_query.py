"""Queries as addresses write them."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from kernel.errors import ValidationFailed
from stages.registers.reading.query import Filter, Query, parse_query
from stages.registers.schema import Column, Option, Relation, Schema, Table

AREA = Column("area", "enum", options=(Option("o1", "Safety"), Option("o2", "Dosing")))
TABLE = Table(
    "requirements",
    key_prefix="REQ",
    columns=(
        Column("key"),
        Column("title"),
        AREA,
        Column("prio", "integer"),
        Column("within", "duration"),
        Column("due", "date"),
        Column("a|b,c"),
        Column("-x"),
    ),
)
SCHEMA = Schema("p", {"requirements": TABLE}, {"verifies": Relation("verifies", target="requirements")})


def parse(address: str, *, lenient: bool = False) -> Query:
    return parse_query(SCHEMA, "requirements", QueryDict(address), lenient=lenient)


def test_an_address_says_sort_filters_and_text() -> None:
    query = parse("sort=-prio,key&filter=area:is:Safety|Dosing&filter=due:empty&q=pump")
    assert query == Query(
        "requirements",
        (("prio", True), ("key", False)),
        (Filter("area", "is", ("Safety", "Dosing")), Filter("due", "empty")),
        "pump",
    )


@pytest.mark.parametrize(
    "query",
    [
        Query("requirements"),
        Query("requirements", (("a|b,c", True), ("-x", False), ("-x", True))),
        Query("requirements", (), (Filter("title", "is", ("a|b", "c:d", "\\", "e,f", "-g")),), "two words"),
        Query("requirements", (), (Filter(":in:verifies", "empty"), Filter(":in:verifies", "is", ("TST-1", "a:b|c")))),
        Query("requirements", ((":changed", True),), (Filter(":changed", "gt", ("2026-11-27 09:30",)),)),
        Query("requirements", (), (Filter(":conflict", "filled"), Filter("a|b,c", "has", ("x",)))),
    ],
)
def test_what_is_printed_is_read_again(query: Query) -> None:
    assert parse(str(query)) == query


@pytest.mark.parametrize(
    ("address", "member"),
    [
        ("sort=nothing", "sort"),
        ("sort=key,key,key,key,key,key", "sort"),
        ("filter=nothing:is:x", "filter"),
        ("filter=title", "filter"),
        ("filter=title:over:1", "filter"),
        ("filter=prio:gt:high", "filter"),
        ("filter=area:is:Colour", "filter"),
        ("filter=due:lt:someday", "filter"),
        ("filter=title:is", "filter"),
        ("filter=:in:nothing:empty", "filter"),
        ("filter=:", "filter"),
        ("filter=::", "filter"),
        ("filter=:changed:gt:x", "filter"),
        ("filter=", "filter"),
        ("q=" + 201 * "x", "q"),
        ("&".join(["filter=title:filled"] * 21), "filter"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_or_left_out(address: str, member: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        parse(address)
    assert list(refused.value.errors) == [member]
    parse(address, lenient=True)
