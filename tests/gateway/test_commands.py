"""The commands: each answers as the protocol says, and refuses as REST would."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from accounts.models import User
from drafts.models import Draft
from gateway.registry import COMMANDS
from locking.models import EndReason, Lease, WorkingCopy
from projects.models import Project
from tests.gateway.client import RefusedError
from tests.gateway.conftest import SocketOf, in_thread
from tests.gateway.giving_commands import CONFIGURATION, PROMPT, refusal, save, send_configuration

pytestmark = pytest.mark.usefixtures("node")


async def test_take_save_and_give_back(socket_of: SocketOf, editor: User, viewer: User) -> None:
    async with socket_of(editor) as writer, socket_of(viewer) as watcher:
        lock = await writer.call("lock.acquire", field=PROMPT)
        assert set(lock) == {"field", "token", "session_id", "expires_at", "version", "sha256"}
        assert (lock["field"], lock["session_id"], lock["version"], lock["sha256"]) == (
            PROMPT,
            writer.snapshot["session_id"],
            0,
            None,
        )
        acquired = await watcher.event("lock.acquired")
        assert acquired["seq"] == lock["token"]
        assert acquired["actor"] == editor.person()
        assert acquired["data"] == {"field": PROMPT, "session_id": lock["session_id"], "holder": editor.person()}
        draft = await save(writer, lock["token"], "You are a careful assistant.", message="First")
        assert draft["version_number"] == 1
        assert draft["prompt_text"] == "You are a careful assistant."
        assert draft["author"] == editor.person()
        saved = await watcher.event("draft.saved")
        assert saved["data"] == {"version": 1, "kind": "save", "changed_fields": [PROMPT]}
        assert await writer.call("lock.release", field=PROMPT) == {}
        assert (await watcher.event("lock.released"))["data"]["why"] == "cancelled"


async def test_a_configuration_keeps_its_spelling(socket_of: SocketOf, editor: User) -> None:
    async with socket_of(editor) as writer:
        token = (await writer.call("lock.acquire", field=CONFIGURATION))["token"]
        await send_configuration(writer, token, '{"z": 1e2, "a": 0.10}')
        draft = await writer.answer("save")
        assert json.loads(draft["model_configuration_text"]) == {"z": 100.0, "a": 0.1}
        assert draft["model_configuration_text"].split() == ["{", '"z":', "1e2,", '"a":', "0.10", "}"]


async def test_files_are_saved_and_removed(socket_of: SocketOf, editor: User) -> None:
    field = "files/notes/größe.md"
    async with socket_of(editor) as writer:
        token = (await writer.call("lock.acquire", field=field))["token"]
        change = {"language": "markdown", "content": "# Größe\r\n"}
        draft = await writer.call("draft.save", base_version=0, changes={field: change}, tokens={field: token})
        assert draft["files"]["notes/größe.md"]["size"] == len("# Größe\r\n".encode())
        draft = await writer.call("draft.save", base_version=1, changes={field: None}, tokens={field: token})
        assert draft["files"] == {}


async def test_a_taken_field_is_423_with_its_holder(socket_of: SocketOf, owner: User, editor: User) -> None:
    async with socket_of(editor) as holder, socket_of(owner) as other:
        await holder.call("lock.acquire", field=PROMPT)
        with pytest.raises(RefusedError) as refused:
            await other.call("lock.acquire", field=PROMPT)
        assert refused.value.code == 423
        assert refused.value.problem["code"] == "lock_held"
        assert refused.value.problem["holder"] == editor.person()


async def test_two_tabs_of_one_person_exclude_each_other(socket_of: SocketOf, editor: User) -> None:
    async with socket_of(editor) as one, socket_of(editor) as two:
        await one.call("lock.acquire", field=PROMPT)
        assert await refusal(two, "lock.acquire", field=PROMPT) == (423, "lock_held")
        assert await refusal(two, "lock.release", field=PROMPT) == (409, "lock_not_held")


async def test_renewing_says_what_is_held_and_what_is_lost(socket_of: SocketOf, editor: User) -> None:
    async with socket_of(editor) as writer:
        await writer.call("lock.acquire", field=PROMPT)
        renewed = await writer.call("lock.renew", fields=[PROMPT, "model_configuration"])
        assert set(renewed["expires_at"]) == {PROMPT}
        assert renewed["lost"] == ["model_configuration"]


async def test_asking_keeping_and_handing_over(socket_of: SocketOf, owner: User, editor: User) -> None:
    async with socket_of(editor) as holder, socket_of(owner) as asker:
        lock = await holder.call("lock.acquire", field=PROMPT)
        assert await asker.call("lock.request", field=PROMPT) == {}
        asked = await holder.ephemeral("lock.requested")
        assert asked["actor"] == owner.person()
        assert asked["data"] == {"field": PROMPT, "session_id": asker.snapshot["session_id"], "message": ""}
        to = asked["data"]["session_id"]
        assert await holder.call("lock.keep", field=PROMPT, to=to) == {}
        assert (await asker.ephemeral("lock.kept"))["data"] == {"field": PROMPT, "session_id": to}
        assert await holder.call("lock.hand_over", field=PROMPT, to=to) == {}
        handed = await asker.event("lock.handed_over")
        assert handed["data"]["session_id"] == to
        received = await asker.call("lock.acquire", field=PROMPT)
        assert received["token"] == handed["seq"] > lock["token"]
        with pytest.raises(RefusedError) as refused:
            await save(holder, lock["token"], "too late")
        assert refused.value.problem["code"] == "stale_token"
        kept = await in_thread(WorkingCopy.objects.get, pk=refused.value.problem["working_copy"])
        assert kept.content == "too late"


async def test_a_request_has_a_message_and_is_taken_back(socket_of: SocketOf, owner: User, editor: User) -> None:
    async with socket_of(editor) as holder, socket_of(owner) as asker:
        await holder.call("lock.acquire", field=PROMPT)
        assert await refusal(asker, "lock.request", field=PROMPT, message="x" * 201) == (400, "validation_failed")
        assert await asker.call("lock.request", field=PROMPT, message="Only line 3") == {}
        assert (await holder.ephemeral("lock.requested"))["data"]["message"] == "Only line 3"
        assert await asker.call("lock.withdraw_request", field=PROMPT) == {}
        withdrawn = await holder.ephemeral("lock.request_withdrawn")
        assert withdrawn["data"] == {"field": PROMPT, "session_id": asker.snapshot["session_id"]}


async def test_a_person_moves_a_field_to_another_session_of_theirs(
    socket_of: SocketOf, owner: User, editor: User
) -> None:
    async with socket_of(editor) as first, socket_of(editor) as second, socket_of(owner) as boss:
        lock = await first.call("lock.acquire", field=PROMPT)
        here, there = second.snapshot["session_id"], first.snapshot["session_id"]
        assert await refusal(second, "lock.hand_over", field=PROMPT, to=there) == (409, "lock_not_held")
        own = boss.snapshot["session_id"]
        assert await refusal(boss, "lock.hand_over", field=PROMPT, to=own) == (409, "lock_not_held")
        assert await second.call("lock.hand_over", field=PROMPT, to=here) == {}
        moved = await first.event("lock.handed_over")
        assert (moved["data"]["session_id"], moved["data"]["holder"]) == (here, editor.person())
        assert (await second.call("lock.acquire", field=PROMPT))["token"] == moved["seq"] > lock["token"]
        assert await refusal(second, "lock.hand_over", field=PROMPT, to=here) == (409, "conflict")


async def test_an_owner_takes_over_with_a_reason(socket_of: SocketOf, owner: User, editor: User) -> None:
    async with socket_of(editor) as holder, socket_of(owner) as boss:
        await holder.call("lock.acquire", field=PROMPT)
        assert await refusal(boss, "lock.take_over", field=PROMPT, reason=" ") == (400, "validation_failed")
        assert await refusal(holder, "lock.take_over", field=PROMPT, reason="mine") == (403, "permission_denied")
        lock = await boss.call("lock.take_over", field=PROMPT, reason="Ada is on holiday")
        assert lock["session_id"] == boss.snapshot["session_id"]
        taken = await holder.event("lock.taken_over")
        assert taken["data"]["holder"] == owner.person()
        assert "reason" not in taken["data"]


async def test_a_working_copy_is_kept_by_revision(socket_of: SocketOf, editor: User) -> None:
    async with socket_of(editor) as writer:
        token = (await writer.call("lock.acquire", field=PROMPT))["token"]
        put = {"field": PROMPT, "token": token}
        assert await writer.call("working_copy.put", **put, revision=2, content="two") == {"revision": 2}
        assert await writer.call("working_copy.put", **put, revision=1, content="one") == {"revision": 2}
        assert await refusal(writer, "working_copy.put", **{**put, "token": 1}, revision=3, content="") == (
            409,
            "lock_not_held",
        )


async def test_a_repeated_save_gets_the_first_answer(socket_of: SocketOf, editor: User, project: Project) -> None:
    async with socket_of(editor) as writer:
        token = (await writer.call("lock.acquire", field=PROMPT))["token"]
        reference = str(uuid4())
        first = await save(writer, token, "once", client_ref=reference)
        assert await save(writer, token, "once", client_ref=reference) == first
        assert await in_thread(Draft.objects.filter(project=project).count) == 1
        with pytest.raises(RefusedError) as refused:
            await save(writer, token, "twice", client_ref=reference)
        assert refused.value.problem["code"] == "client_ref_reused"


async def test_events_since_tells_what_was_missed_in_pages(
    socket_of: SocketOf, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.readers.BATCH", 3)
    async with socket_of(viewer) as watcher:
        first = await watcher.call("events.since", after=0)
        assert [event["seq"] for event in first["events"]] == [1, 2, 3]
        assert first["more"] is True
        assert first["events"][0]["name"] == "member.added"
        assert set(first["events"][0]) == {"seq", "name", "at", "actor", "data"}
        rest = await watcher.call("events.since", after=3)
        assert [event["seq"] for event in rest["events"]] == [4]
        assert rest["more"] is False
        assert await watcher.call("events.since", after=2**53 - 1) == {"events": [], "more": False}


async def test_moving_the_cursor_is_shown_to_the_others_only(socket_of: SocketOf, editor: User, viewer: User) -> None:
    async with socket_of(editor) as writer, socket_of(viewer) as watcher:
        assert await writer.call("cursor.move", field=PROMPT, anchor=3, head=7) == {}
        moved = await watcher.ephemeral("cursor.moved")
        assert moved["actor"] == editor.person()
        assert moved["data"] == {
            "session_id": writer.snapshot["session_id"],
            "field": PROMPT,
            "anchor": 3,
            "head": 7,
        }
        assert await writer.call("ping") == {}
        assert not [frame for frame in writer.notifications if frame["params"].get("name") == "cursor.moved"]
        assert await refusal(writer, "cursor.move", field="../x", anchor=0, head=0) == (400, "validation_failed")


async def test_saving_frees_the_lock_where_asked(socket_of: SocketOf, editor: User, project: Project) -> None:
    async with socket_of(editor) as writer:
        token = (await writer.call("lock.acquire", field=PROMPT))["token"]
        await save(writer, token, "done", release_locks=True)
    lease = await in_thread(Lease.objects.get, project=project, token=token)
    assert lease.end_reason == EndReason.SAVED


def test_every_command_of_the_protocol_is_there() -> None:
    assert {
        "lock.acquire",
        "lock.renew",
        "lock.release",
        "lock.request",
        "lock.keep",
        "lock.hand_over",
        "lock.take_over",
        "draft.save",
        "working_copy.put",
        "proposal.stage",
        "cursor.move",
        "events.since",
        "ping",
    } <= set(COMMANDS)
