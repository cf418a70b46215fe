"""Serves Foundry below a path of a shared host, as in `FOUNDRY_URL=https://intranet.example/foundry/`.

The proxy does not change paths. Django has the path in `FORCE_SCRIPT_NAME`, Channels in the scope's `root_path`; both
only remove it, so requests outside of the path are refused here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from django.conf import settings

Application = Callable[[Any, Any, Any], Awaitable[None]]

# Monitoring uses the node's own address instead of the proxy's, and so no site path.
PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})


class BelowPath:
    """An ASGI application (HTTP or WebSocket) that answers below the site's path, or everywhere if there is none.

    It overwrites the root path that Daphne believes any client's `Daphne-Root-Path` header to be.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        root, path = settings.FOUNDRY_PATH, scope["path"]
        is_ours = not root or path.startswith(f"{root}/")
        if scope["type"] == "http" and not is_ours and path not in PROBES:
            await _refuse(scope, send)
            return
        if scope["type"] == "websocket" and not is_ours:
            # The gateway answers that nothing is there.
            scope = {**scope, "path": f"{root}/"}
        if scope.get("root_path", "") != root:
            scope = {**scope, "root_path": root}
        await self._application(scope, receive, send)


async def _refuse(scope: Any, send: Any) -> None:
    """Redirect from `/foundry` to `/foundry/`; anything else is not found."""
    home = f"{settings.FOUNDRY_PATH}/"
    leads_home = scope["path"] == settings.FOUNDRY_PATH
    body = f"Foundry is at {home} of this host.\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if leads_home:
        headers.append((b"location", home.encode()))
    await send({"type": "http.response.start", "status": 301 if leads_home else 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
