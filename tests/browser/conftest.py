"""A real server, a real Chromium, and people with windows of their own.

Playwright's sync API keeps an event loop in the test's thread, in which the ORM refuses to work: what a test arranges
in the database goes through `World.arrange`, in another thread. One server and one Chromium serve all files of a
process (`tests/conftest.py`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, Locator, expect
from pytest_django import DjangoDbBlocker

from tests.browser.chromium import Chromium
from tests.browser.people import Person, Result, World
from tests.browser.server import Server
from tests.patience import PATIENCE

# Milliseconds.
expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(autouse=True)
def whole_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody clicks before the page has come whole: what a button does is its script's."""
    click = Locator.click

    def click_on_a_whole_page(locator: Locator, **options: Any) -> None:
        locator.page.wait_for_load_state()
        click(locator, **options)

    monkeypatch.setattr(Locator, "click", click_on_a_whole_page)


@pytest.fixture
def arrange(committed_db: None) -> Iterator[Callable[[Callable[[], Result]], Result]]:
    """Run something that uses the database, in a thread without an event loop.

    The thread keeps its connection until the test ends: to open one takes longer than most of what is asked there.
    """
    with ThreadPoolExecutor(1) as thread:

        def run(work: Callable[[], Result]) -> Result:
            return thread.submit(work).result()

        def close() -> None:
            connection.close()

        yield run
        run(close)


@pytest.fixture(scope="module")
def chromium(shared_database: str, chromium_of_the_process: Chromium) -> Iterator[Browser]:
    """The system's Chromium; each person has a context, and so cookies, of their own in it.

    The database is made before it: while it is driven the ORM refuses to work here.
    """
    with chromium_of_the_process.driven() as browser:
        yield browser


@pytest.fixture
def world(
    arrange: Callable[[Callable[[], Result]], Result], server: Server, django_db_blocker: DjangoDbBlocker
) -> World:
    """The oncology project with its people, as the demo tells it."""
    return World(server.url, arrange)


@pytest.fixture
def person(chromium: Browser, world: World) -> Iterator[Callable[..., Person]]:
    """Give somebody a window; at the end none may have seen a console error or a breach of the content policy."""
    windows: list[Person] = []

    def open_window(name: str, **options: object) -> Person:
        user = world.people[name]
        cookie = world.session_of(name)
        window = Person(chromium, world, user, cookie, **options)  # type: ignore[arg-type]
        windows.append(window)
        return window

    yield open_window
    complaints = [f"{window.user.display_name}: {words}" for window in windows for words in window.complaints]
    for window in windows:
        window.close()
    assert complaints == []


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures go: into the documentation where `FOUNDRY_PICTURES` says so, else to be looked at and lost."""
    if os.environ.get("FOUNDRY_PICTURES"):
        folder = Path(settings.BASE_DIR) / "docs" / "pictures"
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    return tmp_path_factory.mktemp("pictures")
