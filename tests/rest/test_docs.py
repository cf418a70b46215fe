"""The description of the API is for signed-in people, and loads nothing from elsewhere."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from tests.rest.client import Api, problem

pytestmark = pytest.mark.django_db


def test_c05_it_needs_a_sign_in() -> None:
    assert problem(Api().get("/api/schema/")) == (401, "not_authenticated")
    answer = Api().get("/api/docs/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/api/docs/")


def test_the_page_needs_nothing_that_our_content_security_policy_refuses(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    page = client.get("/api/docs/").content.decode()
    assert "<style" not in page
    assert re.findall(r"<script>", page) == []
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) == 5
    assert all(address.startswith(("/static/", "/api/docs/")) for address in addresses)
    script = client.get(addresses[-1])
    assert script["Content-Type"] == "application/javascript"
    assert "/api/schema/" in script.content.decode()


def test_the_schema_is_served(owner: User) -> None:
    answer = Api(owner).get("/api/schema/")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi")
