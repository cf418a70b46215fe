"""Services, database access and the people of the tests."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoDbBlocker
from whitenoise.middleware import WhiteNoiseMiddleware

from accounts.callers import Caller
from accounts.models import User
from foundry_site.launcher.chromium import find_chromium
from projects.models import Project
from tests import databases
from tests.browser.server import Server
from tests.cast import (
    CASTS,
    STANDING,
    WITH_MATRIX,
    Cast,
    add_matrix,
    forget_redis,
    make_cast,
    new_caller,
    new_project,
    new_user,
)
from tests.controls import (  # noqa: F401 (hooks)
    pytest_collection_finish,
    pytest_runtest_logreport,
    pytest_sessionfinish,
)
from tests.distribution import pytest_collection_modifyitems, pytest_xdist_make_scheduler  # noqa: F401 (hooks)
from tests.exploring import load_profile
from tests.gateway.nodes import nodes  # noqa: F401 (a fixture)
from tests.leftovers import CLEAN, pytest_runtest_teardown  # noqa: F401 (a hook)
from tests.reading import read_from_elsewhere
from tests.services import SERVICES, worker

if TYPE_CHECKING:
    from tests.browser.chromium import Chromium

# How many new objects call for a look at the youngest generation; Python's own number is 700.
GARBAGE = 7_000

load_profile()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the services once, in the controller where tests run in several processes."""
    if worker() is None and not session.config.option.collectonly:
        # Python would end at once, and leave the services running.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        SERVICES.start()
        if SERVICES.started:
            databases.drop_leftovers()


def pytest_collection(session: pytest.Session) -> None:
    """Nothing of the tests is garbage while they are read."""
    gc.disable()
    read_from_elsewhere(session)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Every test of a folder `browser` drives Chromium."""
    if "browser" in item.nodeid.partition("::")[0].split("/"):
        item.add_marker(pytest.mark.browser)
        if not has_chromium():
            item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


@cache
def has_chromium() -> bool:
    return find_chromium() is not None


def pytest_runtestloop(session: pytest.Session) -> None:
    """What was loaded until here stays: no collection needs to look at it again.

    What a test leaves is little, and most of it in no circle: looking for circles ten times as seldom as Python does
    by itself takes 6 % less processor time.
    """
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)


def pytest_unconfigure() -> None:
    """Stop them when everything, the dropping of the test database included, is over."""
    if worker() is None:
        SERVICES.stop()


@pytest.fixture(scope="session", autouse=True)
def site_addresses(django_test_environment: None) -> None:
    """Which addresses the site has is read from the settings at import, so before a test changes them."""
    import_module(settings.ROOT_URLCONF)


@pytest.fixture(scope="session", autouse=True)
def static_files() -> Iterator[None]:
    """Look the static files up once: WhiteNoise does it for each handler, and each test client has one."""
    look_up = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, dict[str, Any]] = {}

    def look_up_once(self: WhiteNoiseMiddleware) -> None:
        if self.static_prefix not in found:
            look_up(self)
            found[self.static_prefix] = self.files
        self.files = dict(found[self.static_prefix])

    with patch.object(WhiteNoiseMiddleware, "add_files_from_finders", look_up_once):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, django_db_modify_db_settings: None
) -> Iterator[None]:
    """Make the clean database whichever tests are chosen.

    pytest-django makes it only where a test carries its marker, and one that truly commits carries none.
    """
    with django_db_blocker.unblock():
        name = databases.new(template=databases.template())
    with databases.connected_to(name), CLEAN.watched(name):
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


@pytest.fixture(scope="session")
def server(process_environment: dict[str, str]) -> Iterator[Server]:
    """One server for all tests of this process that look at pages: the trunk's and the stages'."""
    site = {"FOUNDRY_SITE_NAME": "Uppsala", "FOUNDRY_SITES_URL": "wss://uppsala.example"}
    server = Server({**process_environment, **site, "FOUNDRY_LOCK_TTL": "20"})
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium_of_the_process() -> Iterator[Chromium]:
    """One Chromium for all of them."""
    # Only they need Playwright.
    from tests.browser.chromium import Chromium

    chromium = Chromium()
    yield chromium
    chromium.stop()


@pytest.fixture(scope="session")
def standing_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of the database in which the people and projects of many tests stand already (``cast.py``)."""
    name = databases.new(template=databases.template())
    with django_db_blocker.unblock(), databases.connected_to(name):
        CASTS[name] = make_cast()
    yield name
    databases.drop(name)


@pytest.fixture(scope="session")
def matrix_database(standing_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of the database in which the permission matrix stands as well."""
    name = databases.new(template=standing_database)
    with django_db_blocker.unblock(), databases.connected_to(name):
        CASTS[name] = add_matrix(CASTS[standing_database])
    yield name
    databases.drop(name)


@pytest.fixture(scope="module", autouse=True)
def database_of_the_module(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where this module's tests roll back: in the clean database, or in one with the cast."""
    folders = request.path.parents
    if STANDING.isdisjoint(folders) or request.node.get_closest_marker("empty_site"):
        yield
    else:
        has_matrix = WITH_MATRIX in folders or request.node.get_closest_marker("matrix")
        name = request.getfixturevalue("matrix_database" if has_matrix else "standing_database")
        with databases.connected_to(name):
            yield


@pytest.fixture
def cast() -> Cast | None:
    """Who and what stands in this test's database; None where it makes its own."""
    cast = CASTS.get(databases.current())
    if cast is not None:
        forget_redis()
    return cast


@pytest.fixture
def make_user() -> Callable[..., User]:
    """Make an account; its name gets a suffix of its own."""
    return new_user


@pytest.fixture
def owner(cast: Cast | None) -> User:
    return cast.person("owner") if cast else new_user("owner")


@pytest.fixture
def editor(cast: Cast | None) -> User:
    return cast.person("editor") if cast else new_user("editor")


@pytest.fixture
def reviewer(cast: Cast | None) -> User:
    return cast.person("reviewer") if cast else new_user("reviewer")


@pytest.fixture
def viewer(cast: Cast | None) -> User:
    return cast.person("viewer") if cast else new_user("viewer")


@pytest.fixture
def outsider(cast: Cast | None) -> User:
    """Signed in, but a member of nothing."""
    return cast.person("outsider") if cast else new_user("outsider")


@pytest.fixture
def anonymous() -> AnonymousUser:
    return AnonymousUser()


@pytest.fixture
def caller_for() -> Callable[..., Caller]:
    """The caller of a user as REST makes it; keyword arguments replace its facts (``via="gateway"`` …)."""
    return new_caller


@pytest.fixture
def make_project(owner: User) -> Callable[..., Project]:
    """Make a private project of ``owner``; ``members`` maps roles to users."""
    return partial(new_project, owner)


@pytest.fixture
def project(
    cast: Cast | None, make_project: Callable[..., Project], editor: User, reviewer: User, viewer: User
) -> Project:
    """A private project with one member of each role."""
    if cast:
        return Project.objects.get(pk=cast.project)
    return make_project(members={"editor": editor, "reviewer": reviewer, "viewer": viewer})
