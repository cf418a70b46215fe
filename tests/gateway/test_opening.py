"""Opening a socket: who may, what the first frame says, which code tells a refusal."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event, project_chain
from gateway.node import Node
from locking.models import Session
from projects.models import Project
from projects.services import update_project
from tests.gateway.client import Client, ClosedError
from tests.gateway.conftest import SocketOf, followed, in_thread

pytestmark = pytest.mark.usefixtures("node")

Tokens = dict[UUID, str]


async def test_the_snapshot_tells_the_whole_state(socket_of: SocketOf, editor: User, project: Project) -> None:
    socket = socket_of(editor)
    snapshot = await socket.open()
    newest = await in_thread(Event.objects.newest_seq, project_chain(project.id))
    session = await in_thread(Session.objects.get, pk=snapshot.pop("session_id"))
    assert session.user_id == editor.id
    assert len(snapshot.pop("resume_secret")) > 40
    assert snapshot == {
        "seq": newest,
        "lock_ttl": 60,
        "role": "editor",
        "project": {
            "id": str(project.id),
            "name": project.name,
            "description": "",
            "is_private": True,
            "status": "open",
        },
        "current_version": 0,
        "locks": [],
        "present": [{"user": editor.person(), "fields": []}],
        "reset": False,
    }
    await socket.leave()


@pytest.mark.parametrize(
    ("after", "reset"),
    [("0", False), ("1", False), ("4", False), ("5", True), ("-1", True), ("x", True), ("9" * 30, True)],
)
async def test_reset_is_true_where_after_means_nothing(
    socket_of: SocketOf, viewer: User, after: str, reset: bool
) -> None:
    async with socket_of(viewer, after=after) as socket:
        assert socket.snapshot["seq"] == 4
        assert socket.snapshot["reset"] is reset


async def test_a_token_can_come_as_a_subprotocol_and_is_not_repeated(
    project: Project, tokens: Tokens, viewer: User
) -> None:
    offered = ["foundry.v1", f"foundry.bearer.{tokens[viewer.id]}"]
    async with Client(project.id, subprotocols=offered) as socket:
        assert socket.subprotocol == "foundry.v1"
        assert socket.snapshot["role"] == "viewer"


@pytest.mark.parametrize("token", [None, "", "fdy_wrong", "fdy_" + "x" * 43])
async def test_c05_without_a_good_token_it_closes_4401(project: Project, token: str | None) -> None:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    socket = Client(project.id, headers=headers)
    await socket.connect()
    assert await socket.closed() == 4401
    await socket.leave()


async def test_a_private_project_does_not_exist_for_an_outsider(socket_of: SocketOf, outsider: User) -> None:
    with pytest.raises(ClosedError, match="4404"):
        await socket_of(outsider).open()


@pytest.mark.parametrize("project_id", ["0190a000-0000-7000-8000-000000000000", "no-uuid", "%00"])
async def test_an_unknown_project_closes_4404(tokens: Tokens, outsider: User, project_id: str) -> None:
    with pytest.raises(ClosedError, match="4404"):
        await Client(project_id, tokens[outsider.id]).open()


async def test_an_internal_project_shows_itself_to_everybody_signed_in(
    socket_of: SocketOf, project: Project, owner: User, outsider: User, caller_for: Callable[..., Caller]
) -> None:
    await in_thread(update_project, caller=caller_for(owner), project_id=project.id, is_private=False)
    async with socket_of(outsider) as socket:
        assert socket.snapshot["role"] == "viewer"


async def test_another_address_is_accepted_and_closed_4404() -> None:
    socket = Client("x/y")
    await socket.connect()
    assert await socket.closed() == 4404
    await socket.leave()


async def test_hanging_up_while_the_socket_is_opened_leaves_nothing_behind(
    socket_of: SocketOf, editor: User, node: Node
) -> None:
    socket = socket_of(editor)
    await socket.connect()
    await socket.leave(1006)
    assert not node.connections
    assert followed(node) == []
    assert node.presence.project_ids == []
