"""Every answer forbids inline code, frames and guessing of types: pages, the admin, refusals, the API's own pages."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from tests.workspace.conftest import Browser
from tests.workspace.html import elements

pytestmark = pytest.mark.django_db

ADMIN = (
    "/admin/",
    "/admin/accounts/user/",
    "/admin/accounts/user/{id}/change/",
    "/admin/accounts/personalaccesstoken/",
)
SIGNED_IN = ("/projects/", "/account/", "/accounts/password/change/", "/api/docs/", "/no/such/page", *ADMIN)
ANYBODY = ("/accounts/login/", "/healthz", "/api/v1/me/", "/no/such/page")


def forbids_everything_else(policy: str) -> bool:
    needed = {
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    }
    return "unsafe" not in policy and needed <= set(policy.split("; "))


@pytest.fixture
def administrator(make_user: object) -> User:
    return make_user("administrator", is_administrator=True)  # type: ignore[operator, no-any-return]


@pytest.mark.parametrize("path", SIGNED_IN)
def test_signed_in(browser: Browser, administrator: User, path: str) -> None:
    check(browser(administrator), path.format(id=administrator.id))


@pytest.mark.parametrize("path", ANYBODY)
def test_anybody(client: Client, path: str) -> None:
    check(client, path)


def check(client: Client, path: str) -> None:
    answer = client.get(path)
    assert forbids_everything_else(answer["Content-Security-Policy"]), path
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert answer["Referrer-Policy"] == "same-origin"
    if not answer["Content-Type"].startswith("text/html"):
        return
    nonces = set(re.findall(r"'nonce-([^']+)'", answer["Content-Security-Policy"]))
    for element in elements(answer):
        assert not any(name == "style" or name.startswith("on") for name in element.attributes), (path, element)
        if element.tag == "style" or (element.tag == "script" and "src" not in element.attributes):
            is_data = element.attributes.get("type") == "application/json"
            assert is_data or element.attributes.get("nonce") in nonces, (path, element)
