"""Frames that are no requests: a clear error or a close code, and the socket or the server lives on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from gateway import socket as socket_module
from gateway.node import Node
from gateway.parameters import Save
from gateway.protocol import ProtocolError, decode_parameters, decode_request
from kernel.errors import ValidationFailed
from tests.gateway.client import Client, RefusedError
from tests.gateway.conftest import SocketOf

PARSE, REQUEST, METHOD = -32700, -32600, -32601


def code_of(text: str) -> tuple[int, Any]:
    with pytest.raises(ProtocolError) as refused:
        decode_request(text)
    return refused.value.code, refused.value.request_id


@pytest.mark.parametrize("text", ["", "{", "nonsense", '{"jsonrpc":"2.0"} x', "\ufeff{}", "\x00", "[" * 100_000])
def test_what_is_no_json_is_a_parse_error(text: str) -> None:
    assert code_of(text)[0] in {PARSE, REQUEST}


@pytest.mark.parametrize(
    ("text", "request_id"),
    [
        ("7", None),
        ("null", None),
        ("[]", None),
        ('[{"jsonrpc":"2.0","id":1,"method":"ping"}]', None),
        ("{}", None),
        ('{"jsonrpc":"1.0","id":3,"method":"ping"}', 3),
        ('{"jsonrpc":"2.0","id":"a"}', "a"),
        ('{"jsonrpc":"2.0","id":4,"method":7}', 4),
        ('{"jsonrpc":"2.0","id":true,"method":"ping"}', None),
        ('{"jsonrpc":"2.0","id":{},"method":"ping"}', None),
    ],
)
def test_what_is_no_request_is_refused_with_its_id_where_it_has_one(text: str, request_id: Any) -> None:
    assert code_of(text) == (REQUEST, request_id)


@pytest.mark.parametrize("request_id", [1, "a", 1.5, None])
def test_a_request_keeps_its_id(request_id: Any) -> None:
    request = decode_request(json.dumps({"jsonrpc": "2.0", "id": request_id, "method": "ping"}))
    assert request.wants_answer
    assert request.answer_id == request_id


def test_a_request_without_id_wants_no_answer() -> None:
    assert not decode_request('{"jsonrpc":"2.0","method":"ping"}').wants_answer


@given(
    st.text()
    | st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    ).map(json.dumps)
)
def test_no_text_gets_past_as_anything_else_than_a_request_or_an_error(text: str) -> None:
    try:
        request = decode_request(text)
        decode_parameters(request.params, Save)
    except (ProtocolError, ValidationFailed):
        pass


async def next_error(socket: Client) -> int:
    while "error" not in (frame := await socket.frame()):
        assert "method" in frame
    code: int = frame["error"]["code"]
    return code


@pytest.mark.usefixtures("node")
class TestOnTheSocket:
    """The same through the whole application."""

    async def test_the_socket_answers_and_lives_on(self, socket_of: SocketOf, viewer: User) -> None:
        async with socket_of(viewer) as socket:
            for text, code in (
                ("{", PARSE),
                ("[]", REQUEST),
                ('{"jsonrpc":"2.0","id":1,"method":"no.such"}', METHOD),
                ('{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', 400),
            ):
                await socket.send(text)
                assert await next_error(socket) == code
            await socket.send_bytes(b"\x00\x01")
            assert await next_error(socket) == REQUEST
            assert await socket.call("ping") == {}

    async def test_a_notification_is_done_and_not_answered(
        self, socket_of: SocketOf, editor: User, viewer: User
    ) -> None:
        async with socket_of(editor) as socket, socket_of(viewer) as watcher:
            await socket.send(
                '{"jsonrpc":"2.0","method":"cursor.move","params":{"field":"prompt_text","anchor":1,"head":1}}'
            )
            await socket.send('{"jsonrpc":"2.0","method":"no.such"}')
            assert (await watcher.ephemeral("cursor.moved"))["data"]["anchor"] == 1
            assert await socket.call("ping") == {}
            assert all("error" not in frame for frame in socket.notifications)

    async def test_a_fault_of_ours_tells_nothing_and_the_socket_lives_on(
        self, socket_of: SocketOf, viewer: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with socket_of(viewer) as socket:
            with monkeypatch.context() as broken:
                broken.setattr(socket_module, "decode_parameters", lambda *_: 1 / 0)
                with pytest.raises(RefusedError) as refused:
                    await socket.call("ping")
            assert refused.value.code == -32603
            assert refused.value.problem == {}
            assert await socket.call("ping") == {}

    async def test_too_many_messages_close_4429(self, socket_of: SocketOf, viewer: User, settings: Any) -> None:
        settings.FOUNDRY_SOCKET_RATE = 10
        socket = socket_of(viewer)
        await socket.open()
        for _ in range(40):
            await socket.ask("ping")
        assert await socket.closed() == 4429
        await socket.leave()

    async def test_silence_closes_4408(self, socket_of: SocketOf, viewer: User, editor: User, node: Node) -> None:
        silent, talking = socket_of(viewer), socket_of(editor)
        await silent.open()
        await talking.open()
        for connection in node.connections:
            connection.heard_at -= 61
        await talking.call("ping")
        await node.close_silent()
        assert await silent.closed() == 4408
        assert await talking.call("ping") == {}
        await silent.leave()
        await talking.leave()

    async def test_a_stopping_node_closes_1012(self, socket_of: SocketOf, viewer: User, node: Node) -> None:
        async def hang_up(socket: Client) -> int:
            code = await socket.closed()
            await socket.leave(code)
            return code

        sockets = [socket_of(viewer) for _ in range(3)]
        for socket in sockets:
            await socket.open()
        codes = await asyncio.gather(*(hang_up(socket) for socket in sockets), node.stop())
        assert codes[:3] == [1012, 1012, 1012]
        assert not node.connections
