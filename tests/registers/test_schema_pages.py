"""Tables and kinds of links are changed on pages, and lead back to what was looked at."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from projects.models import Project
from stages.registers.reading.reader import Reader
from stages.registers.services import records, tables
from tests.cast import new_caller, new_project, new_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return new_user("Ann")


@pytest.fixture
def project(ann: User) -> Project:
    project = new_project(ann)
    for name in ("requirements", "tests"):
        columns = [{"name": "title", "type": "text", "title": "Title"}]
        tables.create_table(
            caller=new_caller(ann),
            project_id=project.id,
            table=name,
            title=name.title(),
            key_prefix="",
            columns=columns,
        )
    return project


@pytest.fixture
def browser(ann: User) -> Client:
    client = Client()
    client.force_login(ann)
    return client


def address(project: Project, path: str) -> str:
    return f"/projects/{project.id}/registers/{path}"


def test_a_kind_of_links_is_made_changed_and_taken_away(browser: Client, project: Project) -> None:
    page = browser.get(address(project, "relations/")).content.decode()
    assert "No kinds of links yet" in page
    given: dict[str, Any] = {"title": "verifies", "inverse": "verified by", "source": "tests", "target": ""}
    refused = browser.post(address(project, "relations/new/"), given)
    assert refused.status_code == 400
    assert "Choose a table." in refused.content.decode()
    assert 'value="verified by"' in refused.content.decode()
    assert browser.post(address(project, "relations/new/"), {**given, "target": "requirements"}).status_code == 302
    relation = Reader(project.id).schema.relations["verifies"]
    assert (relation.source, relation.target, relation.inverse) == ("tests", "requirements", "verified by")
    assert "0 links" in browser.get(address(project, "relations/")).content.decode()
    change = address(project, "relations/verifies/change/")
    assert browser.post(change, {"title": "checks", "inverse": ""}).status_code == 400
    assert browser.post(change, {"title": "checks", "inverse": "checked by"}).status_code == 302
    assert Reader(project.id).schema.relations["verifies"].title == "checks"
    assert browser.post(change, {"remove": "1"}).status_code == 302
    assert not Reader(project.id).schema.relations
    assert browser.get(change).status_code == 404


def test_a_table_gets_another_name_and_other_keys(browser: Client, project: Project) -> None:
    change = address(project, "tables/tests/change/")
    assert browser.post(change, {"title": "", "key_prefix": "TC"}).status_code == 400
    refused = browser.post(change, {"title": "Test cases", "key_prefix": "T C"})
    assert refused.status_code == 400
    assert 'value="T C"' in refused.content.decode()
    assert browser.post(change, {"title": "Test cases", "key_prefix": "tc"}).status_code == 302
    table = Reader(project.id).schema.tables["tests"]
    assert (table.label, table.key_prefix) == ("Test cases", "TC")


def test_a_changed_column_leads_back_to_the_table_as_it_was_looked_at(browser: Client, project: Project) -> None:
    query = "?sort=-title&widths=title~200"
    page = browser.get(address(project, f"tables/tests/{query}")).content.decode()
    change = address(project, "tables/tests/columns/title/change/")
    assert f"{change}?sort=-title&amp;widths=title~200" in page
    answer = browser.post(f"{change}{query}", {"title": "Name", "type": "text"})
    assert answer["Location"] == address(project, f"tables/tests/{query}")


def test_values_that_would_not_fit_are_counted_before_a_column_changes(
    browser: Client, project: Project, ann: User
) -> None:
    rows: list[dict[str, Any]] = [{"title": "7"}, {"title": "Pump"}, {"title": None}]
    records.create_records(caller=new_caller(ann), project_id=project.id, table="tests", rows=rows)
    change = address(project, "tables/tests/columns/title/change/")
    given = {"title": "Title", "type": "date"}
    asked = browser.post(change, given)
    assert asked.status_code == 400
    assert "2 of 2 values will not fit" in asked.content.decode()
    assert Reader(project.id).schema.tables["tests"].columns[0].type == "text"
    assert 'name="anyway"' in asked.content.decode()
    assert browser.post(change, {**given, "anyway": "1"}).status_code == 302
    assert Reader(project.id).schema.tables["tests"].columns[0].type == "date"
