"""The pages of tables: what they ask the database, what they say of odd addresses, and what bad input gets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from stages.registers import verbs
from stages.registers.models import Row
from stages.registers.reading.reader import Reader
from stages.registers.reading.rows import rows_of
from stages.registers.schema import Column, Option, Relation
from stages.registers.services import write_bundle
from stages.registers.services.tables import save_view
from stages.registers.verbs.finding import make_id

pytestmark = [pytest.mark.django_db]
REQUIREMENTS = "requirements"
COLUMNS = (
    Column("title", title="Title"),
    Column("area", "enum", title="Area", options=(Option("safety", "Safety"), Option("dosing", "Dosing"))),
    Column("due", "date", title="Review due"),
    Column("parent", "entity-reference", title="Parent"),
)
# Beyond this a page is slow, however constant.
MAX_QUERIES = 28


class Desk:
    """An editor at work in the tables of a project."""

    def __init__(self, project: Project, caller: Caller, client: Client) -> None:
        self.project, self.caller, self.client = project, caller, client
        self.records: list[str] = []
        self._write(
            lambda acts, schema: verbs.create_table(
                acts, schema, REQUIREMENTS, title="Requirements", key_prefix="REQ", columns=COLUMNS
            )
        )
        self._write(lambda acts, schema: verbs.add_relation(acts, schema, Relation("refines", "refines")))

    def add(self, *rows: dict[str, Any]) -> list[str]:
        """New records; their ids."""
        made: list[str] = []

        def payloads(acts: Any, schema: Any) -> Any:
            written = verbs.create_records(acts, schema, REQUIREMENTS, rows)
            made.extend(written.records)
            return written.payloads

        self._write(payloads)
        self.records += made
        return made

    def link(self, source: str, target: str) -> None:
        self._write(
            lambda acts, schema: verbs.link(acts, schema, make_id(), source=source, target=target, type_="refines")
        )

    def view(self, name: str, query: str) -> None:
        save_view(caller=self.caller, project_id=self.project.id, table=REQUIREMENTS, name=name, query=query)

    def address(self, name: str = "table", query: str = "") -> str:
        return reverse(f"registers:{name}", args=[self.project.id, REQUIREMENTS]) + query

    def get(self, name: str = "table", query: str = "") -> str:
        """A page that is answered."""
        answer = self.client.get(self.address(name, query))
        assert answer.status_code == 200, answer.content[:300]
        return answer.content.decode()

    def queries(self, name: str, query: str = "") -> int:
        with CaptureQueriesContext(connection) as asked:
            self.get(name, query)
        return len(asked)

    def paste(self, rows: list[dict[str, Any]]) -> Any:
        """The answer to a paste, its status with it."""
        answer = self.client.post(self.address("paste"), json.dumps({"rows": rows}), content_type="application/json")
        return answer.status_code, answer.json()

    def _write(self, payloads: Any) -> None:
        write_bundle(caller=self.caller, project_id=self.project.id, payloads=payloads, parameters={})


@pytest.fixture
def desk(project: Project, editor: User, caller_for: Callable[..., Caller], client: Client) -> Desk:
    client.force_login(editor)
    return Desk(project, caller_for(editor), client)


def more(desk: Desk, count: int) -> None:
    """Records with all that a row shows: options, other records, links in both directions."""
    made = desk.add(*({"title": f"Title {at}", "area": "safety", "due": "2026-12-11"} for at in range(count)))
    first = desk.records[0]
    desk.add(*({"title": "With a parent", "parent": {"entity": each}} for each in made))
    for each in made[1:4]:
        desk.link(each, first)


def test_no_page_asks_more_often_because_there_is_more(desk: Desk) -> None:
    more(desk, 3)
    pages = {
        "table": "?filter=area:is:Safety&sort=-due",
        "rows": "?offset=0&limit=100",
        "rail": "",
        "cell": f"?record={desk.records[0]}&field=title",
        "choices": "?field=parent&q=REQ",
        "new_column": "",
        "import": "",
        "export": "",
    }
    before = {name: desk.queries(name, query) for name, query in pages.items()}
    more(desk, 60)
    after = {name: desk.queries(name, query) for name, query in pages.items()}
    assert {name: (before[name], after[name]) for name in pages if after[name] > before[name]} == {}
    assert max(after.values()) <= MAX_QUERIES


def test_rows_come_in_blocks_and_by_their_records(desk: Desk) -> None:
    desk.add(*({"title": f"Title {at}"} for at in range(120)))
    answer = desk.client.get(desk.address("rows", "?offset=100&limit=100"))
    assert answer["X-Count"] == "120"
    assert answer.content.decode().count("data-record=") == 20
    named = desk.get("rows", f"?record={desk.records[7]}&record={desk.records[3]}&record=nothing")
    assert named.count("data-record=") == 2
    assert named.index(desk.records[7]) < named.index(desk.records[3])


def test_text_of_people_is_no_html(desk: Desk) -> None:
    desk.add({"title": '<b title="x">"bold"</b>'})
    page = desk.get("rows")
    assert "<b title" not in page
    assert "&lt;b title=&quot;x&quot;&gt;" in page


def test_an_address_that_does_not_fit_leads_to_the_table(desk: Desk) -> None:
    desk.add({"title": "One"})
    page = desk.get(query="?filter=gone:is:x&sort=gone&columns=gone,title&offset=-1")
    assert "A part of this address was left out." in page
    assert "One" in page


@pytest.mark.parametrize("query", ["?offset=x&limit=y", "?offset=99999999999999999999", "?limit=-5", "?record=%00"])
def test_odd_numbers_are_no_error(desk: Desk, query: str) -> None:
    desk.add({"title": "One"})
    assert desk.client.get(desk.address("rows", query)).status_code in (200, 400)


def test_an_unknown_table_is_not_found(desk: Desk) -> None:
    for name in ("table", "rows", "rail", "cell", "export", "import", "new_column"):
        address = reverse(f"registers:{name}", args=[desk.project.id, "nothing"])
        assert desk.client.get(address).status_code == 404, name


def test_a_view_shows_what_was_saved_and_says_when_it_is_not(desk: Desk) -> None:
    desk.add({"title": "One", "area": "safety"}, {"title": "Two", "area": "dosing"})
    desk.view("Safe", "filter=area:is:Safety")
    page = desk.get(query="?view=Safe")
    assert "1 of 2 records" in page.replace("\n", " ")
    assert "Edited" not in page
    assert "Edited" in desk.get(query="?view=Safe&filter=area:is:Dosing")
    assert desk.client.get(desk.address(query="?view=None")).status_code == 404


def test_a_paste_is_whole_or_nothing(desk: Desk) -> None:
    (first,) = desk.add({"title": "One"})
    rows: list[dict[str, Any]] = [
        {"record": first, "values": {"title": "Changed"}, "bases": {"title": _tips(desk, first, "title")}},
        {"record": None, "values": {"title": "New", "due": "some day"}, "bases": {}},
    ]
    status, answer = desk.paste(rows)
    assert (status, list(answer["errors"])) == (400, ["rows.2.due"])
    assert _title(desk, first) == "One"
    rows[1]["values"]["due"] = "11 Dec 2026"
    status, answer = desk.paste(rows)
    assert (status, answer["changed"], len(answer["created"])) == (200, [first], 1)
    assert _title(desk, first) == "Changed"
    # Somebody pastes over what they had not seen.
    status, answer = desk.paste(rows[:1])
    assert (status, answer["code"]) == (409, "stale_base")


@pytest.mark.parametrize("body", ["", "{}", '{"rows": []}', '{"rows": [{"record": 1}]}', "[1]", '{"rows": "\ud800"}'])
def test_a_body_that_is_no_paste_is_refused(desk: Desk, body: str) -> None:
    answer = desk.client.post(desk.address("paste"), body.encode("utf-8", "surrogatepass"), "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_failed")


def test_the_foot_says_who_set_a_cell_and_what_it_replaced(desk: Desk) -> None:
    (first,) = desk.add({"title": "One"})
    desk.paste([{"record": first, "values": {"title": "Two"}, "bases": {"title": _tips(desk, first, "title")}}])
    words = " ".join(desk.get("cell", f"?record={first}&field=title").split())
    assert "Title of REQ-1:" in words
    assert "you," in words
    assert "It replaced “One”." in words
    assert desk.get("cell", "?record=nothing&field=title").strip() == ""
    assert desk.get("cell", f"?record={first}&field=nothing").strip() == ""


def _tips(desk: Desk, record: str, field: str) -> list[str]:

    (row,) = rows_of(Reader(desk.project.id), REQUIREMENTS, [record])
    return list(row.cells[field].tips)


def _title(desk: Desk, record: str) -> Any:
    return Row.objects.get(project=desk.project, record=UUID(record), facet=REQUIREMENTS).shown["title"]
