"""Services, database access and the people of the tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from secrets import token_hex
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests import databases
from tests.controls import pytest_collection_finish, pytest_runtest_logreport, pytest_sessionfinish  # noqa: F401 (hooks)
from tests.exploring import load_profile
from tests.services import SERVICES, worker

if TYPE_CHECKING:
    from accounts.callers import Caller
    from accounts.models import User
    from projects.models import Project

    MakeUser = Callable[..., User]


load_profile()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the services once, in the controller where tests run in several processes."""
    if worker() is None and not session.config.option.collectonly:
        # Python would end at once, and leave the services running.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        SERVICES.start()
        if SERVICES.started:
            databases.drop_leftovers()


def pytest_unconfigure() -> None:
    """Stop them when everything, the dropping of the test database included, is over."""
    if worker() is None:
        SERVICES.stop()


@pytest.fixture(scope="session", autouse=True)
def site_addresses(django_test_environment: None) -> None:
    """Which addresses the site has is read from the settings at import, so before a test changes them."""
    import_module(settings.ROOT_URLCONF)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, django_db_modify_db_settings: None
) -> Iterator[None]:
    """Make the clean database whichever tests are chosen.

    pytest-django makes it only where a test carries its marker, and one that truly commits carries none.
    """
    with django_db_blocker.unblock():
        name = databases.new(template=databases.template())
    with databases.connected_to(name):
        yield
    databases.drop(name)


@pytest.fixture(scope="session")
def shared_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of the database of all tests of this process that commit."""
    name = databases.new(template=databases.template())
    with django_db_blocker.unblock(), databases.connected_to(name):
        databases.make_unverifiable()
    yield name
    databases.drop(name)


@pytest.fixture
def committed_db(shared_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Database access for a test that truly commits: no transaction around it, and no flush after it.

    The audit trail refuses TRUNCATE, so what such a test commits stays: it makes its own users and projects, and
    asserts about these only. Threads and processes see what it writes.
    """
    with django_db_blocker.unblock(), databases.connected_to(shared_database):
        yield


@pytest.fixture
def own_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The address of an empty database for one test, which commits to it and may verify the whole of it."""
    name = databases.new(template=databases.template())
    with django_db_blocker.unblock(), databases.connected_to(name):
        yield databases.address(name)
    databases.drop(name)


@pytest.fixture(scope="session")
def process_environment(shared_database: str) -> dict[str, str]:
    """The environment of a child process (``manage.py serve`` …) on this worker's services and shared database."""
    address = databases.address(shared_database)
    return {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "foundry_site.settings"}


@pytest.fixture
def make_user() -> MakeUser:
    """Make an account through the service; its name gets a suffix of its own, because names are never reused."""
    from accounts.callers import foundry_caller
    from accounts.services import create_account
    from accounts.suspension import restore_signing

    def make(name: str, **facts: Any) -> User:
        user = create_account(
            caller=foundry_caller("command"),
            **{"username": f"{name}-{token_hex(4)}", "display_name": name.title(), **facts},
        )
        if user.signing_suspended_at is not None:
            # As if they had chosen their password themselves.
            restore_signing(caller=foundry_caller("command"), user_id=user.id, reason="It is them")
            user.refresh_from_db()
        return user

    return make


@pytest.fixture
def owner(make_user: MakeUser) -> User:
    return make_user("owner")


@pytest.fixture
def editor(make_user: MakeUser) -> User:
    return make_user("editor")


@pytest.fixture
def reviewer(make_user: MakeUser) -> User:
    return make_user("reviewer")


@pytest.fixture
def viewer(make_user: MakeUser) -> User:
    return make_user("viewer")


@pytest.fixture
def outsider(make_user: MakeUser) -> User:
    """Signed in, but a member of nothing."""
    return make_user("outsider")


@pytest.fixture
def anonymous() -> AnonymousUser:
    return AnonymousUser()


@pytest.fixture
def caller_for() -> Callable[..., Caller]:
    """The caller of a user as the REST door makes it; keyword arguments replace its facts (``via="gateway"`` …)."""
    from accounts.callers import Caller

    def caller(user: User, **facts: Any) -> Caller:
        caller = Caller(user=user, via="api", credential=f"token:{user.id}", proven_at=timezone.now())
        return replace(caller, **facts)

    return caller


@pytest.fixture
def make_project(owner: User, caller_for: Callable[..., Caller]) -> Callable[..., Project]:
    """Make a private project of ``owner``; ``members`` maps roles to users."""
    from projects.services import add_member, create_project

    def make(
        name: str = "Oncology protocol agent", *, members: Mapping[str, User] = MappingProxyType({}), **facts: Any
    ) -> Project:
        made = create_project(caller=caller_for(owner), name=name, **facts)
        for role, user in members.items():
            add_member(caller=caller_for(owner), project_id=made.id, user_id=user.id, role=role)
        return made

    return make


@pytest.fixture
def project(make_project: Callable[..., Project], editor: User, reviewer: User, viewer: User) -> Project:
    """A private project with one member of each role."""
    return make_project(members={"editor": editor, "reviewer": reviewer, "viewer": viewer})
