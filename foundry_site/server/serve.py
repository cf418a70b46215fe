"""Daphne with our limits, background tasks and an orderly shutdown: what `manage.py serve` runs.

Daphne alone refuses frames over 1 MiB, runs only its application, and on SIGTERM cancels every consumer at once. This
server also runs the gateway's node and the lock sweeper. On shutdown it stops accepting connections, closes sockets
with 1012 and lets requests finish.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

import redis
from daphne.server import Server, twisted_loop
from django.conf import settings
from twisted.internet import defer
from twisted.python.failure import Failure

from foundry_site.asgi import application_of
from foundry_site.server.requests import use_our_requests
from foundry_site.server.sockets import FoundryWebSocket
from gateway.node import current_node, stop_current_node
from kernel.errors import DomainError
from locking.sweeper import sweep_once

logger = logging.getLogger(__name__)

# Seconds.
SWEEP_INTERVAL: Final = 1.0
SHUTDOWN_TIMEOUT: Final = 4.0
# Connections that wait to be taken: those of a node that ended all come to the others at once.
BACKLOG: Final = 1024


class FoundryServer(Server):  # type: ignore[misc] # Daphne has no types
    """One node of Foundry, of one of the `roles`.

    `listening` is called with the port once it listens; `failure` says why it could not.
    """

    def __init__(self, *, host: str, port: int, role: str, listening: Callable[[int], None]) -> None:
        super().__init__(
            application=application_of(role),
            endpoints=[f"tcp:port={port}:interface={host.replace(':', chr(92) + ':')}:backlog={BACKLOG}"],
            # These limit incoming messages only. Outgoing ones, which may be larger, are framed by `sockets`.
            websocket_max_message_size=settings.FOUNDRY_MAX_MESSAGE_BYTES,
            websocket_max_frame_size=settings.FOUNDRY_MAX_MESSAGE_BYTES,
            websocket_timeout=-1,
            # A body is one message. In Daphne's steps of 8 KiB the pieces of a file would be a thousand.
            request_buffer_size=settings.FOUNDRY_MAX_MESSAGE_BYTES + 1,
            # Any client can send this header: it is trusted only if a proxy in front of every node overwrites it.
            proxy_forwarded_address_header="X-Forwarded-For" if settings.FOUNDRY_PROXY else None,
            verbosity=0,
            server_name="foundry",
            ready_callable=self._use_our_protocols,
        )
        self.failure: str | None = None
        self._listening = listening
        self._ports: list[Any] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Let a socket's application report its user, take larger messages, and write without a turn of the loop."""
        if scope["type"] == "websocket":
            scope["belongs_to"] = protocol.belongs_to
            scope["takes_frames_of"] = protocol.takes_frames_of
            scope["direct"] = protocol
        return super().create_application(protocol, scope)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Pass on a message from an application, and make it wait while the connection's write buffer is full."""
        await super().handle_reply(protocol, message)
        if message["type"] == "websocket.send" or message.get("more_body"):
            await protocol.has_room()

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        self._ports.append(port)
        # Daphne's event loop is not running yet; a task created now would belong to another loop and never start.
        twisted_loop.call_soon(lambda: self._begin(self._run_background()))
        self._listening(port.getHost().port)

    def listen_error(self, failure: Failure) -> None:
        self.failure = failure.getErrorMessage()
        self.stop()

    def kill_all_applications(self) -> defer.Deferred[Any]:
        """Shut down in order. Twisted calls this before it exits, and waits for the result."""
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._shut_down()))

    def _use_our_protocols(self) -> None:
        use_our_requests(self.http_factory)
        self.ws_factory.protocol = FoundryWebSocket
        # After a protocol violation, send a close code (RFC 6455, section 7.1.7) instead of only dropping the socket.
        self.ws_factory.setProtocolOptions(failByDrop=False)

    async def _shut_down(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(SHUTDOWN_TIMEOUT):
                for port in self._ports:
                    port.stopListening()
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(stop_current_node(), self._finish_requests(), return_exceptions=True)
        for instance in self._running():
            instance.cancel()

    async def _finish_requests(self) -> None:
        if running := self._running():
            await asyncio.wait(running)

    def _running(self) -> list[asyncio.Future[Any]]:
        instances = [details.get("application_instance") for details in self.connections.values()]
        return [instance for instance in instances if instance is not None and not instance.done()]

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_background(self) -> None:
        """Start the gateway's node before the first socket connects, then sweep expired locks periodically."""
        while True:
            try:
                await (await current_node()).lanes.sweeper(sweep_once)
            except (DomainError, redis.RedisError, OSError) as error:
                logger.warning("Postgres or Redis is away: %s", error)
            except Exception:
                logger.exception("The sweeper failed")
            await asyncio.sleep(SWEEP_INTERVAL)
