"""The permission matrix over pages (control c10), and that no address of the site was forgotten in one (c05)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import NoReverseMatch, reverse
from pytest_django import DjangoDbBlocker

from accounts.callers import foundry_caller
from accounts.models import User
from accounts.services import set_password
from foundry_site.observability import health
from projects.models import Project
from tests.matrix import PERSONAS, SITE_PERSONAS, Row, SiteRow, declared, things_in
from tests.rest.addresses import addresses
from tests.rest.rolled_back import prepared_matrix, rolled_back

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
SIGN_IN = ("/accounts/login/", "/admin/login/")


@pytest.fixture(scope="module")
def cookies(database_of_the_module: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """The session of everybody who can sign in."""
    with prepared_matrix(django_db_blocker) as people:
        found = {}
        for persona in set(SITE_PERSONAS) & people.keys():
            user, browser = people[persona], Client()
            set_password(caller=foundry_caller("command"), user_id=user.id, password=PASSWORD)
            user.refresh_from_db()
            browser.force_login(user)
            found[persona] = browser.cookies[settings.SESSION_COOKIE_NAME].value
        # The first look at whether the site is ready reads all migrations, and a busy machine takes longer for it than
        # the answer may take.
        health._migrations()
        yield found


@pytest.fixture
def browsers(cookies: dict[str, str], db: None) -> dict[str, Client]:
    browsers = {persona: Client() for persona in SITE_PERSONAS}
    for persona, value in cookies.items():
        browsers[persona].cookies[settings.SESSION_COOKIE_NAME] = value
    return browsers


@pytest.mark.generated
@pytest.mark.parametrize("row", declared("PAGES"), ids=lambda row: f"{row.method}-{row.name}")
def test_c10_on_a_projects_pages_everybody_may_just_what_the_table_says(
    row: Row, people: dict[str, User], places: dict[bool, Project], browsers: dict[str, Client]
) -> None:
    told, expected = {}, {}
    names = {"viewer": str(people["viewer"].id), "stranger": people["stranger"].username}
    body = {name: value.format(**names) for name, value in row.body.items()}
    things = {project.id: things_in(project) for project in places.values()}
    for status, persona in row.asked():
        project = places[persona != "visitor"]
        with rolled_back():
            Project.objects.filter(id=project.id).update(status=status)
            path = row.path_in(f"/projects/{project.id}/", **names, **things[project.id])
            told[persona, status] = outcome(browsers[persona].generic(row.method, path, **form(body)))
        expected[persona, status] = row.expected(persona, status)
    assert told == expected


@pytest.mark.parametrize("row", declared("SITE_PAGES"), ids=lambda row: f"{row.method}-{row.name}")
def test_c10_other_pages_are_for_everybody_who_is_signed_in(row: SiteRow, browsers: dict[str, Client]) -> None:
    told = {persona: outcome(browsers[persona].generic(row.method, row.path)) for persona in SITE_PERSONAS}
    assert told == {persona: row.expected(persona) for persona in SITE_PERSONAS}


def test_c10_the_admin_is_for_administrators_and_auditors(browsers: dict[str, Client]) -> None:
    told = {persona: outcome(browsers[persona].get("/admin/")) for persona in PERSONAS}
    assert told == dict.fromkeys(PERSONAS, "not_authenticated") | {"auditor": 200}


@pytest.mark.parametrize("persona", ["owner", "auditor", "anonymous"])
def test_no_cache_keeps_what_a_page_shows(
    persona: str, browsers: dict[str, Client], people: dict[str, User], places: dict[bool, Project]
) -> None:
    project = places[True]
    names = {"viewer": str(people["viewer"].id), "stranger": people["stranger"].username}
    things = things_in(project)
    paths = [
        row.path_in(f"/projects/{project.id}/", **names, **things) for row in declared("PAGES") if row.method == "GET"
    ]
    paths += [row.path for row in declared("SITE_PAGES") if row.method == "GET"]
    paths += ["/admin/", "/api/v1/projects/", f"/api/v1/projects/{project.id}/events/", "/api/docs/"]
    kept = {}
    for path in paths:
        answer = browsers[persona].get(path)
        if "no-store" not in answer["Cache-Control"]:
            kept[path] = answer["Cache-Control"]
    assert kept == {}


def test_who_reads_a_version_may_keep_it_and_asks_each_time_whether_it_still_holds(
    browsers: dict[str, Client], places: dict[bool, Project]
) -> None:
    path = f"/api/v1/projects/{places[True].id}/drafts/current/"
    answer = browsers["owner"].get(path)
    again = browsers["owner"].get(path, headers={"If-None-Match": answer["ETag"]})
    assert (answer.status_code, again.status_code) == (200, 304)
    assert answer["Cache-Control"] == again["Cache-Control"] == "private, no-cache"


def test_c05_no_address_of_the_admin_tells_an_anonymous_request_anything() -> None:
    anonymous = Client()
    for name, _pattern in addresses():
        if name.startswith("admin:") and name not in {"admin:login", "admin:logout"}:
            try:
                path = reverse(name)
            except NoReverseMatch:
                continue
            assert outcome(anonymous.get(path)) == "not_authenticated", name


def test_c05_every_address_of_the_site_stands_in_a_matrix() -> None:
    listed = {row.name for row in (*declared("PAGES"), *declared("SITE_PAGES"))}
    there = {name for name, _pattern in addresses() if not name.startswith(("api_", "admin:"))}
    assert there - {"None"} == listed


def form(body: dict[str, str]) -> dict[str, Any]:
    """The body of a form."""
    return {"data": encode_multipart(BOUNDARY, body), "content_type": MULTIPART_CONTENT} if body else {}


def outcome(answer: Any) -> int | str:
    """What a page's answer means, in the words of the REST matrix."""
    if answer.status_code == 302 and answer["Location"].startswith(SIGN_IN):
        return "not_authenticated"
    codes = {401: "not_authenticated", 403: "permission_denied", 404: "not_found", 409: "project_frozen"}
    return codes.get(answer.status_code, int(answer.status_code))
