"""A token that expires closes its sockets and frees its locks, like one that is revoked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db.models.functions import Now

from accounts.callers import Caller
from accounts.models import PersonalAccessToken, User
from gateway.node import Node
from locking.models import EndReason, Lease
from projects.models import Project
from tests.gateway.conftest import SocketOf, in_thread
from tests.gateway.test_revocation import PROMPT, assert_revoked, hold, take

pytestmark = pytest.mark.usefixtures("node")


async def test_an_expired_token_closes_its_socket_and_frees_its_locks(
    socket_of: SocketOf, editor: User, viewer: User, project: Project
) -> None:
    writer, watcher = socket_of(editor), socket_of(viewer)
    await writer.open()
    await watcher.open()
    token = await hold(writer)
    await in_thread(expire_tokens, editor)
    assert await writer.closed() == 4401
    assert await watcher.call("ping") == {}
    await writer.leave(4401)
    await watcher.leave()
    await assert_revoked(project, token)
    again = socket_of(editor)
    await again.connect()
    assert await again.closed() == 4401


async def test_an_expired_token_frees_what_it_held_without_a_socket(
    editor: User, project: Project, caller_for: Callable[..., Caller], tokens: dict[UUID, str], node: Node
) -> None:
    named = await in_thread(PersonalAccessToken.objects.get, user=editor)
    held = await in_thread(take, caller_for(editor, credential=named.credential, via="api"), project, PROMPT)
    other = await in_thread(take, caller_for(editor), project, "model_configuration")
    await in_thread(expire_tokens, editor)
    await node.revocations.poll()
    leases = Lease.objects.filter(project=project)
    assert (await in_thread(leases.get, token=held)).end_reason == EndReason.REVOKED
    assert (await in_thread(leases.get, token=other)).is_open


def expire_tokens(user: User) -> None:
    """Let the time of their tokens be over now."""
    PersonalAccessToken.objects.filter(user=user).update(expires_at=Now(), created_at=Now() - timedelta(days=1))
