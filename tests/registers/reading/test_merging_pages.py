"""Records are merged and split on their page, after a look at what comes together and what goes where."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from projects.models import Project
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


def shown(browser: Client, sites: Sites, record: str, address: str = "", **query: Any) -> str:
    answer = browser.get(f"/projects/{sites.project.id}/registers/records/{record}/{address}", query)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return " ".join(answer.content.decode().split())


def sent(browser: Client, sites: Sites, record: str, address: str, **data: Any) -> int:
    return browser.post(f"/projects/{sites.project.id}/registers/records/{record}/{address}", data).status_code


def test_two_records_are_merged_after_a_look_at_what_differs(browser: Client, sites: Sites) -> None:
    one = sites.create(title="Stop", status="new")
    other = sites.create(title="Stop at once", status="new", within=86_400_000)
    sites.store()
    assert "Merge with another record…" in shown(browser, sites, one)
    assert (
        "There is no record"
        in browser.get(
            f"/projects/{sites.project.id}/registers/records/{one}/merge/", {"other": "REQ-9"}
        ).content.decode()
    )
    look = shown(browser, sites, one, "merge/", other="REQ-2")
    for words in ("Make REQ-1 and REQ-2 one record?", "2 fields differ", "Stop at once · Stop", "24 h"):
        assert words in look, words
    assert sent(browser, sites, one, "merge/", other="REQ-2") == 302
    merged = shown(browser, sites, one)
    assert "merged <b>REQ-2</b> into it" in merged
    assert browser.get(f"/projects/{sites.project.id}/registers/records/{other}/").status_code == 302


def test_what_was_merged_is_split_again_after_a_look_at_what_goes_where(browser: Client, sites: Sites) -> None:
    one, other = sites.create(title="Stop"), sites.create(title="Start", within=86_400_000)
    sites.store()
    assert "Split…" not in shown(browser, sites, one)
    sent(browser, sites, one, "merge/", other="REQ-2")
    assert "REQ-2" in shown(browser, sites, one, "split/")
    look = shown(browser, sites, one, "split/", member=other)
    assert "The other one gets" in look
    assert "Start" in look
    assert sent(browser, sites, one, "split/", member=other) == 302
    assert "24 h" in shown(browser, sites, other)
    assert sent(browser, sites, one, "split/", member=other) == 409
