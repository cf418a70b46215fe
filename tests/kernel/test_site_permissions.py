"""The permissions that apps register for the whole site."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser

from kernel.site_permissions import SITE_PERMISSIONS, SitePermission, SiteRole, may_on_site, register_site_permissions

ADMINISTRATOR = SimpleNamespace(is_active=True, is_superuser=True, is_auditor=False)
AUDITOR = SimpleNamespace(is_active=True, is_superuser=False, is_auditor=True)
PERSON = SimpleNamespace(is_active=True, is_superuser=False, is_auditor=False)
CLOSED = SimpleNamespace(is_active=False, is_superuser=True, is_auditor=True)
EVERYBODY = {"administrator": ADMINISTRATOR, "auditor": AUDITOR, "person": PERSON, "closed": CLOSED}


@pytest.fixture(autouse=True)
def fleet() -> Iterator[None]:
    with SITE_PERMISSIONS.replaced(SITE_PERMISSIONS):
        register_site_permissions(*(SitePermission(f"fleet.{role.name.lower()}", role) for role in SiteRole))
        yield


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("fleet.administrator", {"administrator"}),
        ("fleet.auditor", {"auditor"}),
        ("fleet.staff", {"administrator", "auditor"}),
        ("fleet.any_account", {"administrator", "auditor", "person"}),
    ],
)
def test_each_role_may_what_is_registered_for_it(action: str, allowed: set[str]) -> None:
    assert {name for name, user in EVERYBODY.items() if may_on_site(action, user)} == allowed


def test_who_is_not_signed_in_may_nothing() -> None:
    assert not may_on_site("fleet.any_account", AnonymousUser())
    assert not may_on_site("fleet.any_account", None)


def test_an_action_that_no_app_registers_is_a_programming_error() -> None:
    with pytest.raises(LookupError, match=r"fleet\.stop"):
        may_on_site("fleet.stop", PERSON)
