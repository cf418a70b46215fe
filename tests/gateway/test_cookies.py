"""Opening a socket with the session cookie: only from a page of this site, and only while the session lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser

from accounts.models import User
from accounts.services import change_password, deactivate_account
from gateway import authentication
from locking.models import Session
from projects.models import Project
from tests.gateway.client import Client
from tests.gateway.conftest import in_thread

pytestmark = pytest.mark.usefixtures("node")

HERE = {"host": "localhost:8000", "origin": "http://localhost:8000"}


@pytest.fixture
def sign_in(committed_db: None) -> Callable[[User], Browser]:
    """Sign a user in with a browser of their own."""

    def sign_in(user: User) -> Browser:
        browser = Browser()
        browser.force_login(user)
        return browser

    return sign_in


def key_of(browser: Browser) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def socket_with(project: Project, key: str, headers: dict[str, str]) -> Client:
    return Client(project.id, headers={**headers, "cookie": f"{settings.SESSION_COOKIE_NAME}={key}; other=1"})


async def close_code(socket: Client) -> int:
    await socket.connect()
    code = await socket.closed()
    await socket.leave(code)
    return code


async def test_a_page_of_this_site_signs_in(project: Project, viewer: User, sign_in: Callable[[User], Browser]) -> None:
    key = key_of(await in_thread(sign_in, viewer))
    async with socket_with(project, key, HERE) as socket:
        assert socket.snapshot["present"] == [{"user": viewer.person(), "fields": []}]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost:8000"},
        {"host": "localhost:8000", "origin": "null"},
        {"host": "localhost:8000", "origin": "http://localhost:8001"},
        {"host": "localhost:8000", "origin": "https://localhost:8000"},
        {"host": "localhost:8000", "origin": "http://localhost"},
        {"host": "localhost:8000", "origin": "http://localhost:8000/page"},
        {"host": "localhost:8000", "origin": "http://evil@localhost:8000"},
        {"host": "localhost:8000", "origin": "http://evil.example"},
        {"host": "localhost:8000", "origin": "file://localhost:8000"},
        {"host": "localhost:8000", "origin": "http://[::1"},
        {"host": "evil.example", "origin": "http://evil.example"},
    ],
)
async def test_c11_another_sites_page_does_not_sign_in(
    project: Project, viewer: User, sign_in: Callable[[User], Browser], headers: dict[str, str]
) -> None:
    key = key_of(await in_thread(sign_in, viewer))
    assert await close_code(socket_with(project, key, headers)) == 4401


@pytest.mark.parametrize(
    ("host", "origin", "forwarded", "is_in"),
    [
        ("localhost", "https://localhost", "https", True),
        ("localhost:443", "https://localhost", "https", True),
        ("localhost", "http://localhost", "https", False),
        ("localhost", "https://localhost", "http", False),
        ("localhost", "https://localhost:8443", "https", False),
    ],
)
def test_c11_behind_a_proxy_the_scheme_is_the_browsers(
    settings: Any, host: str, origin: str, forwarded: str, is_in: bool
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    told = {"host": host, "origin": origin, "x-forwarded-proto": forwarded}
    scope = {"scheme": "ws", "headers": [(name.encode(), value.encode()) for name, value in told.items()]}
    assert authentication._is_own_origin(scope) is is_in


async def test_a_trusted_origin_signs_in(
    project: Project, viewer: User, sign_in: Callable[[User], Browser], settings: Any
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://foundry.example"]
    key = key_of(await in_thread(sign_in, viewer))
    headers = {"host": "10.0.0.7:8000", "origin": "https://foundry.example"}
    async with socket_with(project, key, headers) as socket:
        assert socket.snapshot["role"] == "viewer"


async def test_a_page_that_another_account_opened_is_refused(
    project: Project, owner: User, editor: User, sign_in: Callable[[User], Browser]
) -> None:
    """The browser has the owner signed in by now; the page was the editor's."""
    key = key_of(await in_thread(sign_in, owner))
    cookie = {**HERE, "cookie": f"{settings.SESSION_COOKIE_NAME}={key}"}
    assert await close_code(Client(project.id, headers=cookie, account=str(editor.id))) == 4409
    assert not await in_thread(Session.objects.filter(project=project).exists)
    async with Client(project.id, headers=cookie, account=str(owner.id)) as socket:
        assert socket.snapshot["role"] == "owner"


@pytest.mark.parametrize("key", ["", "x", "0" * 32])
async def test_an_unknown_session_does_not(project: Project, key: str) -> None:
    assert await close_code(socket_with(project, key, HERE)) == 4401


async def test_a_sign_out_closes_this_browsers_sockets_only(
    project: Project, editor: User, sign_in: Callable[[User], Browser]
) -> None:
    one, two = await in_thread(sign_in, editor), await in_thread(sign_in, editor)
    first, second = socket_with(project, key_of(one), HERE), socket_with(project, key_of(two), HERE)
    await first.open()
    await second.open()
    await in_thread(one.logout)
    assert await first.closed() == 4401
    assert await second.call("ping") == {}
    await first.leave(4401)
    await second.leave()


async def test_a_new_password_closes_the_browsers_sockets(
    project: Project, editor: User, sign_in: Callable[[User], Browser], caller_for: Callable[..., Any]
) -> None:
    socket = socket_with(project, key_of(await in_thread(sign_in, editor)), HERE)
    await socket.open()
    password = "correct horse battery staple"
    await in_thread(change_password, caller=caller_for(editor), password=password)
    assert await socket.closed() == 4401
    await socket.leave(4401)


async def test_a_closed_accounts_cookie_opens_nothing(
    project: Project,
    viewer: User,
    sign_in: Callable[[User], Browser],
    make_user: Callable[..., User],
    caller_for: Callable[..., Any],
) -> None:
    key = key_of(await in_thread(sign_in, viewer))
    administrator = await in_thread(make_user, "administrator", is_administrator=True)
    await in_thread(deactivate_account, caller=caller_for(administrator), user_id=viewer.id)
    assert await close_code(socket_with(project, key, HERE)) == 4401
