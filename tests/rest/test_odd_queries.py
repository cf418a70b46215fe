"""Whatever stands in the query of a page's address, the answer is a page or a clear refusal."""

from __future__ import annotations

import inspect
import re

import pytest
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.http import urlencode

from accounts.models import User
from projects.models import Project
from tests.matrix import Row, declared, things_in
from tests.rest.addresses import addresses

pytestmark = pytest.mark.django_db

ODD = ("²٣", "-1", "9" * 30, "9" * 5000, "'%[\ufffe😀")
READ_BY_A_VIEW = re.compile(r"""GET(?:\.get(?:list)?\(|\[|, ) *["'](\w+)""")
READ_BY_A_LIST = ("q", "o", "p", "all", "id", "username__startswith", "is_active__exact", "chain", "at__gte")


@pytest.fixture
def reader(people: dict[str, User]) -> Client:
    """Somebody who may see every page of a project."""
    client = Client(raise_request_exception=False)
    client.force_login(people["owner"])
    return client


def names_in(path: str) -> set[str]:
    """The parameters that the module of a page's view reads."""
    module = inspect.getmodule(inspect.unwrap(resolve(path).func))
    return {"next", *(READ_BY_A_VIEW.findall(inspect.getsource(module)) if module else ())}


def check(client: Client, path: str, names: set[str] | tuple[str, ...]) -> None:
    for name in sorted(names):
        assert client.get(f"{path}?{urlencode({name: chr(0)})}").status_code == 400, (path, name)
        told = {value: client.get(f"{path}?{urlencode({name: value})}").status_code for value in ODD}
        assert max(told.values()) < 500, (path, name, told)


@pytest.mark.parametrize("row", [row for row in declared("PAGES") if row.method == "GET"], ids=lambda row: row.name)
def test_a_page_of_a_project_takes_no_harm(row: Row, reader: Client, places: dict[bool, Project]) -> None:
    project = places[True]
    path = row.path_in(f"/projects/{project.id}/", **things_in(project)).partition("?")[0]
    check(reader, path, names_in(path))


# They are answered before anything reads a query, also while the services hang.
# They read no query at all.
PROBES = {"/healthz", "/readyz", "/metrics", "/.well-known/jwks.json"}


@pytest.mark.parametrize(
    "path", sorted({row.path.partition("?")[0] for row in declared("SITE_PAGES") if row.method == "GET"} - PROBES)
)
def test_another_page_takes_no_harm(path: str, reader: Client) -> None:
    check(reader, path, names_in(path))


def test_a_list_of_the_administration_takes_no_harm(make_user) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(make_user("administrator", is_administrator=True, is_auditor=True))
    for name, _pattern in addresses():
        if name.endswith("_changelist"):
            try:
                check(client, reverse(name), READ_BY_A_LIST)
            except NoReverseMatch:
                continue


@pytest.mark.parametrize(
    ("page", "query"), [("", "before=²"), ("", "pick=²"), ("", "before=" + "9" * 30), ("panel/", "q=%00")]
)
def test_a_history_says_which_number_is_none(
    page: str, query: str, reader: Client, places: dict[bool, Project]
) -> None:
    assert reader.get(f"/projects/{places[True].id}/history/{page}?{query}").status_code == 400


def test_a_new_member_is_not_looked_for_by_a_nul(reader: Client, places: dict[bool, Project]) -> None:
    told = reader.post(f"/projects/{places[True].id}/members/", {"username": "a\x00", "role": "viewer"})
    assert told.status_code == 400
