"""The pages of a record, of conflicts and of the matrix, as they are answered."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from projects.models import Project
from stages.registers import verbs
from stages.registers.fold.effects import Field
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


def get(browser: Client, project: Project, address: str, **query: Any) -> str:
    answer = browser.get(f"/projects/{project.id}/registers/{address}", query)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return answer.content.decode()


def test_a_record_with_fields_links_and_history(browser: Client, sites: Sites) -> None:
    record = sites.create(title="The pump stops when the line is blocked", within=86_400_000)
    sites.link(sites.create("tests", title="Test"), record)
    sites.a.set(record, "title", "The pump stops at once when the line is blocked")
    sites.meet()
    sites.store()
    page = get(browser, sites.project, f"records/{record}/")
    for words in ("REQ-1", "The pump stops at once when", "24 h", "verified by", "TST-1", "Suspect", "History"):
        assert words in page, words
    assert "added <ins>at once</ins>" in page


def test_the_inbox_shows_both_values(browser: Client, sites: Sites) -> None:
    assert "Nothing to decide" in get(browser, sites.project, "conflicts/")
    record = sites.create(title="x", within=172_800_000)
    sites.meet()
    sites.a.set(record, "within", 86_400_000)
    sites.b.set(record, "within", 43_200_000)
    sites.meet()
    sites.store()
    page = get(browser, sites.project, "conflicts/")
    for words in ("24 h", "12 h", "2 d", "Had not seen", "How the values diverged", "1</b> of 1"):
        assert words in page, words


def test_the_matrix_shows_marks_gaps_and_coverage(browser: Client, sites: Sites) -> None:
    requirements = [sites.create(title=f"Requirement {at}") for at in range(3)]
    case = sites.create("tests", title="Test")
    sites.link(case, requirements[0])
    sites.link(case, requirements[1])
    sites.a.set(requirements[1], "title", "Another")
    sites.store()
    page = get(browser, sites.project, "traceability/")
    for words in ("33.3%", "of 3 are covered", "TST-1: suspect", "TST-1: confirmed", "matrix-gap"):
        assert words in page, words
    only = get(browser, sites.project, "traceability/", only="gaps")
    assert "Requirement 0" not in only
    assert "Requirement 2" in only
    csv = browser.get(f"/projects/{sites.project.id}/registers/traceability/export/").content.decode("utf-8-sig")
    assert csv.splitlines() == [
        "Requirements,Text,Test cases,TST-1,State",
        "REQ-1,Requirement 0,1,x,Covered",
        "REQ-2,Another,1,?,Suspect",
        "REQ-3,Requirement 2,0,,Gap",
    ]
    pair = get(browser, sites.project, "traceability/pair/", row=requirements[1], column=case)
    for words in ("REQ-2 changed after the link was confirmed", "TST-1 verifies REQ-2", "Confirm link"):
        assert words in pair, words


def test_what_was_merged_split_and_removed_is_in_the_inbox_too(browser: Client, sites: Sites) -> None:
    one, other = sites.create(title="S"), sites.create(title="A")
    third = sites.create(title="T")
    sites.meet()
    sites.a.do(verbs.merge, one, other)
    sites.a.do(verbs.type_text, Field(third, "requirements", "body"), "Typed")
    sites.a.do(verbs.delete_records, [third])
    sites.b.set(third, "title", "U")
    sites.meet()
    sites.store()
    page = get(browser, sites.project, "conflicts/")
    assert "Deletion" in page
    for address in set(__import__("re").findall(r"conflicts/\?of=([0-9a-f-]{36})", page)):
        assert "conflict-card" in get(browser, sites.project, "conflicts/", of=address)


def test_an_empty_project_has_nothing_to_trace(browser: Client, project: Project) -> None:
    assert "Nothing to trace yet" in get(browser, project, "traceability/")
