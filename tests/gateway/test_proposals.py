"""Staging over the socket: kept at once, never over another window's text, and told to nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from audit.models import Event
from projects.models import Project
from proposals.models import Change
from proposals.services import create_proposal, submit_proposal, withdraw_proposal
from tests.cast import new_caller, new_project
from tests.gateway.client import Client, RefusedError
from tests.gateway.conftest import SocketOf, in_thread

pytestmark = pytest.mark.usefixtures("node")

PROMPT = "prompt_text"


async def private(user: User, project: Project) -> Any:
    made = await in_thread(
        lambda: create_proposal(caller=new_caller(user), project_id=project.id, title="Brief answers")
    )
    return made.id


async def stage(socket: Client, proposal_id: Any, value: Any, revision: int = 0, **facts: Any) -> int:
    params = {"proposal_id": str(proposal_id), "target": PROMPT, "base_version": 0, **facts}
    answer = await socket.call("proposal.stage", **params, revision=revision, value=value)
    found: int = answer["revision"]
    return found


async def refusal(socket: Client, *args: Any, **facts: Any) -> dict[str, Any]:
    with pytest.raises(RefusedError) as refused:
        await stage(socket, *args, **facts)
    return refused.value.problem


async def test_two_sockets_on_one_proposal_never_overwrite_each_others_text(
    socket_of: SocketOf, editor: User, project: Project
) -> None:
    proposal = await private(editor, project)
    async with socket_of(editor) as first, socket_of(editor) as second:
        assert await stage(first, proposal, "one") == 1
        assert await stage(second, proposal, "two", revision=1) == 2
        problem = await refusal(first, proposal, "three", revision=1)
        assert (problem["status"], problem["code"]) == (409, "stale_base")
        assert problem["fields"] == {PROMPT: {"theirs": "two", "yours": "three", "revision": 2}}
        assert await stage(second, proposal, "two", revision=1) == 2
    assert await in_thread(lambda: Change.objects.get(proposal=proposal).value) == "two"


async def test_staging_tells_nobody(socket_of: SocketOf, editor: User, owner: User, project: Project) -> None:
    proposal = await private(editor, project)
    head = await in_thread(lambda: Event.objects.of_project(project.id).count())
    async with socket_of(editor) as writer, socket_of(owner) as watcher:
        await stage(writer, proposal, "nobody has heard of this")
        assert (await refusal(watcher, proposal, "mine now", revision=1))["code"] == "not_found"
        await watcher.call("ping")
        assert not [each for each in watcher.snapshot.get("events", ()) if "proposal" in each["name"]]
    assert await in_thread(lambda: Event.objects.of_project(project.id).count()) == head


async def test_a_configuration_keeps_its_spelling_and_null_removes_a_file(
    socket_of: SocketOf, editor: User, project: Project
) -> None:
    proposal = await private(editor, project)
    async with socket_of(editor) as socket:
        await stage(socket, proposal, {"temperature": 0.30}, target="model_configuration")
        await stage(socket, proposal, None, target="files/a.md")
    staged: dict[str, Any] = await in_thread(
        lambda: dict(Change.objects.filter(proposal=proposal).values_list("target", "value"))
    )
    assert staged["files/a.md"] is None
    assert '"temperature"' in staged["model_configuration"]


async def test_what_cannot_be_staged_is_refused_by_name(
    socket_of: SocketOf, editor: User, owner: User, viewer: User, project: Project
) -> None:
    proposal, ended = await private(editor, project), await private(editor, project)
    elsewhere = await private(editor, await in_thread(lambda: new_project(editor)))

    def end() -> None:
        create: dict[str, Any] = {"base_version": 0, "changes": {PROMPT: "x"}}
        made = create_proposal(caller=new_caller(editor), project_id=project.id, title="Ends", **create)
        submit_proposal(caller=new_caller(editor), proposal_id=made.id)
        withdraw_proposal(caller=new_caller(editor), proposal_id=made.id, reason="Not now")
        nonlocal ended
        ended = made.id

    await in_thread(end)
    async with socket_of(editor) as socket, socket_of(viewer) as watcher:
        assert (await refusal(socket, ended, "x", revision=1))["code"] == "conflict"
        assert (await refusal(socket, elsewhere, "x"))["code"] == "not_found"
        assert (await refusal(watcher, proposal, "x"))["code"] == "not_found"
        assert (await refusal(socket, proposal, "x", target="files/../a"))["code"] == "validation_failed"
        assert (await refusal(socket, proposal, 7))["code"] == "validation_failed"
        assert (await refusal(socket, proposal, "x", base_version=9))["code"] == "validation_failed"
        assert (await refusal(socket, proposal, "x" * (2**20 + 1)))["code"] == "payload_too_large"
        await in_thread(Project.objects.filter(pk=project.id).update, status="archived")
        assert (await refusal(socket, proposal, "x"))["code"] == "project_frozen"
