"""The form of a new table: types in plain words, further rows, traced columns and targets, and what is wrong where."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from projects.models import Project
from stages.registers.reading.reader import Reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(editor: Any) -> Client:
    client = Client()
    client.force_login(editor)
    return client


def send(browser: Client, project: Project, **data: Any) -> Any:
    return browser.post(f"/projects/{project.id}/registers/new/", {"key_prefix": "", **data})


def test_types_are_named_in_plain_words(browser: Client, project: Project) -> None:
    page = browser.get(f"/projects/{project.id}/registers/new/").content.decode()
    for words in ("Choice of options", "Date and time", "Lines, written together", "Record of a table", "traced"):
        assert words in page, words


def test_more_columns_come_with_what_was_typed(browser: Client, project: Project) -> None:
    answer = send(browser, project, title="Tests", column=["Title"] * 5, type=["text"] * 5, more="1")
    page = answer.content.decode()
    assert (answer.status_code, page.count('name="column"'), page.count('value="Title"')) == (200, 10, 5)


def test_a_table_has_traced_columns_and_columns_that_name_records_of_a_table(browser: Client, project: Project) -> None:
    assert send(browser, project, title="Requirements", column="Title", type="text", traced="0").status_code == 302
    given = {"column": ["Title", "Of"], "type": ["text", "entity-reference"], "target": ["", "requirements"]}
    assert send(browser, project, title="Tests", options=["", ""], **given).status_code == 302
    tables = Reader(project.id).schema.tables
    assert [(each.name, each.traced) for each in tables["requirements"].columns] == [("title", True)]
    assert [(each.name, each.target) for each in tables["tests"].columns] == [("title", ""), ("of", "requirements")]


def test_a_choice_without_options_is_refused_by_its_column(browser: Client, project: Project) -> None:
    given = {"column": ["Title", "Status"], "type": ["text", "enum"], "options": ["", " , "]}
    answer = send(browser, project, title="Tests", **given)
    assert answer.status_code == 400
    assert "Status: write its options, with commas between them." in answer.content.decode()


def test_the_cursor_is_in_the_box_that_is_wrong(browser: Client, project: Project) -> None:
    page = send(browser, project, title="Tests", key_prefix="1", column="Title", type="text").content.decode()
    form = page[page.index('id="table-name"') :]
    assert "autofocus" in form[form.index('id="table-prefix"') : form.index("</div>", form.index('id="table-prefix"'))]
    assert "autofocus" not in form[: form.index('id="table-prefix"')]


def test_a_table_is_made_of_a_spreadsheet(browser: Client, project: Project) -> None:
    text = "Key,Title,Severity,Due\nRISK-1,Heat,4,2026-12-11\nRISK-2,Noise,2,\n"
    given = {"title": "Risks", "text": text}
    answer = browser.post(f"/projects/{project.id}/registers/new/of-file/", given)
    assert answer.status_code == 200
    assert "Import into Risks" in answer.content.decode()
    table = Reader(project.id).schema.tables["risks"]
    assert table.key_prefix == "RISK"
    columns = [(each.name, each.type) for each in table.columns]
    assert columns == [("key", "text"), ("title", "text"), ("severity", "integer"), ("due", "date")]
    assert browser.post(f"/projects/{project.id}/registers/new/of-file/", {"title": "x", "text": ""}).status_code == 400
