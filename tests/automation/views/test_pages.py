"""The pages of declared views: what they show, to whom, and what they are asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stages.registers.models import Row
from stages.registers.services.tables import remove_column
from tests.automation.modules.world import Site

pytestmark = pytest.mark.django_db
HOSTILE = '"><script>alert(1)</script>'
MODULE = """
[module]
name = "papers"
version = "1.0.0"

[tables.papers]
title = "Papers"
key_prefix = "P"
columns.title = {type = "text"}
columns.state = {type = "enum", options = [{id = "new", title = "New"}, {id = "read", title = "Read"}]}
columns.good = {type = "boolean"}
columns.about = {type = "entity-reference", target = "papers"}
columns.notes = {type = "text", crdt = true}
columns.due = {type = "date"}

[tables.people]
columns.name = {type = "text"}

[relations.wrote]
source = "people"
target = "papers"

[views.grid]
kind = "grid"
title = "New papers"
table = "papers"
columns = ["title", "state"]
query = "sort=-title&filter=state:is:New"

[views.board]
kind = "board"
table = "papers"
group_by = "state"
columns = ["key", "title", "good"]

[views.good]
kind = "board"
table = "papers"
group_by = "good"
columns = ["title"]

[views.form]
kind = "form"
table = "papers"
columns = ["key", "title", "state", "good", "about", "notes"]

[views.due]
kind = "form"
table = "papers"
columns = ["due"]

