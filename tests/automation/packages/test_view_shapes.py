"""A declared view has exactly the members of its kind, and names what its module has."""

from __future__ import annotations

import pytest

from stages.automation.packages import read_manifest
from tests.automation.packages.making import errors_of

MODULE = """
[module]
name = "papers"
version = "1.0.0"

[tables.papers]
key_prefix = "P"
columns.title = {type = "text"}
columns.state = {type = "enum", options = ["New", "Read"]}
columns.read = {type = "boolean"}

[tables.people]
columns.name = {type = "text"}

[relations.wrote]
source = "people"
target = "papers"

[views.x]
"""
GRID = 'kind = "grid"\ntable = "papers"\n'
BOARD = 'kind = "board"\ntable = "papers"\n'
MATRIX = 'kind = "matrix"\nrows = "papers"\ncolumns = ["people"]\nrelation = "wrote"\n'
FITTING = {
    "a grid of all columns": GRID,
    "a grid of keys and links": f'{GRID}columns = ["key", "title", ":in:wrote"]',
    "a grid with an order and a filter": f'{GRID}query = "sort=-title&filter=state:is:New"',
    "a form": 'kind = "form"\ntable = "papers"\ncolumns = ["title"]',
    "a board by an enum": f'{BOARD}group_by = "state"',
    "a board by a boolean": f'{BOARD}group_by = "read"\ncolumns = ["title", "state"]',
    "a board of another module's table": 'kind = "board"\ntable = "contacts"\ngroup_by = "department"',
    "a matrix": MATRIX,
    "a matrix from the other end": MATRIX.replace('"papers"', "OTHER")
    .replace("people", "papers")
    .replace("OTHER", '"people"'),
    "a matrix of another module's relation": MATRIX.replace("wrote", "plays"),
}
MISTAKES = {
    "no table": ('kind = "grid"', "table"),
    "a form without a table": ('kind = "form"', "table"),
    "a board without groups": (BOARD, "group_by"),
    "a board by a text": (f'{BOARD}group_by = "title"', "group_by"),
    "a board by no column": (f'{BOARD}group_by = "size"', "group_by"),
    "groups of a grid": (f'{GRID}group_by = "state"', "group_by"),
    "rows of a grid": (f'{GRID}rows = "papers"', "rows"),
    "wishes of a grid": (f'{GRID}read = ["papers.*"]', "read"),
    "a column that is none": (f'{GRID}columns = ["title", "size"]', "columns.1"),
    "a column twice": (f'{GRID}columns = ["title", "title"]', "columns.1"),
    "keys of a table without": ('kind = "grid"\ntable = "people"\ncolumns = ["key"]', "columns.0"),
    "very many columns": (f"{GRID}columns = {[f'c{at}' for at in range(101)]}", "columns"),
    "a search": (f'{GRID}query = "q=pump"', "query"),
    "a query that is none": (f'{GRID}query = "title"', "query"),
    "a query without end": (f'{GRID}query = "sort={"a" * 2_000}"', "query"),
    "a matrix without a relation": (MATRIX.replace('relation = "wrote"', ""), "relation"),
    "a matrix without columns": (MATRIX.replace('columns = ["people"]', ""), "columns"),
    "a matrix of two tables of columns": (MATRIX.replace('["people"]', '["people", "papers"]'), "columns"),
    "a matrix of a relation elsewhere": (MATRIX.replace('["people"]', '["tests"]'), "relation"),
    "a matrix of one table": (MATRIX.replace('["people"]', '["papers"]'), "columns"),
    "a table of a matrix": (f'{MATRIX}table = "papers"', "table"),
}


@pytest.mark.parametrize("view", FITTING.values(), ids=FITTING)
def test_what_fits_is_taken(view: str):
    assert "x" in read_manifest({"module.toml": MODULE + view}).views


@pytest.mark.parametrize(("view", "member"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_by_its_path(view: str, member: str):
    assert errors_of(lambda: read_manifest({"module.toml": MODULE + view})).keys() == {f"views.x.{member}"}
