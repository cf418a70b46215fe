"""Which station a token belongs to, for machines at which nobody confirms a code."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from foundry_station.link.connection import Disconnected, opened
from foundry_station.link.session import SNAPSHOT_SECONDS
from foundry_station.link.sign_in import Identity, ServerAway, SignInFailed


def identify(server: str, token: str, key: str | None) -> Identity:
    """Ask the server whose token this is. `key` is the site's, where it is known from elsewhere.

    Without it, the key that sealed this station's assignment is taken: trust on first use, over an encrypted
    connection. Raises `SignInFailed` and `ServerAway`.
    """
    try:
        body = asyncio.run(_snapshot(server, token))
    except Disconnected as error:
        if error.code in {4401, 4403}:
            raise SignInFailed("The server does not know this token.") from error
        raise ServerAway(str(error)) from error
    try:
        assignment = body["assignment"]
        site = json.loads(assignment["text"])["site"]
        return Identity(server, token, body["station"]["id"], site, server, (key or assignment["key"]).lower())
    except (KeyError, TypeError, ValueError) as error:
        raise SignInFailed("The server's answer is none for a station.") from error


async def _snapshot(server: str, token: str) -> dict[str, Any]:
    async with opened(server, token) as connection:
        receiving = asyncio.create_task(connection.run())
        first = asyncio.create_task(connection.notifications.get())
        try:
            done, _ = await asyncio.wait(
                {receiving, first}, timeout=SNAPSHOT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if receiving in done:
                receiving.result()
            if first not in done:
                raise Disconnected(0, "The server sent no snapshot.")
            return first.result()[1]
        finally:
            receiving.cancel()
            first.cancel()
            await asyncio.gather(receiving, first, return_exceptions=True)
