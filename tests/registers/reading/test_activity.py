"""The activity of a project says of each write which records it is about, and leads to them."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from projects.models import Project
from stages.registers.models import Row
from tests.cast import new_project, new_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return new_user("Ann")


@pytest.fixture
def project(ann: User) -> Project:
    return new_project(ann)


@pytest.fixture
def browser(ann: User) -> Client:
    client = Client()
    client.force_login(ann)
    return client


def activity(browser: Client, project: Project) -> list[tuple[str, str]]:
    """The sentences about records, the newest first, each with where it leads."""
    page = browser.get(f"/projects/{project.id}/activity/?kind=registers").content.decode()
    links = re.findall(r'<a[^>]*href="([^"]*/registers/[^"]+)"[^>]*>(.*?)</a>', page, re.DOTALL)
    plain = ((href, " ".join(html.unescape(re.sub("<[^>]+>", "", words)).split())) for href, words in links)
    return [(words, href) for href, words in plain if "Ann" in words]


def test_the_activity_names_records_fields_tables_and_deletions(browser: Client, project: Project) -> None:
    base = f"/projects/{project.id}/registers/"

    def post(address: str, **data: Any) -> None:
        assert browser.post(f"{base}{address}", data).status_code == 302

    table = {"title": "Risks", "key_prefix": "RISK", "column": ["Hazard", "Harm"], "type": ["text", "text"]}
    post("new/", **table, options=["", ""])
    rows = [{"record": None, "values": {"hazard": f"Heat {at}"}, "bases": {}} for at in range(7)]
    browser.post(f"{base}tables/risks/paste/", {"rows": rows}, content_type="application/json")
    record = Row.objects.get(project=project, facet="risks", shown__key="RISK-1").record
    post(f"records/{record}/edit/", table="risks", field="harm", text="Burns", base="")
    post(f"records/{record}/delete/", reason="Superseded")
    post("tables/risks/columns/harm/remove/", reason="Not used")
    post("tables/risks/remove/", reason="Not used")
    assert activity(browser, project) == [
        ("Ann deleted the table Risks", f"{base}deleted/"),
        ("Ann removed the column Harm in Risks", f"{base}deleted/"),
        ("Ann deleted RISK-1 in Risks", f"{base}records/{record}/"),
        ("Ann changed RISK-1 (Harm) in Risks", f"{base}records/{record}/"),
        ("Ann created RISK-1, RISK-2, RISK-3, RISK-4, RISK-5 and 2 more in Risks", f"{base}tables/risks/"),
        ("Ann made or changed the table Risks", f"{base}tables/risks/"),
    ]
