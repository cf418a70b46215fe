"""What is deleted by page: after a look at what hangs on it, with a reason, under its name, and it comes back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from projects.models import Project
from stages.registers import verbs
from stages.registers.reading.hanging import naming
from stages.registers.reading.reader import Reader
from stages.registers.reading.records import read_record
from stages.registers.schema import Column
from tests.cast import new_project, new_user
from tests.registers.reading.stored import Sites

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return new_user("Ann")


@pytest.fixture
def project(ann: User) -> Project:
    return new_project(ann)


@pytest.fixture
def sites(project: Project) -> Sites:
    return Sites(project)


@pytest.fixture
def browser(ann: User) -> Client:
    client = Client()
    client.force_login(ann)
    return client


@pytest.fixture
def base(project: Project) -> str:
    return f"/projects/{project.id}/registers/"


def page(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


def post(browser: Client, address: str, **data: Any) -> int:
    return browser.post(address, data).status_code


def test_a_record_is_deleted_only_with_a_reason_after_a_look_at_what_hangs_on_it(
    browser: Client, sites: Sites, base: str
) -> None:
    record = sites.create(title="Stop", status="new")
    sites.link(sites.create("tests", title="Test"), record)
    sites.store()
    address = f"{base}records/{record}/delete/"
    asked = page(browser, address)
    for words in ("Delete REQ-1?", "3 fields have a value.", "1 link hides with it: verified by TST-1."):
        assert words in asked, words
    assert post(browser, address, reason=" ") == 400
    assert post(browser, address, reason="Superseded") == 302


def test_a_deleted_record_keeps_its_key_and_values_on_its_page_and_everywhere(
    browser: Client, sites: Sites, base: str
) -> None:
    record, test = sites.create(title="Stop at once", status="new"), sites.create("tests", title="Test")
    sites.link(test, record)
    sites.store()
    assert post(browser, f"{base}records/{record}/delete/", reason="Superseded") == 302
    shown = page(browser, f"{base}records/{record}/")
    for words in ("Ann deleted REQ-1.", "Superseded", "Stop at once", "deleted <b>REQ-1</b>", "created <b>REQ-1</b>"):
        assert words in shown, words
    assert f">{record[:8]}<" not in shown
    other = page(browser, f"{base}records/{test}/")
    assert "REQ-1 (deleted)" in other
    listed = page(browser, f"{base}deleted/")
    for words in ("REQ-1", "Stop at once", "Requirements", "Superseded", "Restore REQ-1"):
        assert words in listed, words


def test_a_deleted_record_is_restored_from_the_list(browser: Client, sites: Sites, base: str) -> None:
    record = sites.create(title="Stop")
    sites.store()
    post(browser, f"{base}records/{record}/delete/", reason="A mistake")
    assert post(browser, f"{base}deleted/restore/", kind="record", record=record) == 302
    assert "Nothing is deleted." in page(browser, f"{base}deleted/")
    assert "Ann deleted" not in page(browser, f"{base}records/{record}/")


def make_risks(browser: Client, base: str) -> str:
    """The address of a table with one record, made by page."""
    table = {"title": "Risks", "key_prefix": "RISK", "column": ["Hazard", "Harm"], "type": ["text", "text"]}
    assert post(browser, f"{base}new/", **table, options=["", ""]) == 302
    rows = {"rows": [{"record": None, "values": {"hazard": "Heat", "harm": "Burns"}, "bases": {}}]}
    assert browser.post(f"{base}tables/risks/paste/", rows, content_type="application/json").status_code == 200
    return f"{base}tables/risks/"


def test_a_column_is_removed_with_a_reason_and_comes_back_with_its_values(browser: Client, base: str) -> None:
    risks = make_risks(browser, base)
    address = f"{risks}columns/harm/remove/"
    assert "1 record has a value in it." in page(browser, address)
    assert post(browser, address) == 400
    assert post(browser, address, reason="Not used") == 302
    assert "Burns" not in page(browser, risks)
    assert "Restore Harm" in page(browser, f"{base}deleted/")
    assert post(browser, f"{base}deleted/restore/", kind="column", table="risks", column="harm") == 302
    assert "Burns" in page(browser, risks)
    assert post(browser, f"{base}deleted/restore/", kind="column", table="risks", column="harm") == 409


def test_a_deleted_table_says_so_on_its_page_and_to_pages_that_are_open(browser: Client, base: str) -> None:
    risks = make_risks(browser, base)
    assert "1 record is in it." in page(browser, f"{risks}remove/")
    assert post(browser, f"{risks}remove/", reason="Kept elsewhere") == 302
    for words in (page(browser, risks, 404), page(browser, f"{risks}rail/")):
        assert "Ann deleted the table Risks." in " ".join(words.split())
    assert "Restore Risks" in page(browser, f"{base}deleted/")
    assert post(browser, f"{base}deleted/restore/", kind="table", table="risks") == 302
    assert "Burns" in page(browser, risks)


def test_records_of_a_deleted_table_keep_their_names(browser: Client, sites: Sites, base: str) -> None:
    record, test = sites.create(title="Stop"), sites.create("tests", title="Test")
    sites.link(test, record)
    sites.store()
    assert "They have 1 link." in page(browser, f"{base}tables/tests/remove/")
    assert post(browser, f"{base}tables/tests/remove/", reason="Kept elsewhere") == 302
    linked = page(browser, f"{base}records/{record}/")
    assert "TST-1" in linked
    assert "table Test cases, deleted" in linked
    assert "deleted table" in page(browser, f"{base}records/{test}/")


def test_a_record_says_which_records_name_it(browser: Client, sites: Sites, base: str) -> None:
    record = sites.create(title="Stop")
    sites.a.do(verbs.add_column, "tests", Column("of", "entity-reference", "Requirement", target="requirements"))
    test = sites.create("tests", title="Test", of={"entity": record})
    sites.store()
    found = read_record(reader := Reader(sites.project.id), record)
    assert found is not None
    (named,) = naming(reader, found.record)
    assert (named.other.record, named.other.label, named.column.label) == (test, "TST-1", "Requirement")
    shown = page(browser, f"{base}records/{record}/")
    assert "Named by" in shown
    assert "TST-1" in shown.partition("Named by")[2]
    assert "1 record names it: TST-1 (Requirement)." in page(browser, f"{base}records/{record}/delete/")
