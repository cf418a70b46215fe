"""Access taken away: sockets are closed or downgraded and locks freed, whatever reaches whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

import realtime
from accounts.callers import Caller
from accounts.models import PersonalAccessToken, User
from accounts.services import change_password, deactivate_account, record_sign_out, revoke_token, update_account
from gateway.node import Node
from gateway.project_topics import events_that_change_rights
from locking.models import EndReason, Lease, WorkingCopy
from locking.services import acquire_lock
from locking.sessions import open_session
from projects.models import Project
from projects.services import change_role, remove_member, update_project
from tests.gateway.client import Client
from tests.gateway.conftest import SocketOf, connections, in_thread

pytestmark = pytest.mark.usefixtures("node")

PROMPT = "prompt_text"


@pytest.fixture
def no_live_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis loses every event: only looking into the audit trail helps."""
    monkeypatch.setattr(realtime, "publish", lambda **_: None)


async def hold(socket: Client) -> int:
    lock = await socket.call("lock.acquire", field=PROMPT)
    await socket.call("working_copy.put", field=PROMPT, token=lock["token"], revision=1, content="unsaved")
    return int(lock["token"])


def take(caller: Caller, project: Project, field: str) -> int:
    """Hold a field without a socket; answers the token."""
    session = open_session(caller=caller, project_id=project.id, connected=False)
    return acquire_lock(caller=caller, project_id=project.id, field=field, session_id=session.session_id).token


async def assert_revoked(project: Project, token: int) -> None:
    lease = await in_thread(Lease.objects.get, project=project, token=token)
    assert lease.end_reason == EndReason.REVOKED
    kept = await in_thread(WorkingCopy.objects.get, lease=lease)
    assert kept.content == "unsaved"


async def test_a_removed_member_is_out_and_their_text_is_kept(
    socket_of: SocketOf, editor: User, owner: User, project: Project, caller_for: Callable[..., Caller]
) -> None:
    writer = socket_of(editor)
    await writer.open()
    token = await hold(writer)
    await in_thread(
        remove_member, caller=caller_for(owner), project_id=project.id, user_id=editor.id, reason="Has left"
    )
    # Nobody polls here by hand: the event itself hurries the node.
    assert await writer.closed() == 4403
    await writer.leave(4403)
    await assert_revoked(project, token)


@pytest.mark.usefixtures("no_live_events")
async def test_a_lost_message_keeps_nobody_in(
    socket_of: SocketOf, editor: User, viewer: User, owner: User, project: Project, caller_for: Callable[..., Caller]
) -> None:
    writer, watcher = socket_of(editor), socket_of(viewer)
    await writer.open()
    await watcher.open()
    token = await hold(writer)
    await in_thread(
        remove_member, caller=caller_for(owner), project_id=project.id, user_id=editor.id, reason="Has left"
    )
    assert await writer.closed() == 4403
    assert await watcher.call("ping") == {}
    await writer.leave(4403)
    await watcher.leave()
    await assert_revoked(project, token)


async def test_a_smaller_role_stays_and_loses_its_locks(
    socket_of: SocketOf, editor: User, owner: User, project: Project, caller_for: Callable[..., Caller], node: Node
) -> None:
    async with socket_of(editor) as writer:
        token = await hold(writer)
        await in_thread(
            change_role,
            caller=caller_for(owner),
            project_id=project.id,
            user_id=editor.id,
            role="reviewer",
            reason="Reviews now",
        )
        changed = await writer.event("member.role_changed")
        assert changed["data"]["role"] == "reviewer"
        assert (await writer.event("lock.released"))["data"]["why"] == "revoked"
        await node.revocations.poll()
        (connection,) = connections(node)
        assert connection.rights is not None
        assert connection.rights.role == "reviewer"
        assert await writer.call("events.since", after=changed["seq"] - 1)
    await assert_revoked(project, token)


async def test_a_larger_role_keeps_its_locks(
    socket_of: SocketOf, editor: User, owner: User, project: Project, caller_for: Callable[..., Caller], node: Node
) -> None:
    async with socket_of(editor) as writer:
        token = await hold(writer)
        await in_thread(
            change_role,
            caller=caller_for(owner),
            project_id=project.id,
            user_id=editor.id,
            role="owner",
            reason="Leads now",
        )
        await node.revocations.poll()
        assert (await in_thread(Lease.objects.get, project=project, token=token)).is_open


async def test_making_a_project_private_sends_onlookers_away(
    socket_of: SocketOf, owner: User, viewer: User, outsider: User, project: Project, caller_for: Callable[..., Caller]
) -> None:
    change: dict[str, Any] = {"caller": caller_for(owner), "project_id": project.id}
    await in_thread(update_project, **change, is_private=False)
    onlooker, member = socket_of(outsider), socket_of(viewer)
    await onlooker.open()
    await member.open()
    await in_thread(update_project, **change, is_private=True)
    assert await onlooker.closed() == 4403
    assert await member.call("ping") == {}
    await onlooker.leave(4403)
    await member.leave()


