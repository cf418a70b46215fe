"""A browser that is signed out elsewhere, or that nobody uses, loses its socket and its locks (controls c05, c18)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models.functions import Now
from django.test import Client as Browser
from django.utils import timezone

from accounts.callers import Caller, cookie_credential
from accounts.models import User
from accounts.sessions import end_session, end_unused_sessions
from gateway import socket as socket_module
from gateway.node import Node
from locking.models import EndReason, Lease
from projects.models import Project
from tests.gateway.client import Client
from tests.gateway.conftest import in_thread

ORIGIN = "http://testserver"


def sign_in(user: User) -> UserSession:
    """Sign in at a browser of one's own; the row that the account page shows."""
    browser = Browser()
    browser.force_login(user)
    browser.get("/account/")
    return UserSession.objects.get(session_key=browser.session.session_key)


def socket_of(row: UserSession, project: Project) -> Client:
    cookie = f"{settings.SESSION_COOKIE_NAME}={row.session_key}"
    return Client(project.id, headers={"host": "testserver", "origin": ORIGIN, "cookie": cookie})


@pytest.fixture
def on_our_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["testserver"])


pytestmark = pytest.mark.usefixtures("node", "on_our_host")


async def assert_revoked(project: Project, token: int) -> None:
    lease = await in_thread(Lease.objects.get, project=project, token=token)
    assert lease.end_reason == EndReason.REVOKED


async def test_c18_signed_out_elsewhere(editor: User, project: Project) -> None:
    lost = await in_thread(sign_in, editor)
    here = await in_thread(sign_in, editor)
    socket, other = socket_of(lost, project), socket_of(here, project)
    await socket.open()
    await other.open()
    token = int((await socket.call("lock.acquire", field="prompt_text"))["token"])
    caller = Caller(
        user=editor, via="browser", credential=cookie_credential(here.session_key), proven_at=timezone.now()
    )
    await in_thread(end_session, caller=caller, session_id=lost.pk)
    assert await socket.closed() == 4401
    assert await other.call("ping") == {}
    await socket.leave(4401)
    await other.leave()
    await assert_revoked(project, token)


async def test_c05_a_browser_that_nobody_uses(editor: User, project: Project) -> None:
    row = await in_thread(sign_in, editor)
    socket = socket_of(row, project)
    await socket.open()
    token = int((await socket.call("lock.acquire", field="prompt_text"))["token"])
    await in_thread(UserSession.objects.filter(pk=row.pk).update, last_seen_at=Now() - timedelta(minutes=31))
    assert await in_thread(end_unused_sessions) >= 1
    assert await socket.closed() == 4401
    await socket.leave(4401)
    await assert_revoked(project, token)


async def test_who_writes_stays_signed_in_and_a_page_by_itself_does_not(
    editor: User, project: Project, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_module, "USE_INTERVAL", -1.0)
    noted: list[str] = []
    monkeypatch.setattr(node, "record_use", lambda caller: noted.append(caller.credential))
    row = await in_thread(sign_in, editor)
    async with socket_of(row, project) as socket:
        await socket.call("ping")
        await socket.call("events.since", after=0)
        assert noted == []
        await socket.call("cursor.move", field="prompt_text", anchor=0, head=0)
        assert noted == [cookie_credential(row.session_key)]
