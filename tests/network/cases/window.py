"""Somebody's browser without scripts: pages of a site over HTTP, and forms that are sent to it."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from accounts.models import User
from tests.browser.people import session_of
from tests.network.people import Person
from tests.patience import PATIENCE

_TOKEN = "c" * 32


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    text: str

    @property
    def words(self) -> str:
        """What somebody reads there."""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.text))


class Window:
    def __init__(self, person: Person) -> None:
        self._port = person.site.node.port
        with person.site.opened():
            session = session_of(User.objects.get(pk=person.id))
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={_TOKEN}"
        self._headers = {"Cookie": cookies, "Accept-Language": "en"}

    def open(self, path: str, form: dict[str, Any] | None = None) -> Page:
        """A page; a `form` is sent to it."""
        headers, method, body = self._headers, "GET", None
        if form is not None:
            headers = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
            method, body = "POST", urlencode({**form, "csrfmiddlewaretoken": _TOKEN})
        connection = http.client.HTTPConnection("localhost", self._port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Page(response.status, response.read().decode())
        finally:
            connection.close()
