"""HTTP requests: so many at a time, writes of one project one after the other, no thread for those who wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from foundry_site.server.http import HttpApplication
from tests.patience import PATIENCE


class Desk:
    """A view that lets nobody go before it is told to, and counts who is there."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.inside = 0
        self.most = 0
        self.came = threading.Condition()

    def __call__(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        with self.came:
            self.inside += 1
            self.most = max(self.most, self.inside)
            self.came.notify_all()
        assert self.open.wait(10)
        with self.came:
            self.inside -= 1
        return HttpResponse(request.method)

    def until(self, number: int) -> None:
        with self.came:
            assert self.came.wait_for(lambda: self.inside == number, PATIENCE)


desk = Desk()
urlpatterns = [path("slow/", desk), re_path("^api/", desk)]


@pytest.fixture(autouse=True)
def at_the_desk(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    settings.FOUNDRY_REST_THREADS = 3
    settings.ALLOWED_HOSTS = ["localhost"]
    desk.__init__()  # type: ignore[misc]
    yield
    desk.open.set()


async def ask(application: HttpApplication, address: str, method: str = "GET") -> int:
    messages: list[Mapping[str, Any]] = [{"type": "http.request", "body": b""}]
    answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def receive() -> Mapping[str, Any]:
        if messages:
            return messages.pop()
        await answered
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answered.set_result(message["status"])

    scope = {
        "type": "http",
        "method": method,
        "path": address,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    await application(scope, receive, send)
    return await answered


async def gathered(requests: list[asyncio.Task[int]]) -> list[int]:
    desk.open.set()
    return await asyncio.gather(*requests)


async def test_no_more_requests_are_worked_on_than_there_are_threads() -> None:
    application = HttpApplication()
    requests = [asyncio.create_task(ask(application, "/slow/")) for _ in range(10)]
    await asyncio.to_thread(desk.until, 3)
    assert await gathered(requests) == [200] * 10
    assert desk.most == 3


async def test_writes_of_one_project_take_turns_and_hold_up_nobody_else() -> None:
    application = HttpApplication()
    one, other = (f"/api/v1/projects/{uuid4()}/drafts/" for _ in range(2))
    requests = [asyncio.create_task(ask(application, one, "POST")) for _ in range(5)]
    await asyncio.to_thread(desk.until, 1)
    requests += [
        asyncio.create_task(ask(application, address, method)) for address, method in ((other, "POST"), (one, "GET"))
    ]
    await asyncio.to_thread(desk.until, 3)
    assert await gathered(requests) == [200] * 7


async def test_an_answer_ends_its_request_in_the_name_of_what_answered() -> None:
    """Django's own mark on an answer: whoever listens to the end of a request is told whose it was."""
    ended: list[object] = []

    def listen(sender: object, **more: object) -> None:
        ended.append(sender)

    request_finished.connect(listen)
    desk.open.set()
    try:
        assert await ask(HttpApplication(), "/slow/") == 200
    finally:
        request_finished.disconnect(listen)
    assert ended == [HttpApplication]
