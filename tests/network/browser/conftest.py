"""Windows of people at different sites."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Page

from accounts.models import User
from tests.browser.chromium import Chromium
from tests.browser.people import session_of
from tests.network.conftest import Trio
from tests.network.people import Person
from tests.network.site import Site

SIZE = {"width": 1440, "height": 900}


@pytest.fixture
def open_at(trio: Trio, chromium_of_the_process: Chromium) -> Iterator[Callable[[Site, str], Page]]:
    """Open a page of the shared project in a window of a site's owner; at the end none may have complained."""
    sessions = {site.name: session_at(site, site.owner) for site in trio.sites}
    complaints: list[str] = []
    with chromium_of_the_process.driven() as browser:
        contexts = {}

        def opened(site: Site, path: str) -> Page:
            if site.name not in contexts:
                context = contexts[site.name] = browser.new_context(viewport=SIZE, locale="en-GB", timezone_id="UTC")  # type: ignore[arg-type]
                cookie = {"name": settings.SESSION_COOKIE_NAME, "value": sessions[site.name], "url": site.url}
                context.add_cookies([cookie])  # type: ignore[list-item]
            page = contexts[site.name].new_page()
            page.on("pageerror", lambda error: complaints.append(f"{site.name}: {error}"))
            page.goto(f"{site.url}/projects/{trio.project}/{path}")
            return page

        yield opened
        for context in contexts.values():
            context.close()
    assert complaints == []


def session_at(site: Site, person: Person) -> str:
    """Sign somebody in at a site without a browser; the key of the session."""
    with site.opened():
        return session_of(User.objects.get(pk=person.id))
