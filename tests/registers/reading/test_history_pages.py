"""The sentences of a record's history, as its page shows them."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from accounts.models import User
from projects.models import Project
from stages.registers import verbs
from stages.registers.services import records, undo
from tests.cast import new_caller, new_project, new_user
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


def sentences(browser: Client, project: Project, record: str) -> list[str]:
    """What the history says, the newest first, as plain text."""
    page = browser.get(f"/projects/{project.id}/registers/records/{record}/").content.decode()
    found = re.findall(r'<p class="record-words"[^>]*>(.*?)</p>', page, re.DOTALL)
    without_author = [each.partition("</b> ")[2] for each in found]
    return [html.unescape(re.sub("<[^>]+>", "", each)) for each in without_author]


def test_a_record_that_was_merged_keeps_its_name_in_the_history(browser: Client, sites: Sites) -> None:
    one, other = sites.create(title="Stop", status="new"), sites.create(title="Stop again", status="new")
    sites.a.set(other, "title", "Stop at once")
    sites.pass_time()
    sites.a.do(verbs.merge, one, other)
    sites.store()
    assert sentences(browser, sites.project, one) == [
        "merged REQ-2 into it.",
        "set title of REQ-2 to Stop at once, it was Stop again.",
        "created REQ-2 in Requirements: title Stop again, status New.",
        "created REQ-1 in Requirements: title Stop, status New.",
    ]


def test_what_is_written_after_a_merge_is_of_the_record(browser: Client, sites: Sites) -> None:
    one, other = sites.create(title="x"), sites.create(title="x")
    sites.a.do(verbs.merge, one, other)
    sites.pass_time()
    sites.a.set(one, "title", "y")
    sites.store()
    assert sentences(browser, sites.project, one)[0] == "set title to y, it was x."


def test_what_was_split_off_again_has_its_own_name_at_both(browser: Client, sites: Sites) -> None:
    one, other = sites.create(title="x"), sites.create(title="x")
    sites.a.do(verbs.merge, one, other)
    sites.pass_time()
    sites.a.do(verbs.split_back, one, other)
    sites.store()
    assert sentences(browser, sites.project, one)[:2] == ["split REQ-2 off.", "merged REQ-2 into it."]
    assert sentences(browser, sites.project, other)[:2] == ["split it off REQ-1.", "merged it into REQ-1."]


def test_a_decision_names_what_it_was_made_against_and_why(
    browser: Client, sites: Sites, ann: User, project: Project
) -> None:
    one, other = sites.create(title="x"), sites.create(title="x")
    sites.a.do(verbs.merge, one, other)
    sites.store()
    caller = new_caller(ann)
    tips = sites.a.tips(one, "key")
    page = browser.get(f"/projects/{project.id}/registers/conflicts/").content.decode()
    (conflict,) = set(re.findall(r"conflicts/([0-9a-f-]{36})/keep/", page))
    given = {"pick": "other", "text": "REQ-1", "tips": " ".join(tips), "reason": "It was there first"}
    assert browser.post(f"/projects/{project.id}/registers/conflicts/{conflict}/keep/", given).status_code == 302
    assert sentences(browser, project, one)[0] == "decided Key: REQ-1 instead of REQ-2."
    page = browser.get(f"/projects/{project.id}/registers/records/{one}/").content.decode()
    assert "<q>It was there first</q>" in page
    assert "taken back" not in page
    undo(caller=caller, project_id=project.id)
    assert "taken back" in browser.get(f"/projects/{project.id}/registers/records/{one}/").content.decode()
    # Of a deletion, too.
    records.delete_records(caller=caller, project_id=project.id, records=[one])
    assert sentences(browser, project, one)[0] == "deleted REQ-1."
