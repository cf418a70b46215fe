"""The addresses that apps register: included in any order, and none of them hides another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from django.urls import URLResolver, include, path, resolve

from kernel.addresses import API_URLS, PAGE_URLS, UrlModule, included
from tests.matrix import Row, SiteRow, declared

ANY = UUID(int=7)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
# What foundry_site itself serves.
OPERATORS = {"healthz", "readyz", "metrics", "api_schema", "api_docs"}


@pytest.mark.parametrize("is_reversed", [False, True], ids=["in order", "in the opposite order"])
def test_the_order_of_the_apps_does_not_matter(is_reversed: bool) -> None:
    api, pages = list(API_URLS.values()), list(PAGE_URLS.values())
    site: Any = ModuleType("site")
    site.urlpatterns = [
        path("api/v1/", include(_patterns(api[::-1] if is_reversed else api))),
        *_patterns(pages[::-1] if is_reversed else pages),
    ]
    rows = [*_paths(("REST", "SITE_REST"), "/api/v1/"), *_paths(("PAGES", "SITE_PAGES"), "/")]
    assert len(rows) > 100
    found = {name: resolve(path.partition("?")[0], urlconf=site).view_name for name, path in rows}
    assert found == {name: name for name in found}


def test_an_app_cannot_take_the_name_of_another() -> None:
    with API_URLS.replaced(API_URLS), pytest.raises(ValueError, match="REST addresses 'drafts'"):
        API_URLS.register("drafts", UrlModule("runs.urls"))


def _patterns(modules: Iterable[UrlModule]) -> list[URLResolver]:
    return included({module.name: module for module in modules})


def _paths(lists: tuple[str, str], root: str) -> Iterable[tuple[str, str]]:
    rows: list[Row | SiteRow] = [row for name in lists for row in declared(name) if row.name not in OPERATORS]
    for row in rows:
        if isinstance(row, Row):
            names = dict.fromkeys(PLACEHOLDER.findall(row.path), ANY)
            yield row.name, row.path_in(f"{root}projects/{ANY}/", **names)
        else:
            yield row.name, row.path if row.path.startswith("/") else f"{root}{row.path}"
