"""Services, database access and the people of the tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from secrets import token_hex
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from psycopg.conninfo import make_conninfo
from pytest_django import DjangoDbBlocker

from tests.controls import pytest_collection_finish, pytest_runtest_logreport, pytest_sessionfinish  # noqa: F401 (hooks)
from tests.services import SERVICES, worker

if TYPE_CHECKING:
    from accounts.callers import Caller
    from accounts.models import User
    from projects.models import Project

    MakeUser = Callable[..., User]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the services once, in the controller where tests run in several processes."""
    if worker() is None and not session.config.option.collectonly:
        # Python would end at once, and leave the services running.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        SERVICES.start()


def pytest_unconfigure() -> None:
    """Stop them when everything, the dropping of the test database included, is over."""
    if worker() is None:
        SERVICES.stop()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, django_db_modify_db_settings: None
) -> Iterator[None]:
    """Make the test database whichever tests are chosen.

    pytest-django makes it only where a test carries its marker, and one that truly commits carries none.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            # The server of a test that has just stopped it may still be leaving.
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        teardown_databases(made, verbosity=0)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Database access for a test that truly commits: no transaction around it, and no flush after it.

    The audit trail refuses TRUNCATE, so what such a test commits stays: it makes its own users and projects, and
    asserts about these only. Threads and processes see what it writes.
    """
    with django_db_blocker.unblock():
        yield
        connection.close()


@pytest.fixture(scope="session")
def process_environment(django_db_setup: None) -> dict[str, str]:
    """The environment of a child process (``manage.py serve`` …) on this worker's services and test database."""
    here = connection.settings_dict
    parameters = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    address = make_conninfo(**{name: here[key] for name, key in parameters.items() if here[key]})
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