async def test_c05_a_closed_account_is_out_everywhere(
    socket_of: SocketOf, editor: User, administrator: User, project: Project, caller_for: Callable[..., Caller]
) -> None:
    writer = socket_of(editor)
    await writer.open()
    token = await hold(writer)
    await in_thread(deactivate_account, caller=caller_for(administrator), user_id=editor.id)
    assert await writer.closed() == 4401
    await writer.leave(4401)
    await assert_revoked(project, token)


async def test_c18_a_revoked_token_closes_its_own_sockets_only(
    socket_of: SocketOf,
    editor: User,
    project: Project,
    caller_for: Callable[..., Caller],
    tokens: dict[UUID, str],
    make_token: Callable[[User], str],
) -> None:
    first, second = socket_of(editor), Client(project.id, await in_thread(make_token, editor))
    await first.open()
    await second.open()
    token = await hold(first)
    named = await in_thread(PersonalAccessToken.objects.filter(user=editor).earliest, "id")
    await in_thread(revoke_token, caller=caller_for(editor), token_id=named.id)
    assert await first.closed() == 4401
    assert await second.call("ping") == {}
    await first.leave(4401)
    await second.leave()
    await assert_revoked(project, token)


async def test_an_auditor_without_the_right_is_out(
    make_user: Callable[..., User],
    make_token: Callable[[User], str],
    administrator: User,
    project: Project,
    caller_for: Callable[..., Caller],
) -> None:
    auditor = await in_thread(make_user, "auditor", is_auditor=True)
    socket = Client(project.id, await in_thread(make_token, auditor))
    assert (await socket.open())["role"] == "viewer"
    await in_thread(update_account, caller=caller_for(administrator), user_id=auditor.id, is_auditor=False)
    assert await socket.closed() == 4403
    await socket.leave(4403)


async def test_a_lock_without_a_socket_is_freed_too(
    editor: User, owner: User, project: Project, caller_for: Callable[..., Caller], node: Node
) -> None:
    """A client that uses REST only has no socket on any node."""
    token = await in_thread(take, caller_for(editor), project, PROMPT)
    await in_thread(
        remove_member, caller=caller_for(owner), project_id=project.id, user_id=editor.id, reason="Has left"
    )
    await node.revocations.poll()
    lease = await in_thread(Lease.objects.get, project=project, token=token)
    assert lease.end_reason == EndReason.REVOKED


async def test_a_sign_out_ends_that_browser_only(
    editor: User, project: Project, caller_for: Callable[..., Caller], node: Node
) -> None:
    callers = [caller_for(editor, credential=f"cookie:{name}", via="browser") for name in ("one", "two")]

    ended = await in_thread(take, callers[0], project, PROMPT)
    kept = await in_thread(take, callers[1], project, "model_configuration")
    await in_thread(record_sign_out, caller=callers[0])
    await node.revocations.poll()
    leases = Lease.objects.filter(project=project)
    assert (await in_thread(leases.get, token=ended)).end_reason == EndReason.REVOKED
    assert (await in_thread(leases.get, token=kept)).is_open


async def test_a_new_password_ends_the_browsers_and_no_token(
    editor: User, project: Project, caller_for: Callable[..., Caller], node: Node
) -> None:
    browser = caller_for(editor, credential="cookie:one", via="browser")
    ended = await in_thread(take, browser, project, PROMPT)
    kept = await in_thread(take, caller_for(editor), project, "model_configuration")
    await in_thread(change_password, caller=browser, password="correct horse battery staple")
    later = await in_thread(take, replace(browser, credential="cookie:two"), project, "files/later.md")
    await node.revocations.poll()
    leases = Lease.objects.filter(project=project)
    assert (await in_thread(leases.get, token=ended)).end_reason == EndReason.REVOKED
    assert (await in_thread(leases.get, token=kept)).is_open
    assert (await in_thread(leases.get, token=later)).is_open


def test_what_a_socket_remembers_of_rights_is_read_again_after_these_events_only() -> None:
    in_projects = {name for name in events_that_change_rights() if name.startswith(("member.", "project.", "release."))}
    assert {"member.added", "member.removed", "member.role_changed", "project.updated"} <= in_projects
    assert {"project.archived", "project.frozen", "project.reopened", "release.submitted"} <= in_projects
    assert events_that_change_rights().isdisjoint({"draft.saved", "lock.acquired", "lock.released", "comment.created"})
