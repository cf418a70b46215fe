"""Pages ask Postgres as often for much as for little."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from projects.models import Project
from tests.cast import new_project, new_user
from tests.registers.reading.stored import Sites

pytestmark = pytest.mark.django_db
# Queries of a page with its frame, the rail and who is here.
MOST = 45


@pytest.fixture
def ann() -> User:
    return new_user("Ann")


@pytest.fixture
def project(ann: User) -> Project:
    return new_project(ann)


def asked(browser: Client, project: Project, address: str, **query: Any) -> int:
    """How many queries a page takes, once what is kept in memory is there."""
    browser.get(f"/projects/{project.id}/registers/{address}", query)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = browser.get(f"/projects/{project.id}/registers/{address}", query)
    assert answer.status_code == 200
    return len(queries)


def test_more_links_and_conflicts_take_no_more_queries(ann: User, project: Project) -> None:
    browser, sites = Client(), Sites(project)
    browser.force_login(ann)
    record, case = sites.create(title="x", status="new"), sites.create("tests", title="Test")
    sites.link(case, record)
    sites.meet()
    sites.a.set(record, "status", "done")
    sites.b.set(record, "status", "blocked")
    sites.meet()
    sites.store()
    pages: dict[str, dict[str, Any]] = {
        f"records/{record}/": {},
        f"records/{record}/history/": {},
        "conflicts/": {},
        "traceability/": {},
        "traceability/pair/": {"row": record, "column": case},
    }
    few = {address: asked(browser, project, address, **query) for address, query in pages.items()}
    for at in range(8):
        other = sites.create(title=f"Another {at}", status="new")
        sites.link(case, other)
        sites.link(sites.create("tests", title=f"Test {at}"), record)
        sites.meet()
        sites.a.set(other, "status", "done")
        sites.b.set(other, "status", "blocked")
    sites.meet()
    sites.store()
    many = {address: asked(browser, project, address, **query) for address, query in pages.items()}
    assert many == few
    assert max(few.values()) <= MOST
