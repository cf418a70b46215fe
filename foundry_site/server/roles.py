"""The roles of a node: `all`, or one of two halves. A `master` refuses sockets, a `worker` answers only them.

One image runs as either, so that pages and REST can be given other machines than sockets. No client has to come back to
the same node of a role. Health and figures are answered in every role.
"""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _

from foundry_site.server.site_path import PROBES, Application
from kernel.errors import NotFound
from rest.errors import PROBLEM_JSON


class OnlyProbes:
    """An HTTP application that answers health probes and figures; anything else is not found."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] in PROBES:
            await self._application(scope, receive, send)
            return
        refusal = NotFound(_("This node answers WebSockets only; pages and the API are on others."))
        body = msgspec.json.encode(refusal.problem())
        headers = [
            (b"content-type", PROBLEM_JSON.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def refuse_socket(scope: Any, receive: Any, send: Any) -> None:
    """A WebSocket application that opens no socket: the handshake is answered with HTTP 403.

    Not with a close code, which would reach the client as a word of the project that it asked for: whoever gets here
    was sent to the wrong node, and tries again.
    """
    del scope
    await receive()
    await send({"type": "websocket.close"})
