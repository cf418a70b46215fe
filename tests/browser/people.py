"""The people of the browser tests: a project that they share, and a window for each."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from secrets import token_hex
from typing import Any, TypeVar

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.services import create_account
from drafts.models import Draft
from drafts.reading import get_draft
from foundry_site.demo.story import PROJECT_DESCRIPTION, PROJECT_NAME, VERSIONS
from projects.demo import PEOPLE
from projects.models import Project
from projects.services import add_member, create_project
from tests import databases
from tests.accounts.pages import seem_proven
from tests.browser.contexts import Scheme, Size, give_back, open_page
from tests.browser.world_rows import WorldRows, read_rows
from tests.patience import PATIENCE
from tests.writers import Writer

Result = TypeVar("Result")
# Seconds between two looks into the database.
POLL = 0.1


NOTES_STAY = """(() => {
  const { setTimeout } = window;
  window.setTimeout = (act, delay, ...more) => setTimeout(act, delay === 8000 ? 60000 : delay, ...more);
})()"""

# What the first test of this process made, by the name of its database.
_MADE: dict[str, WorldRows] = {}


class World:
    """One project of the demo's story, for each test another one, with accounts of its own.

    The first of a process is made through the services. The others are copies of its rows, which takes a fraction of
    the time.
    """

    def __init__(self, url: str, arrange: Callable[[Callable[[], Any]], Any]) -> None:
        self.url = url
        self.arrange = arrange
        self.people: dict[str, User] = {}
        self.project: Project = arrange(self._make)

    @property
    def address(self) -> str:
        return f"{self.url}/projects/{self.project.id}/"

    def current(self) -> Draft:
        """The current version, as the database has it."""
        draft: Draft = self.arrange(lambda: get_draft(project_id=self.project.id, version=None))
        return draft

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something to become true in the database; whoever makes it true needs the processor."""
        deadline = time.monotonic() + PATIENCE
        while not self.arrange(holds):
            assert time.monotonic() < deadline, "It did not become true."
            time.sleep(POLL)

    def session_of(self, name: str) -> str:
        """Sign somebody in; the key of the session."""
        return str(self.arrange(lambda: session_of(self.people[name])))

    def caller(self, name: str) -> Caller:
        return Caller(user=self.people[name], via="api", credential=f"token:{self.people[name].id}")

    def writer(self, name: str) -> Writer:
        """Somebody at work without a browser; to be used inside `arrange`."""
        return Writer(self.caller(name), self.project)

    def _make(self) -> Project:
        made = _MADE.get(databases.current())
        if made is None:
            return self._make_through_the_services()
        people, project = made.copy()
        found = User.objects.in_bulk(people.values())
        self.people = {name: found[pk] for name, pk in people.items()}
        return Project.objects.get(pk=project)

    def _make_through_the_services(self) -> Project:
        suffix = token_hex(4)
        for one in PEOPLE:
            self.people[one.username] = create_account(
                caller=foundry_caller("command"),
                username=f"{one.username}-{suffix}",
                display_name=one.display_name,
                is_auditor=one.is_auditor,
            )
        self.project = create_project(caller=self.caller("owner"), name=PROJECT_NAME, description=PROJECT_DESCRIPTION)
        for one in PEOPLE:
            if one.role not in {None, "owner"}:
                user_id = self.people[one.username].id
                add_member(
                    caller=self.caller("owner"), project_id=self.project.id, user_id=user_id, role=one.role or ""
                )
        for number, version in enumerate(VERSIONS):
            writer = self.writer(version.author.username)
            locks = [writer.take(name) for name in version.changes]
            writer.save(version.changes, *locks, base=number, message=version.message, release_locks=True)
        people = {name: user.id for name, user in self.people.items()}
        _MADE[databases.current()] = read_rows(people, self.project.id, suffix)
        return self.project


def session_of(user: User) -> str:
    """Sign in without a browser, as if proved a moment ago; to be used inside `arrange`."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    seem_proven(client)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Person:
    """Somebody with a window: where they click and what they see, in words of the product."""

    def __init__(
        self,
        chromium: Browser,
        world: World,
        user: User,
        cookie: str,
        *,
        scheme: Scheme = "light",
        size: Size = (1440, 900),
    ) -> None:
        self.world = world
        self.user = user
        self.complaints: list[str] = []
        # What the browser says of an answer that a test provokes; anything else is a complaint.
        self.expected: list[str] = []
        self._browser = chromium
        self._kind = scheme, size
        self._is_closed = False
        self.page: Page = open_page(chromium, world.url, *self._kind)
        self._context = self.page.context
        self._context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": world.url}])
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught {error}"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(re.search(each, message.text) for each in self.expected):
            self.complaints.append(f"{message.type} {message.text} ({message.location['url']} on {self.page.url})")

    def close(self) -> None:
        """Close the window, once; its context is for somebody else's."""
        if not self._is_closed:
            self._is_closed = True
            give_back(self._browser, self._context, *self._kind)

    def keep_notes(self) -> None:
        """On the pages that are opened from now on, short notes stay for a minute.

        For what looks at a note after it has waited for something else: on a busy machine that may take more than the
        8 seconds for which a note stays (`SHOWN_FOR` in toasts.ts).
        """
        self.page.add_init_script(NOTES_STAY)

    def sign_out(self) -> None:
        self._context.clear_cookies()

    def another_tab(self, path: str) -> Page:
        """A second page in the same browser."""
        tab = self._context.new_page()
        tab.goto(self.world.url + path)
        return tab

    def becomes(self, name: str) -> None:
        """Somebody signs in at this browser, as a sign-in page does it: with a new session and a new CSRF token."""
        self._context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
        key = self.world.session_of(name)
        self._context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.world.url}])

    def open(self, path: str = "", field: str | None = None) -> Page:
        """Go to a page of the project."""
        self.page.goto(self.world.address + path + (f"?field={field}" if field else ""))
        return self.page

    def at_work(self, field: str | None = None) -> Page:
        """The workspace, its socket open."""
        self.open(field=field)
        expect(self.page.locator(".ws[data-line='live']")).to_be_visible()
        return self.page

    @property
    def text(self) -> Locator:
        return self.page.locator(".cm-content")

    @property
    def badge(self) -> Locator:
        return self.page.locator("[data-sheet-target=badge]")

    def line(self, words: str) -> Locator:
        return self.page.locator(".cm-line", has_text=words).first

    def expect_state(self, state: str) -> None:
        expect(self.page.locator(".sheet")).to_have_attribute("data-state", state)

    def take(self) -> None:
        """Have the field, with its text as it was: the first change takes it."""
        self.text.click()
        self.page.keyboard.type("x")
        self.expect_state("yours")
        self.page.keyboard.press("Backspace")

    def write(self, words: str) -> None:
        """Write at the beginning of the text, and have the field by that."""
        self.text.click()
        self.page.keyboard.press("ControlOrMeta+Home")
        self.page.keyboard.type(words)
        self.expect_state("yours")

    def toast(self, words: str) -> Locator:
        return self.page.locator(".toast-note", has_text=words)

    def bar(self, words: str) -> Locator:
        return self.page.locator(".ws-bars .bar", has_text=words)
