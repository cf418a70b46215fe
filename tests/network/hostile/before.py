"""What somebody says who has not proved a key, and by which code the connection has to be closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.network.hostile.attacker import BAD, REFUSED, TOO_LARGE, Attacker, Frames
from tests.network.hostile.peer import milliseconds, request
from tests.network.hostile.writing import new_id


def hello(attacker: Attacker, **more: Any) -> str:
    return request("hello", {**attacker.peer(attacker.stranger).hello(), **more})


def _without(attacker: Attacker, member: str) -> str:
    said = attacker.peer(attacker.stranger).hello()
    del said[member]
    return request("hello", said)


def _numbered(number: str) -> Callable[[Attacker], Frames]:
    return lambda attacker: [hello(attacker).replace('"id": 1', f'"id": {number}')]


def _with(**more: Any) -> Callable[[Attacker], Frames]:
    return lambda attacker: [hello(attacker, **more)]


def _raw(*frames: str | bytes) -> Callable[[Attacker], Frames]:
    return lambda _: frames


def _replayed(attacker: Attacker) -> Frames:
    """A hello that the admitted site has said before, and a proof over nonces that are not those of this connection."""
    peer = attacker.peer()
    said = peer.hello()
    peer.nonces[1] = "1" * 64
    return [request("hello", said), request("prove", {"proof": peer.proof()}, 2)]


def _others(attacker: Attacker) -> Frames:
    """The seal of one key under the name of another."""
    return [request("hello", {**attacker.peer().hello(), "key": attacker.stranger.public})]


BEFORE: Final[dict[str, tuple[Callable[[Attacker], Frames], int]]] = {
    "an empty frame": (_raw(""), BAD),
    "half an object": (_raw("{"), BAD),
    "null": (_raw("null"), BAD),
    "a batch": (lambda attacker: [f"[{hello(attacker)}]"], BAD),
    "deep lists": (_raw("[" * 100_000), BAD),
    "deep objects": (_raw('{"a":' * 20_000), BAD),
    "not a number": (_raw("NaN"), BAD),
    "a binary frame": (_raw(b"\x00\x01"), BAD),
    "a frame too large": (_raw("x" * (256 * 1024 + 1)), TOO_LARGE),
    "a frame far too large": (_raw("x" * (20 * 1024 * 1024)), TOO_LARGE),
    "nobody's hello": (_with(), REFUSED),
    "a wrong code": (_with(code="x" * 43), REFUSED),
    "an empty code": (_with(code=""), BAD),
    "a long code": (_with(code="x" * 5_000), BAD),
    "a number as code": (_with(code=5), BAD),
    "a wrong seal": (_with(seal="0" * 128), REFUSED),
    "a seal that is none": (_with(seal="zz"), BAD),
    "another's seal": (_others, REFUSED),
    "an unknown member": (_with(extra=1), BAD),
    "no nonce": (lambda attacker: [_without(attacker, "nonce")], BAD),
    "another version": (_with(v=2), BAD),
    "true as version": (_with(v=True), BAD),
    "a time long ago": (_with(now=0), REFUSED),
    "a time far ahead": (_with(now=milliseconds() + 10**11), REFUSED),
    "a time that is none": (_with(now=10**30), BAD),
    "number 0": (_numbered("0"), BAD),
    "number 1.0": (_numbered("1.0"), BAD),
    "a text as number": (_numbered('"1"'), BAD),
    "a giant number": (_numbered("1" + "0" * 5_000), BAD),
    "no number": (lambda attacker: [hello(attacker).replace('"id": 1, ', "")], BAD),
    "a proof first": (_raw(request("prove", {"proof": "0" * 128})), BAD),
    "a state first": (lambda attacker: [request("state", attacker.peer().state())], BAD),
    "an unknown method": (_raw(request("__class__", {})), BAD),
    "an answer that nobody asked for": (_raw('{"jsonrpc": "2.0", "id": 1, "result": {}}'), BAD),
    "a surrogate alone": (_with(name="\ud800"), BAD),
    "a name with a null": (_with(name="a\0b"), BAD),
    "a long name": (_with(name="x" * 10_000), BAD),
    "a site that is a path": (_with(site="../.."), BAD),
    "another key of theirs": (_with(to="0" * 64), REFUSED),
    "a key of small order": (_with(key="0" * 64), REFUSED),
    "a short key": (_with(key="00"), BAD),
    "another project's id": (_with(project=new_id()), REFUSED),
    "a succession of nothing": (_with(succession=[{}] * 1_000), BAD),
    "a proof of another connection": (_replayed, REFUSED),
    "a second hello": (lambda attacker: [request("hello", attacker.peer().hello())] * 2, BAD),
    "silence after hello": (lambda attacker: [request("hello", attacker.peer().hello())], BAD),
}
