"""A node that missed revocations for a while finds them when it can look again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.callers import Caller
from accounts.models import PersonalAccessToken, User
from accounts.services import deactivate_account, revoke_token
from gateway import revocation
from gateway.node import Node
from kernel.errors import Unavailable
from projects.models import Project
from tests.gateway.conftest import SocketOf, in_thread
from tests.gateway.test_revocation import assert_revoked, hold

pytestmark = pytest.mark.usefixtures("node")


async def test_a_loss_is_found_by_a_node_that_could_not_look_for_longer_than_the_window(
    socket_of: SocketOf,
    editor: User,
    administrator: User,
    project: Project,
    caller_for: Callable[..., Caller],
    node: Node,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer = socket_of(editor)
    await writer.open()
    token = await hold(writer)
    await node.revocations.poll()
    monkeypatch.setattr(revocation, "WINDOW", timedelta(0))
    with monkeypatch.context() as partition:
        partition.setattr(revocation, "revocations_since", postgres_is_away)
        await in_thread(deactivate_account, caller=caller_for(administrator), user_id=editor.id)
        # By the time of the next successful look, no fixed window would reach back to it.
        with pytest.raises(Unavailable):
            await node.revocations.poll()
        assert await writer.call("ping") == {}
    await node.revocations.poll()
    assert await writer.closed() == 4401
    await writer.leave(4401)
    await assert_revoked(project, token)


async def test_a_node_that_could_never_look_asks_again_about_every_socket(
    socket_of: SocketOf,
    editor: User,
    administrator: User,
    caller_for: Callable[..., Caller],
    node: Node,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer = socket_of(editor)
    await writer.open()
    monkeypatch.setattr(revocation, "WINDOW", timedelta(0))
    with monkeypatch.context() as partition:
        partition.setattr(revocation, "revocations_since", postgres_is_away)
        node.revocations = revocation.Revocations(node.lanes, node.connections)
        await in_thread(deactivate_account, caller=caller_for(administrator), user_id=editor.id)
    await node.revocations.poll()
    assert await writer.closed() == 4401
    await writer.leave(4401)


async def test_a_socket_that_was_being_opened_while_its_token_was_revoked_is_closed(
    socket_of: SocketOf, editor: User, caller_for: Callable[..., Caller], node: Node
) -> None:
    """It signed in before the loss, and stands among the node's sockets after the loss was handled."""
    late = socket_of(editor)
    await late.open()
    (connection,) = node.connections
    node.connections.discard(connection)
    named = await in_thread(PersonalAccessToken.objects.filter(user=editor).earliest, "id")
    await in_thread(revoke_token, caller=caller_for(editor), token_id=named.id)
    await node.revocations.poll()
    node.connections.add(connection)
    assert await late.closed() == 4401
    await late.leave(4401)


def postgres_is_away(last: datetime | None) -> revocation.Poll:
    raise Unavailable
