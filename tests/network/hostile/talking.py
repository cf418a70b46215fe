"""Conversations that are made up: messages that are nearly right, before and after admission."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from tests.network.hostile.after import NOBODY, bundle, clock_of, introduced
from tests.network.hostile.attacker import BAD, REFUSED, STAYS_OPEN, TOO_LARGE, TOO_MANY, Attacker
from tests.network.hostile.mutating import mutated
from tests.network.hostile.peer import Peer, request

# What closes a connection that has proved nothing, and what a link.
CODES_BEFORE: Final = (TOO_LARGE, REFUSED, BAD, TOO_MANY)
CODES_AFTER: Final = (STAYS_OPEN, *CODES_BEFORE)


def message_before(attacker: Attacker) -> dict[str, Any]:
    peer = attacker.peer(attacker.chance.choice((attacker.signer, attacker.stranger)))
    more = {"code": "x" * 43} if attacker.chance.random() < 0.2 else {}
    return _read(request("hello", {**peer.hello(), **more}))


def message_after(attacker: Attacker, peer: Peer) -> dict[str, Any]:
    chance, number = attacker.chance, next(attacker.serials)
    said = [attacker.chain.keys[0]]
    asked: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("state", {**peer.state(), "clock": clock_of(3), "admitted": [introduced()]}),
        ("bundles.push", {"bundles": [bundle(attacker, size=2)], "keys": said, "remaining": 3}),
        ("bundles.push", {"bundles": [bundle(attacker)], "keys": said, "remaining": 0}),
        ("digests.get", {"block": "0a"}),
        ("events.push", {"site": str(uuid4()), "events": [_event()], "checkpoint": None, "head": _head()}),
        ("texts.get", {"hashes": [NOBODY, "1" * 64]}),
        ("blob.get", {"blake3": NOBODY, "offset": 5}),
    )
    method, params = chance.choice(asked)
    return _read(request(method, params, number))


def _event() -> dict[str, Any]:
    return {"seq": 1, "at": "2026-12-01T11:36:57.719022Z", "canonical": "{}", "hash": NOBODY}


def _head() -> dict[str, Any]:
    return {"seq": 1, "hash": NOBODY}


def _read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


async def talk_before(attacker: Attacker, count: int) -> int:
    """So many conversations of somebody who has proved nothing; how many there were."""
    for _ in range(count):
        text = mutated(attacker.chance, message_before(attacker))
        code = await attacker.say_before([text])
        assert code in CODES_BEFORE, (code, text[:2_000])
    return count


async def talk_after(attacker: Attacker, count: int) -> int:
    """So many messages of an admitted site, over one link after the other: each lasts until it is closed."""
    done = 0
    while done < count:
        async with attacker.linked() as peer:
            code = STAYS_OPEN
            while code == STAYS_OPEN and done < count:
                text = mutated(attacker.chance, message_after(attacker, peer))
                code = await attacker.say(peer, [text])
                assert code in CODES_AFTER, (code, text[:2_000])
                done += 1
    return done