[views.matrix]
kind = "matrix"
title = "Who wrote what"
rows = "papers"
columns = ["people"]
relation = "wrote"
"""


@pytest.fixture
def papers(site: Site) -> list[str]:
    site.add(MODULE)
    site.adopt("papers")
    rows: list[dict[str, Any]] = [
        {"title": "Alpha", "state": "new"},
        {"title": "Beta", "state": "read", "good": True},
        {"title": "Gamma"},
    ]
    return site.create("papers", *rows, {"title": HOSTILE, "state": "new", "good": False})


@pytest.fixture
def see(site: Site, papers: list[str], client: Client) -> Callable[..., Any]:
    client.force_login(site.editor.user)
    return lambda name, **query: client.get(f"/projects/{site.project.id}/automation/views/papers/{name}/", query)


def _groups(answer: Any) -> dict[str, list[str]]:
    """The titles of groups, with those of their cards."""
    found = {}
    for group in answer.content.decode().split('<section\n    class="board-group"')[1:]:
        title = re.search(r'data-part="title">([^<]*)<', group)
        assert title is not None
        found[title[1]] = [unescape(each) for each in re.findall(r'data-label="([^"]*)"', group)]
    return found


def test_a_grid_shows_its_columns_filter_and_order_and_no_others(see: Callable[..., Any]):
    answer = see("grid")
    html = answer.content.decode()
    assert answer.status_code == 200
    data = json.loads(re.search(r'id="register-data"[^>]*>(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]
    assert [each["field"] for each in data["columns"]] == ["title", "state"]
    assert data["count"] == 2
    assert html.index("Alpha") < html.index("&lt;script&gt;alert(1)")
    assert "Beta" not in html
    assert "<script>alert" not in html
    assert data["addresses"]["page"].endswith("/automation/views/papers/grid/")


def test_its_blocks_have_the_same_columns_and_rows(see: Callable[..., Any], client: Client):
    html = see("grid").content.decode()
    data = json.loads(re.search(r'id="register-data"[^>]*>(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]
    block = client.get(data["addresses"]["rows"])
    assert (block["X-Count"], json.loads(block["X-Columns"])) == ("2", ["title", "state"])


def test_whoever_looks_narrows_a_grid_further_and_never_widens_it(see: Callable[..., Any]):
    added = see("grid", of="title", op="is", value="Alpha")
    assert added.status_code == 302
    assert added.url.endswith("/automation/views/papers/grid/?filter=title%3Ais%3AAlpha")
    assert see("grid", filter="title:is:Alpha").context["state"].count == 1
    assert see("grid", filter="state:is:Read").context["state"].count == 0
    assert see("grid", of="title", op="near", value="x").status_code == 400
    assert [each.field for each in see("grid", columns="notes,state").context["state"].columns] == ["state"]
    assert see("grid", column="state").url.endswith("?columns=state")
    assert see("grid", sort="title").context["state"].query.sort == (("title", False),)


def test_a_board_has_a_group_for_each_option_and_for_none(see: Callable[..., Any]):
    assert _groups(see("board")) == {
        "None": ["P-3 Gamma"],
        "New": ["P-1 Alpha", f"P-4 {HOSTILE}"],
        "Read": ["P-2 Beta"],
    }
    assert _groups(see("good")) == {
        "None": ["P-1 Alpha", "P-3 Gamma"],
        "No": [f"P-4 {HOSTILE}"],
        "Yes": ["P-2 Beta"],
    }
    assert "<script>alert" not in see("board").content.decode()


def test_a_search_and_filters_leave_cards_out(see: Callable[..., Any]):
    assert _groups(see("board", q="beta")) == {"None": [], "New": [], "Read": ["P-2 Beta"]}
    assert _groups(see("board", filter="title:starts:g", part="board")) == {
        "None": ["P-3 Gamma"],
        "New": [],
        "Read": [],
    }


def test_values_that_are_no_options_any_more_have_a_group_that_takes_nothing(
    see: Callable[..., Any], papers: list[str]
):
    row = Row.objects.get(record=papers[0])
    row.shown["state"] = "lost"
    Row.objects.filter(record=papers[0]).update(shown=row.shown)
    answer = see("board", part="board")
    assert _groups(answer)["Other values"] == ["P-1 Alpha"]
    assert answer.content.decode().count("data-takes") == 3


def test_a_long_group_shows_its_first_cards_and_more_when_asked(site: Site, see: Callable[..., Any]):
    site.create("papers", *({"title": f"Paper {at}", "state": "read"} for at in range(60)))
    assert len(_groups(see("board"))["Read"]) == 30
    assert len(_groups(see("board", shown="read~80"))["Read"]) == 61
    assert len(_groups(see("board", shown="read~1000000000"))["Read"]) == 30


def test_a_form_shows_one_record_its_neighbours_and_its_fields(see: Callable[..., Any], papers: list[str]):
    first = see("form").context["open_record"]
    assert (first.name.label, first.position, first.count) == ("P-1", 1, 4)
    assert (first.before, first.after) == ("", papers[1])
    assert [(each.kind, each.text) for each in first.fields] == [
        ("none", "P-1"),
        ("text", "Alpha"),
        ("choice", "new"),
        ("choice", ""),
        ("record", ""),
        ("none", ""),
    ]
    second = see("form", record=papers[1], part="form").context["open_record"]
    assert (second.name.label, second.before, second.after) == ("P-2", papers[0], papers[2])


def test_a_field_says_how_a_day_is_typed(see: Callable[..., Any]):
    assert 'placeholder="as 2026-12-11"' in see("due").content.decode()


def test_a_form_leads_from_a_record_that_the_search_leaves_out_to_those_that_it_has(
    see: Callable[..., Any], papers: list[str]
):
    found = see("form", record=papers[0], q="beta").context["open_record"]
    assert (found.name.label, found.position, found.after) == ("P-1", 0, papers[1])
    assert see("form", near=papers[0], q="beta").context["open_record"].name.label == "P-2"
    assert see("form", near=papers[1]).context["open_record"].name.label == "P-2"
    assert see("form", record="nonsense").context["open_record"].name.label == "P-1"
    assert see("form", q="nothing").context["open_record"] is None


def test_a_matrix_is_always_of_its_own_tables(see: Callable[..., Any]):
    answer = see("matrix", rows="elsewhere", link="other")
    assert answer.status_code == 200
    assert answer.context["state"].axes.relation == "wrote"
    assert "Who wrote what" in answer.content.decode()
    assert 'name="columns"' in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


def test_a_matrix_of_tables_without_traced_columns_speaks_of_links_only(see: Callable[..., Any]):
    html = see("matrix").content.decode()
    assert "of 4 have a link" in html
    assert (
        re.findall(
            r"(?i)\b(gaps?|suspect|covered|confirm\w*)\b",
            re.sub(r"<(script|svg|dl)\b.*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL),
        )
        == []
    )


@pytest.mark.parametrize("name", ["grid", "board", "form", "matrix"])
def test_who_reads_sees_and_changes_nothing(
    site: Site, see: Callable[..., Any], viewer: Any, client: Client, name: str
):
    client.force_login(viewer)
    html = see(name).content.decode()
    assert re.findall(r'data-action="[\w-]+#(create|add|openMenu|link)', html) == []
    assert see(name).context["may_write"] is False


@pytest.mark.parametrize("name", ["grid", "board", "form", "matrix"])
def test_a_view_asks_no_more_for_more_records(site: Site, see: Callable[..., Any], name: str):
    def asked() -> int:
        # What is kept in memory until the next write is there.
        see(name)
        with CaptureQueriesContext(connection) as queries:
            assert see(name).status_code == 200
        return len(queries)

    few = asked()
    site.create("papers", *({"title": f"Paper {at}", "state": "read"} for at in range(60)))
    assert asked() <= few <= 34


def test_a_view_without_its_column_says_which(site: Site, see: Callable[..., Any]):
    remove_column(caller=site.owner, project_id=site.project.id, table="papers", column="state")
    html = see("board").content.decode()
    assert "The table “Papers” has no column “state”." in html
    assert "Incomplete" in html


def test_there_is_no_other_view_and_nothing_is_posted_to_a_declared_one(
    see: Callable[..., Any], client: Client, site: Site
):
    assert see("nothing").status_code == 404
    assert client.get(f"/projects/{site.project.id}/automation/views/{'x' * 300}/grid/").status_code == 404
    address = f"/projects/{site.project.id}/automation/views/papers/board/"
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("name", ["grid", "board", "form"])
def test_bars_and_rail_are_written_by_themselves(see: Callable[..., Any], name: str):
    html = see(name, part="rail").content.decode()
    assert 'id="live-body"' in html
    assert 'id="reg-count"' in html
    assert "Alpha" not in html
