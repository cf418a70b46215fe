"""Commands that a socket may not give, or gives wrongly."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from tests.gateway.client import RefusedError
from tests.gateway.conftest import SocketOf
from tests.gateway.giving_commands import CONFIGURATION, PROMPT, refusal, save, send_configuration

pytestmark = pytest.mark.usefixtures("node")


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("lock.acquire", {"field": PROMPT}),
        ("lock.request", {"field": PROMPT}),
        ("draft.save", {"base_version": 0, "changes": {PROMPT: "x"}, "tokens": {}}),
        ("lock.take_over", {"field": PROMPT, "reason": "because"}),
    ],
)
async def test_a_viewer_may_not_write(socket_of: SocketOf, viewer: User, method: str, params: dict[str, Any]) -> None:
    async with socket_of(viewer) as socket:
        assert await refusal(socket, method, **params) == (403, "permission_denied")


@pytest.mark.parametrize(
    ("method", "params", "named"),
    [
        ("lock.acquire", {}, "field"),
        ("lock.acquire", {"field": 7}, "field"),
        ("lock.acquire", {"field": PROMPT, "fild": 1}, "fild"),
        ("lock.acquire", {"field": "files/../x"}, "field"),
        ("lock.acquire", {"field": "nonsense"}, "field"),
        ("lock.renew", {"fields": [PROMPT, 7]}, "fields[1]"),
        ("lock.renew", {"fields": ["x"]}, "fields"),
        ("lock.hand_over", {"field": PROMPT, "to": "nobody"}, "to"),
        ("lock.take_over", {"field": PROMPT}, "reason"),
        ("draft.save", {"changes": {}, "tokens": {}}, "base_version"),
        ("draft.save", {"base_version": -1, "changes": {}, "tokens": {}}, "base_version"),
        ("draft.save", {"base_version": 10**30, "changes": {}, "tokens": {}}, "base_version"),
        ("draft.save", {"base_version": 0, "changes": [], "tokens": {}}, "changes"),
        ("draft.save", {"base_version": 0, "changes": {}, "tokens": {PROMPT: "x"}}, "tokens[...]"),
        ("draft.save", {"base_version": 0, "changes": {PROMPT: 7}, "tokens": {}}, PROMPT),
        ("draft.save", {"base_version": 0, "changes": {PROMPT: "\u0000"}, "tokens": {}}, PROMPT),
        ("draft.save", {"base_version": 0, "changes": {}, "tokens": {}, "client_ref": "x"}, "client_ref"),
        ("working_copy.put", {"field": PROMPT, "token": 1, "revision": 1.5, "content": ""}, "revision"),
        ("proposal.stage", {"proposal_id": "x"}, "proposal_id"),
        ("cursor.move", {"field": PROMPT, "anchor": -1, "head": 0}, "anchor"),
        ("events.since", {"after": "x"}, "after"),
        ("ping", {"x": 1}, "x"),
    ],
)
async def test_wrong_parameters_are_400_and_named(
    socket_of: SocketOf, editor: User, method: str, params: dict[str, Any], named: str
) -> None:
    async with socket_of(editor) as socket:
        with pytest.raises(RefusedError) as refused:
            await socket.call(method, **params)
        assert (refused.value.code, refused.value.problem["code"]) == (400, "validation_failed")
        assert list(refused.value.problem["errors"]) == [named]


@pytest.mark.parametrize(
    "spelled",
    ['{"a": NaN}', '{"a": 1e999}', '{"a": 1, "a": 2}', '"\\ud800"', '{"a":' * 101 + "1" + "}" * 101, "7", "[]"],
)
async def test_a_configuration_that_is_no_strict_json_object_is_400(
    socket_of: SocketOf, editor: User, spelled: str
) -> None:
    async with socket_of(editor) as writer:
        token = (await writer.call("lock.acquire", field=CONFIGURATION))["token"]
        await send_configuration(writer, token, spelled)
        with pytest.raises(RefusedError) as refused:
            await writer.answer("save")
        assert (refused.value.code, refused.value.problem["code"]) == (400, "validation_failed")
        assert await writer.call("ping") == {}


async def test_a_text_over_1_mib_is_413(socket_of: SocketOf, editor: User) -> None:
    async with socket_of(editor) as writer:
        token = (await writer.call("lock.acquire", field=PROMPT))["token"]
        with pytest.raises(RefusedError) as refused:
            await save(writer, token, "x" * (1024 * 1024 + 1))
        assert (refused.value.code, refused.value.problem["code"]) == (413, "payload_too_large")


async def test_another_projects_session_cannot_be_handed_anything(socket_of: SocketOf, editor: User) -> None:
    async with socket_of(editor) as writer:
        await writer.call("lock.acquire", field=PROMPT)
        assert await refusal(writer, "lock.hand_over", field=PROMPT, to=str(uuid4())) == (404, "not_found")
