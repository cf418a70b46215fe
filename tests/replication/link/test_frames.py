"""Frames of a link: what is no message is refused, however it is wrong."""

from __future__ import annotations

import json

import msgspec
import pytest

from stages.replication.link.frames import Request, Response, decode, request_frame, result_frame
from stages.replication.link.messages import BundlesPush, Hello, State
from stages.replication.link.methods import BadContent, read_params
from tests.replication.link.sites import STATE

GOOD = {"jsonrpc": "2.0", "id": 1, "method": "state", "params": {}}


def test_requests_and_answers() -> None:
    assert decode(request_frame(7, "state", {"a": 1})) == Request(7, "state", {"a": 1})
    assert decode(result_frame(7, {"b": []})) == Response(7, {"b": []})
    refused = '{"jsonrpc": "2.0", "id": 2, "error": {"code": 404, "message": "No.", "data": {"x": 1}}}'
    assert decode(refused) == Response(2, None, (404, "No."))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "[" * 100_000,
        '{"jsonrpc": "2.0", "id": 1, "method": "x", "params": ' + '{"a":' * 100_000,
        "NaN",
        "\ud800",
        json.dumps([GOOD]),
        json.dumps({**GOOD, "jsonrpc": "1.0"}),
        json.dumps({**GOOD, "id": 0}),
        json.dumps({**GOOD, "id": "1"}),
        json.dumps({**GOOD, "id": None}),
        json.dumps({**GOOD, "id": 2**60}),
        json.dumps({**GOOD, "params": []}),
        json.dumps({**GOOD, "method": 5}),
        json.dumps({**GOOD, "method": "x" * 101}),
        json.dumps({**GOOD, "more": 1}),
        json.dumps({**GOOD, "result": {}}),
        json.dumps({"jsonrpc": "2.0", "id": 1}),
        json.dumps({"jsonrpc": "2.0", "id": 1, "result": []}),
        json.dumps({"jsonrpc": "2.0", "id": 1, "result": {}, "params": {}}),
        json.dumps({"jsonrpc": "2.0", "id": 1, "error": "no"}),
        json.dumps({"jsonrpc": "2.0", "method": "state", "params": {}}),
    ],
)
def test_anything_else_is_bad_content(text: str) -> None:
    with pytest.raises(BadContent):
        decode(text)


def test_a_state_without_a_record_is_one() -> None:
    assert read_params(STATE, State).record.seq is None


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (Hello, {}),
        (State, {"clock": [], "state_hash": "", "held": {}, "admitted": [], "record": {}, "now": 0}),
        (State, {**STATE, "record": {"more": 1}}),
        (State, {**STATE, "record": {"seq": -1, "hash": "", "verified": 0}}),
        (State, {**STATE, "record": {"seq": 1, "hash": "x", "verified": 0}}),
        (BundlesPush, {"bundles": [], "keys": [], "remaining": -1}),
        (BundlesPush, {"bundles": [{}] * 501, "keys": [], "remaining": 0}),
        (BundlesPush, {"bundles": [], "keys": [], "remaining": 0, "more": 0}),
        (BundlesPush, {"bundles": [], "keys": [], "remaining": True}),
    ],
)
def test_members_of_other_types_are_bad_content(kind: type[msgspec.Struct], params: dict[str, object]) -> None:
    with pytest.raises(BadContent):
        read_params(params, kind)
